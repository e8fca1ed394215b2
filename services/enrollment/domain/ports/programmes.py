"""Programmes and topics."""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from services.enrollment.domain.programmes import Programme
from services.enrollment.domain.topics import Topic


class Programmes(Protocol):
    """The programmes."""

    async def get(self, programme_id: UUID) -> Programme | None:
        """The programme."""

    async def running(self, own: Collection[UUID] = ()) -> list[Programme]:
        """Those that are open, and of `own` the drafts."""

    async def closed(self) -> list[UUID]:
        """Those that take nobody any more."""

    async def sponsored(self) -> list[Programme]:
        """Those, drafts too, that are not closed and name a sponsor."""

    def add(self, programme: Programme) -> None:
        """A new one."""

    def put(self, programme: Programme) -> None:
        """Its new state."""

    def queue_up(self, programme_id: UUID) -> None:
        """Let no other unit of work that queues up for it commit at the same time."""

    def enter(self, programme_id: UUID, person_id: UUID) -> None:
        """They come in: no other unit of work that shuts its doors commits at the same time."""

    def shut(self, programme_id: UUID) -> None:
        """Let nobody come in who read it as it was before this unit of work."""


class Topics(Protocol):
    """The tree of topics."""

    async def all(self) -> list[Topic]:
        """Every topic, retired ones too."""

    def add(self, topic: Topic) -> None:
        """A new one."""

    def put(self, topic: Topic) -> None:
        """Its new state."""

    def queue_up(self) -> None:
        """Let no other unit of work that queues up for the tree commit at the same time."""
