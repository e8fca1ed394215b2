"""Concerns and the conversations about them."""

from datetime import date
from typing import Protocol
from uuid import UUID

from services.enrollment.domain.dialogues import Dialogue
from services.enrollment.domain.doubts import Concern


class Concerns(Protocol):
    """The doubts of everybody."""

    async def get(self, concern_id: UUID) -> Concern | None:
        """The concern."""

    async def by_reference(self, reference_hash: str) -> Concern | None:
        """The anonymous one that this reference opens."""

    async def of_writer(self, person_id: UUID, after: UUID | None, limit: int) -> list[Concern]:
        """The confidential ones of a person, page by page."""

    async def told_since(self, day: date) -> list[UUID]:
        """Who wrote confidentially, got an answer on that day or later, and has not closed it."""

    async def page(self, programme_id: UUID, after: UUID | None, limit: int) -> list[Concern]:
        """Of a programme, in an order that says nothing about when they came."""

    def add(self, concern: Concern) -> None:
        """A new one."""

    def put(self, concern: Concern) -> None:
        """Its new state."""


class Dialogues(Protocol):
    """The conversations."""

    async def get(self, dialogue_id: UUID) -> Dialogue | None:
        """The conversation."""

    async def page(self, programme_id: UUID, after: UUID | None, limit: int) -> list[Dialogue]:
        """Of a programme, in the order in which they were planned."""

    def add(self, dialogue: Dialogue) -> None:
        """A new one."""

    def put(self, dialogue: Dialogue) -> None:
        """Its new state."""
