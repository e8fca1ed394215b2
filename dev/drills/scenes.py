"""The drills: each does some harm, and says which alarms must come of it and which may come along.

A scene heals what it broke when its block ends.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition
from pymongo.errors import PyMongoError

from dev.demo.company_api import Unexpected
from dev.drills.mailserver import Mood
from dev.drills.stage import GROUP, TOPIC, UNKNOWN_TYPE, UNREADABLE_TYPE, Stage
from dev.drills.told import propose
from dev.local.parts import Capability
from shared.contracts.catalogue import CATALOGUE, Topic

Scene = Callable[[Stage], AbstractAsyncContextManager[None]]
KNOCKS, HANDS = 50, 3


@dataclass(frozen=True)
class Drill:
    """One harm. `may` are alarms that it can bring along; `needs` is what the broker must be able to do."""

    scene: Scene
    must: tuple[str, ...]
    may: tuple[str, ...] = ()
    by_logs_only: bool = False
    needs: Capability | None = None


@asynccontextmanager
async def a_gap(stage: Stage) -> AsyncIterator[None]:
    """The second event of a key comes without its first."""
    key = str(uuid4())
    await stage.throw(UNKNOWN_TYPE, key, sequence=2)
    yield
    await stage.throw(UNKNOWN_TYPE, key, sequence=1)


@asynccontextmanager
async def a_poisonous_message(stage: Stage) -> AsyncIterator[None]:
    """A message that nobody can read; an operator gives it up."""
    place = await stage.throw(UNREADABLE_TYPE, str(uuid4()))
    yield
    if await stage.operator("reporting", "dead-letters", "discard", place, "--by", "drill"):
        raise Unexpected(f"the dead letter at {place} could not be discarded")


@asynccontextmanager
async def no_broker(stage: Stage) -> AsyncIterator[None]:
    """The broker stands still while a few commands are given; a limit of 40 events is half reached."""
    broker = stage.broker_pid
    stage.frozen.stop(broker)
    with _at_last(lambda: stage.frozen.go_on(broker)):
        for _ in range(12):  # two events each
            await stage.command()
        yield


@asynccontextmanager
async def a_flood(stage: Stage) -> AsyncIterator[None]:
    """Messages come faster than a group can read, whose process gets a quarter of its time."""
    reader = stage.platform.children["reporting"].pid

    async def flood() -> None:
        while True:
            await stage.flood(2_000)

    async def starve() -> None:
        while True:
            stage.frozen.stop(reader)
            with _at_last(lambda: stage.frozen.go_on(reader)):
                await asyncio.sleep(0.6)
            await asyncio.sleep(0.2)

    async with _meanwhile(flood), _meanwhile(starve):
        yield


@asynccontextmanager
async def no_database(stage: Stage) -> AsyncIterator[None]:
    """The database is killed, and a batch and requests come meanwhile."""
    await stage.platform.database.kill()

    async def ask() -> None:
        while True:
            await stage.throw(UNKNOWN_TYPE, str(uuid4()))
            path = f"/v1/programmes/{stage.programme_id}"
            await stage.statuses("enrollment", path, 1, token=True)
            await asyncio.sleep(0.2)

    try:
        async with _meanwhile(ask):
            yield
    finally:
        await stage.platform.database.start()


@asynccontextmanager
async def a_silent_mail_server(stage: Stage) -> AsyncIterator[None]:
    """The mail server takes the connection and says nothing; the next mails wait for the first."""
    stage.mail.mood = Mood.SILENT
    await propose(stage, 2)
    with _at_last(lambda: setattr(stage.mail, "mood", Mood.KIND)):
        yield


@asynccontextmanager
async def no_mail_server(stage: Stage) -> AsyncIterator[None]:
    """Nobody listens where mail goes."""
    await stage.mail.stop()
    await propose(stage, 2)
    yield
    await stage.mail.start()


@asynccontextmanager
async def a_refusing_mail_server(stage: Stage) -> AsyncIterator[None]:
    """The mail server knows nobody."""
    stage.mail.mood = Mood.REFUSING
    await propose(stage, 1)
    with _at_last(lambda: setattr(stage.mail, "mood", Mood.KIND)):
        yield


@asynccontextmanager
async def a_spoilt_document(stage: Stage) -> AsyncIterator[None]:
    """Somebody has edited a programme by hand; reading it is a 500."""
    programmes = stage.base("enrollment")["programmes"]
    whole = await programmes.find_one({"_id": UUID(stage.programme_id)})
    await programmes.update_one({"_id": whole["_id"]}, {"$unset": {"terms": ""}})
    path = f"/v1/programmes/{stage.programme_id}"
    answers = await stage.statuses("enrollment", path, 3, token=True)
    if answers != [500, 500, 500]:
        raise Unexpected(f"a spoilt programme was answered {answers}")

    async def read_on() -> None:
        while True:
            await stage.statuses("enrollment", path, 1, token=True)
            await asyncio.sleep(0.5)

    async with _meanwhile(read_on):
        yield
    await programmes.replace_one({"_id": whole["_id"]}, whole)


@asynccontextmanager
async def a_killed_service(stage: Stage) -> AsyncIterator[None]:
    """A process is killed, and nobody starts it again for a while."""
    await stage.platform.children["matching"].kill()
    yield
    await stage.restart("matching")


@asynccontextmanager
async def a_crash_loop(stage: Stage) -> AsyncIterator[None]:
    """A process is killed again and again; each time it is started at once."""
    for _ in range(3):
        await stage.platform.children["matching"].kill()
        await stage.restart("matching")
    yield


@asynccontextmanager
async def an_unsteady_member(stage: Stage) -> AsyncIterator[None]:
    """Members of two groups of a service come and go."""
    journal = [
        topic for topic in CATALOGUE.topics.values() if topic.name == "obverse.matching.pair.v1"
    ]
    both = ((GROUP, [CATALOGUE.topics[TOPIC]]), ("reporting-journal", journal))

    async def visit() -> None:
        while True:
            await asyncio.gather(*(_visit(stage, group, topics) for group, topics in both))

    async with _meanwhile(visit):
        yield


@asynccontextmanager
async def knocking_without_a_token(stage: Stage) -> AsyncIterator[None]:
    """Somebody tries an address without a token, over and over, until they are noticed."""

    async def knock() -> None:
        while True:
            some = (
                stage.statuses("enrollment", "/v1/directory", KNOCKS, token=False)
                for _ in range(HANDS)
            )
            await asyncio.gather(*some)

    async with _meanwhile(knock):
        yield


@asynccontextmanager
async def broken_keys(stage: Stage) -> AsyncIterator[None]:
    """The file with the identity provider's keys is broken; the last good ones still count."""
    file = stage.platform.identity.jwks_file
    good = file.read_bytes()
    file.write_bytes(b"{")
    await stage.statuses("matching", "/v1/pairs", 1, token=True)
    yield
    file.write_bytes(good)


@asynccontextmanager
async def an_offset_that_is_not_there(stage: Stage) -> AsyncIterator[None]:
    """A group is told to read on where the broker has nothing; the service refuses to skip."""
    await stage.platform.children["reporting"].stop()
    place = TopicPartition(TOPIC, 0)
    before = await _commit(stage, place, None)
    await _commit(stage, place, before + 1_000_000)
    await stage.platform.start_service("reporting")
    await stage.platform.children["reporting"].ended()
    yield
    await _commit(stage, place, before)
    await stage.restart("reporting")


async def _visit(stage: Stage, group: str, topics: list[Topic]) -> None:
    consumer = AIOKafkaConsumer(
        *(topic.name for topic in topics),
        group_id=group,
        enable_auto_commit=False,
        session_timeout_ms=3_000,
        heartbeat_interval_ms=300,
        **stage.platform.kafka.client_options(),
    )
    try:
        await consumer.start()
    finally:
        await consumer.stop()


async def _commit(stage: Stage, place: TopicPartition, offset: int | None) -> int:
    """Read what a group has committed, or commit for it; returns the offset."""
    consumer = AIOKafkaConsumer(
        group_id=GROUP, enable_auto_commit=False, **stage.platform.kafka.client_options()
    )
    await consumer.start()
    try:
        consumer.assign([place])
        if offset is not None:
            await consumer.commit({place: offset})
            return offset
        return int(await consumer.committed(place) or 0)
    finally:
        await consumer.stop()


@asynccontextmanager
async def _meanwhile(work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Does the work until the block ends. Raises what the work raised."""
    task = asyncio.ensure_future(work())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, PyMongoError):
            await task


@contextlib.contextmanager
def _at_last(heal: Callable[[], None]) -> Iterator[None]:
    try:
        yield
    finally:
        heal()


# fmt: off
DRILLS = (
    Drill(a_gap, ("KeysWaiting",)),
    Drill(a_poisonous_message, ("DeadLettersOpen",)),
    Drill(no_broker, ("OutboxOld", "OutboxFilling")),
    Drill(a_flood, ("LagGrowing",)),
    Drill(no_database, ("ServiceNotReady", "BatchStalled", "RequestsUnavailable", "ScheduleFailing"), may=("RemindersLate",)),
    Drill(a_silent_mail_server, ("RemindersLate",), may=("MailServerAway",)),
    Drill(no_mail_server, ("MailServerAway",), may=("RemindersLate",)),
    Drill(a_refusing_mail_server, ("MailsFailing",)),
    Drill(a_spoilt_document, ("RequestsFailing",)),
    Drill(knocking_without_a_token, ("AccessRefused",)),
    Drill(broken_keys, ("OtherErrors",)),
    Drill(a_killed_service, ("TargetDown",)),
    Drill(a_crash_loop, ("RestartsTooMany",), may=("TargetDown", "ServiceNotReady")),
    Drill(an_unsteady_member, ("RebalancesTooMany",), may=("ServiceNotReady",)),  # whoever starts meanwhile joins late
    Drill(an_offset_that_is_not_there, ("OffsetLost",), may=("TargetDown", "ServiceNotReady"), by_logs_only=True, needs=Capability.LATEST),
)
# fmt: on
