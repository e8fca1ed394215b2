"""Invitations, those of before too: whoever declined is not asked again."""

from collections.abc import Collection
from uuid import UUID

from services.enrollment.domain.invitations import Invitation
from services.enrollment.store.documents import Kind, Shelf
from shared.chassis.mongo import Document
from shared.chassis.transactions import Index

INDEXES = (
    Index("invitations", [("programme_id", 1), ("_id", 1)]),
    Index("invitations", [("person_id", 1), ("programme_id", 1)]),
)
INVITATION = Kind(Invitation, "invitations", "invitation_id")


class Invitations(Shelf[Invitation]):
    """Who was asked to take part, ever."""

    async def of_persons(
        self, programme_id: UUID, person_ids: Collection[UUID]
    ) -> list[Invitation]:
        """Theirs to the programme, the oldest first."""
        among = {"$in": list(person_ids)}
        return await self.find({"person_id": among, "programme_id": programme_id})

    async def all_of(self, person_id: UUID) -> list[Invitation]:
        """The person's, to all programmes."""
        return await self.find({"person_id": person_id})

    async def page(self, programme_id: UUID, after: UUID | None, limit: int) -> list[Invitation]:
        """Of a programme, in the order in which they were issued."""
        where: Document = {"programme_id": programme_id}
        return await self.find(where | ({"_id": {"$gt": after}} if after else {}), limit)
