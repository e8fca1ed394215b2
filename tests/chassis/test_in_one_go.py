"""Statements that are sent together: in a thread, to their end, whoever goes away meanwhile."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from pymongo import InsertOne, UpdateOne

from dev.local.parts import Database as DatabasePart
from shared.chassis import passages
from shared.chassis.clock import system_clock
from shared.chassis.in_one_go import in_one_go
from shared.chassis.mongo import MongoDatabase
from shared.chassis.transactions import Taken, Transactions, Tx
from tests.support.hearing import Heard, overheard


@pytest.fixture
def heard() -> Heard:
    return Heard("find", "insert", "abortTransaction", "commitTransaction")


@pytest.fixture
async def database(
    mongo: DatabasePart, database_name: str, heard: Heard
) -> AsyncIterator[MongoDatabase]:
    async with overheard(mongo.url, database_name, heard) as database:
        for name in ("boxes", "keys"):
            await database.create_collection(name)
        yield database


@pytest.fixture
def transactions(database: MongoDatabase) -> Transactions:
    return Transactions(database.client, database, system_clock)


async def test_what_is_raised_in_the_thread_is_raised_to_the_caller() -> None:
    def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await in_one_go(fail)


async def test_who_is_cancelled_waits_for_the_end_however_often_they_are() -> None:
    begun, go_on, ended = asyncio.Event(), threading.Event(), []
    loop = asyncio.get_running_loop()

    def work() -> None:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait()
        ended.append(True)

    task = asyncio.create_task(in_one_go(work))
    await begun.wait()
    for _ in range(3):
        task.cancel()
        _, waiting = await asyncio.wait({task}, timeout=0)
        assert waiting == {task}
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [True]


async def test_a_transaction_that_is_cancelled_while_it_is_sent_leaves_nothing_or_all(
    transactions: Transactions, database: MongoDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were it aborted under the thread, the driver would send the rest outside of any transaction."""
    written, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def wait(name: str) -> None:
        if name == "transaction.written":
            loop.call_soon_threadsafe(written.set)
            go_on.wait()

    monkeypatch.setattr(passages, "hook", wait)

    async def pack(tx: Tx) -> None:
        tx.write("boxes", InsertOne({"_id": 1}))
        tx.write("keys", InsertOne({"_id": 1}))

    task = asyncio.create_task(transactions.run(pack))
    await written.wait()
    task.cancel()
    await asyncio.wait({task}, timeout=0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    counts = [await database[name].count_documents({}) for name in ("boxes", "keys")]
    assert counts == [1, 1]


async def test_a_claim_goes_before_the_first_question(
    transactions: Transactions, heard: Heard
) -> None:
    async def ask(tx: Tx) -> None:
        tx.claim("keys", {"_id": 1})
        await tx.find("boxes", {})

    await transactions.run(ask)
    assert [name for name, _ in heard.said] == ["insert", "find", "commitTransaction"]
    heard.said.clear()
    with pytest.raises(Taken):
        await transactions.run(ask)
    assert [name for name, _ in heard.said] == ["insert", "abortTransaction"]


async def test_what_was_required_and_found_nothing_takes_all_back(
    transactions: Transactions, database: MongoDatabase
) -> None:
    async def pack(tx: Tx) -> None:
        tx.write("boxes", InsertOne({"_id": 2}))
        tx.require("boxes", [InsertOne({"_id": 1})], LookupError("never"))

    async def label(tx: Tx) -> None:
        tx.write("boxes", InsertOne({"_id": 3}))
        tx.require(
            "boxes", [UpdateOne({"_id": 9}, {"$set": {"label": "red"}})], LookupError("nobody")
        )

    await transactions.run(pack)
    with pytest.raises(LookupError, match="nobody"):
        await transactions.run(label)
    assert await database["boxes"].count_documents({}) == 2


async def test_who_only_reads_is_told_that_nothing_can_be_written(
    transactions: Transactions,
) -> None:
    async def write(tx: Tx) -> None:
        tx.write("boxes", InsertOne({"_id": 1}))

    async def claim(tx: Tx) -> None:
        tx.claim("boxes", {"_id": 1})

    async def require(tx: Tx) -> None:
        tx.require("boxes", [InsertOne({"_id": 1})], LookupError())

    for work in (write, claim, require):
        with pytest.raises(TypeError, match="no transaction"):
            await transactions.read(work)
