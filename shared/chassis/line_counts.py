"""How often each log event was written: whatever a line tells can be alarmed on by metrics, too.

A process has one log, so it has one of these. Every listed event counts from 0, since Prometheus cannot see
the rise of a counter that is born with its first event.
"""

from collections.abc import Iterable, Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

UNLISTED = "unlisted"


class LineCounts(Collector):
    """Counts of log lines by event; names that no table lists share one."""

    name = "obverse_log_lines"
    says = "Lines logged, by event; the table of log events says what each means."
    labels = ("event",)

    def __init__(self) -> None:
        self._counts: dict[str, int] = {UNLISTED: 0}

    def expect(self, events: Iterable[str]) -> None:
        """Count these from 0."""
        for event in events:
            self._counts.setdefault(event, 0)

    def add(self, event: str) -> None:
        """A line was written."""
        self._counts[event if event in self._counts else UNLISTED] += 1

    def collect(self) -> Iterator[Metric]:
        """For /metrics."""
        family = CounterMetricFamily(self.name, self.says, labels=self.labels)
        for event, count in sorted(self._counts.items()):
            family.add_metric([event], count)
        yield family


LINES = LineCounts()
