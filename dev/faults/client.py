"""How the load speaks to the replicas: to one that is ready, and again under the same key until there is an answer.

Where none is, it speaks to one that did not say in time whether it is: on a machine with too little to run on,
that one is slow, while the other said that it goes, or is gone. It speaks over aiohttp, which leaves more of the
processors to the platform than httpx does.
"""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Callable, Sequence
from enum import IntEnum
from http import HTTPStatus
from typing import Any, NamedTuple
from uuid import uuid4

import aiohttp

from dev.faults.cluster import Replica
from dev.faults.journal import OK, REFUSED, UNKNOWN, Command, Journal, Lines, now

LOOK_SECONDS = 0.2  # between two looks at /readyz
LOOKED_AT_SECONDS = 1.0  # for its answer, as an orchestrator's probe waits
ANSWER_SECONDS, CONNECT_SECONDS = 8.0, 2.0
PATIENCE_SECONDS = 25.0  # then the outcome is unknown for now
UNHEARD_SECONDS = 20.0  # a service may not have heard yet of who speaks, or of the thing
AT_ONCE = 200  # requests
NOBODY = 0  # the status of a request that nobody answered
IN_FLIGHT = "idempotency_key_in_flight"
_PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)


class Look(IntEnum):
    """What the last look at /readyz found; who has the least is spoken to."""

    READY = 0
    SILENT = 1
    AWAY = 2


class Tried(NamedTuple):
    """A request and its answer; both moments are those of `time.monotonic`."""

    status: int
    asked: float
    answered: float


class Client:
    """Everybody of the load speaks through it; what is said is in the journal."""

    def __init__(
        self,
        replicas: Sequence[Replica],
        token: Callable[..., str],
        journal: Journal,
        chance: random.Random,
    ) -> None:
        self._replicas = replicas
        self._token = token
        self._tokens: dict[str, str] = {}
        self._journal = journal
        self._chance = chance
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=AT_ONCE), timeout=answer_within(ANSWER_SECONDS)
        )
        self._looks = {one.name: Look.READY for one in replicas}
        self._errors = Lines(journal.path.with_name("unanswered.jsonl"))
        self._bodies: dict[str, dict[str, Any]] = {}
        self.watched: list[Tried] = []
        """Every try, in the order of the answers."""

    async def watch(self) -> None:
        """Look at each /readyz, for ever, as a load balancer does."""
        await asyncio.gather(*(self._watch(one) for one in self._replicas))

    async def _watch(self, replica: Replica) -> None:
        while True:
            self._looks[replica.name] = await self._look_at(replica)
            await asyncio.sleep(LOOK_SECONDS)

    async def _look_at(self, replica: Replica) -> Look:
        patience = aiohttp.ClientTimeout(total=LOOKED_AT_SECONDS)
        try:
            async with self._http.get(f"{replica.url}/readyz", timeout=patience) as answer:
                return Look.READY if answer.status == HTTPStatus.OK else Look.AWAY
        except TimeoutError:
            return Look.SILENT
        except aiohttp.ClientError:
            return Look.AWAY

    async def close(self) -> None:
        """No more words."""
        await self._http.close()

    async def say(self, command: Command, claims: dict[str, Any], **content: Any) -> Command:
        """Say it until there is an answer, or patience ends. The outcome is in the command."""
        self._bodies[command.id] = {"claims": claims, "content": content}
        self._journal.intend(command)
        return await self._settle(command, PATIENCE_SECONDS)

    async def ask_again(self, command: Command, patience: float) -> Command:
        """Learn the outcome of a command that is unknown, under its key."""
        return await self._settle(command, patience)

    async def read(self, service: str, path: str, claims: dict[str, Any], **params: Any) -> Any:
        """What a GET answers; None where nobody answers, or not with 200."""
        for pause in _PAUSES:
            replica = self._pick(service)
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                headers, url = self._headers(claims), f"{replica.url}{path}"
                async with self._http.get(url, params=params, headers=headers) as answer:
                    if answer.status == HTTPStatus.OK:
                        return await answer.json()
                    if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                        return None
            await asyncio.sleep(pause)
        return None

    async def _settle(self, command: Command, patience: float) -> Command:
        began = time.monotonic()
        outcome, turn = UNKNOWN, 0
        while True:
            asked = time.monotonic()
            status, answer = await self._try(command)
            command.tries.append(status)
            self.watched.append(Tried(status, asked, time.monotonic()))
            command.status, command.answer = status, answer
            waited = time.monotonic() - began
            verdict = _verdict(status, answer, waited)
            if verdict is not None or waited > patience:
                outcome = verdict or UNKNOWN
                break
            await asyncio.sleep(_PAUSES[min(turn, len(_PAUSES) - 1)])
            turn += 1
        # Refused now, but an earlier try may still be under way in a process that sleeps.
        if outcome == REFUSED and NOBODY in command.tries and command.outcome is None:
            outcome = UNKNOWN
        self._journal.settle(command, outcome)
        return command

    async def _try(self, command: Command) -> tuple[int, Any]:
        said = self._bodies[command.id]
        headers = self._headers(said["claims"]) | {
            "Idempotency-Key": command.key,
            "X-Correlation-Id": command.correlation_id,
        }
        content = dict(said["content"])
        headers |= content.pop("headers", {})
        replica = self._pick(command.service)
        url = f"{replica.url}{command.path}"
        try:
            async with self._http.request(
                command.method, url, headers=headers, **content
            ) as answer:
                return answer.status, _json(await answer.text())
        except (aiohttp.ClientError, TimeoutError) as error:
            self._errors.write(
                {"at": now(), "replica": replica.name, "error": type(error).__name__}
            )
            return NOBODY, None

    def _pick(self, service: str) -> Replica:
        all_of_it = [one for one in self._replicas if one.service == service]
        best = min(self._looks[one.name] for one in all_of_it)
        return self._chance.choice([one for one in all_of_it if self._looks[one.name] == best])

    def _headers(self, claims: dict[str, Any]) -> dict[str, str]:
        subject = claims["subject"]
        if subject not in self._tokens:
            self._tokens[subject] = self._token(**claims)
        return {"Authorization": f"Bearer {self._tokens[subject]}"}


def answer_within(seconds: float) -> aiohttp.ClientTimeout:
    """Wait for an answer, or for more of it, for so long, and for a connection much less."""
    return aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=seconds)


def _json(text: str) -> Any:
    """What was answered; None where it is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _verdict(status: int, answer: Any, waited: float) -> str | None:
    """The outcome, or None where it is to be tried again."""
    code = answer.get("code") if isinstance(answer, dict) else None
    if 200 <= status < 300:
        return OK
    if status in (NOBODY, 429) or status >= 500 or code == IN_FLIGHT:
        return None
    if status in (403, 404) and waited < UNHEARD_SECONDS:
        return None
    return REFUSED


def command_of(
    who: str, command: str, service: str, path: str, *, method: str = "POST", **subject: str
) -> Command:
    """A new command, with a key and a trail of its own."""
    return Command(
        id=str(uuid4()),
        who=who,
        command=command,
        service=service,
        method=method,
        path=path,
        key=str(uuid4()),
        correlation_id=str(uuid4()),
        subject=subject,
    )
