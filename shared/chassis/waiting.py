"""Messages that came before their turn: kept per lane until the gap is filled or the dead letter decided."""

from collections.abc import Collection
from datetime import datetime

from bson import Binary
from pymongo import DeleteOne, UpdateOne

from shared.chassis.messages import Incoming, Message
from shared.chassis.mongo import Index, MongoDatabase
from shared.chassis.passages import passage
from shared.chassis.transactions import Tx

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
        "value": None if message.value is None else Binary(message.value),
        "headers": [[name, Binary(value or b"")] for name, value in message.headers],
        "since": tx.now,
    }
    tx.write(COLLECTION, UpdateOne(place, {"$setOnInsert": document}, upsert=True))
    passage("waiting.kept")


async def take(tx: Tx, lane: str, sequence: int) -> Message | None:
    """Take the message whose turn it is, if it has come."""
    place = {"lane": lane, "sequence": sequence}
    row = await tx.find_one(COLLECTION, place)
    if row is None:
        return None
    tx.write(COLLECTION, DeleteOne(place))
    passage("waiting.released")
    headers = [(name, value) for name, value in row["headers"]]
    return Message(row["topic"], row["partition"], row["offset"], row["key"], row["value"], headers)


async def lanes(tx: Tx, topics: Collection[str]) -> list[str]:
    """The lanes of these topics in which something waits."""
    found = await tx.aggregate(
        COLLECTION, [{"$match": {"topic": {"$in": list(topics)}}}, {"$group": {"_id": "$lane"}}]
    )
    return [row["_id"] for row in found]


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
