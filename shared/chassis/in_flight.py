"""Marks of what is being processed, so that a message that kills its process is found out.

One mark per partition is written before a batch and removed by the batch's own transaction. A mark that a
new owner finds tells where the last one died: that stretch is taken one by one, and a message that was
begun three times and never ended is not begun again.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pymongo import DeleteMany, UpdateOne
from pymongo.write_concern import WriteConcern

from shared.chassis.messages import Message
from shared.chassis.mongo import MongoDatabase
from shared.chassis.transactions import Tx

COLLECTION = "in_flight"
DEATHS_ALLOWED = 3

Partition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Offsets that were begun and not ended; `begun` counts how often."""

    first: int
    last: int
    begun: int

    def holds(self, offset: int) -> bool:
        """Whether the offset lies in it."""
        return self.first <= offset <= self.last

    def deadly(self, offset: int) -> bool:
        """Whether this very message was begun too often."""
        return self.first == self.last == offset and self.begun >= DEATHS_ALLOWED


def _name(partition: Partition) -> str:
    return f"{partition[0]}:{partition[1]}"


async def found(
    database: MongoDatabase, partitions: Collection[Partition]
) -> dict[Partition, Stretch]:
    """The marks that earlier owners of these partitions left."""
    names = {_name(partition): partition for partition in partitions}
    rows = await database[COLLECTION].find({"_id": {"$in": list(names)}}).to_list(None)
    return {names[row["_id"]]: Stretch(row["first"], row["last"], row["begun"]) for row in rows}


async def mark(database: MongoDatabase, messages: Iterable[Message]) -> None:
    """Mark these messages as begun. Only the primary's memory is waited for: it guards nothing else."""
    stretches: dict[str, tuple[int, int]] = {}
    for message in messages:
        name = _name((message.topic, message.partition))
        first, last = stretches.get(name, (message.offset, message.offset))
        stretches[name] = (min(first, message.offset), max(last, message.offset))
    collection = database.get_collection(COLLECTION, write_concern=WriteConcern(1))
    await collection.bulk_write(
        [_begin(name, first, last) for name, (first, last) in stretches.items()], ordered=False
    )


def _begin(name: str, first: int, last: int) -> UpdateOne:
    same = {"$and": [{"$eq": ["$first", first]}, {"$eq": ["$last", last]}]}
    begun = {"$cond": [same, {"$add": ["$begun", 1]}, 1]}
    return UpdateOne(
        {"_id": name}, [{"$set": {"begun": begun, "first": first, "last": last}}], upsert=True
    )


def clear(tx: Tx, messages: Iterable[Message]) -> None:
    """Remove the marks in the transaction that ends the batch."""
    names = {_name((message.topic, message.partition)) for message in messages}
    tx.write(COLLECTION, DeleteMany({"_id": {"$in": list(names)}}))
