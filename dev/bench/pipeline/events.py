"""The events of the pipeline's topic: pairs formed, in an order that a seed gives, dense per key."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from aiokafka import AIOKafkaProducer

from shared.chassis.broker import KafkaAddress
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.envelope import Envelope, to_headers, to_value
from shared.contracts.matching.v1 import PairFormed

EVENT = CATALOGUE.by_model[PairFormed]
TOPIC = EVENT.topic.name
BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)

Event = tuple[Envelope, PairFormed]


class Record(NamedTuple):
    """What is to be sent to a topic."""

    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def events(count: int, keys: int, seed: int) -> Iterator[Event]:
    """`count` events over `keys` pairs; each changes the document of its pair."""
    chance = random.Random(seed)
    pairs = [_id(chance) for _ in range(keys)]
    people = {pair: (_id(chance), _id(chance)) for pair in pairs}
    programme, cohort = _id(chance), _id(chance)
    facts: Counter[UUID] = Counter()
    for number in range(count):
        # Every pair once, so that no run depends on luck; then by chance.
        pair = pairs[number] if number < keys else chance.choice(pairs)
        facts[pair] += 1
        mentor, mentee = people[pair]
        data = PairFormed(
            pair_id=pair,
            programme_id=programme,
            cohort_id=cohort,
            mentor_id=mentor,
            mentee_id=mentee,
            format="one_to_one",
            group_id=None,
            until=date(2026, 7, 1) + timedelta(days=facts[pair]),
        )
        yield _envelope(_id(chance), pair, facts[pair], number, _id(chance)), data


def _envelope(event: UUID, pair: UUID, sequence: int, second: int, correlation: UUID) -> Envelope:
    return Envelope(
        id=event,
        type=EVENT.name,
        source="/obverse/matching",
        subject=str(pair),
        time=BEGIN + timedelta(seconds=second),
        sequence=sequence,
        correlationid=correlation,
        causationid=correlation,
        traceparent=f"00-{correlation.hex}-{event.hex[:16]}-01",
    )


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def records(count: int, keys: int, seed: int) -> Iterator[Record]:
    """The same events as they stand on a topic."""
    for envelope, data in events(count, keys, seed):
        yield Record(str(data.pair_id).encode(), to_value(data), tuple(to_headers(envelope)))


async def produce(address: KafkaAddress, topic: str, content: Iterable[Record]) -> None:
    """Fill a topic. Raises KafkaError."""
    safe = address.profile.idempotence
    producer = AIOKafkaProducer(**address.client_options(), acks="all", enable_idempotence=safe)
    await producer.start()
    try:
        for record in content:
            await producer.send(topic, record.value, key=record.key, headers=list(record.headers))
        await producer.flush()
    finally:
        await producer.stop()
