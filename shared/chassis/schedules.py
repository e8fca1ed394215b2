"""The time edge of a service: what runs every so often."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from prometheus_client import Counter

from shared.chassis.correlation import following, new_trail
from shared.chassis.pausing import pause
from shared.chassis.troubles import is_transient

log = structlog.get_logger("shared.chassis.schedules")


@dataclass(frozen=True, slots=True)
class Schedule:
    """The time edge: `tick` runs every so often on each worker, and sorts out by lease who does the work.

    A tick is let finish when the service stops, unless it is `cut_short`: then it is cancelled.
    """

    name: str
    every: timedelta
    tick: Callable[[], Awaitable[None]]
    cut_short: bool = False


async def keep_schedule(schedule: Schedule, ticks: Counter, stop: asyncio.Event) -> None:
    """Tick until told to stop; a tick that fails is told, and the next one tries again."""
    while not stop.is_set():
        try:
            with following(new_trail()):
                await _tick(schedule, stop)
            ticks.labels(schedule.name, "done").inc()
        except Exception as error:
            ticks.labels(schedule.name, "failed").inc()
            expected = is_transient(error)
            log.exception(
                "schedule.failed",
                schedule=schedule.name,
                reason=type(error).__name__,
                exc_info=not expected,
            )
        await pause(schedule.every.total_seconds(), stop)


async def _tick(schedule: Schedule, stop: asyncio.Event) -> None:
    tick = asyncio.ensure_future(schedule.tick())
    if schedule.cut_short:
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({tick, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not tick.done():
            tick.cancel()
            await asyncio.wait({tick})
            return
    await tick
