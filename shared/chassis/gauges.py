"""Keeps the gauges of what waits: the outbox, dead letters, held lanes."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from pymongo.errors import PyMongoError

from shared.chassis import dead_letters, waiting
from shared.chassis.foundation import Database
from shared.chassis.metrics import Metrics
from shared.chassis.outbox import OUTBOX, UNSENT
from shared.chassis.pausing import pause

log = structlog.get_logger("shared.chassis.gauges")

EVERY_SECONDS = 5.0
SECONDS_TO_WAIT_UNALARMED = 300.0


async def keep_gauges(databases: Sequence[Database], metrics: Metrics, stop: asyncio.Event) -> None:
    """Refresh the gauges until told to stop; a database that is away is told by others."""
    while not stop.is_set():
        with contextlib.suppress(PyMongoError):
            letters = {item.name: await dead_letters.summary(item.mongo) for item in databases}
            metrics.dead_letters_open.clear()  # once the new counts are here: an alarm looks at it
            for name, counts in letters.items():
                for reason, count in counts.items():
                    metrics.dead_letters_open.labels(name, reason).set(count)
            for database in databases:
                await refresh(database, metrics)
        await pause(EVERY_SECONDS, stop)


async def refresh(database: Database, metrics: Metrics) -> None:
    """Read what waits in one database, but dead letters."""
    name = database.name
    depth = await database.mongo[OUTBOX].count_documents(UNSENT)
    oldest = await database.mongo[OUTBOX].find_one(UNSENT, {"created_at": 1}, sort=[("_id", 1)])
    metrics.outbox_depth.labels(name).set(depth)
    metrics.outbox_oldest_seconds.labels(name).set(_age(oldest["created_at"]) if oldest else 0)
    lanes, since = await waiting.summary(database.mongo)
    metrics.keys_waiting.labels(name).set(lanes)
    if since is not None and _age(since) > SECONDS_TO_WAIT_UNALARMED:
        log.error("intake.keys_waiting_long", database=name, keys=lanes, seconds=int(_age(since)))


def _age(moment: datetime) -> float:
    return (datetime.now(UTC) - moment).total_seconds()
