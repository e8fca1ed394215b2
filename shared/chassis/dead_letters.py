"""Messages that could not be processed, kept by the service that failed, with all it takes to try again.

A dead letter's id is its place, so a redelivery finds the letter that is already there. Of topics with
personal data, and of what is too large, only the coordinates are kept; the record stays in Kafka.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bson import Binary
from pymongo import UpdateOne

from shared.chassis import audit
from shared.chassis.messages import Incoming, Message
from shared.chassis.migrations import Step
from shared.chassis.mongo import Document, Index, MongoDatabase
from shared.chassis.outbox import MAX_VALUE_BYTES
from shared.chassis.passages import passage
from shared.chassis.retention import DAY, DECIDED_LETTERS_DAYS
from shared.chassis.transactions import Tx

COLLECTION = "dead_letters"
OPEN, REDRIVEN, DISCARDED = "open", "redriven", "discarded"
INDEXES = (
    Index(COLLECTION, [("state", 1), ("reason", 1)]),
    Index(COLLECTION, [("lane", 1), ("sequence", 1)]),
    # Open letters have no `closed_at`, and stay. A decided one goes when its audit tells all there is to know.
    Index(
        COLLECTION,
        [("closed_at", 1)],
        expire_after_seconds=DECIDED_LETTERS_DAYS * DAY,
        period="retention_dead_letters_days",
        after="chassis:1",
    ),
)


def keep(tx: Tx, incoming: Incoming, *, holds: bool) -> None:
    """Keep a message that cannot be processed; `holds` says that its lane waits for the decision."""
    message, envelope = incoming.message, incoming.envelope
    letter: Document = {
        "reason": incoming.flaw,
        "detail": incoming.detail,
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
        "lane": incoming.lane,
        "sequence": envelope.sequence if envelope else None,
        "event_id": envelope.id if envelope else None,
        "event_type": envelope.type if envelope else None,
        "correlation_id": envelope.correlation_id if envelope else None,
        "bytes": len(message.value or b""),
        "digest": message.digest(),
        "original": _original(incoming),
        "holds": holds,
        "state": OPEN,
        "created_at": tx.now,
    }
    tx.write(COLLECTION, UpdateOne({"_id": message.place}, {"$setOnInsert": letter}, upsert=True))
    passage("dead_letter.kept")


def original_of(letter: Document) -> Message | None:
    """The message as it came, or None where only its coordinates were kept."""
    original = letter["original"]
    if original is None:
        return None
    return Message(
        letter["topic"],
        letter["partition"],
        letter["offset"],
        original["key"],
        original["value"],
        [(name, value) for name, value in original["headers"]],
    )


async def close(tx: Tx, letter: Document, state: str, by: str) -> int:
    """Decide a dead letter, and write down who did; returns 0 where it is decided already."""
    decision = {"$set": {"state": state, "closed_at": tx.now, "closed_by": by}}
    what = f"dead_letter.{state}"
    audit.write_down(tx, audit.entry(tx.now, by, what, letter["_id"], _kept_of(letter)))
    return await tx.matched(
        COLLECTION, [UpdateOne({"_id": letter["_id"], "state": OPEN}, decision)]
    )


def _kept_of(letter: Document) -> Document:
    """What an audit keeps of a letter, which is gone long before it."""
    return {name: letter.get(name) for name in ("reason", "event_type", "event_id")}


async def _stand_alone(tx: Tx, entries: Sequence[Document]) -> None:
    places = [entry["subject"] for entry in entries]
    letters = {row["_id"]: row for row in await tx.find(COLLECTION, {"_id": {"$in": places}})}
    for entry in entries:
        kept = _kept_of(letters.get(entry["subject"], {}))
        tx.write(audit.COLLECTION, UpdateOne({"_id": entry["_id"]}, {"$set": kept}))


AUDIT_STANDS_ALONE = Step(
    1,
    "an entry of the audit says by itself what its dead letter was",
    audit.COLLECTION,
    {"action": {"$regex": r"^dead_letter\."}, "reason": {"$exists": False}},
    _stand_alone,
)


async def summary(database: MongoDatabase) -> dict[str, int]:
    """Open dead letters by reason."""
    pipeline: list[dict[str, Any]] = [
        {"$match": {"state": OPEN}},
        {"$group": {"_id": "$reason", "count": {"$sum": 1}}},
    ]
    rows = await database[COLLECTION].aggregate(pipeline).to_list(None)
    return {row["_id"]: row["count"] for row in rows}


async def listing(
    database: MongoDatabase, *, state: str = OPEN, reason: str | None = None, limit: int = 100
) -> list[Document]:
    """Dead letters in the order in which they may be redriven: by lane, then by sequence."""
    where: Document = {"state": state} | ({"reason": reason} if reason else {})
    cursor = database[COLLECTION].find(where, {"original": 0})
    return await cursor.sort([("lane", 1), ("sequence", 1), ("_id", 1)]).limit(limit).to_list(None)


async def show(database: MongoDatabase, place: str) -> Document | None:
    """One dead letter, whole."""
    return await database[COLLECTION].find_one({"_id": place})


async def oldest(database: MongoDatabase) -> datetime | None:
    """When the oldest open dead letter was kept."""
    row = await database[COLLECTION].find_one({"state": OPEN}, sort=[("created_at", 1)])
    return row["created_at"] if row else None


def _original(incoming: Incoming) -> Document | None:
    message = incoming.message
    personal = incoming.topic is None or incoming.topic.personal
    if personal or message.size() > 2 * MAX_VALUE_BYTES:
        return None
    return {
        "key": None if message.key is None else Binary(message.key),
        "value": None if message.value is None else Binary(message.value),
        "headers": [[name, Binary(value or b"")] for name, value in message.headers],
    }
