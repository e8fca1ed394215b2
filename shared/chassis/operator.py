"""What an operator decides about dead letters: redrive or discard, each once, in order, and written down."""

import logging
from collections.abc import Awaitable, Callable

from shared.chassis import cursors, dead_letters
from shared.chassis.intake import Intake
from shared.chassis.messages import Incoming, Message, read
from shared.chassis.mongo import Document
from shared.chassis.privacy.erasures import without_erased
from shared.chassis.refusals import Conflict, NotFound
from shared.chassis.transactions import Tx

CONFLICT = "id_conflict"
Refetch = Callable[[str, int, int], Awaitable[Message | None]]


class DeadLetterDesk:
    """Works on the dead letters of one database; the effect goes through the intake that failed."""

    def __init__(self, intake: Intake, refetch: Refetch) -> None:
        self.database = intake.database
        self.group = intake.group
        self._transactions = intake.transactions
        self._intake = intake
        self._refetch = refetch

    async def find(self, place: str) -> Document | None:
        """A dead letter by its place."""
        return await dead_letters.show(self.database, place)

    async def redrive(self, place: str, by: str) -> str:
        """Send a message again to the handler that failed, and then what waited behind it.

        Returns `redriven`, or `redriven` or `discarded` where that was decided before. Raises NotFound,
        Conflict when its turn has not come or it cannot be read, or whatever the handler raises again.
        """
        letter = await self._letter(place)
        if letter["state"] != dead_letters.OPEN:
            return str(letter["state"])
        if letter["reason"] == CONFLICT:
            raise Conflict(CONFLICT, "Another event has its place for good; discard the letter.")
        message = dead_letters.original_of(letter) or await self._refetch(
            letter["topic"], letter["partition"], letter["offset"]
        )
        if message is None or message.digest() != letter["digest"]:
            raise Conflict(
                "record_gone", "Kafka has compacted this record away; discard the letter."
            )
        item = read(message, self._intake.routes)
        if item.flaw:
            raise Conflict(
                item.flaw, "The message is still unreadable; mend the reader or discard."
            )
        await self._transactions.run(lambda tx: self._apply(tx, letter, item, by))
        if item.lane:
            await self._intake.drain(item.lane)
        return dead_letters.REDRIVEN

    async def discard(self, place: str, by: str) -> str:
        """Give a message up for good; its lane goes on without it. Raises NotFound."""
        letter = await self._letter(place)
        if letter["state"] != dead_letters.OPEN:
            return str(letter["state"])
        await self._transactions.run(lambda tx: self._skip(tx, letter, by))
        if letter["lane"]:
            await self._intake.drain(letter["lane"])
        return dead_letters.DISCARDED

    async def _letter(self, place: str) -> Document:
        letter = await self.find(place)
        if letter is None:
            raise NotFound("no_such_dead_letter", "List the dead letters to see their places.")
        return letter

    async def _apply(self, tx: Tx, letter: Document, item: Incoming, by: str) -> None:
        await self._claim(tx, letter, dead_letters.REDRIVEN, by)
        if item.lane is None or item.envelope is None or item.topic is None:
            return
        before = await cursors.load(tx, [item.lane])
        cursor, sequence = before[item.lane], item.envelope.sequence
        # The cursor of a state stands at its dead letter until a newer state moves it on.
        if sequence < cursor.sequence or (sequence == cursor.sequence and not item.topic.state):
            return
        if not item.topic.state and sequence > cursor.sequence + 1:
            raise Conflict(
                "out_of_turn", "An earlier message of this key is missing; decide it first."
            )
        for wanted in await without_erased(tx, [item]):
            await self._intake.handle(tx, wanted)
        cursors.save(tx, before, {item.lane: cursor.moved_to(item)})

    async def _skip(self, tx: Tx, letter: Document, by: str) -> None:
        await self._claim(tx, letter, dead_letters.DISCARDED, by)
        if not letter["holds"]:
            return
        lane = letter["lane"]
        before = await cursors.load(tx, [lane])
        skipped = before[lane]._replace(
            sequence=letter["sequence"],
            id=letter["event_id"],
            digest=letter["digest"],
            held_at=None,
        )
        if before[lane].held_at == letter["sequence"]:
            cursors.save(tx, before, {lane: skipped})

    async def _claim(self, tx: Tx, letter: Document, state: str, by: str) -> None:
        if await dead_letters.close(tx, letter, state, by) != 1:
            raise Conflict("decided_meanwhile", "Somebody else has decided this dead letter.")
        level = logging.INFO if state == dead_letters.REDRIVEN else logging.WARNING
        told = {"place": letter["_id"], "reason": letter["reason"], "by": by}
        tx.note(f"dead_letter.{state}", level=level, **told)
