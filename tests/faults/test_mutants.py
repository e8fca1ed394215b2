"""Each mutant, installed, breaks what it says; the chassis as it is does the same thing right."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from pymongo import InsertOne, UpdateOne
from pymongo.errors import AutoReconnect, PyMongoError
from pymongo.write_concern import WriteConcern

from dev.faults import mutants
from dev.faults.mongo_cluster import MongoCluster
from dev.faults.mutants import MUTANTS
from dev.faults.mutants.publishing import DIRECT
from dev.local.records import everything_on, header
from shared.chassis import clock, leases, passages
from shared.chassis.broker import KafkaAddress
from shared.chassis.clock import system_clock
from shared.chassis.dead_letters import listing
from shared.chassis.foundation import OWN_INDEXES
from shared.chassis.intake import Intake
from shared.chassis.leases import LeaseLost, Leases
from shared.chassis.messages import Message
from shared.chassis.metrics import Metrics
from shared.chassis.mongo import (
    Client,
    MongoAddress,
    MongoDatabase,
    connect,
    ensure_indexes,
    open_database,
)
from shared.chassis.outbox import OUTBOX, UNSENT
from shared.chassis.relay import Relay
from shared.chassis.subscribe import Subscription
from shared.chassis.transactions import Transactions, Tx
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.envelope import Envelope, Event, to_headers, to_value
from shared.contracts.matching.v1 import PairEnded
from tests.support.waiting import until

TOPIC = "obverse.matching.pair.v1"
GROUP = "reader"
Install = Callable[[str], None]

with_and_without = pytest.mark.parametrize("broken", [False, True], ids=["as it is", "mutant"])


class Death(BaseException):
    """Stands for a SIGKILL: nothing of ours catches it."""


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a mutant until the end of the test."""
    return lambda name: mutants.install(name, monkeypatch.setattr)


@contextlib.contextmanager
def death_at(place: str) -> Iterator[None]:
    """Whoever passes the place dies there."""

    def hook(name: str) -> None:
        if name == place:
            raise Death(name)

    passages.hook = hook
    try:
        yield
    finally:
        passages.hook = None


def data_of(pair: UUID) -> PairEnded:
    return PairEnded(
        pair_id=pair,
        programme_id=UUID(int=1),
        cohort_id=UUID(int=2),
        mentor_id=UUID(int=3),
        mentee_id=UUID(int=4),
        outcome="stopped",
    )


def message(pair: UUID, sequence: int = 1, value: bytes | None = None) -> Message:
    envelope = Envelope(
        id=UUID(int=pair.int + sequence),
        type="obverse.matching.pair.ended.v1",
        source="/obverse/matching",
        time=datetime(2026, 11, 24, tzinfo=UTC),
        sequence=sequence,
        correlationid=UUID(int=7),
    )
    key = str(pair).encode()
    return Message(TOPIC, 0, sequence, key, value or to_value(data_of(pair)), to_headers(envelope))


class Part:
    """A service with a database: it publishes pairs, and reads them."""

    def __init__(self, client: Client, database: MongoDatabase, kafka: KafkaAddress | None) -> None:
        self.database = database
        self.address = kafka
        self.transactions = Transactions(client, database, system_clock)
        self.away = asyncio.Event()
        self.tried = asyncio.Event()
        self.failures: list[Exception] = []

    @property
    def kafka(self) -> KafkaAddress:
        assert self.address is not None
        return self.address

    def intake(self) -> Intake:
        return Intake(GROUP, self.database, self.transactions, {PairEnded: self.handle})

    async def take(self, *messages: Message) -> dict[str, int]:
        """What an intake of its own, as a new process has, does with them."""
        intake = self.intake()
        return dict(await intake.apply(intake.read(messages)))

    async def handle(self, tx: Tx, event: Event[PairEnded]) -> None:
        self.tried.set()
        if self.away.is_set():
            raise AutoReconnect("no primary")
        seen = {"$push": {"all": event.envelope.sequence}}
        tx.write("seen", UpdateOne({"_id": event.envelope.subject}, seen, upsert=True))

    async def seen(self) -> list[list[int]]:
        return [row["all"] for row in await self.database["seen"].find().to_list(None)]

    async def publish(self, pair: UUID) -> None:
        async def work(tx: Tx) -> None:
            tx.publish(data_of(pair), str(pair))

        await self.transactions.run(work)

    def relay(self, owner: str) -> Relay:
        return Relay(self.database, self.transactions, self.kafka, Metrics(), owner)

    async def relayed(self, pair: UUID) -> None:
        """Put an event on its topic."""
        await self.publish(pair)
        relay = self.relay("first")
        await relay.round()
        await relay.close()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Subscription]:
        subscription = Subscription(
            self.intake(), self.kafka, Metrics(), "reader", self.failures.append
        )
        await subscription.start()
        try:
            yield subscription
        finally:
            await subscription.stop()

    async def ids_on_topic(self) -> list[str]:
        return [header(one, "ce_id") for one in await everything_on(self.kafka, TOPIC)]

    async def committed(self) -> int:
        """How many messages the group has passed, by its offsets."""
        member = AIOKafkaConsumer(
            group_id=GROUP, enable_auto_commit=False, **self.kafka.client_options()
        )
        await member.start()
        try:
            partitions = range(CATALOGUE.topics[TOPIC].partitions)
            offsets = [await member.committed(TopicPartition(TOPIC, one)) for one in partitions]
        finally:
            await member.stop()
        return sum(offset or 0 for offset in offsets)


@pytest.fixture
async def part(client: Client, database: MongoDatabase, kafka: KafkaAddress) -> Part:
    await ensure_indexes(database, OWN_INDEXES)
    return Part(client, database, kafka)


@pytest.fixture
async def offline(client: Client, database: MongoDatabase) -> Part:
    """The same without a broker."""
    await ensure_indexes(database, OWN_INDEXES)
    return Part(client, database, None)


def test_there_are_ten_and_each_says_what_it_breaks_and_what_shows_it() -> None:
    assert len(MUTANTS) == 10
    assert all(mutant.breaks and mutant.provoked_by for mutant in MUTANTS.values())


async def stopped_while_the_database_is_away(part: Part) -> None:
    """A message is in hand and cannot be applied; then the process ends."""
    await part.relayed(uuid4())
    part.away.set()
    async with part.reading():
        await part.tried.wait()


@with_and_without
async def test_default_acknowledgement_loses_what_was_in_hand(
    part: Part, install: Install, broken: bool
) -> None:
    if broken:
        install("default_acknowledgement")
    await stopped_while_the_database_is_away(part)
    assert await part.committed() == (1 if broken else 0)
    assert await part.seen() == []


@with_and_without
async def test_offset_before_transaction_loses_what_was_in_hand(
    part: Part, install: Install, broken: bool
) -> None:
    if broken:
        install("offset_before_transaction")
    await stopped_while_the_database_is_away(part)
    assert await part.committed() == (1 if broken else 0)
    assert await part.seen() == []


@with_and_without
async def test_publish_in_the_handler_tells_what_never_was(
    part: Part, install: Install, broken: bool
) -> None:
    if broken:
        install("publish_in_the_handler")
        DIRECT.begin(part.kafka)
    pair = uuid4()
    with death_at("transaction.written"), pytest.raises(Death):
        await part.publish(pair)
    ghosts = await part.ids_on_topic()
    assert len(ghosts) == (1 if broken else 0)
    await part.publish(pair)
    if broken:
        # The number was given back with the transaction: another event has it now.
        records = await everything_on(part.kafka, TOPIC)
        assert [header(one, "ce_sequence") for one in records] == ["1", "1"]
        assert len({header(one, "ce_id") for one in records}) == 2
        await DIRECT.close()


@with_and_without
async def test_without_its_filter_a_cursor_lets_a_concurrent_redelivery_through(
    offline: Part, install: Install, broken: bool
) -> None:
    if broken:
        install("cursor_without_filter")
    slept, woken = asyncio.Event(), asyncio.Event()

    class Sleeper(Part):
        """A process that is stopped after it has looked, and continued after another has taken over."""

        async def handle(self, tx: Tx, event: Event[PairEnded]) -> None:
            slept.set()
            await woken.wait()
            await super().handle(tx, event)

    sleeper = Sleeper(offline.database.client, offline.database, None)
    batch = [message(UUID(int=1000)), message(UUID(int=1000), 2)]
    sleeping = asyncio.create_task(sleeper.take(*batch))
    await slept.wait()
    assert await offline.take(*batch) == {"applied": 2}
    woken.set()
    assert await sleeping == ({"applied": 2} if broken else {"duplicate": 2})


@with_and_without
async def test_mark_before_yes_loses_what_was_never_sent(
    part: Part, install: Install, broken: bool
) -> None:
    if broken:
        install("mark_before_yes")
    await part.publish(uuid4())
    relay = part.relay("one")
    with death_at("relay.marked"), pytest.raises(Death):
        await relay.round()
    await relay.close()
    assert await part.database[OUTBOX].count_documents(UNSENT) == 0
    assert len(await part.ids_on_topic()) == (0 if broken else 1)


@with_and_without
async def test_lease_without_fence_lets_who_slept_through_it_go_on(
    offline: Part, install: Install, broken: bool
) -> None:
    if broken:
        install("lease_without_fence")
    held = Leases(offline.database)
    fence = await held.take("round", owner="one", seconds=0.001)
    assert fence == 1
    other = await until(lambda: held.take("round", owner="two", seconds=60), "it has run out")
    assert other == (1 if broken else 2)

    async def confirm() -> None:
        await offline.transactions.run(lambda tx: leases.confirm(tx, "round", 1, seconds=60))

    if broken:
        await confirm()
    else:
        with pytest.raises(LeaseLost):
            await confirm()


@with_and_without
async def test_pod_clock_takes_a_lease_that_another_holds_and_is_early(
    offline: Part, install: Install, monkeypatch: pytest.MonkeyPatch, broken: bool
) -> None:
    def an_hour_ahead() -> datetime:
        return datetime.now(UTC) + timedelta(hours=1)

    if broken:
        install("pod_clock")
    await Leases(offline.database).take("round", owner="one", seconds=60)
    monkeypatch.setattr(clock, "system_clock", an_hour_ahead)
    taken = await Leases(offline.database).take("round", owner="two", seconds=60)
    assert taken == (2 if broken else None)

    await offline.database["reminders"].insert_one(
        {"_id": 1, "look_at": datetime.now(UTC) + timedelta(minutes=30)}
    )
    due: list[dict[str, Any]] = [{"$match": {"$expr": {"$lte": ["$look_at", "$$NOW"]}}}]
    found = await offline.transactions.read(lambda tx: tx.aggregate("reminders", due))
    assert len(found) == (1 if broken else 0)


@with_and_without
async def test_pod_clock_confirms_and_gives_back_by_its_own_time(
    offline: Part, install: Install, broken: bool
) -> None:
    if broken:
        install("pod_clock")
    held = Leases(offline.database)
    fence = await held.take("round", owner="one", seconds=60)
    assert fence == 1
    await offline.transactions.run(lambda tx: leases.confirm(tx, "round", 1, seconds=60))
    await held.give_back("round", fence)
    assert await held.take("round", owner="two", seconds=60) == 2


async def test_a_lease_that_was_given_back_is_free_at_that_moment(
    offline: Part, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that stands still, as only the mutant's can."""
    install("pod_clock")
    moment = datetime(2026, 12, 1, 17, tzinfo=UTC)
    monkeypatch.setattr(clock, "system_clock", lambda: moment)
    held = Leases(offline.database)
    assert await held.take("round", owner="one", seconds=60) == 1
    assert await held.take("round", owner="two", seconds=60) is None
    await held.give_back("round", 1)
    assert await held.take("round", owner="two", seconds=60) == 2


@with_and_without
async def test_a_dead_letter_outside_its_transaction_can_be_lost(
    offline: Part, install: Install, broken: bool
) -> None:
    if broken:
        install("dead_letter_outside")
    poison = message(UUID(int=1000), value=b"{")
    place = "dead_letter.kept" if broken else "transaction.committed"
    with death_at(place), pytest.raises(Death):
        await offline.take(poison)
    assert await offline.take(poison) == {"duplicate": 1}
    assert len(await listing(offline.database)) == (0 if broken else 1)


async def test_a_dead_letter_outside_is_written_where_nothing_dies(
    offline: Part, install: Install
) -> None:
    install("dead_letter_outside")
    poison = message(UUID(int=1000), value=b"{")
    assert await offline.take(poison) == {"dead_lettered": 1}
    assert [letter["reason"] for letter in await listing(offline.database)] == ["not_json"]


@with_and_without
async def test_two_relays_send_everything_twice(part: Part, install: Install, broken: bool) -> None:
    if broken:
        install("two_relays")
    for _ in range(5):
        await part.publish(uuid4())
    one, two = part.relay("one"), part.relay("two")
    arrived = asyncio.Barrier(2)
    look = Relay._oldest_per_lane

    async def look_together(self: Relay) -> Any:
        rows = await look(self)
        await arrived.wait()
        return rows

    if broken:
        with pytest.MonkeyPatch.context() as together:
            together.setattr(Relay, "_oldest_per_lane", look_together)
            sent = await asyncio.gather(one.round(), two.round())
    else:
        sent = await asyncio.gather(one.round(), two.round())
    await asyncio.gather(one.close(), two.close())
    assert sum(sent) == (10 if broken else 5)
    assert len(await part.ids_on_topic()) == (10 if broken else 5)


@pytest.fixture
async def three(tmp_path: Path) -> AsyncIterator[MongoCluster]:
    cluster = MongoCluster(tmp_path)
    await cluster.start()
    yield cluster
    await cluster.stop()


async def kept(transactions: Transactions) -> bool:
    async def work(tx: Tx) -> None:
        tx.write("commands", InsertOne({"_id": 1}))

    try:
        await asyncio.wait_for(transactions.run(work), 2.5)
    except (PyMongoError, TimeoutError):
        return False
    return True


@pytest.mark.timeout(120)
@with_and_without
async def test_w1_says_yes_to_what_a_new_primary_has_never_heard_of(
    three: MongoCluster, install: Install, broken: bool
) -> None:
    if broken:
        install("w1")
    client = connect(MongoAddress(three.url), "tests")
    database = open_database(client, "obverse")
    everybody = client.get_database("obverse", write_concern=WriteConcern(3))
    await everybody.create_collection("commands")
    transactions = Transactions(client, database, system_clock)
    primary = await three.primary()
    others = [node for node in three.nodes if node is not primary]
    await asyncio.gather(*(node.kill() for node in others))
    said_yes = await kept(transactions)
    await primary.kill()
    await asyncio.gather(*(node.start() for node in others))
    await three.has_primary()

    async def counted() -> list[int]:
        with contextlib.suppress(PyMongoError):
            return [await database["commands"].count_documents({})]
        return []

    (found,) = await until(counted, "the new primary answers", seconds=30)
    client.close()
    assert (said_yes, found) == (broken, 0)
