"""Indexes on an upgrade: changed ones are built before the old ones go, and nobody loses one that it needs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
from pymongo.errors import DuplicateKeyError
from structlog.testing import capture_logs

from shared.chassis.foundation import Database, Foundation
from shared.chassis.mongo import Client, Index, UnfitDatabase, built, ensure_indexes
from shared.chassis.upkeep import note_ours, prepare, status
from tests.chassis.upgrading import Process, has_ended, names_of, release
from tests.support.waiting import until

BOXES = "boxes"
PLAIN = Index(BOXES, [("label", 1)])
UNIQUE = Index(BOXES, [("label", 1)], unique=True)
PARTIAL = Index(BOXES, [("label", 1)], partial={"open": True})

Open = Callable[[Sequence[Index]], Database]


@pytest.fixture
async def opened(foundation: Foundation, database_name: str) -> AsyncIterator[Open]:
    """Opens the database as a release with these indexes does."""
    databases: list[Database] = []

    def open_(indexes: Sequence[Index]) -> Database:
        databases.append(release(foundation, database_name, indexes=indexes))
        return databases[-1]

    yield open_
    for database in databases:
        database.client.close()


async def settle(database: Database) -> None:
    """Let one process of this release run until nothing is left to do."""

    async def settled() -> bool:
        return all(line.get("state") == "applied" for line in await status(database))

    async with Process(database):
        await has_ended(database.mongo, "chassis:1")
        await until(settled, "the database is as this release declares it")


async def test_indexes_of_every_kind_are_found_again_as_they_were_declared(opened: Open) -> None:
    every = [
        Index("a", [("x", 1), ("y", -1)], unique=True, partial={"s": {"$type": "string"}}),
        Index("b", [("x.y", 1)], partial={"state": "proposed"}, expire_after_seconds=60),
        PARTIAL,
    ]
    database = opened(every)
    await ensure_indexes(database.mongo, every)
    first = {name: await built(database.mongo, name) for name in ("a", "b", BOXES)}
    await ensure_indexes(database.mongo, every)
    assert {name: await built(database.mongo, name) for name in first} == first
    assert sorted(len(found) for found in first.values()) == [1, 1, 1]


@pytest.mark.parametrize(
    ("before", "after"), [(PLAIN, UNIQUE), (UNIQUE, PLAIN), (PLAIN, PARTIAL), (PARTIAL, UNIQUE)]
)
async def test_a_changed_index_stands_beside_the_old_one_until_no_older_process_lives(
    opened: Open, before: Index, after: Index
) -> None:
    old, new = opened([before]), opened([after])
    await prepare(old)
    older = Process(old)
    async with older:
        await has_ended(old.mongo, "chassis:1")
        await until(lambda: _is_ours(old), "the older release knows the index as its own")
        await prepare(new)
        async with Process(new):
            assert {one.signature for one in await built(new.mongo, BOXES)} == {
                before.signature,
                after.signature,
            }
            await prepare(old)  # an older replica that starts again meanwhile
            assert len(await built(new.mongo, BOXES)) == 2
    await older.die()
    await settle(new)
    assert [one.signature for one in await built(new.mongo, BOXES)] == [after.signature]


async def _is_ours(database: Database) -> bool:
    return await database.mongo["indexes"].find_one({"collection": BOXES}) is not None


async def test_two_replicas_that_change_an_index_at_once_make_one(opened: Open) -> None:
    old = opened([PLAIN])
    await old.mongo[BOXES].insert_many([{"label": str(number)} for number in range(2_000)])
    await prepare(old)
    await note_ours(old.mongo, old.indexes)
    one, other = opened([UNIQUE]), opened([UNIQUE])
    await asyncio.gather(prepare(one), prepare(other))
    async with Process(one), Process(other):
        await until(lambda: _only_one_is_left(one), "the old index is gone")
    with pytest.raises(DuplicateKeyError):
        await one.mongo[BOXES].insert_one({"label": "7"})


async def _only_one_is_left(database: Database) -> bool:
    return [one.signature for one in await built(database.mongo, BOXES)] == [UNIQUE.signature]


async def test_an_index_that_is_declared_no_more_goes_and_one_made_by_hand_stays(
    opened: Open,
) -> None:
    old, new = opened([PLAIN]), opened([])
    await prepare(old)
    await note_ours(old.mongo, old.indexes)
    await old.mongo[BOXES].create_index([("packed_on", 1)], name="by_hand")
    index = {"database": new.name, "index": "boxes.label_1", "state": "not declared any more"}
    assert index in await status(new)
    await settle(new)
    assert await names_of(new.mongo, BOXES) == {"by_hand"}


async def test_documents_that_a_unique_index_forbids_are_told_and_the_old_index_stays(
    opened: Open,
) -> None:
    old, new = opened([PLAIN]), opened([UNIQUE])
    await prepare(old)
    await old.mongo[BOXES].insert_many([{"label": "secret"}, {"label": "secret"}])
    with pytest.raises(UnfitDatabase) as refusal:
        await prepare(new)
    assert "the collection boxes" in str(refusal.value)
    assert "forbids (label)" in str(refusal.value)
    assert "secret" not in str(refusal.value)
    assert await names_of(old.mongo, BOXES) == {"label_1"}


async def test_a_build_that_takes_long_keeps_nobody_from_being_ready(
    opened: Open, client: Client
) -> None:
    database = opened([PLAIN])
    await database.mongo[BOXES].insert_one({"_id": 1, "label": "a"})
    async with await client.start_session() as session:
        session.start_transaction()
        # A build waits for the transactions that have written to the collection.
        boxes: Any = client[database.name][BOXES]
        await boxes.update_one({"_id": 1}, {"$set": {"label": "b"}}, session=session)
        with capture_logs() as told:
            await prepare(database, patience=0.5)
        assert [line["event"] for line in told] == ["index.building"]
        await session.abort_transaction()
    async with Process(database):
        await until(lambda: _is_there(database), "upkeep has seen to the index")


async def _is_there(database: Database) -> bool:
    missing = [line for line in await status(database) if line.get("state") == "missing"]
    return not missing
