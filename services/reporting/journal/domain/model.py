"""A pair's journal: the sessions that its two planned, cancelled or held, and what each thinks of the pair."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class Side(StrEnum):
    """One of the two of a pair."""

    MENTOR = "mentor"
    MENTEE = "mentee"


class State(StrEnum):
    """What became of a session."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time; its end is no part of it."""

    starts_at: datetime
    minutes: int

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share any time."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Session:
    """A meeting of a pair. `span` is the plan, and once it was held, when it really was.

    `mood` goes from 1 to 5. It is kept for figures over many pairs; neither side is shown it.
    """

    session_id: UUID
    state: State
    span: Span
    topics: tuple[str, ...] = ()
    mood: int | None = None


@dataclass(frozen=True, slots=True)
class Members:
    """Who a pair is, and where it belongs."""

    pair_id: UUID
    programme_id: UUID
    mentor_id: UUID
    mentee_id: UUID

    def side_of(self, volunteer_ids: Collection[UUID]) -> Side | None:
        """The side that is one of these volunteers; None where it is another's pair."""
        if self.mentor_id in volunteer_ids:
            return Side.MENTOR
        return Side.MENTEE if self.mentee_id in volunteer_ids else None


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair with its journal. `formed_at` is None where only its end was told so far."""

    members: Members
    formed_at: datetime | None
    ended_at: datetime | None
    sessions: tuple[Session, ...] = ()

    def session(self, session_id: UUID) -> Session | None:
        """The session of this pair with this id."""
        return next((item for item in self.sessions if item.session_id == session_id), None)

    def at_that_time(self, span: Span, state: State) -> Session | None:
        """The earliest session in this state that shares time with the span."""
        same = (item for item in self.sessions if item.state is state and item.span.overlaps(span))
        return min(same, key=lambda item: (item.span.starts_at, item.session_id), default=None)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody thinks of their pair. `rating` goes from 1 to 5; the texts are told to nobody else."""

    rating: int
    worked: str = ""
    improve: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """The opinion of one side of a pair, and since when it is theirs, UTC."""

    side: Side
    opinion: Opinion
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """Fact: the pair wants to meet."""

    members: Members
    session: Session


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Fact: a planned session does not take place."""

    members: Members
    session: Session


@dataclass(frozen=True, slots=True)
class Held:
    """Fact: the pair met."""

    members: Members
    session: Session


@dataclass(frozen=True, slots=True)
class Rated:
    """Fact: one side rated the pair. It has no room for what they wrote."""

    members: Members
    side: Side
    rating: int


SessionFact = Planned | Cancelled | Held
Fact = SessionFact | Rated


@dataclass(frozen=True, slots=True)
class Entry:
    """What a command led to: a session, and the fact where there is a new one."""

    session: Session
    fact: SessionFact | None

    @property
    def is_new(self) -> bool:
        """False where the other side, or an earlier command, had said the same."""
        return self.fact is not None
