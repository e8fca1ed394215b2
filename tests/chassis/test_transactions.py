"""One unit of work on a real database: all of it or nothing, once, and told only when it is true."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pymongo import DeleteOne, InsertOne, UpdateOne
from pymongo.errors import OperationFailure, PyMongoError, ServerSelectionTimeoutError
from structlog.testing import capture_logs

from dev.local.mongo import EmbeddedMongo
from dev.local.processes import NotReady
from shared.chassis.clock import system_clock
from shared.chassis.correlation import following, new_trail
from shared.chassis.foundation import OWN_INDEXES
from shared.chassis.mongo import (
    Client,
    Index,
    MongoAddress,
    MongoDatabase,
    connect,
    ensure_indexes,
    open_database,
)
from shared.chassis.outbox import OUTBOX
from shared.chassis.patience import PATIENT, patience
from shared.chassis.refusals import Conflict
from shared.chassis.transactions import Transactions, Tx, _commit
from shared.chassis.troubles import is_transient
from shared.contracts.catalogue import CONTACT
from shared.contracts.matching.v1 import PairEnded

PAIR = UUID("01890000-0000-7000-8000-000000000001")


def pair_ended(pair: UUID = PAIR) -> PairEnded:
    return PairEnded(
        pair_id=pair,
        programme_id=UUID(int=1),
        cohort_id=UUID(int=2),
        mentor_id=UUID(int=3),
        mentee_id=UUID(int=4),
        outcome="completed",
    )


@pytest.fixture
async def transactions(client: Client, database: MongoDatabase) -> Transactions:
    unique = Index("boxes", [("label", 1)], unique=True)
    await ensure_indexes(database, [*OWN_INDEXES, unique])
    return Transactions(client, database, system_clock)


async def count(database: MongoDatabase) -> tuple[int, int]:
    """Boxes and events."""
    boxes = await database["boxes"].count_documents({})
    return boxes, await database[OUTBOX].count_documents({})


async def pack(tx: Tx, label: str = "red") -> None:
    tx.write("boxes", InsertOne({"label": label}))
    tx.publish(pair_ended(), str(PAIR))
    tx.note("box.packed", label=label)


async def test_state_and_events_are_kept_together(
    transactions: Transactions, database: MongoDatabase
) -> None:
    await transactions.run(pack)
    assert await count(database) == (1, 1)
    row = await database[OUTBOX].find_one({})
    assert row is not None
    assert (row["type"], row["aggregateid"]) == ("obverse.matching.pair.ended.v1", str(PAIR))
    assert (row["sequence"], row["sent_at"], row["personal"]) == (1, None, False)


async def ended_transactions(client: Client) -> tuple[int, int]:
    """How many the database has committed and aborted so far."""
    status = await client.admin.command("serverStatus")
    found = status["transactions"]
    return int(found["totalCommitted"]), int(found["totalAborted"])


async def test_a_look_that_finds_nothing_to_do_is_not_committed(
    transactions: Transactions, client: Client, database: MongoDatabase
) -> None:
    """The commit of a mere read would be written to the oplog of each member."""

    async def look(tx: Tx) -> int:
        return await tx.count("boxes", {"label": "red"})

    await database["boxes"].insert_one({"label": "red"})
    committed, aborted = await ended_transactions(client)
    assert await transactions.poll(look) == 1
    assert await ended_transactions(client) == (committed, aborted + 1)
    assert await transactions.run(look) == 1
    assert await ended_transactions(client) == (committed + 1, aborted + 1)


async def test_a_look_that_finds_something_is_kept_like_any_unit_of_work(
    transactions: Transactions, database: MongoDatabase
) -> None:
    await transactions.poll(pack)
    assert await count(database) == (1, 1)

    async def unpack(tx: Tx) -> None:
        tx.write("boxes", DeleteOne({"label": "red"}))
        assert await tx.count("boxes", {}) == 0

    await transactions.poll(unpack)
    assert await count(database) == (0, 1)


async def test_of_a_unit_of_work_that_fails_nothing_is_kept(
    transactions: Transactions, database: MongoDatabase
) -> None:
    async def work(tx: Tx) -> None:
        await pack(tx)
        assert await tx.count("boxes", {}) == 1  # it has been sent, and is seen inside
        raise LookupError

    with pytest.raises(LookupError):
        await transactions.run(work)
    assert await count(database) == (0, 0)


async def test_a_unit_of_work_that_is_cancelled_keeps_nothing(
    transactions: Transactions, database: MongoDatabase
) -> None:
    sent = asyncio.Event()

    async def work(tx: Tx) -> None:
        await pack(tx)
        await tx.count("boxes", {})
        sent.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(transactions.run(work))
    await sent.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await transactions.run(lambda tx: pack(tx, "blue"))
    assert await count(database) == (1, 1)


async def test_a_taken_key_is_a_conflict_that_keeps_nothing(
    transactions: Transactions, database: MongoDatabase
) -> None:
    await transactions.run(pack)
    with pytest.raises(Conflict) as refused:
        await transactions.run(pack)
    assert refused.value.code == "already_exists"
    assert await count(database) == (1, 1)


async def test_of_twenty_who_take_one_key_at_once_one_has_it(
    transactions: Transactions, database: MongoDatabase
) -> None:
    answers = await asyncio.gather(
        *(transactions.run(pack) for _ in range(20)), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict"] * 19 + ["NoneType"]
    assert await count(database) == (1, 1)


async def count_on(tx: Tx) -> None:
    """Read, think, write: what two must not do at the same time."""
    row = await tx.find_one("counters", {"_id": "one"})
    value = row["value"] if row else 0
    tx.write("counters", UpdateOne({"_id": "one"}, {"$set": {"value": value + 1}}, upsert=True))
    tx.note("counter.moved", value=value + 1)


async def test_twenty_at_once_who_read_and_write_one_document_count_to_twenty(
    transactions: Transactions, database: MongoDatabase
) -> None:
    with capture_logs() as logs:
        await asyncio.gather(*(transactions.run(count_on) for _ in range(20)))
    counter = await database["counters"].find_one({"_id": "one"})
    assert counter == {"_id": "one", "value": 20}
    told = [line["value"] for line in logs if line["event"] == "counter.moved"]
    assert sorted(told) == list(range(1, 21))


async def test_what_is_noted_is_logged_once_the_unit_of_work_is_kept(
    transactions: Transactions, database: MongoDatabase
) -> None:
    kept_when_logged: list[int] = []
    attempts: list[str] = []

    async def work(tx: Tx) -> None:
        await pack(tx)
        attempts.append("again")
        if len(attempts) < 3:
            error = OperationFailure("a write conflict", 112)
            error._add_error_label("TransientTransactionError")
            raise error
        kept_when_logged.append(await database["boxes"].count_documents({}))

    with capture_logs() as logs:
        await transactions.run(work)
    assert len(attempts) == 3
    assert kept_when_logged == [0]
    assert logs == [{"event": "box.packed", "label": "red", "log_level": "info"}]


async def test_of_a_unit_of_work_that_fails_nothing_is_logged(transactions: Transactions) -> None:
    await transactions.run(pack)
    with capture_logs() as logs, pytest.raises(Conflict):
        await transactions.run(pack)
    assert logs == []


async def test_an_event_carries_the_trail_that_it_was_published_on(
    transactions: Transactions, database: MongoDatabase
) -> None:
    trail = new_trail()
    with following(trail):
        await transactions.run(pack)
    row = await database[OUTBOX].find_one({})
    assert row is not None
    assert dict(row["headers"])["ce_correlationid"] == str(trail.correlation_id).encode()


async def test_a_tombstone_is_a_row_without_a_value_in_the_order_of_its_key(
    transactions: Transactions, database: MongoDatabase
) -> None:
    person = str(uuid4())

    async def forget(tx: Tx) -> None:
        tx.tombstone(CONTACT, person)

    await transactions.run(forget)
    await transactions.run(forget)
    rows = await database[OUTBOX].find({}).sort("sequence", 1).to_list(None)
    assert [row["sequence"] for row in rows] == [1, 2]
    for row in rows:
        assert (row["aggregatetype"], row["aggregateid"]) == (CONTACT.name, person)
        assert (row["payload"], row["personal"]) == (None, True)


async def test_reads_see_what_the_same_unit_of_work_has_written(
    transactions: Transactions,
) -> None:
    async def work(tx: Tx) -> tuple[int, int, str]:
        tx.write("boxes", InsertOne({"_id": 1, "label": "red"}))
        found = await tx.find_one("boxes", {"_id": 1})
        matched = await tx.matched("boxes", [UpdateOne({"_id": 1}, {"$set": {"label": "blue"}})])
        labels = [row["label"] for row in await tx.find("boxes", {}, sort=[("label", 1)])]
        tx.write("boxes", DeleteOne({"_id": 1}))
        left = await tx.aggregate("boxes", [{"$count": "left"}])
        assert found is not None
        return matched, len(left), f"{found['label']} {labels}"

    assert await transactions.run(work) == (1, 0, "red ['blue']")


async def test_a_read_cannot_write(transactions: Transactions, database: MongoDatabase) -> None:
    with pytest.raises(TypeError, match="transaction"):
        await transactions.read(pack)
    assert await count(database) == (0, 0)


async def test_a_conflict_that_does_not_end_is_given_up(
    transactions: Transactions, database: MongoDatabase
) -> None:
    patience.set(PATIENT._replace(conflicts=0.3))
    await transactions.run(count_on)

    async def hold(tx: Tx) -> None:
        await count_on(tx)
        await tx.count("counters", {})
        with pytest.raises(OperationFailure) as given_up:
            await transactions.run(count_on)
        assert is_transient(given_up.value)

    await transactions.run(hold)
    assert await database["counters"].find_one({}) == {"_id": "one", "value": 2}


@pytest.fixture
async def mortal(tmp_path: Path) -> AsyncIterator[EmbeddedMongo]:
    """A database of our own, to be killed."""
    mongo = EmbeddedMongo(tmp_path / "mongo")
    try:
        await mongo.start()
    except NotReady as reason:
        pytest.skip(f"no embedded mongod to kill: {reason}")
    yield mongo
    await mongo.kill()


async def test_without_a_primary_callers_soon_know_and_later_go_on(mortal: EmbeddedMongo) -> None:
    client = connect(MongoAddress(mortal.url), "tests")
    database = open_database(client, "boxes")
    transactions = Transactions(client, database, system_clock)
    await transactions.run(pack)
    await mortal.kill()

    async def refused() -> float:
        began = time.monotonic()
        with pytest.raises(PyMongoError) as error:
            await transactions.run(lambda tx: pack(tx, "blue"))
        assert is_transient(error.value)
        return time.monotonic() - began

    waits = await asyncio.gather(*(refused() for _ in range(40)))
    # 2.5 s each; 40 of them would be 10 s if they waited in line for the driver's threads
    assert max(waits) < 4
    await mortal.start()
    await transactions.run(lambda tx: pack(tx, "green"))
    labels = await database["boxes"].distinct("label")
    assert labels == ["green", "red"]
    client.close()


class Pulse:
    """Beats in the event loop, and knows its longest pause."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.longest = 0.0
        self._last = time.monotonic()
        self._beat()

    def _beat(self) -> None:
        now = time.monotonic()
        self.longest = max(self.longest, now - self._last)
        self._last = now
        self._next = self._loop.call_later(0.01, self._beat)

    def stop(self) -> float:
        self._next.cancel()
        return max(self.longest, time.monotonic() - self._last)


async def test_a_database_lost_in_a_unit_of_work_does_not_stop_everything_else(
    mortal: EmbeddedMongo,
) -> None:
    client = connect(MongoAddress(mortal.url), "tests")
    transactions = Transactions(client, open_database(client, "boxes"), system_clock)

    async def work(tx: Tx) -> None:
        await pack(tx)
        await tx.count("boxes", {})
        await mortal.kill()
        raise LookupError

    pulse = Pulse()
    with pytest.raises(LookupError):
        await transactions.run(work)
    assert pulse.stop() < 1  # the driver looks for a server for 2 s, in a thread
    client.close()


async def test_what_the_server_interrupts_is_run_again(
    client: Client, database: MongoDatabase
) -> None:
    attempts: list[int] = []

    async def work(tx: Tx) -> None:
        attempts.append(len(attempts))
        tx.write("boxes", InsertOne({"_id": len(attempts)}))
        if len(attempts) == 1:
            raise OperationFailure("operation was interrupted", 11601)

    await Transactions(client, database, system_clock).run(work)
    assert attempts == [0, 1]
    assert [box["_id"] async for box in database["boxes"].find()] == [2]


def test_a_commit_that_finds_no_server_is_given_up_at_once() -> None:
    """The driver has looked for two seconds by then; found by the fault harness as a 503 after 6.4 s."""
    commits = []

    class Session:
        def commit_transaction(self) -> None:
            commits.append(1)
            error = ServerSelectionTimeoutError("no primary")
            error._add_error_label("UnknownTransactionCommitResult")
            raise error

    with pytest.raises(ServerSelectionTimeoutError):
        _commit(Session(), time.monotonic() + 5)  # type: ignore[arg-type]
    assert len(commits) == 1
