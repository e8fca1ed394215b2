"""Keeps the gauges of what waits, and writes the same figures to the log for those who watch only that."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

import structlog
from pymongo.errors import PyMongoError

from shared.chassis import dead_letters, waiting
from shared.chassis.foundation import Database
from shared.chassis.metrics import Metrics
from shared.chassis.outbox import OUTBOX, UNSENT
from shared.chassis.pausing import pause
from shared.chassis.subscribe import Subscription

log = structlog.get_logger("shared.chassis.gauges")

EVERY_SECONDS = 5.0
SECONDS_TO_WAIT_UNALARMED = 300.0

Overdue = Callable[[], Awaitable[float]]
"""Seconds for which the oldest piece of some work has been due; 0 for none."""


async def _nothing() -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Watched:
    """What a process has besides its databases that is worth a figure."""

    outbox_limit: int = 0
    not_ready: Callable[[], Awaitable[list[str]]] = _nothing
    subscriptions: Sequence[Subscription] = ()
    overdue: Mapping[str, Overdue] = field(default_factory=dict)
    figures_seconds: float = 60.0


@dataclass(slots=True)
class _Figures:
    """Of one database; what was read last stands while it is away."""

    database: str
    outbox_depth: int = 0
    outbox_oldest_seconds: float = 0.0
    outbox_limit: int = 0
    keys_waiting: int = 0
    keys_waiting_seconds: float = 0.0
    dead_letters: dict[str, int] = field(default_factory=dict)


async def keep_gauges(
    databases: Sequence[Database],
    metrics: Metrics,
    stop: asyncio.Event,
    watched: Watched | None = None,
) -> None:
    """Refresh the gauges, and now and then the log, until told to stop; a database that is away is told by others."""
    gauges = _Gauges(databases, metrics, watched or Watched())
    told = -float("inf")
    while not stop.is_set():
        await gauges.refresh()
        if time.monotonic() - told >= gauges.watched.figures_seconds:
            gauges.tell()
            told = time.monotonic()
        await pause(min(EVERY_SECONDS, gauges.watched.figures_seconds), stop)


class _Gauges:
    def __init__(self, databases: Sequence[Database], metrics: Metrics, watched: Watched) -> None:
        self._databases = databases
        self._metrics = metrics
        self.watched = watched
        self._figures = {item.name: _Figures(item.name) for item in databases}
        self._not_ready: list[str] = []
        self._overdue = dict.fromkeys(watched.overdue, 0.0)

    async def refresh(self) -> None:
        self._not_ready = await self.watched.not_ready()
        self._metrics.ready.set(0 if self._not_ready else 1)
        with contextlib.suppress(PyMongoError):
            await self._count_dead_letters()
            for database in self._databases:
                await self._look_at(database)
            for work, age in self.watched.overdue.items():
                self._overdue[work] = await age()
                self._metrics.overdue_seconds.labels(work).set(self._overdue[work])
        await asyncio.gather(*(item.measure() for item in self.watched.subscriptions))

    def tell(self) -> None:
        """One line that says it all; it is also the sign that the process lives."""
        log.info(
            "service.figures",
            not_ready=self._not_ready,
            databases=[asdict(figures) for figures in self._figures.values()],
            groups=[item.progress.figures() for item in self.watched.subscriptions],
            overdue=[{"work": work, "seconds": age} for work, age in self._overdue.items()],
        )

    async def _count_dead_letters(self) -> None:
        letters = {item.name: await dead_letters.summary(item.mongo) for item in self._databases}
        self._metrics.dead_letters_open.clear()  # once the new counts are here: an alarm looks at it
        for name, counts in letters.items():
            self._figures[name].dead_letters = counts
            for reason, count in counts.items():
                self._metrics.dead_letters_open.labels(name, reason).set(count)

    async def _look_at(self, database: Database) -> None:
        """Read what waits in one database, but dead letters."""
        name, metrics = database.name, self._metrics
        depth = await database.mongo[OUTBOX].count_documents(UNSENT)
        # The first to be found is the one that was stored first; a sort would look through all that wait.
        oldest = await database.mongo[OUTBOX].find_one(UNSENT, {"created_at": 1})
        lanes, since = await waiting.summary(database.mongo)
        waited = _age(since) if since else 0.0
        figures = self._figures[name]
        figures.outbox_depth = depth
        figures.outbox_oldest_seconds = _age(oldest["created_at"]) if oldest else 0.0
        figures.outbox_limit = self.watched.outbox_limit
        figures.keys_waiting, figures.keys_waiting_seconds = lanes, waited
        metrics.outbox_depth.labels(name).set(depth)
        metrics.outbox_limit.labels(name).set(figures.outbox_limit)
        metrics.outbox_oldest_seconds.labels(name).set(figures.outbox_oldest_seconds)
        metrics.keys_waiting.labels(name).set(lanes)
        if waited > SECONDS_TO_WAIT_UNALARMED:
            log.error("intake.keys_waiting_long", database=name, keys=lanes, seconds=int(waited))


def _age(moment: datetime) -> float:
    return round((datetime.now(UTC) - moment).total_seconds(), 1)
