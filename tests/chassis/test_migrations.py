"""Migrations on a real database: once, by one, to be gone on with, and never under the feet of an older release."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from shared.chassis import migrations
from shared.chassis.foundation import Database, Foundation
from shared.chassis.leases import LeaseLost, Leases
from shared.chassis.migrations import LEASE, Migrations
from shared.chassis.mongo import Document, MongoDatabase, UnfitDatabase
from shared.chassis.transactions import Tx
from shared.chassis.upkeep import prepare, status
from tests.chassis.upgrading import (
    PEOPLE,
    SECOND,
    SPLIT,
    Process,
    has_ended,
    people,
    release,
    split_names,
)
from tests.support.waiting import until

Open = Callable[[Migrations | None], Database]


@pytest.fixture
async def opened(foundation: Foundation, database_name: str) -> AsyncIterator[Open]:
    """Opens the database as a release with these migrations does."""
    databases: list[Database] = []

    def open_(lists: Migrations | None) -> Database:
        databases.append(release(foundation, database_name, lists))
        return databases[-1]

    yield open_
    for database in databases:
        database.client.close()


async def old_ones(mongo: MongoDatabase) -> int:
    return await mongo[PEOPLE].count_documents({"name": {"$exists": True}})


async def test_two_processes_that_start_at_once_change_each_document_once(opened: Open) -> None:
    first, second = opened(SECOND), opened(SECOND)
    await people(first.mongo, 2_345)
    await asyncio.gather(prepare(first), prepare(second))
    async with Process(first), Process(second):
        record = await has_ended(first.mongo, "boxes:1")
    assert record["documents"] == 2_345
    assert await first.mongo[PEOPLE].count_documents({"times": 1}) == 2_345
    found = await first.mongo[PEOPLE].find_one({"_id": 1_200})
    assert found == {"_id": 1_200, "first": "A1200", "last": "B", "times": 1}


async def test_it_begins_when_no_process_of_an_older_release_lives(opened: Open) -> None:
    new, old = opened(SECOND), Process(opened(None))
    await people(new.mongo, 10)
    await old.live()
    async with Process(new):
        await has_ended(new.mongo, "chassis:1")  # which the older release knows, too
        assert await old_ones(new.mongo) == 10
        assert await new.mongo["migrations"].find_one({"_id": "boxes:1"}) is None
        await old.die()
        await has_ended(new.mongo, "boxes:1")
    assert await old_ones(new.mongo) == 0


async def test_a_process_of_before_there_were_levels_counts_as_older(opened: Open) -> None:
    new = opened(SECOND)
    await people(new.mongo, 10)
    silent = {"_id": "boxes-of-old"}
    await new.mongo["processes"].update_one(silent, [{"$set": {"seen_at": "$$NOW"}}], upsert=True)
    process = Process(new)
    async with process:
        await until(lambda: _waits(new), "it has looked and waits")
        assert await new.mongo["migrations"].count_documents({}) == 0
        await new.mongo["processes"].delete_one(silent)
        await has_ended(new.mongo, "chassis:1")
        await has_ended(new.mongo, "boxes:1")


async def _waits(database: Database) -> bool:
    """The lease was taken and given back, which comes with every look that leaves something to do."""
    lease = await database.mongo["leases"].find_one({"_id": LEASE})
    return lease is not None and lease["owner"] is None


async def test_what_one_began_the_next_one_ends(opened: Open) -> None:
    database = opened(SECOND)
    await people(database.mongo, 1_200)
    fence = await Leases(database.mongo).take(LEASE, owner="killed", seconds=0.5)
    assert fence == 1
    await migrations.run(database.mongo, database.transactions, "boxes", SPLIT, fence)
    assert await old_ones(database.mongo) == 700
    async with Process(database):
        record = await has_ended(database.mongo, "boxes:1")
    assert (record["documents"], record["fence"]) == (1_200, 2)
    assert record["stretches"] == 4  # two of the next one, and the last look
    assert await database.mongo[PEOPLE].count_documents({"times": 1}) == 1_200


async def test_whoever_slept_through_its_lease_changes_nothing(opened: Open) -> None:
    database = opened(SECOND)
    await people(database.mongo, 10)
    leases = Leases(database.mongo)
    await leases.take(LEASE, owner="sleeper", seconds=60)
    await leases.give_back(LEASE, 1)
    await leases.take(LEASE, owner="next", seconds=60)
    with pytest.raises(LeaseLost):
        await migrations.run(database.mongo, database.transactions, "boxes", SPLIT, 1)
    assert await old_ones(database.mongo) == 10
    assert await database.mongo["migrations"].count_documents({}) == 0


async def test_a_write_meanwhile_is_not_lost(opened: Open) -> None:
    database = opened(None)
    await people(database.mongo, 3)
    met = asyncio.Event()

    async def slow(tx: Tx, rows: Sequence[Document]) -> None:
        if (
            not met.is_set()
        ):  # somebody else writes between the reading and the writing of the stretch
            met.set()
            await database.mongo[PEOPLE].update_one({"_id": 1}, {"$set": {"name": "Grace H"}})
        await split_names(tx, rows)

    lease = await Leases(database.mongo).take(LEASE, owner="one", seconds=60)
    assert lease is not None
    step = replace(SPLIT, change=slow)
    await migrations.run(database.mongo, database.transactions, "boxes", step, lease)
    found = await database.mongo[PEOPLE].find_one({"_id": 1})
    assert found == {"_id": 1, "first": "Grace", "last": "H", "times": 1}


async def test_after_a_rollback_what_the_older_release_wrote_is_migrated_too(opened: Open) -> None:
    new, old = opened(SECOND), opened(None)
    await people(new.mongo, 3)
    async with Process(new):
        await has_ended(new.mongo, "boxes:1")
    await prepare(old)  # allowed: what the step leaves is readable from level 0
    await old.mongo[PEOPLE].insert_one({"_id": 3, "name": "Ada L"})
    older = Process(old)
    await older.live()
    process = Process(new)
    async with process:
        await until(lambda: _open_again(new), "the older process was seen")
        assert await old_ones(new.mongo) == 1
        await older.die()
        await has_ended(new.mongo, "boxes:1")
    assert await old_ones(new.mongo) == 0


async def _open_again(database: Database) -> bool:
    return (
        await database.mongo["migrations"].find_one({"_id": "boxes:1", "ended": None}) is not None
    )


async def test_a_release_that_cannot_read_the_database_is_refused(opened: Open) -> None:
    unreadable = Migrations("boxes", (replace(SPLIT, readable_from=1),))
    new = opened(unreadable)
    await people(new.mongo, 1)
    async with Process(new):
        await has_ended(new.mongo, "boxes:1")
    with pytest.raises(UnfitDatabase) as refusal:
        await prepare(opened(None))
    assert "migrated by a newer release (boxes:1, names in two parts)" in str(refusal.value)
    assert "run a release that knows boxes:1" in str(refusal.value)
    await prepare(opened(unreadable))


async def test_a_release_that_reads_the_old_shape_no_more_waits_for_nobody(opened: Open) -> None:
    contracted = Migrations("boxes", (SPLIT,), requires=1)
    await prepare(opened(contracted))  # nothing is there that it could not read
    database = opened(SECOND)
    await people(database.mongo, 1)
    with pytest.raises(UnfitDatabase, match="boxes:1, names in two parts, has not ended"):
        await prepare(opened(contracted))
    async with Process(database):
        await has_ended(database.mongo, "boxes:1")
    await prepare(opened(contracted))


async def test_a_document_that_does_not_fit_is_told_and_the_rest_waits(opened: Open) -> None:
    database = opened(SECOND)
    await database.mongo[PEOPLE].insert_one({"_id": 1, "name": "Plato"})
    with capture_logs() as told:
        async with Process(database):
            await until(lambda: _failed(told), "the failure was told")
    (failure,) = [line for line in told if line["event"] == "migration.failed"]
    assert (failure["migration"], failure["reason"]) == ("boxes:1", "ValueError")
    assert await old_ones(database.mongo) == 1
    (line,) = [line for line in await status(database) if line.get("migration") == "boxes:1"]
    assert line["state"] == "pending"


async def _failed(told: list[EventDict]) -> bool:
    return any(line["event"] == "migration.failed" for line in told)


def test_numbers_have_no_holes() -> None:
    with pytest.raises(ValueError, match="boxes are not numbered"):
        Migrations("boxes", (replace(SPLIT, number=2),))


async def test_the_status_tells_what_is_applied_and_what_is_not(opened: Open) -> None:
    database = opened(SECOND)
    await prepare(database)
    before = [line["state"] for line in await status(database) if "migration" in line]
    assert before == ["pending", "pending", "pending"]
    async with Process(database):
        await has_ended(database.mongo, "boxes:1")
        await until(lambda: _in_order(database), "the index that waited for the migration is there")
    lines = {line["migration"]: line for line in await status(database)}
    assert lines["boxes:1"]["state"] == "applied"
    assert lines["boxes:1"]["documents"] == 0
    older = await status(opened(None))
    assert [line["state"] for line in older] == ["applied", "applied", "of a newer release"]


async def _in_order(database: Database) -> bool:
    return not [line for line in await status(database) if "index" in line]


async def test_a_key_that_was_claimed_and_never_answered_is_free_again(opened: Open) -> None:
    database = opened(None)
    answered = {"_id": "a", "fingerprint": "f", "answer": {"status": 201, "body": "{}"}}
    claimed = {"_id": "b", "fingerprint": "f", "answer": None, "token": "t"}
    await database.mongo["idempotency"].insert_many([answered, claimed])
    async with Process(database):
        await has_ended(database.mongo, "chassis:2")
    kept = await database.mongo["idempotency"].find().to_list(None)
    assert kept == [answered]


async def test_entries_of_the_audit_say_by_themselves_what_their_letters_were(opened: Open) -> None:
    database = opened(None)
    letter = {
        "_id": "t:0:7",
        "reason": "handler_failed",
        "event_type": "pair.formed",
        "state": "redriven",
    }
    await database.mongo["dead_letters"].insert_one(letter)
    entries = [
        {"_id": 1, "action": "dead_letter.redriven", "subject": "t:0:7", "by": "lea"},
        {"_id": 2, "action": "dead_letter.discarded", "subject": "t:0:8", "by": "lea"},
        {"_id": 3, "action": "dead_letter.redriven", "subject": "t:0:7", "reason": "kept"},
    ]
    await database.mongo["audit"].insert_many(entries)
    async with Process(database):
        record = await has_ended(database.mongo, "chassis:1")
    assert record["documents"] == 2
    rows = await database.mongo["audit"].find({}, {"reason": 1, "event_type": 1}).to_list(None)
    assert rows == [
        {"_id": 1, "reason": "handler_failed", "event_type": "pair.formed"},
        {"_id": 2, "reason": None, "event_type": None},
        {"_id": 3, "reason": "kept"},
    ]
