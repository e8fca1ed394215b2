"""Marks of what is being processed, so that a message that kills its process is found out.

One mark per partition is written before a batch runs, over the one before. If the stretch that it names
comes again, its last owner may have died in it: it is taken one by one, and a message that three processes
began and none ended is not begun again. What was ended is known by its cursor. Each owner counts on from what
it found at first: the messages before a deadly one come again, too, and their mark says what is suspect behind
them. What is released from waiting is marked by its lane.
"""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from enum import Enum, auto
from types import MappingProxyType

from pymongo import DeleteOne, ReturnDocument, UpdateOne
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared.chassis.batches import Partition, stretches
from shared.chassis.messages import Message
from shared.chassis.mongo import Collection, Document, MongoDatabase
from shared.chassis.transactions import Tx

COLLECTION = "in_flight"
DEATHS_ALLOWED = 3


class Side(Enum):
    """Where a message lies, seen from a stretch."""

    BEFORE = auto()
    INSIDE = auto()
    BEHIND = auto()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Offsets that were begun and not ended; `begun` counts by how many processes, 0 if not by itself."""

    first: int
    last: int
    begun: int


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What is known of a partition: one stretch or more."""

    stretches: tuple[Stretch, ...]

    def side(self, offset: int) -> Side:
        """Where the offset lies."""
        if offset < min(one.first for one in self.stretches):
            return Side.BEFORE
        return Side.INSIDE if offset <= max(one.last for one in self.stretches) else Side.BEHIND

    def deaths(self, offset: int) -> int:
        """How many processes began this very message alone and did not end it."""
        alone = (one.begun for one in self.stretches if one.first == one.last == offset)
        return max(alone, default=0)

    def beyond(self, last: int) -> list[Stretch]:
        """What stays suspect while messages up to this offset are begun; a part of a stretch counts no deaths."""
        return [
            one if one.first > last else Stretch(last + 1, one.last, 0)
            for one in self.stretches
            if one.last > last
        ]


NOTHING: Mapping[Partition, Suspicion] = MappingProxyType({})


def _marks(database: MongoDatabase) -> Collection:
    """Only the primary's memory is waited for, and read."""
    return database.get_collection(
        COLLECTION, read_concern=ReadConcern("local"), write_concern=WriteConcern(1)
    )


def _name(partition: Partition) -> str:
    return f"{partition[0]}:{partition[1]}"


async def found(
    database: MongoDatabase, owner: str, partitions: Iterable[Partition]
) -> dict[Partition, Suspicion]:
    """The marks that other owners of these partitions left; one's own tell of trouble, not of death."""
    names = {_name(partition): partition for partition in partitions}
    unended = [{"begun": {"$gt": 0}}, {"beyond.0": {"$exists": True}}]
    where = {"_id": {"$in": list(names)}, "owner": {"$ne": owner}, "$or": unended}
    rows = await _marks(database).find(where).to_list(None)
    return {names[row["_id"]]: _suspicion(row) for row in rows}


def _suspicion(row: Document) -> Suspicion:
    own = (Stretch(row["first"], row["last"], row["begun"]),) if row["begun"] else ()
    return Suspicion((*own, *(Stretch(*one) for one in row.get("beyond", ()))))


async def mark(
    database: MongoDatabase,
    owner: str,
    messages: Iterable[Message],
    suspects: Mapping[Partition, Suspicion] = NOTHING,
    deaths: int = 0,
) -> None:
    """Mark these messages as begun by this process; what is suspect behind them stays so."""
    begun = {"owner": owner, "begun": deaths + 1}
    writes = []
    for partition, (first, last) in stretches(messages).items():
        beyond = suspects[partition].beyond(last) if partition in suspects else []
        told = {"beyond": [list(astuple(one)) for one in beyond]}
        fields = begun | {"first": first, "last": last} | told
        writes.append(UpdateOne({"_id": _name(partition)}, {"$set": fields}, upsert=True))
    await _marks(database).bulk_write(writes, ordered=False)


async def mark_lane(database: MongoDatabase, owner: str, lane: str) -> bool:
    """Mark the next waiting message of a lane as begun; False where it was begun too often before.

    Trying again is no new start.
    """
    more = {"$cond": [{"$eq": ["$owner", owner]}, 0, 1]}
    begun = {"$add": [{"$ifNull": ["$begun", 0]}, more]}
    marked: Document = await _marks(database).find_one_and_update(
        {"_id": lane},
        [{"$set": {"begun": begun, "owner": owner}}],
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    return int(marked["begun"]) <= DEATHS_ALLOWED


async def take_back(database: MongoDatabase, owner: str) -> None:
    """Whoever lives and could not go on has not died of anything: its marks do not count as begun by it.

    Raises the driver's error where the database is away; the marks then count until it is back.
    """
    one_less = {"$max": [{"$subtract": ["$begun", 1]}, 0]}
    await _marks(database).update_many(
        {"owner": owner}, [{"$set": {"begun": one_less, "owner": None}}]
    )


def clear_lane(tx: Tx, lane: str) -> None:
    """Remove a lane's mark in the transaction that ends its message."""
    tx.write(COLLECTION, DeleteOne({"_id": lane}))
