"""What a run measured beside what the promise allows; whatever is missed decides the verdict.

A fault writes what it measured into its line of `injected.jsonl`: `name`, and `name_limit` beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dev.faults.history import Fault, History
from dev.faults.recovery import recovery

SUFFIX = "_limit"
EXACTLY = frozenset({"effects", "decisions"})
AT_LEAST = frozenset({"duplicates"})


@dataclass(frozen=True)
class Limit:
    """One number and what it is held against: `at most`, `at least` or `exactly`."""

    name: str
    value: float
    how: str
    bound: float

    @property
    def kept(self) -> bool:
        """Whether it is as it should be."""
        return {
            "exactly": self.value == self.bound,
            "at least": self.value >= self.bound,
            "at most": self.value <= self.bound,
        }[self.how]

    def __str__(self) -> str:
        return f"{self.name}: {self.value:g}, {self.how} {self.bound:g}"


def limits(history: History) -> list[Limit]:
    """Every number of the run that has a bound, in the order in which it was measured; recovery comes last."""
    found = [limit for fault in history.faults for limit in _of(fault)]
    return found + list(_of_recovery(history))


def _of(fault: Fault) -> Iterator[Limit]:
    detail: dict[str, Any] = fault.detail or {}
    for name, bound in detail.items():
        measured = name.removesuffix(SUFFIX)
        if measured != name and measured in detail:
            yield Limit(f"{fault.fault}.{measured}", detail[measured], _how(measured), bound)


def _how(name: str) -> str:
    if name in EXACTLY:
        return "exactly"
    return "at least" if name in AT_LEAST else "at most"


def _of_recovery(history: History) -> Iterator[Limit]:
    for name, told in recovery(history).items():
        if told["seen"]:
            yield Limit(f"{name}.worst_seconds", told["worst"], "at most", told["limit"])
