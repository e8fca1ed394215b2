"""What the tests of upgrades share: two releases of one made-up service, and what a database looks like."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from pymongo import UpdateOne

from shared.chassis.foundation import Database, Foundation
from shared.chassis.migrations import Migrations, Step
from shared.chassis.mongo import Document, Index, MongoDatabase, built
from shared.chassis.orphans import say_alive
from shared.chassis.transactions import Tx
from shared.chassis.upkeep import Upkeep, declared
from tests.support.waiting import until

PEOPLE = "people"


async def split_names(tx: Tx, rows: Sequence[Document]) -> None:
    """The new shape has `first` and `last` instead of `name`; `times` shows who was changed twice."""
    for row in rows:
        first, last = row["name"].split(" ")
        change: Document = {"$set": {"first": first, "last": last}, "$inc": {"times": 1}}
        tx.write(PEOPLE, UpdateOne({"_id": row["_id"]}, change | {"$unset": {"name": ""}}))


SPLIT = Step(1, "names in two parts", PEOPLE, {"name": {"$exists": True}}, split_names)
SECOND = Migrations("boxes", (SPLIT,))


def release(
    foundation: Foundation,
    name: str,
    migrations: Migrations | None = None,
    indexes: Sequence[Index] = (),
) -> Database:
    """The database as one release opens it."""
    return foundation.database(name, indexes, migrations=migrations)


class Process:
    """A process of a release, as far as upkeep goes: it lives, and looks after the database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.owner = f"boxes-here-{uuid4().hex[:6]}"
        self._stop = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    async def live(self) -> None:
        """Give a sign of life, as a process does each second."""
        await say_alive(self.database.mongo, self.owner, declared(self.database))

    async def die(self) -> None:
        """Be silent for so long that it counts as gone."""
        await self.database.mongo["processes"].delete_one({"_id": self.owner})

    async def __aenter__(self) -> "Process":
        await self.live()
        keeping = Upkeep(self.database, self.owner, self._stop).keep()
        self._keeping = asyncio.create_task(keeping)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        if self._keeping is not None:
            await self._keeping


async def people(mongo: MongoDatabase, count: int) -> None:
    """So many of the old shape."""
    rows: list[dict[str, Any]] = [
        {"_id": number, "name": f"A{number} B"} for number in range(count)
    ]
    await mongo[PEOPLE].insert_many(rows)


async def names_of(mongo: MongoDatabase, collection: str) -> set[str]:
    """The names of a collection's indexes."""
    return {one.name for one in await built(mongo, collection)}


async def has_ended(mongo: MongoDatabase, id_: str) -> Document:
    """The record of a migration, once it has ended."""

    async def record() -> Document | None:
        return await mongo["migrations"].find_one({"_id": id_, "ended": {"$type": "date"}})

    found = await until(record, f"the migration {id_} has ended", seconds=30)
    assert found is not None
    return found
