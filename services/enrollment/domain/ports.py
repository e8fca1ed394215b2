"""What a handler gets: one unit of work with what enrollment keeps. `store.py` stands behind it."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar
from uuid import UUID

from services.enrollment.domain import people, programmes, topics, volunteers
from services.enrollment.domain.directory import Employee, Layout
from services.enrollment.domain.pairs import Pair
from services.enrollment.domain.people import Identity, Person
from services.enrollment.domain.programmes import Programme
from services.enrollment.domain.topics import Topic
from services.enrollment.domain.volunteers import Volunteer

Result = TypeVar("Result")

Fact = (
    programmes.ProgrammeOpened
    | programmes.ProgrammeChanged
    | programmes.ProgrammeClosed
    | programmes.CohortOpened
    | topics.TopicChanged
    | volunteers.Fact
    | people.PrincipalChanged
    | people.ContactChanged
)


@dataclass(frozen=True, slots=True)
class Census:
    """Volunteers of a programme: how many by status, and of those not withdrawn by role."""

    by_status: Mapping[str, int]
    by_role: Mapping[str, int]

    @property
    def present(self) -> int:
        """Everybody who has not withdrawn."""
        return sum(self.by_status.values()) - self.by_status.get("withdrawn", 0)


class Employees(Protocol):
    """The directory, row by row. Every employee read has a person_id."""

    async def by_staff_numbers(self, staff_numbers: Collection[str]) -> dict[str, Employee]:
        """Those of them who are known."""

    async def by_persons(self, person_ids: Collection[UUID]) -> dict[UUID, Employee]:
        """Those of them who are in the directory."""

    async def count(self) -> int:
        """How many there are."""

    def put(self, employee: Employee, person_id: UUID) -> None:
        """Add or change; `person_id` is for a newcomer, others keep theirs."""


class Directory(Protocol):
    """What is known of the directory as a whole."""

    async def layout(self) -> Layout | None:
        """How the company's files are laid out."""

    def keep_layout(self, layout: Layout) -> None:
        """From now on they are laid out like this."""

    async def absent_managers(self, staff_numbers: Collection[str]) -> Mapping[str, UUID]:
        """A random id for each, always the same, under which the others know that there is somebody."""

    async def mark_changed(self, fence: int) -> None:
        """Rows change with this unit of work. Raises Conflict when another import took over."""

    async def unsettled(self) -> bool:
        """Whether volunteers may not yet show what an import changed."""

    def settled(self, at: datetime) -> None:
        """Volunteers show what was imported until then."""


class People(Protocol):
    """Persons with a part in a programme."""

    async def get(self, person_id: UUID) -> Person | None:
        """The person, where they have or had a part."""

    async def by_identity(self, identity: Identity) -> Person | None:
        """The person bound to this issuer and subject."""

    async def page(self, after: UUID | None, limit: int) -> list[Person]:
        """All of them, page by page."""

    def put(self, person: Person) -> None:
        """Add or replace."""


class Programmes(Protocol):
    """The programmes."""

    async def get(self, programme_id: UUID) -> Programme | None:
        """The programme."""

    def add(self, programme: Programme) -> None:
        """A new one."""

    def put(self, programme: Programme) -> None:
        """Its new state."""

    def queue_up(self, programme_id: UUID) -> None:
        """Let no other unit of work that queues up for it commit at the same time."""


class Topics(Protocol):
    """The tree of topics."""

    async def all(self) -> list[Topic]:
        """Every topic, retired ones too."""

    def add(self, topic: Topic) -> None:
        """A new one."""


class Volunteers(Protocol):
    """Who said yes, ever."""

    async def get(self, volunteer_id: UUID) -> Volunteer | None:
        """The volunteer."""

    async def of_person(self, person_id: UUID, programme_id: UUID) -> Volunteer | None:
        """What the person is in the programme."""

    async def page(
        self, programme_id: UUID | None, after: UUID | None, limit: int
    ) -> list[Volunteer]:
        """Of one programme or of all, in the order in which they came."""

    async def filling(self, cohort_id: UUID) -> int:
        """How many places of the cohort are taken."""

    async def census(self, programme_id: UUID) -> Census:
        """Counts."""

    async def back_by(self, today: date) -> list[UUID]:
        """Whose pause is over."""

    def add(self, volunteer: Volunteer) -> None:
        """A new one."""

    def put(self, volunteer: Volunteer) -> None:
        """Replace."""


class Pairs(Protocol):
    """Pairs, as matching tells them."""

    async def running(self, volunteer_id: UUID) -> list[Pair]:
        """The volunteer's pairs of today."""

    def put(self, pair: Pair) -> None:
        """As it is now."""


class Unit(Protocol):
    """One unit of work: all of it happens, and is told, or nothing."""

    @property
    def now(self) -> datetime:
        """When it began, UTC."""

    @property
    def today(self) -> date:
        """The day of it, UTC."""

    def new_id(self) -> UUID:
        """A random identifier."""

    def publish(self, *facts: Fact) -> None:
        """Tell the other services, with this unit of work."""

    def note(self, event: str, **ids: str | int) -> None:
        """Write a line of the list of log events, once this unit of work is committed."""

    @property
    def employees(self) -> Employees: ...  # noqa: D102 - the ports say what they are
    @property
    def directory(self) -> Directory: ...  # noqa: D102
    @property
    def people(self) -> People: ...  # noqa: D102
    @property
    def programmes(self) -> Programmes: ...  # noqa: D102
    @property
    def topics(self) -> Topics: ...  # noqa: D102
    @property
    def volunteers(self) -> Volunteers: ...  # noqa: D102
    @property
    def pairs(self) -> Pairs: ...  # noqa: D102


class Work(Protocol):
    """Runs a handler as one unit of work; for use cases that are several of them in a row."""

    async def __call__(self, handler: Callable[[Unit], Awaitable[Result]], /) -> Result:
        """The handler's answer, once it is committed."""


class ImportTurn(Protocol):
    """Imports go one after the other."""

    async def take(self) -> int:
        """Wait for the turn; returns its fence. Raises Conflict when it takes too long."""

    async def give_back(self, fence: int) -> None:
        """Let the next one go."""
