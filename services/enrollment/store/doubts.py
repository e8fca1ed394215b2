"""Concerns and the conversations about them."""

from datetime import date
from uuid import UUID

from services.enrollment.domain.dialogues import Dialogue
from services.enrollment.domain.doubts import Concern
from services.enrollment.store.documents import Kind, Shelf, Thing
from shared.chassis.mongo import Document
from shared.chassis.transactions import Index

INDEXES = (
    Index("concerns", [("programme_id", 1), ("_id", 1)]),
    Index("concerns", [("writer", 1)]),
    Index("concerns", [("reference_hash", 1)]),
    Index("dialogues", [("programme_id", 1), ("_id", 1)]),
)
CONCERN = Kind(Concern, "concerns", "concern_id")
DIALOGUE = Kind(Dialogue, "dialogues", "dialogue_id")


def _later(after: UUID | None) -> Document:
    return {"_id": {"$gt": after}} if after else {}


class _OfProgramme(Shelf[Thing]):
    async def page(self, programme_id: UUID, after: UUID | None, limit: int) -> list[Thing]:
        """Of a programme, by id."""
        return await self.find({"programme_id": programme_id, **_later(after)}, limit)


class Concerns(_OfProgramme[Concern]):
    """The doubts of everybody. Their ids are random, so that their order says nothing."""

    async def by_reference(self, reference_hash: str) -> Concern | None:
        """The anonymous one that this reference opens."""
        found = await self.find({"reference_hash": reference_hash})
        return found[0] if found else None

    async def of_writer(self, person_id: UUID, after: UUID | None, limit: int) -> list[Concern]:
        """The confidential ones of a person, page by page."""
        return await self.find({"writer": person_id, **_later(after)}, limit)

    async def told_since(self, day: date) -> list[UUID]:
        """Who wrote confidentially, got an answer on that day or later, and has not closed it."""
        fresh = {"turns.answer.given_on": {"$gte": day.isoformat()}}
        where = {"writer": {"$ne": None}, "closed_on": None, **fresh}
        pipeline: list[Document] = [{"$match": where}, {"$group": {"_id": "$writer"}}]
        return [row["_id"] for row in await self.tx.aggregate("concerns", pipeline)]


class Dialogues(_OfProgramme[Dialogue]):
    """The conversations."""
