"""Messages that came before their turn: kept per lane until the gap is filled or the dead letter decided."""

from collections.abc import Collection
from datetime import datetime

from bson import Binary
from pymongo import DeleteMany, UpdateOne

from shared.chassis.messages import Incoming, Message
from shared.chassis.mongo import Index, MongoDatabase
from shared.chassis.outbox import MAX_VALUE_BYTES
from shared.chassis.passages import passage
from shared.chassis.transactions import Tx
from shared.contracts.envelope import to_headers

COLLECTION = "waiting"
INDEXES = (Index(COLLECTION, [("lane", 1), ("sequence", 1)], unique=True),)


def keep(tx: Tx, incoming: Incoming) -> None:
    """Keep a message for later; the same one again is nothing."""
    message, envelope = incoming.message, incoming.envelope
    if envelope is None:
        raise ValueError("a message without an envelope has no turn to wait for")
    place = {"lane": incoming.lane, "sequence": envelope.sequence}
    document = {
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
        "key": Binary(message.key or b""),
        # What is too large stays so, and fits a document.
        "value": None if message.value is None else Binary(message.value[: MAX_VALUE_BYTES + 1]),
        "headers": [[name, Binary(value)] for name, value in to_headers(envelope)],
        "since": tx.now,
    }
    tx.write(COLLECTION, UpdateOne(place, {"$setOnInsert": document}, upsert=True))
    passage("waiting.kept")


async def take(tx: Tx, lane: str, sequence: int) -> Message | None:
    """Take the message whose turn it is, if it has come. One whose turn is over came a second time."""
    row = await tx.find_one(COLLECTION, {"lane": lane, "sequence": sequence})
    tx.write(COLLECTION, DeleteMany({"lane": lane, "sequence": {"$lte": sequence}}))
    if row is None:
        return None
    passage("waiting.released")
    headers = [(name, value) for name, value in row["headers"]]
    return Message(row["topic"], row["partition"], row["offset"], row["key"], row["value"], headers)


async def firsts(tx: Tx, topics: Collection[str]) -> dict[str, int]:
    """The lanes of these topics in which something waits, with the first sequence that does."""
    first = {"$group": {"_id": "$lane", "sequence": {"$min": "$sequence"}}}
    found = await tx.aggregate(COLLECTION, [{"$match": {"topic": {"$in": list(topics)}}}, first])
    return {row["_id"]: row["sequence"] for row in found}


async def any_left(tx: Tx, lane: str) -> bool:
    """Whether more waits in this lane."""
    return await tx.find_one(COLLECTION, {"lane": lane}, {"_id": 1}) is not None


async def summary(database: MongoDatabase) -> tuple[int, datetime | None]:
    """How many lanes wait, and since when the first one does."""
    rows = await (
        database[COLLECTION]
        .aggregate([{"$group": {"_id": "$lane", "since": {"$min": "$since"}}}])
        .to_list(None)
    )
    return len(rows), min((row["since"] for row in rows), default=None)
