"""Invitations."""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from services.enrollment.domain.invitations import Invitation


class Invitations(Protocol):
    """Who was asked to take part, ever."""

    async def get(self, invitation_id: UUID) -> Invitation | None:
        """The invitation."""

    async def of_persons(
        self, programme_id: UUID, person_ids: Collection[UUID]
    ) -> list[Invitation]:
        """Theirs to the programme, the oldest first."""

    async def all_of(self, person_id: UUID) -> list[Invitation]:
        """The person's, to all programmes."""

    async def page(self, programme_id: UUID, after: UUID | None, limit: int) -> list[Invitation]:
        """Of a programme, in the order in which they were issued."""

    def add(self, invitation: Invitation) -> None:
        """A new one."""

    def put(self, invitation: Invitation) -> None:
        """Its new state."""
