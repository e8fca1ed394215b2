"""What a handler gets: one unit of work with what notifications keeps. `store.py` stands behind it.

Every time that comes out of a port is the database's, never this process's.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.notifications.domain.letters import Letter
from services.notifications.domain.news import News
from services.notifications.domain.notices import Notice, Withdrawal
from services.notifications.domain.overview import Tally
from services.notifications.domain.pairs import Contact, Pair, Policy, TopicLabels, Volunteer
from services.notifications.domain.reminders import Reminder
from services.notifications.domain.sending import Outcome, Settled, Step


class Knowledge(Protocol):
    """What the topics have told, in any order."""

    def learn(self, news: News) -> None:
        """Keep it; learning the same again changes nothing."""

    async def policies(self) -> Mapping[UUID, Policy]:
        """By programme."""

    async def labels(self, codes: Collection[str]) -> dict[str, TopicLabels]:
        """Those of them that are known."""

    async def volunteers(self, ids: Collection[UUID]) -> Mapping[UUID, Volunteer]:
        """Those of them that are known."""

    async def contacts(self, person_ids: Collection[UUID]) -> Mapping[UUID, Contact]:
        """Those of them that are known."""

    def forget_contact(self, person_id: UUID) -> None:
        """Keep no way to reach this person."""

    def forget_person(self, person_id: UUID) -> None:
        """Keep of no volunteer that it was this person."""

    async def count_bounce(self, contact: Contact) -> None:
        """Remember that this address was refused once more."""


class Pairs(Protocol):
    """Pairs with their proposals and sessions."""

    async def by_ids(self, ids: Collection[UUID]) -> Mapping[UUID, Pair]:
        """Those of them that are known."""

    async def changed(
        self, programme_ids: Collection[UUID], most: int
    ) -> tuple[list[Pair], datetime]:
        """Pairs with news since they were last planned, and the time."""

    def plan(self, pair: Pair, items: Collection[str]) -> None:
        """These items of the pair have their reminders; it has no news any more."""


class Notices(Protocol):
    """What is to be told to people, about no pair."""

    async def waiting(self, most: int) -> tuple[list[Notice], datetime]:
        """Those that are to be told by now and have no reminders yet, and the time."""

    async def leads(self, programme_id: UUID) -> Sequence[UUID]:
        """Who leads a programme, as far as it was told."""

    async def erased(self, person_ids: Collection[UUID]) -> Collection[UUID]:
        """Those of them who were erased: nothing is told to them."""

    def done(self, notice_id: UUID) -> None:
        """It has its reminders, or needs none."""


class Reminders(Protocol):
    """One row per occurrence."""

    def add(self, reminder: Reminder) -> None:
        """Keep a new one; one that exists stays as it is."""

    def move(self, before: Reminder, step: Step) -> None:
        """Write the step, if nobody has taken one since `before`."""

    async def waiting(self, pair_ids: Collection[UUID]) -> Sequence[Reminder]:
        """Those of these pairs that wait to be sent."""

    async def waiting_for(self, ids: Collection[UUID]) -> tuple[Sequence[Reminder], datetime]:
        """Those to these volunteers or persons that wait to be sent, and the time."""

    async def withdrawn(self, by: Withdrawal) -> tuple[Sequence[Reminder], datetime]:
        """Those that a notice became and that wait to be sent, and the time."""

    async def due(self, most: int) -> tuple[list[Reminder], datetime]:
        """Those to look at now, the oldest first, and the time."""

    async def overdue_seconds(self) -> float:
        """For how long the oldest open one has been due; 0 where none is."""

    async def claimed(self, claimed: Reminder) -> tuple[Reminder, datetime] | None:
        """The row and the time, if the claim still holds."""

    async def of_readers(self, ids: Collection[UUID], most: int) -> list[Reminder]:
        """Those to these volunteers or persons, the newest first."""

    async def count(self, programme_id: UUID) -> Sequence[Tally]:
        """Those of a programme, by kind and state; what is being sent is waiting still."""


class Unit(Protocol):
    """One unit of work."""

    @property
    def knowledge(self) -> Knowledge:
        """What the topics told."""

    @property
    def pairs(self) -> Pairs:
        """The pairs."""

    @property
    def notices(self) -> Notices:
        """The notices."""

    @property
    def reminders(self) -> Reminders:
        """The reminders."""

    def publish(self, fact: Settled) -> None:
        """Tell it on our topic."""

    def note(self, event: str, reminder: Reminder, *, level: int = 20) -> None:
        """A log line about a reminder (`level` as in logging, 20 is info), written on commit."""


class Channel(Protocol):
    """A way to reach a person."""

    async def send(self, reminder: Reminder, letter: Letter) -> Outcome:
        """Deliver the letter; never raises for what a server or an address does."""
