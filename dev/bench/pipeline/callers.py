"""Who speaks to the services while they are measured: one whose commands are looked for in the report, and a crowd.

Everybody pauses and resumes, in turn: a command of enrollment that matching, notifications and reporting
hear of. The one has a programme of their own, so that the report shows each of their commands and no other's. They speak
over aiohttp, which takes a third of httpx' processor time: what they take is taken from the services beside them.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

from dev.demo.company import write_company
from dev.demo.company_api import Company, Unexpected
from dev.demo.inputs import DEFAULT_MAPPING, read_mapping
from dev.demo.volunteers import Volunteer, choose, read_employees

COMPANY, CROWD = 600, 200
# Without a rest in between, reading alone would fill a core.
LOOK_SECONDS = 0.025
ANSWER_SECONDS = 1.0  # from when a command was due
LONGEST_SECONDS = 60.0
REQUEST_SECONDS = 30.0
ENROL_AT_ONCE = 8
WORDS = {False: "pause", True: "resume"}

Lines = Mapping[str, aiohttp.ClientSession]
"""The services by name, each with the connections to it."""


@asynccontextmanager
async def lines_to(urls: Mapping[str, str]) -> AsyncIterator[Lines]:
    """Connections to these services, as many as are needed at once."""
    async with AsyncExitStack() as stack:
        opened = {}
        for name, url in urls.items():
            session = aiohttp.ClientSession(
                url,
                connector=aiohttp.TCPConnector(limit=0),
                timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS),
            )
            opened[name] = await stack.enter_async_context(session)
        yield opened


class Unseen(Exception):
    """A command was answered with yes, and the report never showed it."""


@dataclass
class Caller:
    """One volunteer; `paused` is what they have said last."""

    line: aiohttp.ClientSession
    headers: Mapping[str, str]
    volunteer_id: str
    paused: bool = False

    async def speak(self) -> None:
        """Pause, or resume. Raises Unexpected, aiohttp.ClientError or TimeoutError where it is not accepted."""
        path = f"/v1/volunteers/{self.volunteer_id}/{WORDS[self.paused]}"
        body = None if self.paused else {"until": None}
        headers = {**self.headers, "Idempotency-Key": str(uuid4())}
        async with self.line.post(path, json=body, headers=headers) as answer:
            await _body(answer)
        self.paused = not self.paused


@dataclass
class Watched:
    """The one whose commands are timed."""

    caller: Caller
    line: aiohttp.ClientSession
    headers: Mapping[str, str]
    programme_id: str

    async def seconds_to_report(self) -> float:
        """From the 2xx of a command until a report that shows it is read. Raises Unseen."""
        await self.caller.speak()
        answered = time.perf_counter()
        while await self._paused() != int(self.caller.paused):
            if time.perf_counter() - answered > LONGEST_SECONDS:
                raise Unseen(f"not in the report after {LONGEST_SECONDS:g} s")
            await asyncio.sleep(LOOK_SECONDS)
        return time.perf_counter() - answered

    async def _paused(self) -> int:
        path = f"/v1/programmes/{self.programme_id}/report"
        async with self.line.get(path, headers=self.headers) as answer:
            report = await _body(answer)
        return int(report["volunteers"]["mentor"]["paused"])


@dataclass
class Crowd:
    """Many callers, each with one command under way at most."""

    callers: list[Caller]
    chance: random.Random
    _busy: set[int] = field(default_factory=set)

    async def speak(self, rate: float, seconds: float) -> float:
        """So many commands a second, whether answered or not; the share that had its 2xx within ANSWER_SECONDS."""
        began, due = time.monotonic(), 0
        wanted = int(rate * seconds)
        tasks: list[asyncio.Task[bool]] = []
        while due < wanted:
            while due < min(wanted, (time.monotonic() - began) * rate):
                at, due = began + due / rate, due + 1
                if len(self._busy) < len(self.callers):  # else it stays unsaid, and unanswered
                    tasks.append(asyncio.create_task(self._one(self._free(), at)))
            await asyncio.sleep(0.005)
        return sum(await asyncio.gather(*tasks)) / wanted

    def _free(self) -> int:
        number = self.chance.randrange(len(self.callers))
        while number in self._busy:
            number = self.chance.randrange(len(self.callers))
        self._busy.add(number)
        return number

    async def _one(self, number: int, due: float) -> bool:
        try:
            await self.callers[number].speak()
        except (Unexpected, aiohttp.ClientError, TimeoutError):
            return False
        finally:
            self._busy.discard(number)
        return time.monotonic() - due <= ANSWER_SECONDS


async def _body(answer: aiohttp.ClientResponse) -> Any:
    """What was answered. Raises Unexpected where that is no success."""
    if not answer.ok:
        asked = f"{answer.method} {answer.url.path}"
        raise Unexpected(f"{asked}: {answer.status} {await answer.text()}")
    return await answer.json()


async def gather(company: Company, lines: Lines, folder: Path, seed: int) -> tuple[Watched, Crowd]:
    """Make a company whose people have enrolled. Raises Unexpected."""
    mapping, directory = read_mapping(DEFAULT_MAPPING), folder / "company.csv"
    write_company(directory, people=COMPANY, seed=seed)
    people = choose(read_employees(directory, mapping.layout()), seed)[: CROWD + 1]
    lead = company.lead()
    await lead.put("enrollment", "/v1/directory/mapping", mapping.model_dump(mode="json"))
    content = directory.read_bytes()
    await lead.upload("enrollment", "/v1/directory/imports", content, mode="skip_bad")
    own, crowd = [await lead.open_programme(_programme()) for _ in range(2)]
    enrol = partial(_enrolled, company, lines["enrollment"])
    caller = await enrol(own, people[0])
    watched = Watched(caller, lines["reporting"], lead.headers, own["programme_id"])
    callers: list[Caller] = []
    for at in range(1, len(people), ENROL_AT_ONCE):
        some = people[at : at + ENROL_AT_ONCE]
        callers += await asyncio.gather(*(enrol(crowd, one) for one in some))
    path = f"/v1/programmes/{own['programme_id']}/report"
    await lead.until(
        "the report counts the one who is watched",
        "reporting",
        path,
        lambda found: found["volunteers"]["mentor"]["total"] == 1,
    )
    return watched, Crowd(callers, random.Random(seed))


async def _enrolled(
    company: Company, line: aiohttp.ClientSession, opened: Any, person: Volunteer
) -> Caller:
    speaker = company.employee(person.staff_number, person.email)
    path = f"/v1/programmes/{opened['programme_id']}/volunteers"
    answer = await speaker.post("enrollment", path, person.body)
    return Caller(line, speaker.headers, answer["volunteer_id"])


def _programme() -> dict[str, Any]:
    start = datetime.now(UTC).date()
    days = {"starts_on": start.isoformat(), "ends_on": (start + timedelta(days=180)).isoformat()}
    return days | {
        "title": "Reverse mentoring",
        "languages": ["en", "ru"],
        "formats": [{"format": "one_to_one"}],
        "cohort": days | {"size_cap": 10_000},
    }
