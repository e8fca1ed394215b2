"""What is told of a group's work: what became of messages, the batch in hand, and how far the group is behind.

The last is measured against the ends of the partitions that this process reads, also while nothing is applied.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.chassis.metrics import Metrics

SECONDS_TO_ASK = 2.0


class Progress:
    """Of one group in one process; it knows what comes next in each partition."""

    def __init__(self, group: str, metrics: Metrics, *, ends_are_true: bool) -> None:
        """Where the broker's ends are not to be believed, what it said at the last fetch counts."""
        self._group = group
        self._messages = metrics.intake_messages
        self._batches = metrics.intake_batch_seconds.labels(
            group
        )  # counts from 0, not from its first
        self._under_way = metrics.intake_under_way.labels(group)
        self._gauge = metrics.intake_lag
        self._taken_at: float | None = None
        self._ends_are_true = ends_are_true
        self._next: dict[TopicPartition, int] = {}
        self._behind: dict[TopicPartition, int] = {}

    @contextlib.contextmanager
    def in_hand(self) -> Iterator[None]:
        """A batch is taken, until the block ends."""
        self._under_way.set(1)
        self._taken_at = time.monotonic()
        try:
            yield
        finally:
            self._under_way.set(0)
            self._taken_at = None

    def took_effect(self, outcomes: Mapping[str, int], seconds: float) -> None:
        """A batch had these outcomes."""
        for outcome, count in outcomes.items():
            self._messages.labels(self._group, outcome).inc(count)
        self._batches.observe(seconds)

    def figures(self) -> dict[str, object]:
        """For the log: messages behind in all partitions of this process, and the age of the batch in hand."""
        taken = self._taken_at
        in_hand = 0.0 if taken is None else round(time.monotonic() - taken, 1)
        behind = sum(self._behind.values())
        return {"group": self._group, "behind": behind, "batch_seconds": in_hand}

    def assigned(self, offsets: Mapping[TopicPartition, int]) -> None:
        """These partitions are read from here on, and no others."""
        self.revoked()
        self._next = dict(offsets)

    def revoked(self) -> None:
        """Another process tells of them now."""
        for place in self._behind:
            self._gauge.remove(self._group, place.topic, str(place.partition))
        self._behind, self._next = {}, {}

    def moved(self, consumer: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int]) -> None:
        """What is before these offsets has taken effect."""
        self._next |= {place: offset for place, offset in offsets.items() if place in self._next}
        self._tell({place: consumer.highwater(place) or 0 for place in offsets})

    async def measure(self, consumer: AIOKafkaConsumer) -> None:
        """Ask the broker how far its partitions go; without an answer the last word stands."""
        places = [place for place in self._next if place in consumer.assignment()]
        if not places:
            return
        try:
            async with asyncio.timeout(SECONDS_TO_ASK):
                self._tell(await self._ends(consumer, places))
        except (KafkaError, TimeoutError):
            return

    async def _ends(
        self, consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]
    ) -> dict[TopicPartition, int]:
        if self._ends_are_true:
            ends: dict[TopicPartition, int] = await consumer.end_offsets(places)
            return ends
        return {place: consumer.highwater(place) or 0 for place in places}

    def _tell(self, ends: Mapping[TopicPartition, int]) -> None:
        for place, end in ends.items():
            if place in self._next:  # it may have been taken away meanwhile
                behind = self._behind[place] = max(0, end - self._next[place])
                self._gauge.labels(self._group, place.topic, place.partition).set(behind)
