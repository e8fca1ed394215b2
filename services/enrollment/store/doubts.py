"""Concerns and the conversations about them."""

from uuid import UUID

from services.enrollment.domain.dialogues import Dialogue
from services.enrollment.domain.doubts import Concern
from services.enrollment.store.documents import Kind, Shelf, Thing
from shared.chassis.transactions import Index

INDEXES = (
    Index("concerns", [("programme_id", 1), ("_id", 1)]),
    Index("concerns", [("writer", 1)]),
    Index("concerns", [("reference_hash", 1)]),
    Index("dialogues", [("programme_id", 1), ("_id", 1)]),
)
CONCERN = Kind(Concern, "concerns", "concern_id")
DIALOGUE = Kind(Dialogue, "dialogues", "dialogue_id")


class _OfProgramme(Shelf[Thing]):
    async def page(self, programme_id: UUID, after: UUID | None, limit: int) -> list[Thing]:
        """Of a programme, by id."""
        where = {"programme_id": programme_id} | ({"_id": {"$gt": after}} if after else {})
        return await self.find(where, limit)


class Concerns(_OfProgramme[Concern]):
    """The doubts of everybody. Their ids are random, so that their order says nothing."""

    async def by_reference(self, reference_hash: str) -> Concern | None:
        """The anonymous one that this reference opens."""
        found = await self.find({"reference_hash": reference_hash})
        return found[0] if found else None

    async def of_writer(self, person_id: UUID) -> list[Concern]:
        """The confidential ones of a person."""
        return await self.find({"writer": person_id})


class Dialogues(_OfProgramme[Dialogue]):
    """The conversations."""
