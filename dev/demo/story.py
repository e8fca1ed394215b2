"""The story of the demo, step by step, told by asking the services and nothing else."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from dev.demo.company_api import Company, Speaker
from dev.demo.volunteers import Volunteer, choose, read_employees
from services.enrollment.translation import DirectoryMapping

Tell = Callable[[str], None]
Item = TypeVar("Item")

AT_ONCE = 24
DECLINES = 0.06
REMINDER_HOURS = 24
SECONDS_AHEAD = 3
DAYS = 180


@dataclass
class Outcome:
    """What the services answered in the end."""

    programme_id: str = ""
    employees: int = 0
    enrolment: dict[str, Any] = field(default_factory=dict)
    round: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    deliveries: dict[str, Any] = field(default_factory=dict)
    pairs: list[dict[str, Any]] = field(default_factory=list)


class Story:
    """One programme, from the directory to the report."""

    def __init__(self, company: Company, tell: Tell, seed: int) -> None:
        self._company = company
        self._lead = company.lead()
        self._tell = tell
        self._seed = seed
        self._chance = random.Random(seed)
        self.outcome = Outcome()

    async def run(self, directory: Path, mapping: DirectoryMapping) -> Outcome:
        """Play it; raises Unexpected where a service does not play along."""
        await self._import(directory, mapping)
        cohort_id = await self._open_programme()
        volunteers = choose(read_employees(directory, mapping.layout()), self._seed)
        speakers = await self._enrol(volunteers)
        await self._run_round(cohort_id)
        await self._answer_proposals(speakers)
        await self._wait_for_mails("proposal", "introduction")
        await self._meet(speakers)
        await self._wait_for_mails("session_reminder")
        await self._read_report()
        return self.outcome

    def _path(self, rest: str) -> str:
        return f"/v1/programmes/{self.outcome.programme_id}{rest}"

    async def _import(self, directory: Path, mapping: DirectoryMapping) -> None:
        await self._lead.put("enrollment", "/v1/directory/mapping", mapping.model_dump(mode="json"))
        content = await asyncio.to_thread(directory.read_bytes)
        found = await self._lead.upload(
            "enrollment", "/v1/directory/imports", content, mode="skip_bad"
        )
        counted = await self._lead.get("enrollment", "/v1/directory")
        self.outcome.employees = counted["employees"]
        self._tell(
            f"directory: {found['rows']} rows, {found['bad_total']} bad; "
            f"{counted['employees']} employees, none of them enrolled by that"
        )

    async def _open_programme(self) -> str:
        start = datetime.now(UTC).date()
        end = start + timedelta(days=DAYS)
        opened = await self._lead.post("enrollment", "/v1/programmes", _programme(start, end))
        self.outcome.programme_id = opened["programme_id"]
        self._tell(f"programme {opened['programme_id']} is open, with a pilot cohort")
        return str(opened["cohort_id"])

    async def _enrol(self, volunteers: Sequence[Volunteer]) -> list[Speaker]:
        speakers = [self._company.employee(one.staff_number, one.email) for one in volunteers]

        async def say_yes(place: int) -> None:
            body = volunteers[place].body
            await speakers[place].post("enrollment", self._path("/volunteers"), body)

        await each(range(len(volunteers)), say_yes)
        self.outcome.enrolment = await self._lead.get("enrollment", self._path("/enrolment"))
        counts = self.outcome.enrolment
        self._tell(
            f"{counts['volunteers']} said yes themselves: "
            f"{counts['mentors']} mentors, {counts['mentees']} mentees"
        )
        return speakers

    async def _run_round(self, cohort_id: str) -> None:
        counts = self.outcome.enrolment
        await self._lead.until(
            "matching knows everybody who waits",
            "matching",
            self._path("/waiting"),
            lambda waiting: (
                waiting["mentors"] == counts["mentors"] and waiting["mentees"] == counts["mentees"]
            ),
        )
        asked = await self._lead.post("matching", self._path("/rounds"), {"cohort_id": cohort_id})
        self.outcome.round = await self._lead.until(
            "the round is completed",
            "matching",
            self._path(f"/rounds/{asked['id']}"),
            lambda found: found["state"] in ("completed", "failed"),
        )
        self._tell(
            f"round {self.outcome.round['state']}: {self.outcome.round['matched']} pairs proposed"
        )

    async def _answer_proposals(self, speakers: Sequence[Speaker]) -> None:
        declining = {place for place in range(len(speakers)) if self._chance.random() < DECLINES}

        async def answer(place: int) -> None:
            speaker = speakers[place]
            answers = await speaker.until(
                "matching knows the volunteer", "matching", "/v1/proposals", lambda _: True
            )
            for proposal in answers["items"]:
                word = "decline" if place in declining else "accept"
                await speaker.post_unless_closed(
                    "matching", f"/v1/proposals/{proposal['id']}/{word}"
                )

        await each(range(len(speakers)), answer)
        pairs = await self._lead.get("matching", self._path("/pairs"))
        self.outcome.pairs = pairs["items"]
        self._tell(f"both sides have answered: {len(self.outcome.pairs)} pairs formed")

    async def _meet(self, speakers: Sequence[Speaker]) -> None:
        """Most pairs plan a session for tomorrow; many have met already and say so."""

        async def report(speaker: Speaker) -> None:
            for pair in (await speaker.get("matching", "/v1/pairs"))["items"]:
                if pair["side"] == "mentee":
                    await self._plan_and_report(speaker, pair)

        await each(speakers, report)
        self._tell("pairs have planned their next session and reported the first one")

    async def _plan_and_report(self, speaker: Speaker, pair: dict[str, Any]) -> None:
        sessions = f"/v1/pairs/{pair['id']}/sessions"
        if self._chance.random() < 0.8:
            held = {
                "held_at": _text(datetime.now(UTC) - timedelta(hours=2)),
                "minutes": self._chance.choice([45, 60, 90]),
                "topics": pair["topics"][:1],
                "mood": self._chance.randint(3, 5),
            }
            await speaker.post_once_known("reporting", f"{sessions}/held", held)
        # The reminder is due a day before, so a session in a day and a moment shows it now.
        starts_at = datetime.now(UTC) + timedelta(hours=REMINDER_HOURS, seconds=SECONDS_AHEAD)
        plan = {"starts_at": _text(starts_at), "minutes": 60}
        await speaker.post_once_known("reporting", sessions, plan)

    async def _wait_for_mails(self, *kinds: str) -> None:
        pairs = len(self.outcome.pairs)
        wanted = {"proposal": 2 * self.outcome.round["matched"], "introduction": 2 * pairs}
        wanted["session_reminder"] = 2 * pairs
        self.outcome.deliveries = await self._lead.until(
            f"the mails of kind {', '.join(kinds)} are out",
            "notifications",
            self._path("/deliveries"),
            lambda found: all(_settled(found["kinds"][kind]) >= wanted[kind] for kind in kinds),
        )
        for kind in kinds:
            counts = self.outcome.deliveries["kinds"][kind]
            self._tell(f"mails, {kind.replace('_', ' ')}: {counts['sent']} sent")

    async def _read_report(self) -> None:
        sent = sum(kind["sent"] for kind in self.outcome.deliveries["kinds"].values())
        self.outcome.report = await self._lead.until(
            "the report has caught up",
            "reporting",
            self._path("/report"),
            lambda found: _mails(found) >= sent,
        )


async def each(items: Iterable[Item], work: Callable[[Item], Awaitable[None]]) -> None:
    """Do the work for every item, several at once."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(item: Item) -> None:
        async with places:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for item in items:
            group.create_task(one(item))


def _programme(start: date, end: date) -> dict[str, Any]:
    return {
        "title": "Reverse mentoring",
        "starts_on": start.isoformat(),
        "ends_on": end.isoformat(),
        "languages": ["en", "ru"],
        "formats": [{"format": "one_to_one"}],
        "reminders": {"session_hours_before": [REMINDER_HOURS]},
        "objectives": [
            {
                "kpi": "executives_using_ai",
                "unit": "percent",
                "baseline": 20,
                "target": 60,
                "due": end.isoformat(),
            }
        ],
        "cohort": {
            "starts_on": start.isoformat(),
            "ends_on": end.isoformat(),
            "size_cap": 1000,
            "pilot": True,
        },
    }


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _settled(outcomes: dict[str, int]) -> int:
    return outcomes["sent"] + outcomes["suppressed"] + outcomes["failed"]


def _mails(report: dict[str, Any]) -> int:
    return sum(kind["sent"] for kind in report["mails"].values() if isinstance(kind["sent"], int))
