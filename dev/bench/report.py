"""What a figure is told as: a JSON file to keep and a table to read."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from dev.bench.statistics import CONFIDENCE, Estimate

PACKAGES = (
    "aiokafka",
    "faststream",
    "motor",
    "pymongo",
    "pydantic",
    "fastapi",
    "uvicorn",
    "aiohttp",
    "scipy",
)


@dataclass(frozen=True)
class Goal:
    """What a value must not fall below or rise above; `interval` is where the true value lies."""

    name: str
    value: float
    bound: float
    highest: bool = False
    interval: tuple[float, float] | None = None

    @classmethod
    def of(cls, name: str, estimate: Estimate, bound: float, *, highest: bool = False) -> Self:
        """The goal for an estimate."""
        interval = (round(estimate.low, 3), round(estimate.high, 3))
        return cls(name, round(estimate.value, 3), bound, highest, interval)

    @property
    def met(self) -> bool:
        """Whether it is as it should be."""
        return self.value <= self.bound if self.highest else self.value >= self.bound


@dataclass(frozen=True)
class Report:
    """One benchmark's outcome. `figures` are ours, `floors` the machine's, `ratios` one over the other."""

    name: str
    figures: Mapping[str, Any]
    floors: Mapping[str, Any]
    ratios: Mapping[str, float]
    goals: tuple[Goal, ...]
    seed: int
    stack: str
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        """Whether every goal is met."""
        return all(goal.met for goal in self.goals)

    def write(self, folder: Path) -> Path:
        """Write build/bench/<name>.json; returns its path."""
        document = {
            "name": self.name,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "figures": self.figures,
            "floors": self.floors,
            "ratios": self.ratios,
            "goals": [{**vars(goal), "met": goal.met} for goal in self.goals],
            "seed": self.seed,
            "stack": self.stack,
            "machine": machine(),
            "versions": {**versions(), **self.versions},
        }
        path = folder / f"{self.name}.json"
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        return path

    def table(self) -> str:
        """The goals with their values, one a line, and what took them."""
        width = max(len(goal.name) for goal in self.goals)
        sure = f"{CONFIDENCE:.0%} interval" if any(goal.interval for goal in self.goals) else ""
        lines = [f"{'':{width}}  {'value':>9}  {sure:15}  {'goal':>9}"]
        for goal in self.goals:
            bound = f"{'<=' if goal.highest else '>='} {goal.bound:g}"
            verdict = "met" if goal.met else "MISSED"
            ends = " - ".join(f"{end:.3g}" for end in goal.interval or ())
            lines.append(
                f"{goal.name:{width}}  {goal.value:>9.3g}  {ends:15}  {bound:>9}  {verdict}"
            )
        return "\n".join([*lines, "", *self._place()])

    def _place(self) -> list[str]:
        here = machine()
        parts = {**versions(), **self.versions}
        return [
            f"{here['cores']} cores of {here['cpu']}, {here['memory_mib']:,} MiB, {here['system']}",
            self.stack,
            ", ".join(f"{name} {number}" for name, number in parts.items()),
        ]


def machine() -> dict[str, Any]:
    """The computer that measured: processor, cores, memory in MiB, system."""
    processor = platform.processor() or platform.machine()
    memory = 0
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    for line in _lines("/proc/meminfo"):
        if line.startswith("MemTotal"):
            memory = int(line.split()[1]) // 1024
    return {
        "cpu": processor,
        "cores": os.cpu_count(),
        "memory_mib": memory,
        "system": platform.platform(),
    }


def versions() -> dict[str, str]:
    """Python and the libraries on the way."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
