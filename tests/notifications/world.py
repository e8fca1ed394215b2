"""Notifications on a real database: tell it events, let it plan and send, look at what is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.notifications.consumers import ROUTES
from services.notifications.domain.letters import Letter
from services.notifications.domain.reminders import Reminder
from services.notifications.domain.sending import Answer, Outcome, Pace
from services.notifications.schedules import Worker
from services.notifications.store import INDEXES
from shared.chassis.clock import Clock, system_clock
from shared.chassis.foundation import OWN_INDEXES
from shared.chassis.mongo import Client, MongoDatabase, ensure_indexes
from shared.chassis.transactions import Transactions
from shared.contracts.base import Contract
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.enrollment import v1 as enrollment
from shared.contracts.envelope import Envelope, Event
from shared.contracts.matching import v1 as matching
from shared.contracts.reporting import v1 as reporting
from tests.notifications.letters import (
    MENTEE,
    MENTEE_PERSON,
    MENTOR,
    MENTOR_PERSON,
    PAIR,
    PROGRAMME,
    SESSION,
)

COHORT = UUID("00000000-0000-7000-8000-00000000000c")
ACCEPTED = Outcome(Answer.ACCEPTED, "250")
_OF_PAIR = {"pair_id": PAIR, "programme_id": PROGRAMME}
_SIDES = {"mentor_id": MENTOR, "mentee_id": MENTEE, "cohort_id": COHORT}


@dataclass
class Postbox:
    """A channel that takes notes. `outcomes` are given one after another, then everything is accepted."""

    outcomes: list[Outcome] = field(default_factory=list)
    letters: list[tuple[Reminder, Letter]] = field(default_factory=list)

    async def send(self, reminder: Reminder, letter: Letter) -> Outcome:
        self.letters.append((reminder, letter))
        return self.outcomes.pop(0) if self.outcomes else ACCEPTED

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Kind and address of each."""
        return sorted((str(r.kind), letter.reader.email) for r, letter in self.letters)


class World:
    """One database, and as many workers as a test wants."""

    def __init__(self, client: Client, database: MongoDatabase, clock: Clock) -> None:
        self.database = database
        self.transactions = Transactions(client, database, clock)
        self.postbox = Postbox()
        self.worker = self.new_worker()

    @classmethod
    async def made(
        cls, client: Client, database: MongoDatabase, clock: Clock = system_clock
    ) -> "World":
        await ensure_indexes(database, (*OWN_INDEXES, *INDEXES))
        return cls(client, database, clock)

    def new_worker(self, at_once: int = 16, pace: Pace | None = None) -> Worker:
        pace = pace or Pace()
        return Worker(self.transactions, self.postbox, "obverse.test", pace, at_once, lambda: 1.0)

    async def hear(self, *told: Contract, at: datetime | None = None) -> None:
        """Consume these events, each in a transaction of its own."""
        for data in told:
            envelope = Envelope(
                id=uuid4(),
                type=CATALOGUE.by_model[type(data)].name,
                source="/obverse/test",
                time=at or datetime.now(UTC),
                sequence=1,
                correlationid=UUID(int=77),
            )
            handler = ROUTES[type(data)]
            event = Event(envelope, data)
            await self.transactions.run(lambda tx, h=handler, e=event: h(tx, e))  # type: ignore[misc]

    async def tick(self) -> None:
        """Plan, then send."""
        await self.worker.plan()
        await self.worker.send()

    async def rows(self, **where: Any) -> list[dict[str, Any]]:
        """Reminders as they are stored, by kind, due time and side."""
        order = [("kind", 1), ("due", 1), ("side", 1)]
        return await self.database["reminders"].find(where).sort(order).to_list(None)

    async def states(self) -> list[tuple[str, str, str, str | None]]:
        """Kind, side, state and reason of each reminder."""
        return [(r["kind"], r["side"], r["state"], r["reason"]) for r in await self.rows()]

    async def told(self) -> list[str]:
        """The types of the events in the outbox, sorted."""
        found = await self.database["outbox"].find({}).to_list(None)
        return sorted(row["type"].removeprefix("obverse.notifications.") for row in found)

    async def pass_time(self, by: timedelta) -> None:
        """As if so much time had passed: every time in the reminders and pairs lies so much earlier."""
        shift = {"$subtract": ["$$value", int(by.total_seconds() * 1000)]}
        for name in ("look_at", "due", "first_tried_at"):
            moved = {"$let": {"vars": {"value": f"${name}"}, "in": shift}}
            await self.database["reminders"].update_many(
                {name: {"$type": "date"}}, [{"$set": {name: moved}}]
            )


def programme(
    *, before: Sequence[float] = (24.0, 1.0), after: Sequence[float] = (24.0, 48.0)
) -> enrollment.ProgrammeOpened:
    return enrollment.ProgrammeOpened(
        programme_id=PROGRAMME,
        starts_on=date(2026, 1, 1),
        ends_on=date(2027, 1, 1),
        languages=["en", "ru"],
        formats=[],
        matching=enrollment.MatchingPolicy(level_gap=2, common_slot_minutes=30, weights={}),
        reminders=enrollment.ReminderPolicy(
            session_hours_before=list(before),
            proposal_hours_after=list(after),
            proposal_expires_hours=72,
        ),
        objectives=[],
        pilot_only=False,
    )


def topics() -> list[Contract]:
    named = (("ai", "Artificial intelligence", "Искусственный интеллект"),)
    return [
        enrollment.TopicChanged(topic=code, parent=None, label_en=en, label_ru=ru, retired=False)
        for code, en, ru in named
    ]


def people() -> list[Contract]:
    """Anna the mentor and Viktor the mentee, with what says who they are."""
    found: list[Contract] = []
    for person, volunteer, name, locale in (
        (MENTOR_PERSON, MENTOR, "Anna", "en"),
        (MENTEE_PERSON, MENTEE, "Viktor", "ru"),
    ):
        found.append(
            enrollment.PrincipalChanged(
                person_id=person,
                issuer="https://id.test",
                subject=name,
                roles={},
                volunteer_ids=[volunteer],
            )
        )
        found.append(contact(person, name, f"{name.lower()}@example.org", locale))
    return found


def contact(person: UUID, name: str, email: str, locale: str = "en") -> Contract:
    return enrollment.ContactChanged(
        person_id=person, name=name, email=email, locale=locale, time_zone="Europe/Berlin"
    )


def volunteer(fact: type[enrollment.VolunteerFact], volunteer_id: UUID = MENTOR) -> Contract:
    more = {"until": None} if fact is enrollment.VolunteerPaused else {}
    return fact(
        volunteer_id=volunteer_id,
        programme_id=PROGRAMME,
        cohort_id=COHORT,
        roles=["mentor"],
        **more,
    )


def proposed(expires_in: timedelta = timedelta(hours=72)) -> Contract:
    return matching.ProposalMade(
        **_OF_PAIR,
        **_SIDES,
        round_id=uuid4(),
        format="one_to_one",
        topics=["ai"],
        hobby="chess",
        slots=[enrollment.WeeklySlot(weekday=0, start_minute=450, minutes=90)],
        score={},
        expires_at=datetime.now(UTC) + expires_in,
    )


def accepted(side: str) -> Contract:
    return matching.ProposalAccepted(**_OF_PAIR, cohort_id=COHORT, side=side)


def declined(side: str = "mentee") -> Contract:
    return matching.ProposalDeclined(**_OF_PAIR, cohort_id=COHORT, side=side)


def formed() -> Contract:
    return matching.PairFormed(
        **_OF_PAIR, **_SIDES, format="one_to_one", group_id=None, until=date(2027, 2, 5)
    )


def ended() -> Contract:
    return matching.PairEnded(**_OF_PAIR, **_SIDES, outcome="stopped")


def planned(starts_in: timedelta, session_id: UUID = SESSION) -> Contract:
    starts_at = datetime.now(UTC) + starts_in
    return reporting.SessionPlanned(
        **_OF_PAIR, session_id=session_id, starts_at=starts_at, minutes=45
    )


def cancelled() -> Contract:
    return reporting.SessionCancelled(**_OF_PAIR, session_id=SESSION)


def held() -> Contract:
    return reporting.SessionHeld(
        **_OF_PAIR,
        session_id=SESSION,
        held_at=datetime.now(UTC),
        minutes=45,
        topics=[],
        mood=None,
    )
