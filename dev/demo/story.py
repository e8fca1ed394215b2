"""The story of the demo, step by step, told by asking the services and nothing else."""

import asyncio
import random
from collections import Counter
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
    pairs: list[dict[str, Any]] = field(default_factory=list)


class Story:
    """One programme, from the directory to the report."""

    def __init__(self, company: Company, tell: Tell, seed: int) -> None:
        self._company = company
        self._lead = company.lead()
        self._tell = tell
        self._seed = seed
        self._chance = random.Random(seed)
        self._proposed: list[tuple[Speaker, list[dict[str, Any]]]] = []
        self._paired: list[Speaker] = []
        self._held = 0
        self.outcome = Outcome()

    async def run(self, directory: Path, mapping: DirectoryMapping) -> Outcome:
        """Play it; raises Unexpected where a service does not play along."""
        await self.import_directory(directory, mapping)
        cohort_id = await self.open_programme()
        volunteers = choose(read_employees(directory, mapping.layout()), self._seed)
        speakers = await self.enrol(volunteers)
        counts = self.outcome.enrolment
        await self.run_round(cohort_id, mentors=counts["mentors"], mentees=counts["mentees"])
        await self.read_proposals(speakers)
        await self.answer_proposals()
        await self.wait_for_mails("introduction", self._paired)
        await self.meet()
        await self.wait_for_mails("session_reminder", self._paired)
        await self.read_report()
        return self.outcome

    def _path(self, rest: str) -> str:
        return f"/v1/programmes/{self.outcome.programme_id}{rest}"

    async def import_directory(self, directory: Path, mapping: DirectoryMapping) -> None:
        """Take in the HR directory; that enrols nobody."""
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

    async def open_programme(self) -> str:
        """Open a programme with a pilot cohort; returns the cohort."""
        start = datetime.now(UTC).date()
        end = start + timedelta(days=DAYS)
        opened = await self._lead.open_programme(_programme(start, end))
        self.outcome.programme_id = opened["programme_id"]
        self._tell(f"programme {opened['programme_id']} is open, with a pilot cohort")
        return str(opened["cohort_id"])

    async def enrol(self, volunteers: Sequence[Volunteer]) -> list[Speaker]:
        """Let everybody say yes with their own token."""
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

    async def run_round(self, cohort_id: str, *, mentors: int, mentees: int) -> None:
        """Run a round once matching knows so many who wait."""
        await self._lead.until(
            "matching knows everybody who waits",
            "matching",
            self._path("/waiting"),
            lambda waiting: waiting == {"mentors": mentors, "mentees": mentees},
        )
        asked = await self._lead.post("matching", self._path("/rounds"), {"cohort_id": cohort_id})
        here = self._path(f"/rounds/{asked['id']}")
        self.outcome.round = await self._lead.until(
            "the round is a draft",
            "matching",
            here,
            lambda found: found["state"] in ("drafted", "failed"),
        )
        if self.outcome.round["state"] == "drafted":
            self.outcome.round = await self._lead.post("matching", f"{here}/release")
        self._tell(
            f"round {self.outcome.round['state']}: {self.outcome.round['matched']} pairs proposed"
        )

    async def read_proposals(self, speakers: Sequence[Speaker]) -> None:
        """Let everybody see what was proposed to them, in their mail and over the API."""

        async def look(speaker: Speaker) -> None:
            found = await speaker.until(
                "matching knows the volunteer", "matching", "/v1/proposals", lambda _: True
            )
            if found["items"]:
                self._proposed.append((speaker, found["items"]))

        await each(speakers, look)
        await self.wait_for_mails("proposal", [speaker for speaker, _ in self._proposed])

    async def answer_proposals(self) -> None:
        """Let both sides answer; a few decline."""

        async def answer(one: tuple[Speaker, list[dict[str, Any]]]) -> None:
            speaker, proposals = one
            for proposal in proposals:
                word = "decline" if self._chance.random() < DECLINES else "accept"
                await speaker.post_unless_closed(
                    "matching", f"/v1/proposals/{proposal['id']}/{word}"
                )

        await each(self._proposed, answer)
        await self.find_pairs()

    async def find_pairs(self) -> None:
        """See who is paired now: a pair is there once its second side has answered."""
        self._paired = []

        async def look(one: tuple[Speaker, list[dict[str, Any]]]) -> None:
            if (await one[0].get("matching", "/v1/pairs"))["items"]:
                self._paired.append(one[0])

        await each(self._proposed, look)
        pairs = await self._lead.get("matching", self._path("/pairs"))
        self.outcome.pairs = pairs["items"]
        self._tell(f"both sides have answered: {len(self.outcome.pairs)} pairs formed")

    async def meet(self) -> None:
        """Pairs plan a session for tomorrow; most have met already and say so."""

        async def report(speaker: Speaker) -> None:
            for pair in (await speaker.get("matching", "/v1/pairs"))["items"]:
                if pair["side"] == "mentee":
                    await self._plan_and_report(speaker, pair)

        await each(self._paired, report)
        self._tell(f"pairs have planned their next session, {self._held} reported the first one")

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
            self._held += 1
        # The reminder is due a day before, so a session in a day and a moment shows it now.
        starts_at = datetime.now(UTC) + timedelta(hours=REMINDER_HOURS, seconds=SECONDS_AHEAD)
        plan = {"starts_at": _text(starts_at), "minutes": 60}
        await speaker.post_once_known("reporting", sessions, plan)

    async def wait_for_mails(self, kind: str, concerned: Sequence[Speaker]) -> None:
        """Wait until everybody concerned finds the mail of this kind settled in their own list."""
        outcomes: Counter[str] = Counter()

        async def look(speaker: Speaker) -> None:
            found = await speaker.until(
                f"everybody has their mail: {kind}",
                "notifications",
                "/v1/deliveries",
                lambda mails: _outcome(mails, kind) not in (None, "waiting"),
            )
            outcomes[_outcome(found, kind) or ""] += 1

        await each(concerned, look)
        said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        self._tell(f"mails, {kind.replace('_', ' ')}: {said or 'none'}")

    async def read_report(self) -> None:
        """Read the report once it has caught up with the sessions that were reported."""
        self.outcome.report = await self._lead.until(
            "the report has caught up",
            "reporting",
            self._path("/report"),
            lambda found: (
                found["pairs"]["formed"] == len(self.outcome.pairs)
                and found["sessions"]["held"] in (self._held, "hidden", "<5")
            ),
        )


async def each(items: Iterable[Item], work: Callable[[Item], Awaitable[None]]) -> None:
    """Do the work for every item, several at once."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(item: Item) -> None:
        async with places:
            await work(item)

    tasks = [asyncio.create_task(one(item)) for item in items]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


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
            "size_cap": 500,
            "pilot": True,
        },
    }


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _outcome(mails: dict[str, Any], kind: str) -> str | None:
    """What became of the newest mail of a kind; None where there is none yet."""
    found = [mail["outcome"] for mail in mails["deliveries"] if mail["kind"] == kind]
    return found[0] if found else None
