"""Who was erased, and when: random ids that lead to nobody, kept for good so that nobody comes back.

After a backup was restored, or the topics were read anew, what the list says is done again.
"""

from collections.abc import Sequence
from uuid import UUID

from pymongo import UpdateOne

from shared.chassis.messages import Incoming
from shared.chassis.mongo import Document, Index
from shared.chassis.privacy.holdings import Subject
from shared.chassis.transactions import Tx

COLLECTION = "erasures"
INDEXES = (Index(COLLECTION, [("volunteer_ids", 1)]),)


def note(tx: Tx, subject: Subject, done: dict[str, int]) -> None:
    """Keep that the person was erased; the first time stays, `done` adds up."""
    update = {
        "$setOnInsert": {"erased_at": tx.now},
        "$set": {"applied_at": tx.now},
        "$addToSet": {"volunteer_ids": {"$each": sorted(subject.volunteer_ids)}},
        "$inc": {f"done.{name}": count for name, count in done.items() if count}
        or {"done.nothing": 0},
    }
    tx.write(COLLECTION, UpdateOne({"_id": subject.person_id}, update, upsert=True))


async def find(tx: Tx, person_id: UUID) -> Document | None:
    """What is kept of an erasure."""
    return await tx.find_one(COLLECTION, {"_id": person_id})


async def page(tx: Tx, after: UUID | None, limit: int) -> list[Document]:
    """All of them, page by page."""
    where = {} if after is None else {"_id": {"$gt": after}}
    return await tx.find(COLLECTION, where, sort=[("_id", 1)], limit=limit)


async def without_erased(tx: Tx, incoming: Sequence[Incoming]) -> list[Incoming]:
    """The same, but states of people who were erased come to nothing: whoever sends them is behind."""
    keys = {id_ for item in incoming if (id_ := _person_or_volunteer(item)) is not None}
    if not keys:
        return list(incoming)
    wanted = sorted(keys)
    where = {"$or": [{"_id": {"$in": wanted}}, {"volunteer_ids": {"$in": wanted}}]}
    rows = await tx.find(COLLECTION, where)
    gone = {id_ for row in rows for id_ in (row["_id"], *row["volunteer_ids"])}
    return [
        item._replace(event=None, handler=None) if _person_or_volunteer(item) in gone else item
        for item in incoming
    ]


def _person_or_volunteer(item: Incoming) -> UUID | None:
    """The key of a state with personal data; None for anything else."""
    if item.event is None or item.topic is None or not item.topic.personal:
        return None
    try:
        return UUID((item.message.key or b"").decode())
    except ValueError:
        return None
