"""Programmes, and the topics they are about."""

from collections.abc import Collection
from uuid import UUID

from pymongo import UpdateOne

from services.enrollment.domain.programmes import Programme
from services.enrollment.domain.topics import Topic
from services.enrollment.store.documents import Kind, Shelf

DOORS = 512
"""More than newcomers of one programme come at the same moment, so that they seldom wait for each other."""
PROGRAMME = Kind(Programme, "programmes", "programme_id")
TOPIC = Kind(Topic, "topics", "topic")


class Programmes(Shelf[Programme]):
    """The programmes."""

    async def running(self, own: Collection[UUID] = ()) -> list[Programme]:
        """Those that are open, and of `own` the drafts."""
        mine = [{"draft": {"$ne": True}}, {"_id": {"$in": list(own)}}]
        return await self.find({"closed": False, "$or": mine})

    async def closed(self) -> list[UUID]:
        """Those that take nobody any more."""
        return [row["_id"] for row in await self.tx.find("programmes", {"closed": True})]

    async def sponsored(self) -> list[Programme]:
        """Those, drafts too, that are not closed and name a sponsor."""
        return await self.find({"closed": False, "sponsor_id": {"$ne": None}})

    def queue_up(self, programme_id: UUID) -> None:
        """Let no other unit of work that queues up for it commit at the same time."""
        # Two transactions that write one document cannot both commit.
        update = UpdateOne({"_id": programme_id}, {"$currentDate": {"newcomer_at": True}})
        self.tx.write("programmes", update)

    def enter(self, programme_id: UUID, person_id: UUID) -> None:
        """They come in: no other unit of work that shuts its doors commits at the same time."""
        self._use_door(programme_id, person_id.int % DOORS)

    def shut(self, programme_id: UUID) -> None:
        """Let nobody come in who read it as it was before this unit of work."""
        for door in range(DOORS):
            self._use_door(programme_id, door)

    def _use_door(self, programme_id: UUID, door: int) -> None:
        where = {"_id": f"{programme_id}:{door}"}
        update = UpdateOne(where, {"$currentDate": {"used_at": True}}, upsert=True)
        self.tx.write("programme_doors", update)


class Topics(Shelf[Topic]):
    """The tree of topics."""

    async def all(self) -> list[Topic]:
        """Every topic, retired ones too."""
        return await self.find({})

    def queue_up(self) -> None:
        """Let no other unit of work that queues up for the tree commit at the same time."""
        update = UpdateOne({"_id": "tree"}, {"$currentDate": {"changed_at": True}}, upsert=True)
        self.tx.write("topics_turn", update)
