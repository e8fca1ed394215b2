"""Two watchers, Prometheus and the queries over logs, and since when each has raised what."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence

import duckdb
import httpx

from deploy.alerts.ask import Logs
from dev.drills.prometheus import Prometheus

LOOK_SECONDS = 1.0


class Watchers:
    """Look once a second; what they saw can be asked for at any time."""

    def __init__(
        self, prometheus: Prometheus, logs: Callable[[], Sequence[str]], factor: float
    ) -> None:
        self._prometheus = prometheus
        self._logs = logs
        self._factor = factor
        self.by_metrics: set[str] = set()
        self.by_logs: set[str] = set()
        self.looks = 0
        self._trouble: BaseException | None = None

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator["Watchers"]:
        """Look while the block runs."""
        task = asyncio.create_task(self._watch())
        try:
            yield self
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @property
    def raised(self) -> set[str]:
        """What either of them raises now."""
        return self.by_metrics | self.by_logs

    async def look(self) -> None:
        """Wait for the next look to be over. Raises what made the watchers fail."""
        before = self.looks
        while self.looks == before:
            if self._trouble is not None:
                raise self._trouble
            await asyncio.sleep(0.1)

    async def _watch(self) -> None:
        try:
            while True:
                began = time.monotonic()
                with contextlib.suppress(httpx.TransportError):
                    self.by_metrics = await self._prometheus.firing()
                self.by_logs = await asyncio.to_thread(self._ask_logs)
                self.looks += 1
                await asyncio.sleep(max(0.1, LOOK_SECONDS - (time.monotonic() - began)))
        except (duckdb.Error, KeyError) as trouble:
            self._trouble = trouble

    def _ask_logs(self) -> set[str]:
        return set(Logs(self._logs(), shorten=self._factor).alarms())
