"""What the journal's handlers need from the world."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.reporting.journal.domain.model import Fact, Feedback, Members, Pair, Session, Side


class Pairs(Protocol):
    """The journals. Two units of work that change one journal never both succeed."""

    async def get(self, pair_id: UUID) -> Pair | None:
        """The pair with its sessions, where its forming or ending was told."""
        ...

    def form(self, members: Members, at: datetime) -> None:
        """Keep that the pair exists from then on."""
        ...

    def end(self, members: Members, at: datetime) -> None:
        """Keep that the pair is over since then."""
        ...

    def put(self, pair_id: UUID, session: Session) -> None:
        """Add the session, or replace the one with its id."""
        ...


class Feedbacks(Protocol):
    """What the two sides think of their pairs. Two units of work that change one never both succeed."""

    async def get(self, pair_id: UUID, side: Side) -> Feedback | None:
        """What this side said last."""
        ...

    def put(self, members: Members, feedback: Feedback) -> None:
        """Keep it in place of what this side said before."""
        ...


class Unit(Protocol):
    """One unit of work."""

    @property
    def now(self) -> datetime:
        """When it began, UTC."""
        ...

    @property
    def pairs(self) -> Pairs:
        """Its view of the journals."""
        ...

    @property
    def feedback(self) -> Feedbacks:
        """Its view of what the sides think."""
        ...

    def new_id(self) -> UUID:
        """A fresh random id."""
        ...

    def publish(self, fact: Fact) -> None:
        """Tell the others, if the unit of work succeeds."""
        ...

    def note(self, event: str, **ids: UUID) -> None:
        """Write a log line, if the unit of work succeeds."""
        ...
