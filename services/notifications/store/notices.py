"""Notices in MongoDB: each waits until it has its reminders, and is forgotten then."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from pymongo import DeleteOne

from services.notifications.domain.notices import Notice
from services.notifications.store.documents import NOTICES, notice_of
from services.notifications.store.times import WITH_NOW, not_later, now_of
from shared.chassis.principals import COLLECTION, Role
from shared.chassis.privacy import erasures
from shared.chassis.transactions import Tx


class Notices:
    """What is to be told to people, about no pair."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def waiting(self, most: int) -> tuple[list[Notice], datetime]:
        """Those that are to be told by now and have no reminders yet, and the time."""
        by_now = not_later("not_before")  # most have none, and nothing is earlier than any time
        oldest = {"$sort": {"told_at": 1}}
        rows = await self._tx.aggregate(NOTICES, [by_now, oldest, {"$limit": most}, WITH_NOW])
        return [notice_of(row) for row in rows], now_of(rows)

    async def leads(self, programme_id: UUID) -> Sequence[UUID]:
        """Who leads a programme, as far as it was told."""
        where = {f"roles.{programme_id}": Role.LEAD.value}
        return [row["_id"] for row in await self._tx.find(COLLECTION, where, sort=[("_id", 1)])]

    async def erased(self, person_ids: Collection[UUID]) -> Collection[UUID]:
        """Those of them who were erased: nothing is told to them."""
        if not person_ids:
            return ()
        where = {"_id": {"$in": list(person_ids)}}
        return {row["_id"] for row in await self._tx.find(erasures.COLLECTION, where)}

    def done(self, notice_id: UUID) -> None:
        """It has its reminders, or needs none."""
        self._tx.write(NOTICES, DeleteOne({"_id": notice_id}))
