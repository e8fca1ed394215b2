"""Documents of an older shape are brought to the newest: numbered steps, each run once, by one process at a time.

A step works through its collection in the order of `_id`, a stretch per transaction that also moves its mark
and confirms the lease. So whoever takes over goes on at the mark, and a holder that slept writes nothing. A step
begins when no process of an older release lives; until it has ended the code reads both shapes.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from pymongo import UpdateMany, UpdateOne

from shared.chassis.leases import confirm
from shared.chassis.mongo import Document, MongoDatabase, UnfitDatabase
from shared.chassis.transactions import Transactions, Tx

log = structlog.get_logger("shared.chassis.migrations")

COLLECTION = "migrations"
LEASE = "migrations"
LEASE_SECONDS = 10.0
STRETCH = 500

Change = Callable[[Tx, Sequence[Document]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Step:
    """One migration. `where` finds documents of the old shape, `change` writes them in the new one.

    `change` may run again on the same documents. Ids of the collection are of one type. `readable_from` is the
    oldest level, as a number of this list, whose code can work with what the step leaves.
    """

    number: int
    name: str
    collection: str
    where: Mapping[str, Any]
    change: Change
    readable_from: int = 0


@dataclass(frozen=True, slots=True)
class Migrations:
    """All steps of one owner, numbered 1, 2, 3; the code needs those up to `requires` ended to read at all."""

    owner: str
    steps: tuple[Step, ...] = ()
    requires: int = 0

    def __post_init__(self) -> None:
        if [step.number for step in self.steps] != list(range(1, len(self.steps) + 1)):
            raise ValueError(f"the migrations of {self.owner} are not numbered 1, 2, 3, ...")

    @property
    def level(self) -> int:
        """The shape that this code writes."""
        return len(self.steps)

    def id_of(self, step: Step) -> str:
        """What a step is called in the database."""
        return f"{self.owner}:{step.number}"


async def records(database: MongoDatabase) -> dict[str, Document]:
    """What the database knows of migrations, by id."""
    rows = await database[COLLECTION].find({}).to_list(None)
    return {row["_id"]: row for row in rows}


def ended(known: Mapping[str, Document]) -> frozenset[str]:
    """The migrations that have run to their end."""
    return frozenset(id_ for id_, record in known.items() if record.get("ended"))


async def check(
    database: MongoDatabase, lists: Sequence[Migrations], known: Mapping[str, Document]
) -> None:
    """Raise UnfitDatabase where this code cannot read what another release made, or has not made yet."""
    levels = {one.owner: one.level for one in lists}
    problems = [
        f"the database {database.name} was migrated by a newer release ({record['_id']}, {record['name']}); "
        f"run a release that knows {record['owner']}:{record['readable_from']}, or restore a backup"
        for record in known.values()
        if record["readable_from"] > levels.get(record["owner"], 0)
    ]
    for one in lists:
        for step in one.steps[: one.requires]:
            id_ = one.id_of(step)
            if id_ not in ended(known) and await database[step.collection].find_one(step.where):
                problems.append(
                    f"the migration {id_}, {step.name}, has not ended in the database {database.name}; run the "
                    "release before this one until `migrations` says that it is applied"
                )
    if problems:
        raise UnfitDatabase("\n".join(problems))


async def reopen(database: MongoDatabase, owner: str, level: int) -> int:
    """Steps above this level are to run again: a process that writes older shapes lives, or lived meanwhile."""
    above = {"owner": owner, "number": {"$gt": level}, "ended": {"$ne": None}}
    again: Document = {"$set": {"ended": None, "last": None}}
    return (await database[COLLECTION].update_many(above, again)).modified_count


async def run(
    database: MongoDatabase, transactions: Transactions, owner: str, step: Step, fence: int
) -> bool:
    """Do the next stretch of a step; True when it has ended. Raises LeaseLost, and what `change` raises."""
    id_ = f"{owner}:{step.number}"
    known = await database[COLLECTION].find_one({"_id": id_})
    last = known.get("last") if known else None
    after: Document = {} if last is None else {"_id": {"$gt": last}}
    # Only ids are read here, from their index: a stretch takes the same time however few of it are old.
    ids = await database[step.collection].find(after, {"_id": 1}).sort("_id", 1).to_list(STRETCH)
    between = after.get("_id", {}) | ({"$lte": ids[-1]["_id"]} if ids else {})

    async def work(tx: Tx) -> bool:
        await confirm(tx, LEASE, fence, seconds=LEASE_SECONDS)
        rows = await tx.find(step.collection, {**step.where, "_id": between}) if ids else []
        if rows:
            await step.change(tx, rows)
        _mark(tx, owner, step, {"fence": fence, "last": ids[-1]["_id"] if ids else None}, len(rows))
        if not ids:
            tx.write(COLLECTION, UpdateOne({"_id": id_}, {"$currentDate": {"ended": True}}))
            tx.note("migration.ended", migration=id_, database=database.name)
        return not ids

    if known is None or known.get("began") is None:
        log.info(
            "migration.began", migration=id_, database=database.name, collection=step.collection
        )
    return await transactions.run(work)


def _mark(tx: Tx, owner: str, step: Step, mark: Document, changed: int) -> None:
    id_ = f"{owner}:{step.number}"
    about = {"owner": owner, "number": step.number, "name": step.name}
    fields = about | mark | {"readable_from": step.readable_from, "ended": None}
    update: Document = {"$set": fields, "$inc": {"documents": changed, "stretches": 1}}
    tx.write(COLLECTION, UpdateOne({"_id": id_}, update, upsert=True))
    began = UpdateMany({"_id": id_, "began": None}, {"$currentDate": {"began": True}})
    tx.write(COLLECTION, began)
