"""Commits of offsets: the first at once, and what takes effect within the next moment together with it.

Each commit is a record that the broker keeps as carefully as an event. The cursors make a redelivery harmless, so
that nothing but a little reading is at stake between an effect and its commit.
"""

import asyncio
import time
from collections.abc import Callable, Mapping

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.chassis.passages import passage
from shared.chassis.pausing import pause

log = structlog.get_logger("shared.chassis.commits")

SECONDS_BETWEEN = 0.5
COMMIT_SECONDS = 10.0


class Commits:
    """Those of one group in one process."""

    def __init__(self, group: str, consumer: Callable[[], AIOKafkaConsumer]) -> None:
        self._group = group
        self._consumer = consumer
        self._waiting: dict[TopicPartition, int] = {}
        self._hurry = asyncio.Event()
        self._committing: asyncio.Task[None] | None = None
        self._last = float("-inf")

    def add(self, offsets: Mapping[TopicPartition, int]) -> None:
        """What is before these offsets has taken effect."""
        self._waiting |= offsets
        if self._waiting and (self._committing is None or self._committing.done()):
            self._committing = asyncio.create_task(self._keep_on())

    async def settle(self) -> None:
        """Commit what waits, without more delay. What cannot be committed is forgotten."""
        self._hurry.set()
        if self._committing is not None:
            await self._committing
        self._hurry.clear()
        self._waiting = {}

    async def _keep_on(self) -> None:
        while self._waiting:
            await pause(max(0.0, self._last + SECONDS_BETWEEN - time.monotonic()), self._hurry)
            offsets, self._waiting = self._waiting, {}
            self._last = time.monotonic()
            if not await self._commit(offsets):
                alone = not self._waiting
                self._waiting = offsets | self._waiting  # goes with the next
                if alone:
                    return

    async def _commit(self, offsets: Mapping[TopicPartition, int]) -> bool:
        try:
            await asyncio.wait_for(self._consumer().commit(offsets), COMMIT_SECONDS)
        except (KafkaError, TimeoutError) as error:
            log.warning("intake.commit_failed", group=self._group, reason=type(error).__name__)
            return False
        passage("offsets.committed")
        return True
