"""What the harness throws onto topics: messages that nobody can process, and such that come too early."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable

from aiokafka import AIOKafkaProducer
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from aiokafka.structs import RecordMetadata

from dev.faults.drain import committed
from dev.faults.journal import now
from dev.faults.malformed import KINDS, Kind, Thrown
from dev.faults.run import Run
from shared.contracts.catalogue import PAIR, Topic

ROOM_BYTES = 4 * 1024 * 1024
SECONDS_TO_HEAR = 30.0  # until every broker knows a setting of a topic


async def throw(run: Run, kinds: Iterable[str] = KINDS) -> None:
    """Throw one message of each kind onto its topic, and write down where it lies and what it must become."""
    chosen = [KINDS[name] for name in kinds]
    services = await readers(run)
    async with contextlib.AsyncExitStack() as stack:
        if any(kind.reason == "too_large" for kind in chosen):
            await stack.enter_async_context(room_for_large(run))
        producer = await stack.enter_async_context(producing(run))
        each = [throw_one(run, producer, kind, services[kind.topic]) for kind in chosen]
        await asyncio.gather(*each)


async def throw_one(run: Run, producer: AIOKafkaProducer, kind: Kind, services: list[str]) -> None:
    """Throw what a kind is made of, and write it down."""
    *before, last = kind.messages(run.chance)
    for message in before:
        await send(producer, message)
    sent = await send(producer, last)
    detail = {
        "topic": sent.topic,
        "partition": sent.partition,
        "offset": sent.offset,
        "kind": kind.name,
        "outcome": "dead_lettered" if kind.reason else "ignored",
    }
    if kind.reason:
        detail |= {"reason": kind.reason, "services": services}
    run.injected.write({"at": now(), "fault": "poison", "target": sent.topic, "detail": detail})


async def throw_early(run: Run) -> None:
    """The second message of a key before its first: it waits, and its turn comes."""
    async with producing(run) as producer:
        for message in KINDS["later_before_earlier"].messages(run.chance):
            await send(producer, message)


async def send(producer: AIOKafkaProducer, message: Thrown) -> RecordMetadata:
    """Send one and wait for the broker's yes; that a topic takes larger values is news to a broker for a moment."""
    deadline = time.monotonic() + SECONDS_TO_HEAR
    while True:
        try:
            return await producer.send_and_wait(
                message.topic, message.value, key=message.key, headers=message.headers
            )
        except MessageSizeTooLargeError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)


async def readers(run: Run) -> dict[str, list[str]]:
    """The services that read each topic, once for each group of theirs."""
    found: dict[str, list[str]] = {}
    for group, places in (await committed(run.cluster)).items():
        for topic in {place.topic for place in places}:
            found.setdefault(topic, []).append(group.partition("-")[0])
    return found


@contextlib.asynccontextmanager
async def producing(run: Run) -> AsyncIterator[AIOKafkaProducer]:
    """A producer that sends whatever it is given."""
    options = run.cluster.address.client_options()
    producer = AIOKafkaProducer(acks="all", max_request_size=ROOM_BYTES, **options)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


@contextlib.asynccontextmanager
async def room_for_large(run: Run) -> AsyncIterator[None]:
    """Meanwhile the topic of pairs takes values that are larger than we allow ourselves."""
    await _configure(run, PAIR, {"max.message.bytes": str(ROOM_BYTES)})
    try:
        yield
    finally:
        await _configure(run, PAIR, {})


async def _configure(run: Run, topic: Topic, changes: dict[str, str]) -> None:
    """All settings of a topic, as the command `topics` makes it, with changes: Kafka replaces them as a whole."""
    settings = topic.settings() | {"compression.type": "uncompressed"} | changes
    resource = ConfigResource(ConfigResourceType.TOPIC, topic.name, configs=settings)
    admin = run.cluster.address.admin()
    await admin.start()
    try:
        for answer in await admin.alter_configs([resource]):
            for code, message, *_ in answer.resources:
                if code:
                    raise KafkaError(f"{topic.name}: {message}")
    finally:
        await admin.close()
