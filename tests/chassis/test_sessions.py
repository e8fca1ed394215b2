"""How a transaction ends that failed: with no more than the primary's word, and without keeping its caller."""

import asyncio
import threading
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from dev.local.parts import Database as DatabasePart
from shared.chassis.clock import system_clock
from shared.chassis.mongo import MongoDatabase
from shared.chassis.patience import HURRIED, LONG_WORK, PATIENT, Patience, patience
from shared.chassis.sessions import in_transaction
from shared.chassis.transactions import Taken, Transactions, Tx
from tests.support.hearing import Heard, overheard


@pytest.fixture
def heard() -> Heard:
    return Heard("abortTransaction", "commitTransaction")


@pytest.fixture
async def database(
    mongo: DatabasePart, database_name: str, heard: Heard
) -> AsyncIterator[MongoDatabase]:
    async with overheard(mongo.url, database_name, heard) as database:
        await database.create_collection("boxes")
        yield database


@pytest.fixture
def transactions(database: MongoDatabase) -> Transactions:
    return Transactions(database.client, database, system_clock)


async def claim(tx: Tx) -> None:
    tx.claim("boxes", {"_id": 1})


async def test_a_commit_waits_for_a_majority_as_long_as_a_caller_may_wait(
    transactions: Transactions, heard: Heard
) -> None:
    patience.set(HURRIED)
    await transactions.run(claim)
    [(command, concern)] = heard.said
    assert (command, concern["w"]) == ("commitTransaction", "majority")
    assert 250 <= concern["wtimeout"] <= 1_200


async def test_an_abort_waits_for_nobody_but_the_primary(
    transactions: Transactions, heard: Heard
) -> None:
    """With a majority it took a caller 1.5 s more where there was none; found by the fault harness as a 503 after 4.5 s."""
    await transactions.run(claim)
    heard.said.clear()
    with pytest.raises(Taken):
        await transactions.run(claim)
    assert heard.said == [("abortTransaction", {"w": 1})]


async def test_so_does_a_poll_that_found_nothing(transactions: Transactions, heard: Heard) -> None:
    assert await transactions.poll(lambda tx: tx.count("boxes", {})) == 0
    assert heard.said == [("abortTransaction", {"w": 1})]


async def test_after_tries_that_took_all_the_time_a_commit_waits_a_moment(
    database: MongoDatabase, heard: Heard
) -> None:
    patience.set(HURRIED)
    async with in_transaction(database.client, spent=2.0) as session:
        database["boxes"].delegate.insert_one({"_id": 1}, session=session)
        session.commit_transaction()
    assert heard.said == [("commitTransaction", {"w": "majority", "wtimeout": 250})]


@pytest.mark.parametrize(
    ("whose", "spent", "milliseconds"),
    [
        (HURRIED, 0.0, 1_200), (HURRIED, 0.5, 700), (HURRIED, 2.5, 250),
        (PATIENT, 4.0, 10_000),  # nobody waits for a batch of events
        (LONG_WORK, 20.0, 1_200),  # what an import writes takes long, and so does its way to the others
    ],
)  # fmt: skip
def test_what_went_into_trying_is_taken_from_the_commit_of_who_is_in_a_hurry(
    whose: Patience, spent: float, milliseconds: int
) -> None:
    assert whose.majority_after(spent) == milliseconds


class LostConnection:
    """A client and its only session, whose server is gone: an abort takes as long as the driver looks for another one."""

    def __init__(self) -> None:
        self.gone, self.ended = threading.Event(), asyncio.Event()
        self.in_transaction, self._transaction = True, SimpleNamespace()
        self.delegate = self

    def start_session(self) -> "LostConnection":
        """The only one."""
        return self

    def start_transaction(self, **_: Any) -> None:
        """Nothing is said to the server yet."""

    def abort_transaction(self) -> None:
        """Until the driver has given up."""
        self.gone.wait()

    def end_session(self) -> None:
        """The last thing."""
        self.ended.set()


async def test_a_caller_does_not_wait_for_the_abort_of_a_lost_connection() -> None:
    client: Any = LostConnection()
    with pytest.raises(AutoReconnect):
        async with in_transaction(client, spent=0.0):
            raise AutoReconnect("connection reset")
    assert not client.ended.is_set()
    client.gone.set()
    await client.ended.wait()


async def test_any_other_failure_is_aborted_before_the_caller_knows() -> None:
    client: Any = LostConnection()
    client.gone.set()
    with pytest.raises(LookupError):
        async with in_transaction(client, spent=0.0):
            raise LookupError
    assert client.ended.is_set()
