"""Plays the drills one after the other, and judges what the watchers raised."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from dev.drills.scenes import Drill
from dev.drills.stage import Stage
from dev.drills.watching import Watchers

SECONDS_TO_RAISE = 60.0
SECONDS_TO_RESOLVE = 120.0


@dataclass
class Record:
    """What became of one alert: seconds until each watcher raised it, and until it was resolved."""

    alert: str
    scene: str
    by_logs_only: bool = False
    raised_by_metrics: float | None = None
    raised_by_logs: float | None = None
    healed_at: float | None = None
    resolved: float | None = None
    problem: str = ""

    @property
    def complete(self) -> bool:
        """Both have raised it."""
        by_metrics = self.by_logs_only or self.raised_by_metrics is not None
        return by_metrics and self.raised_by_logs is not None

    @property
    def good(self) -> bool:
        """Raised by both, then resolved."""
        return self.complete and self.resolved is not None and not self.problem


@dataclass
class Run:
    """All drills of a run."""

    stage: Stage
    watchers: Watchers
    records: list[Record] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    async def play(self, drills: Sequence[Drill]) -> None:
        """Play them; afterwards everything is healed and resolved, or a problem says what is not."""
        await self._calm(self.records)
        for drill in drills:
            await self._play(drill)
        await self._calm(self.records)

    async def _play(self, drill: Drill) -> None:
        name = drill.scene.__name__.replace("_", " ")
        records = [Record(alert, name, drill.by_logs_only) for alert in drill.must]
        # What an earlier harm has left is over before the same alert is looked for again.
        await self._calm([r for r in self.records if r.alert in {*drill.must, *drill.may}])
        self.records += records
        began = time.monotonic()
        async with drill.scene(self.stage):
            await self._watch(records, drill, began)
        for record in records:
            record.healed_at = time.monotonic()
        print(f"{name}: {', '.join(_told(r) for r in records)}", flush=True)

    async def _watch(self, records: Sequence[Record], drill: Drill, began: float) -> None:
        allowed = {*drill.must, *drill.may, *(r.alert for r in self.records if r.resolved is None)}
        while not all(record.complete for record in records):
            await self.watchers.look()
            now = time.monotonic() - began
            for record in records:
                if record.raised_by_metrics is None and record.alert in self.watchers.by_metrics:
                    record.raised_by_metrics = now
                if record.raised_by_logs is None and record.alert in self.watchers.by_logs:
                    record.raised_by_logs = now
            self._note_resolved()
            self._complain(f"{drill.scene.__name__} also raised", allowed)
            if now > SECONDS_TO_RAISE:
                for record in records:
                    record.problem = "" if record.complete else "not raised"
                return

    async def _calm(self, records: Sequence[Record]) -> None:
        """Wait until what was healed is resolved, or until it should have been."""
        deadline = time.monotonic() + SECONDS_TO_RESOLVE
        await self.watchers.look()
        while time.monotonic() < deadline:
            self._note_resolved()
            if all(record.resolved is not None for record in records) and not (
                records is self.records and self.watchers.raised
            ):
                return
            await self.watchers.look()
        for record in records:
            if record.resolved is None and not record.problem:
                record.problem = "not resolved"
        pending = {record.alert for record in self.records if record.resolved is None}
        self._complain("raised for no reason", pending)

    def _note_resolved(self) -> None:
        for record in self.records:
            over = record.alert not in self.watchers.raised
            if record.healed_at is not None and record.resolved is None and over:
                record.resolved = time.monotonic() - record.healed_at

    def _complain(self, when: str, allowed: set[str]) -> None:
        """Write down what is raised and must not be."""
        watchers = {"metrics": self.watchers.by_metrics, "logs": self.watchers.by_logs}
        for watcher, raised in watchers.items():
            for alert in sorted(raised - allowed):
                problem = f"{when}: {alert}, by {watcher}"
                if problem not in self.problems:
                    self.problems.append(problem)


def _told(record: Record) -> str:
    return f"{record.alert} {record.problem or 'raised'}"
