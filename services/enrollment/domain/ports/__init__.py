"""What a handler gets: one unit of work with what enrollment keeps. `store` stands behind it."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Protocol, TypeVar
from uuid import UUID

from services.enrollment.domain.confirmations import Fact as ConfirmationFact
from services.enrollment.domain.demand import GapClosed, GapOpened
from services.enrollment.domain.dialogues import Fact as DialogueFact
from services.enrollment.domain.doubts import Fact as ConcernFact
from services.enrollment.domain.doubts import ReplyReady
from services.enrollment.domain.invitations import Fact as InvitationFact
from services.enrollment.domain.people import (
    ContactChanged,
    ContactRemoved,
    PersonErased,
    PrincipalChanged,
)
from services.enrollment.domain.ports.confirmations import Confirmations
from services.enrollment.domain.ports.demand import Demands
from services.enrollment.domain.ports.directory import Directory, Employees, ImportTurn, Staging
from services.enrollment.domain.ports.doubts import Concerns, Dialogues
from services.enrollment.domain.ports.invitations import Invitations
from services.enrollment.domain.ports.people import People
from services.enrollment.domain.ports.programmes import Programmes, Topics
from services.enrollment.domain.ports.users import Users
from services.enrollment.domain.ports.volunteers import Census, Pairs, Volunteers
from services.enrollment.domain.programmes import Fact as ProgrammeFact
from services.enrollment.domain.topics import TopicChanged
from services.enrollment.domain.volunteers import Fact as VolunteerFact

__all__ = [
    "Census",
    "Concerns",
    "Confirmations",
    "Demands",
    "Dialogues",
    "Directory",
    "Employees",
    "Fact",
    "ImportTurn",
    "Invitations",
    "Pairs",
    "People",
    "Programmes",
    "Staging",
    "Topics",
    "Unit",
    "Users",
    "Volunteers",
    "Work",
]

Result = TypeVar("Result")

Fact = (
    ProgrammeFact
    | GapOpened
    | GapClosed
    | TopicChanged
    | VolunteerFact
    | PrincipalChanged
    | ContactChanged
    | ContactRemoved
    | PersonErased
    | InvitationFact
    | ConfirmationFact
    | ConcernFact
    | ReplyReady
    | DialogueFact
)


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

    def timeless_id(self) -> UUID:
        """A random identifier that does not say when it was made."""

    def secret(self) -> str:
        """A long random text that nobody can guess."""

    def publish(self, *facts: Fact) -> None:
        """Tell the other services, with this unit of work."""

    def publish_apart(self, fact: Fact) -> None:
        """Tell it, on a trail that leads to nothing else of this unit of work."""

    def note(self, event: str, **ids: str | int) -> None:
        """Write a line of the list of log events, once this unit of work is committed."""

    @property
    def employees(self) -> Employees: ...  # noqa: D102 - the ports say what they are
    @property
    def staging(self) -> Staging: ...  # noqa: D102
    @property
    def users(self) -> Users: ...  # noqa: D102
    @property
    def directory(self) -> Directory: ...  # noqa: D102
    @property
    def people(self) -> People: ...  # noqa: D102
    @property
    def programmes(self) -> Programmes: ...  # noqa: D102
    @property
    def topics(self) -> Topics: ...  # noqa: D102
    @property
    def demands(self) -> Demands: ...  # noqa: D102
    @property
    def volunteers(self) -> Volunteers: ...  # noqa: D102
    @property
    def invitations(self) -> Invitations: ...  # noqa: D102
    @property
    def confirmations(self) -> Confirmations: ...  # noqa: D102
    @property
    def pairs(self) -> Pairs: ...  # noqa: D102
    @property
    def concerns(self) -> Concerns: ...  # noqa: D102
    @property
    def dialogues(self) -> Dialogues: ...  # noqa: D102


class Work(Protocol):
    """Runs a handler as one unit of work; for use cases that are several of them in a row."""

    async def __call__(self, handler: Callable[[Unit], Awaitable[Result]], /) -> Result:
        """The handler's answer, once it is committed."""
