"""Programmes, and the topics they are about."""

from uuid import UUID

from pymongo import UpdateOne

from services.enrollment.domain.programmes import Programme
from services.enrollment.domain.topics import Topic
from services.enrollment.store.documents import Kind, Shelf

PROGRAMME = Kind(Programme, "programmes", "programme_id")
TOPIC = Kind(Topic, "topics", "topic")


class Programmes(Shelf[Programme]):
    """The programmes."""

    def queue_up(self, programme_id: UUID) -> None:
        """Let no other unit of work that queues up for it commit at the same time."""
        # Two transactions that write one document cannot both commit.
        update = UpdateOne({"_id": programme_id}, {"$currentDate": {"newcomer_at": True}})
        self.tx.write("programmes", update)


class Topics(Shelf[Topic]):
    """The tree of topics."""

    async def all(self) -> list[Topic]:
        """Every topic, retired ones too."""
        return await self.find({})
