"""What notifications knows of pairs and of the people in them, joined from several topics.

Events of different topics come in any order, so every part may be missing for a while.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.notifications.domain.quiet import Quiet


class Side(StrEnum):
    """Who somebody is in a pair: the mentor gives, the mentee receives."""

    MENTOR = "mentor"
    MENTEE = "mentee"

    @property
    def other(self) -> "Side":
        """The partner's side."""
        return Side.MENTEE if self is Side.MENTOR else Side.MENTOR


@dataclass(frozen=True, slots=True)
class Origin:
    """What set something off: handed on for logs and events, never looked at."""

    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A weekly window in UTC; weekday 0 is Monday, `start` counts minutes after midnight."""

    weekday: int
    start: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two volunteers were asked whether they want to work together."""

    made_at: datetime
    expires_at: datetime
    topics: tuple[str, ...]
    hobby: str | None
    windows: tuple[Window, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Formation:
    """Both said yes."""

    until: date
    origin: Origin


class SessionState(StrEnum):
    """Where a session stands."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Session:
    """A meeting that the pair planned."""

    id: UUID
    starts_at: datetime
    minutes: int
    state: SessionState
    origin: Origin


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair from its proposal to its end. `planned` names what has its reminders already."""

    id: UUID
    programme_id: UUID
    volunteers: dict[Side, UUID] = field(default_factory=dict)
    proposal: Proposal | None = None
    answered: frozenset[Side] = frozenset()
    closed: bool = False
    formed: Formation | None = None
    ended: bool = False
    sessions: tuple[Session, ...] = ()
    planned: frozenset[str] = frozenset()

    def session(self, session_id: UUID | None) -> Session | None:
        """The session with this id, if it is known."""
        return next((session for session in self.sessions if session.id == session_id), None)


class Standing(StrEnum):
    """Whether a volunteer takes part."""

    ACTIVE = "active"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Volunteer:
    """A volunteer; `person_id` is None until the topic of principals has told it."""

    id: UUID
    person_id: UUID | None = None
    standing: Standing = Standing.ACTIVE


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a person. `bounces` counts the hard bounces of this very address."""

    person_id: UUID
    name: str = field(repr=False)
    email: str = field(repr=False)
    locale: str
    time_zone: str
    bounces: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """When a programme reminds, in hours, and when it does not."""

    session_hours_before: tuple[float, ...]
    proposal_hours_after: tuple[float, ...]
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True)
class TopicLabels:
    """A topic in the two languages of the mails."""

    en: str
    ru: str
