"""Whoever feeds the company's directory: all of it now and then, and between that the rows of those who have just moved."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic as clock

from dev.faults.bodies import LEAD
from dev.faults.client import Client, answer_within, command_of
from dev.faults.directory import Directory, Places
from dev.faults.journal import OK, UNKNOWN, Command, Journal

ALL, SOME = "import", "import_some"
"""The commands, as the journal names them."""
# Whoever sends a file of 2,000 rows waits for its report; a second try would only stand in line behind the first.
ANSWER_SECONDS = 60.0
MOVED_EVERY = 2.5  # seconds; a file tells of each person once


@dataclass
class _Moving:
    """So many people a second, of those who are `who` by then; until `told`, by the clock, they have been told of."""

    per_second: float
    who: Callable[[], Sequence[str]]
    told: float

    def due(self) -> int:
        """How many are to be told of now; they count as told from here on."""
        moment = clock()
        count, self.told = round(self.per_second * (moment - self.told)), moment
        return count


class Feed:
    """Sends the directory, one file after the other. It moves the people, so it knows where everybody sits by the last one."""

    def __init__(self, client: Client, journal: Journal, directory: Directory) -> None:
        self._client = client
        self._journal = journal
        self._directory = directory
        self._sending = asyncio.Lock()
        self._moving: _Moving | None = None

    async def send_all(self) -> Command:
        """The whole directory, in which a tenth of the people have moved since, and those whose turn it is to move."""
        async with self._sending:
            self._directory.move()
            self._move_those_due()
            return await self._send(ALL, self._directory.content)

    async def keep_moving(
        self, per_second: float, who: Callable[[], Sequence[str]], stop: asyncio.Event
    ) -> None:
        """Move so many people a second, of those who are `who` by then, and tell of them a file at a time, until `stop`.

        What was missed while a file took long is made up for as far as the next one can, which may be a file of all: it
        tells of each once.
        """
        self._moving = moving = _Moving(per_second, who, clock())
        while not await _stopped(stop, moving.told + MOVED_EVERY - clock()):
            async with self._sending:
                if some := self._move_those_due():
                    await self._send(SOME, some, scope="part")
        self._moving = None

    def _move_those_due(self) -> bytes:
        """A file of their rows; empty where nobody is."""
        if self._moving is None:
            return b""
        return self._directory.move_some(self._moving.who(), self._moving.due())

    async def settle(self, patience: float) -> Places:
        """Send all once more, for so many seconds at most: where everybody sits then, empty where that is not known."""
        until = clock() + patience
        command = await self.send_all()
        if command.outcome == UNKNOWN:
            command = await self._client.ask_again(command, until - clock())
        others = any(one.command in (ALL, SOME) for one in self._journal.unknown())
        return self._directory.places if command.outcome == OK and not others else {}

    async def _send(self, name: str, content: bytes, scope: str = "full") -> Command:
        path = f"/v1/directory/imports?mode=skip_bad&scope={scope}"
        command = command_of("lead", name, "enrollment", path)
        told = {"data": content, "headers": {"Content-Type": "text/csv"}}
        patience = answer_within(ANSWER_SECONDS)
        return await self._client.say(command, LEAD, timeout=patience, **told)


async def _stopped(stop: asyncio.Event, within: float) -> bool:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), within)
    return stop.is_set()
