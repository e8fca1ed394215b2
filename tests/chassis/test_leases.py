"""Leases on a real database: one holder, a fence that grows, and no other clock than the database's."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import InsertOne

from dev.local.parts import Database as DatabasePart
from shared.chassis import leases
from shared.chassis.clock import system_clock
from shared.chassis.leases import COLLECTION, LeaseLost, Leases
from shared.chassis.mongo import Client, MongoDatabase
from shared.chassis.patience import HURRIED, patience
from shared.chassis.transactions import Transactions, Tx
from tests.support.hearing import Heard, overheard
from tests.support.waiting import until

ROUND = "round"


@pytest.fixture
def held(database: MongoDatabase) -> Leases:
    return Leases(database)


async def lease_of(database: MongoDatabase) -> dict[str, Any]:
    row = await database[COLLECTION].find_one({"_id": ROUND})
    assert row is not None
    return row


async def test_a_lease_has_one_holder(held: Leases) -> None:
    assert await held.take(ROUND, owner="one", seconds=60) == 1
    assert await held.take(ROUND, owner="two", seconds=60) is None
    assert await held.take("another", owner="two", seconds=60) == 1


async def test_who_is_in_a_hurry_waits_for_a_majority_no_longer_than_for_a_commit(
    mongo: DatabasePart, database_name: str
) -> None:
    """And for none when the lease is given back; an import was refused 5 s after its primary had lost the others."""
    heard = Heard("findAndModify", "update")
    patience.set(HURRIED)
    async with overheard(mongo.url, database_name, heard) as database:
        held = Leases(database)
        fence = await held.take(ROUND, owner="one", seconds=60)
        assert fence == 1
        await held.give_back(ROUND, fence)
    assert heard.said == [
        ("findAndModify", {"w": "majority", "wtimeout": 1_200}),
        ("update", {"w": 1}),
    ]


async def test_who_does_not_know_whether_they_took_it_lets_it_go(held: Leases) -> None:
    await held.take(ROUND, owner="one", seconds=60)
    await held.disown(ROUND, "two")
    assert await held.take(ROUND, owner="two", seconds=60) is None
    await held.disown(ROUND, "one")
    assert await held.take(ROUND, owner="two", seconds=60) == 2


async def test_renewing_keeps_the_fence_and_moves_the_end(
    held: Leases, database: MongoDatabase
) -> None:
    await held.take(ROUND, owner="one", seconds=5)
    before = (await lease_of(database))["until"]
    assert await held.take(ROUND, owner="one", seconds=60) == 1
    assert (await lease_of(database))["until"] > before + timedelta(seconds=50)


async def test_somebody_elses_attempt_leaves_a_lease_as_it_is(
    held: Leases, database: MongoDatabase
) -> None:
    await held.take(ROUND, owner="one", seconds=60)
    before = await lease_of(database)
    await held.take(ROUND, owner="two", seconds=600)
    assert await lease_of(database) == before


async def test_the_fence_grows_with_every_new_taking(held: Leases) -> None:
    assert await held.take(ROUND, owner="one", seconds=60) == 1
    await held.give_back(ROUND, 1)
    assert await held.take(ROUND, owner="one", seconds=60) == 2
    await held.give_back(ROUND, 2)
    assert await held.take(ROUND, owner="two", seconds=60) == 3


async def test_a_lease_that_ran_out_goes_to_the_next(held: Leases) -> None:
    await held.take(ROUND, owner="one", seconds=0.001)

    async def taken() -> int | None:
        return await held.take(ROUND, owner="two", seconds=60)

    assert await until(taken, "the lease has run out") == 2
    assert await held.take(ROUND, owner="one", seconds=60) is None


async def test_who_has_an_old_fence_gives_nothing_back(held: Leases) -> None:
    await held.take(ROUND, owner="one", seconds=60)
    await held.give_back(ROUND, 1)
    await held.take(ROUND, owner="two", seconds=60)
    await held.give_back(ROUND, 1)
    assert await held.take(ROUND, owner="one", seconds=60) is None


async def test_of_twenty_takers_at_once_exactly_one_has_the_lease(held: Leases) -> None:
    answers = await asyncio.gather(
        *(held.take(ROUND, owner=f"taker {number}", seconds=60) for number in range(20))
    )
    assert sorted(answers, key=str) == [1] + [None] * 19


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_service_clock_that_is_wrong_changes_nothing(
    held: Leases, client: Client, database: MongoDatabase, hours: int
) -> None:
    def wrong_clock() -> datetime:
        return datetime.now(UTC) + timedelta(hours=hours)

    await held.take(ROUND, owner="one", seconds=60)
    await Transactions(client, database, wrong_clock).run(
        lambda tx: leases.confirm(tx, ROUND, 1, seconds=60)
    )
    told: dict[str, Any] = await client.admin.command("hello")
    now: datetime = told["localTime"].replace(tzinfo=UTC)
    assert timedelta(seconds=50) < (await lease_of(database))["until"] - now <= timedelta(minutes=1)
    assert await held.take(ROUND, owner="two", seconds=60) is None


async def write_with(tx: Tx, fence: int) -> None:
    tx.write("results", InsertOne({"fence": fence}))
    await leases.confirm(tx, ROUND, fence, seconds=60)


async def test_whoever_slept_through_the_lease_writes_nothing(
    held: Leases, client: Client, database: MongoDatabase
) -> None:
    transactions = Transactions(client, database, system_clock)
    await held.take(ROUND, owner="one", seconds=60)
    await held.give_back(ROUND, 1)
    await held.take(ROUND, owner="two", seconds=60)
    with pytest.raises(LeaseLost):
        await transactions.run(lambda tx: write_with(tx, 1))
    await transactions.run(lambda tx: write_with(tx, 2))
    rows = await database["results"].find({}, {"_id": 0}).to_list(None)
    assert rows == [{"fence": 2}]


async def test_a_lease_that_was_never_taken_cannot_be_confirmed(
    client: Client, database: MongoDatabase
) -> None:
    with pytest.raises(LeaseLost):
        await Transactions(client, database, system_clock).run(lambda tx: write_with(tx, 1))
    assert await database["results"].count_documents({}) == 0
