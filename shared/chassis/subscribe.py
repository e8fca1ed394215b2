"""The FastStream edge: one subscriber and one consumer group over all topics that the routes need.

FastStream fetches, we decide: offsets are committed explicitly and only after the transaction, a record is
never skipped because something failed, and a group never starts at a place nobody chose. What the library
does by default, and why none of it serves, is in docs/decisions/0004.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from itertools import chain
from typing import Any, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaMessage

from shared.chassis.batches import correlations, named, stretches
from shared.chassis.broker import KafkaAddress, message_of
from shared.chassis.commits import Commits
from shared.chassis.fetching import FetchTroubles
from shared.chassis.intake import Intake, Unwanted, Wanted
from shared.chassis.messages import Incoming
from shared.chassis.metrics import Metrics
from shared.chassis.pacing import ENOUGH, rest
from shared.chassis.passages import passage
from shared.chassis.pausing import pause
from shared.chassis.progress import Progress
from shared.chassis.starting import starting_offsets
from shared.chassis.troubles import is_transient

log = structlog.get_logger("shared.chassis.subscribe")

Result = TypeVar("Result")

BATCH = 500
IDLE_MS = 500
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 30.0
# A pause may be long; the group must not take it for a dead member (aiokafka keeps heart-beating).
MAX_POLL_INTERVAL_MS = 24 * 3600 * 1000


class Subscription:
    """Feeds an intake from Kafka and commits what it has applied."""

    def __init__(
        self,
        intake: Intake,
        address: KafkaAddress,
        metrics: Metrics,
        client_id: str,
        fail: Callable[[Exception], None],
        *,
        max_records: int = BATCH,
    ) -> None:
        self.intake = intake
        self._address = address
        self._fail = fail
        ends_are_true = address.profile.end_offsets
        self.progress = Progress(intake.group, metrics, ends_are_true=ends_are_true)
        self._stopping = asyncio.Event()
        self._owned: set[TopicPartition] = set()
        self.joined = asyncio.Event()
        """Set once the group has given this member its share, be it nothing."""
        self.rebalanced = asyncio.Event()
        """Set when partitions were taken away: another member came, or a topic is gone."""
        self._busy_since: float | None = None
        self._share = 0  # counts the rebalances
        self._applying: asyncio.Task[None] | None = None
        self._commits = Commits(intake.group, self._consumer)
        self._max_records = max_records
        self._enough = min(max_records, ENOUGH)
        self._took = 0.0  # seconds, of the batch before
        self._broker = address.broker(
            client_id, consumer_only=True, logger=FetchTroubles(fail), log_level=logging.INFO
        )
        self._subscriber = self._broker.subscriber(
            *intake.topics,
            group_id=intake.group,
            batch=True,
            auto_offset_reset="none",
            ack_policy=AckPolicy.MANUAL,
            parser=self._parse,
            decoder=_decode,
            listener=_Assignments(self),
            session_timeout_ms=address.profile.session_timeout_ms,
            heartbeat_interval_ms=address.profile.heartbeat_interval_ms,
            fetch_max_wait_ms=address.profile.fetch_max_wait_ms,
            max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
        )
        self._subscriber.get_msg = self._next  # type: ignore[method-assign]
        self._subscriber(self._take)

    def stuck_for(self) -> float:
        """Seconds that the present batch has taken so far, pauses not counted."""
        return 0.0 if self._busy_since is None else time.monotonic() - self._busy_since

    async def start(self) -> None:
        """Join the group. Raises KafkaError while no broker answers."""
        await self._broker.start()

    async def stop(self) -> None:
        """Finish the batch in hand, then leave the group."""
        self._stopping.set()
        await self._applied()
        await self.intake.leave()
        await self._commits.settle()
        await self._broker.stop()

    async def _parse(self, records: Sequence[Any]) -> KafkaMessage:
        # Nothing is decoded here: a foreign header would kill FastStream's own parser.
        return KafkaMessage(
            body=None, headers={}, raw_message=tuple(records), consumer=self._consumer()
        )

    def _consumer(self) -> AIOKafkaConsumer:
        consumer = self._subscriber.consumer
        if consumer is None:
            raise RuntimeError("the subscriber has no consumer before it is started")
        return consumer

    async def _next(self, consumer: AIOKafkaConsumer) -> tuple[Any, ...]:
        """What was fetched, as soon as something is.

        FastStream's own way rests after it has waited in vain, and what comes meanwhile lies there.
        """
        found = await consumer.getmany(timeout_ms=IDLE_MS, max_records=self._max_records)
        return tuple(chain.from_iterable(found.values()))

    async def _take(self, records: Sequence[Any]) -> None:
        """One fetched batch: read while the one before waits for the database, applied after it."""
        share, came = self._share, time.monotonic()
        incoming = self.intake.read(map(message_of, records))
        await self._applied()
        self._applying = asyncio.create_task(self._work(incoming, share))
        since = time.monotonic() - came
        pace, enough = self.intake.pace, self._enough
        wait = rest(len(records), self._took, since, pace=pace, enough=enough)
        await pause(wait, self._stopping)

    async def _applied(self) -> None:
        """Wait for the batch under way. One at most is, while the next one is fetched and read."""
        if self._applying is not None:
            await asyncio.wait([self._applying])

    async def _work(self, incoming: Sequence[Incoming], share: int) -> None:
        """Apply a batch. Nobody looks at what is raised here, so nothing may be."""
        with self.progress.in_hand():
            try:
                await self._apply(incoming, share)
            except Exception as error:  # noqa: BLE001 - whatever it is, it stops the service
                self._fail(error)
                await self._stopping.wait()

    async def measure(self) -> None:
        """Look how far behind the group is here; nothing is asked while it stops."""
        if self._owned and not self._stopping.is_set():
            await self.progress.measure(self._consumer())

    async def _apply(self, incoming: Sequence[Incoming], share: int) -> None:
        wanted = partial(self._wants, share)
        done = await self._patiently(partial(self._take_effect, incoming, wanted), wanted)
        if done:
            passage("intake.applied")
            self._commit(incoming)

    def _wants(self, share: int) -> bool:
        """Whether it is still ours; after a rebalance it comes again, to whoever has its partitions now."""
        return share == self._share and not self._stopping.is_set()

    async def _take_effect(self, incoming: Sequence[Incoming], wanted: Wanted) -> bool:
        started = time.monotonic()
        outcomes = await self.intake.apply(incoming, wanted)
        self._took = time.monotonic() - started
        self._count(incoming, outcomes, self._took)
        return True

    async def _patiently(
        self, work: Callable[[], Awaitable[Result]], wanted: Callable[[], bool]
    ) -> Result | None:
        """Do it, and again while broker or database are away; None once it is not wanted any more."""
        delay = SHORTEST_PAUSE
        while not self._stopping.is_set() and wanted():
            self._busy_since = time.monotonic()
            try:
                return await work()
            except Unwanted:
                return None
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("intake.paused", group=self.intake.group, reason=type(error).__name__)
            finally:
                self._busy_since = None
            await self._rest(delay)
            delay = min(delay * 2, LONGEST_PAUSE)
        return None

    async def _rest(self, seconds: float) -> None:
        spread = seconds * random.uniform(0.5, 1.0)  # noqa: S311 - only spreads retries
        await pause(spread, self._stopping)

    def _commit(self, incoming: Sequence[Incoming]) -> None:
        """Have the offsets behind the batch committed, of those partitions that are still ours."""
        reach = stretches(item.message for item in incoming)
        ends = {TopicPartition(*partition): last + 1 for partition, (_, last) in reach.items()}
        offsets = {place: end for place, end in ends.items() if place in self._owned}
        self.progress.moved(self._consumer(), offsets)
        self._commits.add(offsets)

    def _count(self, incoming: Sequence[Incoming], outcomes: dict[str, int], took: float) -> None:
        group = self.intake.group
        messages = [item.message for item in incoming]
        self.progress.took_effect(outcomes, took)
        log.info(
            "intake.batch_applied",
            group=group,
            offsets=named(stretches(messages)),
            ms=round(took * 1000, 1),
            correlation_ids=correlations(messages),
            **outcomes,
        )

    async def on_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Decide where to read from, partition by partition, before anything is fetched."""
        if not assigned:
            self.joined.set()
            return
        consumer = self._consumer()
        # aiokafka looks for offsets on its own while this runs, and fails on a partition that has none.
        # A place to stand, under pause, keeps it from looking; nothing is fetched from there.
        consumer.pause(*assigned)
        for place in assigned:
            consumer.seek(place, 0)
        try:
            offsets = await self._patiently(
                partial(self._prepare, consumer, assigned), lambda: True
            )
        except Exception as error:  # noqa: BLE001 - aiokafka would swallow it; the service must not
            self._fail(error)
            return
        if offsets is None:
            return
        passage("rebalance.assigned")
        for place, offset in offsets.items():
            consumer.seek(place, offset)
        self._owned = set(assigned)
        self.progress.assigned(offsets)
        self.joined.set()
        consumer.resume(*assigned)
        log.info("intake.assigned", group=self.intake.group, partitions=len(assigned))

    async def _prepare(
        self, consumer: AIOKafkaConsumer, assigned: Collection[TopicPartition]
    ) -> dict[TopicPartition, int]:
        group, ends = self.intake.group, self._address.profile.end_offsets
        offsets = await starting_offsets(consumer, assigned, group, ends_are_true=ends)
        await self.intake.assigned([(place.topic, place.partition) for place in assigned])
        return offsets

    async def on_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Another member goes on from the committed offsets."""
        self._share += 1
        await self._commits.settle()
        self._owned = set()
        self.progress.revoked()
        if revoked:
            passage("rebalance.revoked")
            self.rebalanced.set()
            log.info("intake.revoked", group=self.intake.group, partitions=len(revoked))


class _Assignments(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        await self._subscription.on_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        await self._subscription.on_assigned(assigned)


async def _decode(message: KafkaMessage) -> Any:
    return message.raw_message
