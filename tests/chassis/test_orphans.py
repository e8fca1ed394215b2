"""A process that dies in a transaction keeps nobody from going on."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from pymongo import UpdateOne

from dev.local.parts import Database
from dev.local.processes import Child, start_child
from shared.chassis.clock import system_clock
from shared.chassis.leases import Leases
from shared.chassis.mongo import (
    Client,
    Document,
    MongoDatabase,
    open_database,
)
from shared.chassis.orphans import end_orphans, keep_clear
from shared.chassis.transactions import Transactions, Tx
from tests.support.connected import connected
from tests.support.waiting import until

Begin = Callable[[str], Awaitable[Child]]

IN_A_TRANSACTION = """
import asyncio, sys
from motor.motor_asyncio import AsyncIOMotorClient

async def main(url, database, application):
    client = AsyncIOMotorClient(url, appname=application)
    async with await client.start_session() as session:
        session.start_transaction()
        boxes = client[database]["boxes"]
        await boxes.update_one({"_id": 1}, {"$set": {"by": "dead"}}, upsert=True, session=session)
        leases = client[database]["leases"]
        await leases.update_many({}, {"$set": {"confirmed": True}}, session=session)
        print("in it", flush=True)
        await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
async def mine(mongo: Database) -> AsyncIterator[Client]:
    async with connected(mongo.url, "tester-here-1-abc") as client:
        yield client


@pytest.fixture
async def own(mine: Client, database_name: str) -> MongoDatabase:
    return open_database(mine, database_name)


@pytest.fixture
async def begin(
    mongo: Database, mine: Client, own: MongoDatabase, tmp_path: Path
) -> AsyncIterator[Begin]:
    """Starts a process that is in the middle of a transaction."""
    children: list[Child] = []

    async def start(application: str) -> Child:
        log = tmp_path / f"{application}.log"
        command = [sys.executable, "-c", IN_A_TRANSACTION, mongo.url, own.name, application]
        child = await start_child(application, command, log=log)
        children.append(child)
        await until(partial(_says, log), "it is in the transaction")
        return child

    yield start
    for child in children:
        await child.kill()
        await last_seen(own, child.name, 60)
    await until(partial(_nothing_open, mine, own), "nothing of theirs is open")


async def last_seen(own: MongoDatabase, application: str, seconds_ago: int) -> None:
    """What the process itself would have written so long ago."""
    seen_at = {"$subtract": ["$$NOW", seconds_ago * 1000]}
    await own["processes"].update_one(
        {"_id": application}, [{"$set": {"seen_at": seen_at}}], upsert=True
    )


async def _nothing_open(client: Client, own: MongoDatabase) -> bool:
    await end_orphans(client, own)
    return not await _open(client, 0)


async def _says(log: Path) -> bool:
    return "in it" in await asyncio.to_thread(log.read_text)


async def _open(client: Client, microseconds: int) -> bool:
    """Whether a transaction of such a process has been at rest for so long."""
    at_rest = {"transaction.timeInactiveMicros": {"$gt": microseconds}}
    pipeline: list[Document] = [
        {"$currentOp": {"allUsers": False, "idleSessions": True}},
        {"$match": {"type": "idleSession", "appName": {"$regex": "-there-"}} | at_rest},
    ]
    return bool([one async for one in client.admin.aggregate(pipeline)])


async def write(tx: Tx) -> None:
    tx.write("boxes", UpdateOne({"_id": 1}, {"$set": {"by": "me"}}, upsert=True))


async def test_what_a_dead_process_held_is_free_again_while_one_waits(
    begin: Begin, mine: Client, own: MongoDatabase
) -> None:
    await (await begin("tester-there-7-def")).kill()
    await last_seen(own, "tester-there-7-def", 6)
    stop = asyncio.Event()
    clearing = asyncio.create_task(keep_clear([(mine, own)], "tester-here-1-abc", stop))
    await Transactions(mine, own, system_clock).run(write)
    stop.set()
    await clearing
    assert (await own["boxes"].find_one({"_id": 1})) == {"_id": 1, "by": "me"}


async def test_the_transactions_of_the_living_are_left_alone(
    begin: Begin, mine: Client, own: MongoDatabase
) -> None:
    await begin("tester-there-7-def")
    await until(partial(_open, mine, 2_500_000), "the transaction has been at rest for long")
    await last_seen(own, "tester-there-7-def", 1)
    assert await end_orphans(mine, own) == 0
    await last_seen(own, "tester-there-7-def", 6)
    assert await end_orphans(mine, own) == 1


async def test_who_waits_for_the_lease_of_a_dead_process_gets_it(
    mine: Client, own: MongoDatabase
) -> None:
    leases = Leases(own)
    dead, parts, alike = "tester-there-7-def", "tester-there-7-def/part", "tester-there-7-defg"
    for name, owner in {"one": dead, "two": parts, "three": alike}.items():
        assert await leases.take(name, owner=owner, seconds=60) == 1
    await last_seen(own, dead, 6)
    assert await leases.take("one", owner="tester-here-1-abc", seconds=60) is None

    await end_orphans(mine, own)

    found = [
        await leases.take(name, owner="tester-here-1-abc", seconds=60)
        for name in ("one", "two", "three")
    ]
    assert found == [2, 2, None]  # the third is of a process whose name only begins alike


@pytest.mark.timeout(30)
async def test_a_lease_that_was_just_confirmed_in_a_transaction_is_free_as_soon(
    begin: Begin, mine: Client, own: MongoDatabase
) -> None:
    """Until the transaction is ended nobody can write the lease, not even to end it."""
    leases, dead = Leases(own), "tester-there-7-def"
    await leases.take("one", owner=dead, seconds=60)
    await (await begin(dead)).kill()
    await until(partial(_open, mine, 2_500_000), "the transaction has been at rest for long")
    await last_seen(own, dead, 6)

    await end_orphans(mine, own)

    assert await leases.take("one", owner="tester-here-1-abc", seconds=60) == 2


async def test_the_lease_of_a_living_process_is_left_alone(
    mine: Client, own: MongoDatabase
) -> None:
    await Leases(own).take("one", owner="tester-there-7-def", seconds=60)
    await last_seen(own, "tester-there-7-def", 1)
    await end_orphans(mine, own)
    assert await Leases(own).take("one", owner="tester-here-1-abc", seconds=60) is None


async def test_whoever_says_that_it_lives_is_not_dead(mine: Client, own: MongoDatabase) -> None:
    stop = asyncio.Event()
    living = asyncio.create_task(keep_clear([(mine, own)], "tester-here-1-abc", stop))

    async def said() -> bool:
        return await own["processes"].find_one({"_id": "tester-here-1-abc"}) is not None

    await until(said, "it has said that it lives")
    stop.set()
    await living
    assert await end_orphans(mine, own) == 0
