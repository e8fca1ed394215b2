"""Marks of what is being processed, so that a message that kills its process is found out.

One mark per partition is written before a batch runs, over the one before. If the stretch that it names
comes again, its last owner may have died in it: it is taken one by one, and a message that three processes
began and none ended is not begun again. What was ended is known by its cursor. Each owner counts on from what
it found at first: the messages before a deadly one come again, too, and their mark says what is suspect behind
them. What is released from waiting is marked by its lane.

Where little comes at a time, a mark reaches a few messages ahead, and those need none of their own: a mark costs
the database as much as a small transaction does. After a death they are suspect, too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
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
AHEAD = 8
"""So many offsets behind a small batch its mark covers; they are taken one by one after a death."""
SMALL = 50
"""Messages in a batch below which a mark reaches ahead: a flood comes in large batches, and wants to go on soon."""


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


class Marks:
    """The marks of one process; whatever may have changed them behind its back makes them be written anew."""

    def __init__(self, database: MongoDatabase, owner: str) -> None:
        # Only the primary's memory is waited for, and read.
        self._rows: Collection = database.get_collection(
            COLLECTION, read_concern=ReadConcern("local"), write_concern=WriteConcern(1)
        )
        self._owner = owner
        self._covered: dict[Partition, tuple[int, int]] = {}  # by the present marks: first, last

    async def found(self, partitions: Iterable[Partition]) -> dict[Partition, Suspicion]:
        """The marks that other owners of these partitions left; one's own tell of trouble, not of death."""
        self._covered.clear()
        names = {_name(partition): partition for partition in partitions}
        unended = [{"begun": {"$gt": 0}}, {"beyond.0": {"$exists": True}}]
        where = {"_id": {"$in": list(names)}, "owner": {"$ne": self._owner}, "$or": unended}
        rows = await self._rows.find(where).to_list(None)
        return {names[row["_id"]]: _suspicion(row) for row in rows}

    async def begin(
        self, messages: Sequence[Message], suspects: Mapping[Partition, Suspicion] = NOTHING
    ) -> None:
        """Mark these messages as begun by this process; what is suspect behind them stays so."""
        ahead = AHEAD if len(messages) < SMALL else 0
        writes, covered = [], {}
        for partition, (first, last) in stretches(messages).items():
            since, until = self._covered.get(partition, (0, -1))
            if since <= first and last <= until:
                continue
            beyond = _beyond(suspects, partition, last)
            reach = last if beyond else last + ahead
            covered[partition] = (first, reach)
            writes.append(self._row(partition, Stretch(first, last, 1), beyond, reach))
        if writes:
            await self._rows.bulk_write(writes, ordered=False)
            self._covered |= covered

    async def begin_alone(
        self, message: Message, deaths: int, suspects: Mapping[Partition, Suspicion] = NOTHING
    ) -> None:
        """The same for a message that is begun by itself, after so many processes that died of it."""
        partition, offset = (message.topic, message.partition), message.offset
        self._covered.pop(partition, None)
        beyond = _beyond(suspects, partition, offset)
        alone = Stretch(offset, offset, deaths + 1)
        await self._rows.bulk_write([self._row(partition, alone, beyond, offset)])

    def _row(
        self, partition: Partition, begun: Stretch, beyond: Iterable[Stretch], reach: int
    ) -> UpdateOne:
        fields = {"owner": self._owner, **asdict(begun), "reach": reach}
        fields["beyond"] = [list(astuple(one)) for one in beyond]
        return UpdateOne({"_id": _name(partition)}, {"$set": fields}, upsert=True)

    async def begin_lane(self, lane: str) -> bool:
        """Mark the next waiting message of a lane as begun; False where it was begun too often before.

        Trying again is no new start.
        """
        more = {"$cond": [{"$eq": ["$owner", self._owner]}, 0, 1]}
        begun = {"$add": [{"$ifNull": ["$begun", 0]}, more]}
        marked: Document = await self._rows.find_one_and_update(
            {"_id": lane},
            [{"$set": {"begun": begun, "owner": self._owner}}],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return int(marked["begun"]) <= DEATHS_ALLOWED

    @property
    def standing(self) -> bool:
        """Whether there may be marks of this process that name what it has not begun."""
        return bool(self._covered)

    async def take_back(self) -> None:
        """Whoever lives has not died of anything: its marks do not count as begun by it.

        Raises the driver's error where the database is away; the marks then count until it is back.
        """
        self._covered.clear()
        one_less = {"$max": [{"$subtract": ["$begun", 1]}, 0]}
        await self._rows.update_many(
            {"owner": self._owner}, [{"$set": {"begun": one_less, "owner": None}}]
        )


def _name(partition: Partition) -> str:
    return f"{partition[0]}:{partition[1]}"


def _beyond(
    suspects: Mapping[Partition, Suspicion], partition: Partition, last: int
) -> list[Stretch]:
    return suspects[partition].beyond(last) if partition in suspects else []


def _suspicion(row: Document) -> Suspicion:
    """An innocent neighbour of what was begun counts no deaths, and neither does what was only covered."""
    own = (Stretch(row["first"], row["last"], row["begun"]),) if row["begun"] else ()
    reach: int = row.get("reach") or row["last"]
    covered = (Stretch(row["last"] + 1, reach, 0),) if own and reach > row["last"] else ()
    return Suspicion((*own, *covered, *(Stretch(*one) for one in row.get("beyond", ()))))


def clear_lane(tx: Tx, lane: str) -> None:
    """Remove a lane's mark in the transaction that ends its message."""
    tx.write(COLLECTION, DeleteOne({"_id": lane}))
