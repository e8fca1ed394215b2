"""Marks of what is being processed, so that a message that kills its process is found out.

One mark per partition is written before a batch runs, over the one before. If the stretch that it names
comes again, its last owner may have died in it: it is taken one by one, and a message that three processes
began and none ended is not begun again. What was ended is known by its cursor. What is released from waiting is marked by its lane.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pymongo import DeleteOne, ReturnDocument, UpdateOne
from pymongo.write_concern import WriteConcern

from shared.chassis.messages import Message
from shared.chassis.mongo import Document, MongoDatabase
from shared.chassis.transactions import Tx

COLLECTION = "in_flight"
DEATHS_ALLOWED = 3

Partition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Offsets that were begun and not ended; `begun` counts by how many processes."""

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


async def mark(database: MongoDatabase, owner: str, messages: Iterable[Message]) -> None:
    """Mark these messages as begun by this process. Only the primary's memory is waited for."""
    stretches: dict[str, tuple[int, int]] = {}
    for message in messages:
        name = _name((message.topic, message.partition))
        first, last = stretches.get(name, (message.offset, message.offset))
        stretches[name] = (min(first, message.offset), max(last, message.offset))
    collection = database.get_collection(COLLECTION, write_concern=WriteConcern(1))
    await collection.bulk_write(
        [_begin(name, owner, *stretch) for name, stretch in stretches.items()], ordered=False
    )


async def mark_lane(database: MongoDatabase, owner: str, lane: str) -> bool:
    """Mark the next waiting message of a lane as begun; False where it was begun too often before."""
    marked: Document = await database[COLLECTION].find_one_and_update(
        {"_id": lane}, _change(owner, 0, 0), upsert=True, return_document=ReturnDocument.AFTER
    )
    return int(marked["begun"]) <= DEATHS_ALLOWED


def _begin(name: str, owner: str, first: int, last: int) -> UpdateOne:
    return UpdateOne({"_id": name}, _change(owner, first, last), upsert=True)


def _change(owner: str, first: int, last: int) -> list[Document]:
    """One more start of the same stretch, or the first of another; trying again is no new start."""
    same = {"$and": [{"$eq": ["$first", first]}, {"$eq": ["$last", last]}]}
    mine = {"$eq": ["$owner", owner]}
    begun = {"$cond": [same, {"$add": ["$begun", {"$cond": [mine, 0, 1]}]}, 1]}
    return [{"$set": {"begun": begun, "first": first, "last": last, "owner": owner}}]


def clear_lane(tx: Tx, lane: str) -> None:
    """Remove a lane's mark in the transaction that ends its message."""
    tx.write(COLLECTION, DeleteOne({"_id": lane}))
