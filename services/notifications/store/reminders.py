"""Reminders in MongoDB. An open one has `look_at`: when to look at it next, or when its claim ends."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from pymongo import UpdateOne

from services.notifications.domain.notices import Withdrawal
from services.notifications.domain.overview import Tally
from services.notifications.domain.reminders import Reminder, State
from services.notifications.domain.sending import Step
from services.notifications.store.documents import (
    OPEN,
    REMINDERS,
    Document,
    new_reminder,
    progress,
    reminder_of,
    tally_of,
)
from services.notifications.store.times import WITH_NOW, not_later, now_of
from shared.chassis.transactions import Tx


class Reminders:
    """One row per occurrence."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def add(self, reminder: Reminder) -> None:
        """Keep a new one; one that exists stays as it is."""
        row = {**new_reminder(reminder), "look_at": reminder.due}
        insert = UpdateOne({"_id": reminder.id}, {"$setOnInsert": row}, upsert=True)
        self._tx.write(REMINDERS, insert)

    def move(self, before: Reminder, step: Step) -> None:
        """Write the step, if nobody has taken one since `before`."""
        unmoved = {"_id": before.id, "state": before.state, "fence": before.fence}
        update: Document = {"$set": progress(step.reminder)}
        if step.look_at:
            update["$set"]["look_at"] = step.look_at
        else:
            update["$unset"] = {"look_at": ""}
        self._tx.write(REMINDERS, UpdateOne(unmoved, update))

    async def waiting(self, pair_ids: Collection[UUID]) -> Sequence[Reminder]:
        """Those of these pairs that wait to be sent."""
        where = {"pair_id": {"$in": list(pair_ids)}, "state": State.WAITING}
        found = await self._tx.find(REMINDERS, where) if pair_ids else []
        return [reminder_of(row) for row in found]

    async def waiting_for(self, ids: Collection[UUID]) -> tuple[Sequence[Reminder], datetime]:
        """Those to these volunteers or persons that wait to be sent, and the time."""
        match = {**_read_by(ids), "state": State.WAITING}
        rows = await self._tx.aggregate(REMINDERS, [{"$match": match}, WITH_NOW])
        return [reminder_of(row) for row in rows], now_of(rows)

    async def withdrawn(self, by: Withdrawal) -> tuple[Sequence[Reminder], datetime]:
        """Those that a notice became and that wait to be sent, and the time."""
        of_leads = {"programme_id": by.programme_id, "kind": by.kind, "notice_id": by.notice_id}
        match = {"_id": by.reminder_id} if by.reminder_id else of_leads
        stages: list[Document] = [{"$match": {**match, "state": State.WAITING}}, WITH_NOW]
        rows = await self._tx.aggregate(REMINDERS, stages)
        return [reminder_of(row) for row in rows], now_of(rows)

    async def due(self, most: int) -> tuple[list[Reminder], datetime]:
        """The oldest open ones as far as their time has come, and the time."""
        oldest: list[Document] = [{"$match": OPEN}, {"$sort": {"look_at": 1}}, {"$limit": most}]
        rows = await self._tx.aggregate(REMINDERS, [*oldest, not_later("look_at"), WITH_NOW])
        return [reminder_of(row) for row in rows], now_of(rows)

    async def overdue_seconds(self) -> float:
        """For how long the oldest open one has been due; 0 where none is."""
        age: Document = {"$subtract": ["$$NOW", "$look_at"]}
        oldest: list[Document] = [{"$match": OPEN}, {"$sort": {"look_at": 1}}, {"$limit": 1}]
        aged: Document = {"$project": {"milliseconds": age}}
        rows = await self._tx.aggregate(REMINDERS, [*oldest, aged])
        return max(0.0, rows[0]["milliseconds"] / 1000) if rows else 0.0

    async def claimed(self, claimed: Reminder) -> tuple[Reminder, datetime] | None:
        """The row and the time, if the claim still holds."""
        match = {"_id": claimed.id, "state": State.SENDING, "fence": claimed.fence}
        rows = await self._tx.aggregate(REMINDERS, [{"$match": match}, WITH_NOW])
        return (reminder_of(rows[0]), now_of(rows)) if rows else None

    async def of_readers(self, ids: Collection[UUID], most: int) -> list[Reminder]:
        """Those to these volunteers or persons, the newest first."""
        found = await self._tx.find(REMINDERS, _read_by(ids), sort=[("due", -1)], limit=most)
        return [reminder_of(row) for row in found]

    async def count(self, programme_id: UUID) -> Sequence[Tally]:
        """Those of a programme, by kind and state; what is being sent is waiting still."""
        being_sent = {"$eq": ["$state", State.SENDING]}
        state = {"$cond": [being_sent, State.WAITING, "$state"]}
        by_state = {"kind": "$kind", "state": state}
        stages: list[Document] = [
            {"$match": {"programme_id": programme_id}},
            {"$group": {"_id": by_state, "messages": {"$sum": 1}}},
        ]
        rows = await self._tx.aggregate(REMINDERS, stages)
        return [tally_of(row) for row in rows]


def _read_by(ids: Collection[UUID]) -> Document:
    among = {"$in": list(ids)}
    return {"$or": [{"volunteer_id": among}, {"person_id": among}]}
