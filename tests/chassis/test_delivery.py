"""Outbox, relay and subscription over a real broker and a real database."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError, UnsupportedCodecError
from aiokafka.record.util import calc_crc32c
from faststream.kafka.subscriber import usecase
from pymongo import UpdateOne

from dev.local.records import everything_on, header
from shared.chassis import broker, subscribe
from shared.chassis.broker import KafkaAddress
from shared.chassis.clock import system_clock
from shared.chassis.fetching import OffsetLost
from shared.chassis.foundation import OWN_INDEXES
from shared.chassis.intake import Intake
from shared.chassis.leases import COLLECTION as LEASES
from shared.chassis.leases import LeaseLost, Leases
from shared.chassis.metrics import Metrics
from shared.chassis.mongo import Client, MongoDatabase, ensure_indexes
from shared.chassis.outbox import OUTBOX, UNSENT
from shared.chassis.refusals import Invalid
from shared.chassis.relay import LEASE, Relay
from shared.chassis.subscribe import Subscription
from shared.chassis.transactions import Transactions, Tx
from shared.contracts.enrollment.v1 import ContactChanged
from shared.contracts.envelope import Event
from shared.contracts.matching.v1 import PairEnded
from tests.support.waiting import until

TOPIC = "obverse.matching.pair.v1"
CONTACTS = "obverse-internal.enrollment.contact.v1"


def pair_ended(pair: UUID) -> PairEnded:
    return PairEnded(
        pair_id=pair,
        programme_id=UUID(int=1),
        cohort_id=UUID(int=2),
        mentor_id=UUID(int=3),
        mentee_id=UUID(int=4),
        outcome="stopped",
    )


class Producer:
    """A service that publishes, and its relays."""

    def __init__(self, client: Client, database: MongoDatabase, kafka: KafkaAddress) -> None:
        self.database = database
        self.kafka = kafka
        self.transactions = Transactions(client, database, system_clock)

    def relay(self, owner: str = "one", address: KafkaAddress | None = None) -> Relay:
        return Relay(self.database, self.transactions, address or self.kafka, Metrics(), owner)

    async def publish(self, *pairs: UUID) -> None:
        async def work(tx: Tx) -> None:
            for pair in pairs:
                tx.publish(pair_ended(pair), str(pair))

        await self.transactions.run(work)

    async def unsent(self) -> int:
        return await self.database[OUTBOX].count_documents(UNSENT)


@pytest.fixture
async def producer(client: Client, database: MongoDatabase, kafka: KafkaAddress) -> Producer:
    await ensure_indexes(database, OWN_INDEXES)
    return Producer(client, database, kafka)


@asynccontextmanager
async def relaying(relay: Relay) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(relay.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def test_what_was_published_appears_in_order_with_a_dense_sequence(
    producer: Producer,
) -> None:
    first, second = uuid4(), uuid4()
    for _ in range(3):
        await producer.publish(first, second, first)
    async with relaying(producer.relay()):
        await until(lambda: drained(producer), "the outbox is empty")
    per_key = defaultdict(list)
    for record in await everything_on(producer.kafka, TOPIC):
        per_key[record.key.decode()].append(int(header(record, "ce_sequence")))
    assert per_key == {str(first): [1, 2, 3, 4, 5, 6], str(second): [1, 2, 3]}


async def drained(producer: Producer) -> bool:
    return await producer.unsent() == 0


async def test_nothing_is_published_when_the_unit_of_work_fails(producer: Producer) -> None:
    async def work(tx: Tx) -> None:
        tx.publish(pair_ended(uuid4()), "a")
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await producer.transactions.run(work)
    assert await producer.database[OUTBOX].count_documents({}) == 0


async def test_concurrent_writers_of_one_key_get_a_dense_sequence(producer: Producer) -> None:
    pair = uuid4()
    await asyncio.gather(*(producer.publish(pair) for _ in range(20)))
    rows = await producer.database[OUTBOX].find().to_list(None)
    assert sorted(row["sequence"] for row in rows) == list(range(1, 21))


async def test_a_sent_row_stays_to_be_found_but_not_one_with_personal_data(
    producer: Producer,
) -> None:
    person = uuid4()
    contact = ContactChanged(
        person_id=person, name="A", email="a@example.org", locale="en", time_zone="UTC"
    )

    async def work(tx: Tx) -> None:
        tx.publish(pair_ended(person), str(person))
        tx.publish(contact, str(person))

    await producer.transactions.run(work)
    async with relaying(producer.relay()):
        await until(lambda: drained(producer), "the outbox is empty")
    rows = await producer.database[OUTBOX].find().to_list(None)
    assert [row["aggregatetype"] for row in rows] == [TOPIC]
    assert len(await everything_on(producer.kafka, CONTACTS)) == 1


async def test_only_one_relay_publishes_and_the_next_one_has_a_higher_fence(
    producer: Producer,
) -> None:
    await producer.publish(uuid4())
    one, two = producer.relay("one"), producer.relay("two")
    assert await one.round() == 1
    await producer.publish(uuid4())
    assert await two.round() == 0
    leases = Leases(producer.database)
    fence = await leases.take(LEASE, owner="one", seconds=10)
    assert fence == 1
    await leases.give_back(LEASE, fence)
    assert await two.round() == 1
    assert await leases.take(LEASE, owner="two", seconds=10) == 2
    for relay in (one, two):
        await relay.close()


@pytest.mark.parametrize("waiting", [1, 200])
async def test_a_relay_whose_lease_went_away_unnoticed_marks_nothing_and_asks_again(
    producer: Producer, monkeypatch: pytest.MonkeyPatch, waiting: int
) -> None:
    """A fresh lease is not asked for; what it sends is confirmed in any case, where it is marked."""
    await producer.publish(uuid4())
    monkeypatch.setattr("shared.chassis.relay.MARKED_AT_ONCE", 20)
    relay = producer.relay("one")
    assert await relay.round() == 1
    pairs = [uuid4() for _ in range(min(waiting, 10))]
    await producer.publish(*pairs * (waiting // len(pairs)))
    taken = {"$set": {"owner": "two", "fence": 2}}
    await producer.database[LEASES].update_one({"_id": LEASE}, taken)
    with pytest.raises(LeaseLost):
        await relay.round()
    assert await producer.unsent() == waiting
    relay.doubt()
    assert await relay.round() == 0
    await relay.close()


async def test_a_relay_without_a_broker_keeps_everything_and_goes_on_later(
    producer: Producer,
) -> None:
    nowhere = KafkaAddress("127.0.0.1:9", producer.kafka.profile)
    await producer.publish(uuid4())
    async with relaying(producer.relay("one", nowhere)):
        await producer.publish(uuid4())
    assert await producer.unsent() == 2
    async with relaying(producer.relay("two")):
        await until(lambda: drained(producer), "the outbox is empty")
    assert len(await everything_on(producer.kafka, TOPIC)) == 2


async def test_a_relay_that_is_to_stop_leaves_the_rest_of_a_long_key_to_the_next(
    producer: Producer,
) -> None:
    pair = uuid4()
    for _ in range(4):
        await producer.publish(*[pair] * 500)
    async with relaying(producer.relay()):
        await until(lambda: has_begun(producer), "some of it is sent")
    assert await producer.unsent() > 0


async def test_a_round_looks_at_no_more_of_a_backlog_than_it_may_send(producer: Producer) -> None:
    """However much waits: else it would go the slower, the longer the broker was away."""
    pairs = [uuid4() for _ in range(20)]
    for _ in range(20):
        await producer.publish(*[pair for _ in range(20) for pair in pairs])
    await producer.database.command({"profile": 2})
    relay = producer.relay()
    sent = await relay.round()
    await relay.close()
    await producer.database.command({"profile": 0})

    looked = producer.database["system.profile"].find({"docsExamined": {"$gt": 0}})
    examined = sum([row["docsExamined"] async for row in looked])
    assert sent == 1_000  # fifty of each key
    assert 2_000 <= examined < 4_000  # found, read and marked; 8,000 wait


async def test_of_a_backlog_each_key_goes_in_its_order_however_it_was_stored(
    producer: Producer,
) -> None:
    pairs = [uuid4() for _ in range(30)]
    for _ in range(20):
        await producer.publish(*pairs)
    outbox = producer.database[OUTBOX]
    late = {"aggregateid": str(pairs[0]), "sequence": 2}
    row = await outbox.find_one_and_delete(late)
    await outbox.insert_one(row)  # by a process whose clock is slow, or which was slow to write it
    async with relaying(producer.relay()):
        await until(lambda: drained(producer), "the outbox is empty")

    per_key = defaultdict(list)
    for record in await everything_on(producer.kafka, TOPIC):
        per_key[record.key.decode()].append(int(header(record, "ce_sequence")))
    assert per_key == {str(pair): list(range(1, 21)) for pair in pairs}


async def has_begun(producer: Producer) -> bool:
    return await producer.unsent() < 2000


async def test_what_a_broker_took_before_it_refused_is_marked_in_one_transaction(
    producer: Producer,
) -> None:
    """The third of a key is more than a client may send; nothing else in the outbox is held up by that."""
    key, other = uuid4(), uuid4()
    await producer.publish(key, other, key, other, key, other)
    far_too_much = {"$set": {"payload": b"x" * (3 * 1024 * 1024)}}
    outbox = producer.database[OUTBOX]
    await outbox.update_one({"aggregateid": str(key), "sequence": 3}, far_too_much)
    relay = producer.relay()
    with pytest.raises(MessageSizeTooLargeError):
        await relay.round()
    await relay.close()

    sent = await outbox.find({"sent_at": {"$ne": None}}).to_list(None)
    assert {(row["aggregateid"], row["sequence"]) for row in sent} == {
        (str(key), 1), (str(key), 2), (str(other), 1), (str(other), 2),
    }  # fmt: skip
    assert len({row["sent_at"] for row in sent}) == 1


async def test_of_many_that_wait_some_are_marked_while_others_are_sent(
    producer: Producer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.chassis.relay.MARKED_AT_ONCE", 30)
    pairs = [uuid4() for _ in range(20)]
    await producer.publish(*pairs * 50)
    relay = producer.relay()
    sent = await relay.round()
    await relay.close()

    rows = await producer.database[OUTBOX].find().to_list(None)
    assert sent == 1_000
    assert all(row["sent_at"] for row in rows)
    assert len({row["sent_at"] for row in rows}) > 1
    assert len(await everything_on(producer.kafka, TOPIC)) == 1_000


async def test_a_broker_that_is_slow_does_not_make_a_record_gone(
    kafka: KafkaAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "SECONDS_TO_REFETCH", 1)
    with pytest.raises(KafkaTimeoutError):
        await broker.refetch(kafka, TOPIC, 0, 0)


class Reader:
    """A service that reads pairs."""

    def __init__(self, client: Client, database: MongoDatabase, kafka: KafkaAddress) -> None:
        self.database = database
        self.kafka = kafka
        transactions = Transactions(client, database, system_clock)
        self.intake = Intake("reader", database, transactions, {PairEnded: self.handle})
        self.failures: list[Exception] = []

    async def handle(self, tx: Tx, event: Event[PairEnded]) -> None:
        seen = {"$push": {"all": event.envelope.sequence}}
        tx.write("seen", UpdateOne({"_id": event.envelope.subject}, seen, upsert=True))

    def subscription(self, member: str = "one") -> Subscription:
        return Subscription(self.intake, self.kafka, Metrics(), member, self.failures.append)

    async def seen(self) -> dict[str, list[int]]:
        rows = await self.database["seen"].find().to_list(None)
        return {row["_id"]: row["all"] for row in rows}

    async def has_seen(self, count: int) -> bool:
        return sum(map(len, (await self.seen()).values())) >= count


@pytest.fixture
async def reader(
    client: Client, database: MongoDatabase, kafka: KafkaAddress, producer: Producer
) -> Reader:
    return Reader(client, database, kafka)


@asynccontextmanager
async def subscribed(reader: Reader, member: str = "one") -> AsyncIterator[Subscription]:
    subscription = reader.subscription(member)
    await subscription.start()
    try:
        yield subscription
    finally:
        await subscription.stop()


async def test_a_new_group_reads_from_the_beginning_and_goes_on_where_it_stopped(
    producer: Producer, reader: Reader
) -> None:
    pairs = [uuid4() for _ in range(5)]
    async with relaying(producer.relay()):
        await producer.publish(*pairs)
        await until(lambda: drained(producer), "the outbox is empty")
        async with subscribed(reader):
            await until(lambda: reader.has_seen(5), "the first five are read")
        await producer.publish(*pairs)
        async with subscribed(reader):
            await until(lambda: reader.has_seen(10), "all ten are read")
    assert await reader.seen() == {str(pair): [1, 2] for pair in pairs}
    assert reader.failures == []


async def test_who_found_nothing_to_read_does_not_rest(
    producer: Producer, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FastStream's own way sleeps as long again as it has waited in vain."""

    async def asleep(seconds: float) -> None:
        raise AssertionError(f"slept for {seconds} s")

    monkeypatch.setattr(subscribe, "IDLE_MS", 1)
    monkeypatch.setattr(usecase, "anyio", SimpleNamespace(sleep=asleep))
    asked = 0
    fetched = Subscription._next

    async def counted(subscription: Subscription, consumer: AIOKafkaConsumer) -> tuple[Any, ...]:
        nonlocal asked
        asked += 1
        return await fetched(subscription, consumer)

    async def asked_in_vain() -> bool:
        return asked > 20

    monkeypatch.setattr(Subscription, "_next", counted)
    async with relaying(producer.relay()), subscribed(reader):
        await until(asked_in_vain, "it has asked in vain")
        await producer.publish(uuid4())
        await until(lambda: reader.has_seen(1), "it is read")
    assert reader.failures == []


async def test_members_that_come_and_go_lose_and_double_nothing(
    producer: Producer, reader: Reader
) -> None:
    pairs = [uuid4() for _ in range(40)]
    async with relaying(producer.relay()), subscribed(reader, "one"):
        for _ in range(5):
            await producer.publish(*pairs)
        async with subscribed(reader, "two"):
            for _ in range(5):
                await producer.publish(*pairs)
            await until(lambda: drained(producer), "the outbox is empty")
        await until(lambda: reader.has_seen(400), "all four hundred are read")
    assert await reader.seen() == {str(pair): list(range(1, 11)) for pair in pairs}
    assert reader.failures == []


async def test_a_full_replay_changes_nothing(producer: Producer, reader: Reader) -> None:
    pair = uuid4()
    async with relaying(producer.relay()):
        await producer.publish(pair, pair, pair)
        async with subscribed(reader):
            await until(lambda: reader.has_seen(3), "three are read")
    replay = Intake("replay", reader.database, reader.intake.transactions, reader.intake.routes)
    reader.intake = replay
    async with relaying(producer.relay()), subscribed(reader):
        await producer.publish(pair)
        await until(lambda: reader.has_seen(4), "the fourth is read")
    assert await reader.seen() == {str(pair): [1, 2, 3, 4]}


async def test_an_offset_that_the_broker_no_longer_has_stops_the_service(
    producer: Producer, reader: Reader
) -> None:
    if not producer.kafka.profile.end_offsets:
        pytest.skip("the embedded broker does not tell its end offsets truly")
    from aiokafka import AIOKafkaConsumer, TopicPartition

    ahead = AIOKafkaConsumer(
        group_id="reader", enable_auto_commit=False, **producer.kafka.client_options()
    )
    await ahead.start()
    place = TopicPartition(TOPIC, 0)
    ahead.assign([place])
    await ahead.commit({place: 1000})
    await ahead.stop()
    async with subscribed(reader):
        await until(lambda: failed(reader), "the subscription fails")
    assert isinstance(reader.failures[0], OffsetLost)


class Unreadable:
    """Makes a batch of records that claims to be packed as no reader here can unpack it."""

    def __init__(self, records: Any) -> None:
        self._records = records

    def build(self) -> bytearray:
        batch = bytearray(self._records.build())
        batch[22] |= 4  # zstd
        batch[17:21] = calc_crc32c(bytes(batch[21:])).to_bytes(4, "big")
        return batch


async def test_a_batch_that_nobody_can_unpack_stops_the_service_before_another_is_lost(
    producer: Producer, reader: Reader
) -> None:
    if producer.kafka.profile.end_offsets:
        pytest.skip("Apache Kafka looks into what it takes")
    pair = uuid4()
    await producer.publish(pair)
    async with relaying(producer.relay()):
        await until(lambda: drained(producer), "the outbox is empty")
    (good,) = await everything_on(producer.kafka, TOPIC)
    foreign = AIOKafkaProducer(**producer.kafka.client_options())
    await foreign.start()
    batch = foreign.create_batch()
    batch.append(key=b"k", value=b"v", timestamp=None)
    batch._builder = Unreadable(batch._builder)
    await (await foreign.send_batch(batch, TOPIC, partition=(good.partition + 1) % 6))
    await foreign.stop()
    async with subscribed(reader):
        await until(lambda: failed(reader), "the subscription fails")
    assert isinstance(reader.failures[0], UnsupportedCodecError)


async def failed(reader: Reader) -> bool:
    return bool(reader.failures)


async def test_an_event_that_no_broker_would_take_is_refused_when_it_is_written(
    producer: Producer,
) -> None:
    contact = ContactChanged(
        person_id=uuid4(), name="x" * 1_048_576, email="a@example.org", locale="en", time_zone="UTC"
    )

    async def work(tx: Tx) -> None:
        tx.publish(contact, "a")

    with pytest.raises(Invalid) as refused:
        await producer.transactions.run(work)
    assert refused.value.code == "event_too_large"
    assert await producer.unsent() == 0


async def test_a_member_without_a_share_is_ready_too(producer: Producer, reader: Reader) -> None:
    async with AsyncExitStack() as stack:
        members = [
            await stack.enter_async_context(subscribed(reader, f"member-{number}"))
            for number in range(7)
        ]
        await until(lambda: all_ready(members), "seven members of six partitions are ready")


async def all_ready(members: list[Subscription]) -> bool:
    return all(member.joined.is_set() for member in members)
