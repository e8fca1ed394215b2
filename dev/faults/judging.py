"""From findings to a verdict: the fields of `report.json`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dev.faults.checker import Finding, Kind, judge, shown
from dev.faults.history import History
from dev.faults.landing import AIMED_AT, kills, landed, reached
from dev.faults.limits import Limit, limits
from dev.faults.loading import load
from shared.chassis.passages import PASSAGES

KILLS_PER_CLASS = 5
PASS, FAIL, INCONCLUSIVE = "pass", "fail", "inconclusive"


@dataclass(frozen=True)
class Judgement:
    """What is to be said of one run. A `full` run must also have struck everywhere."""

    seed: int
    history: History
    findings: Sequence[Finding]
    full: bool = False
    mutants: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, seed: int, *, full: bool = False) -> "Judgement":
        """Judge the folder of a run."""
        history = load(folder)
        return cls(seed, history, judge(history), full)

    @property
    def never_reached(self) -> list[str]:
        """The named places that nobody passed."""
        there = set(reached(self.history))
        return [name for name in PASSAGES if name not in there]

    @property
    def too_few(self) -> list[str]:
        """The classes of kills that were struck too seldom to say anything."""
        counts = landed(self.history)
        return [name for name in AIMED_AT if counts[name] < KILLS_PER_CLASS]

    @property
    def measured(self) -> list[Limit]:
        """What was measured, beside its bound."""
        return limits(self.history)

    @property
    def missed(self) -> list[Limit]:
        """What was measured and is beyond its bound."""
        return [limit for limit in self.measured if not limit.kept]

    @property
    def verdict(self) -> str:
        """A finding fails any run; a missed bound, or a place that was never reached, a full one.

        A smoke run is part of CI, on whatever machine that is: it tells its seconds and is not judged by
        them. A mutant that nobody caught says that the harness cannot be trusted.
        """
        uncaught = len(self.mutants.get("built", ())) > len(self.mutants.get("caught", ()))
        if self.findings or uncaught or (self.full and (self.missed or self.never_reached)):
            return FAIL
        return INCONCLUSIVE if self.full and self.too_few else PASS

    def report(self) -> dict[str, Any]:
        """The fields of report.json; whoever ran it adds machine and versions."""
        return {
            "events": len(self.history.events),
            "kills": len(kills(self.history)),
            "lost": self._count(Kind.LOST),
            "doubled": self._count(Kind.DOUBLED),
            "reordered": self._count(Kind.REORDERED),
            "ghosts": self._count(Kind.GHOST),
            "unseen": self._count(Kind.UNSEEN),
            "broken": self._count(Kind.BROKEN),
            "crash_points": {
                "named": len(PASSAGES),
                "reached": len(reached(self.history)),
                "missed": self.never_reached,
            },
            "mutants": {name: len(self.mutants.get(name, ())) for name in ("built", "caught")},
            "landed": dict(landed(self.history)),
            "limits": [str(limit) for limit in self.measured],
            "seed": self.seed,
            "verdict": self.verdict,
            "reasons": self.reasons(),
        }

    def reasons(self) -> list[str]:
        """Why the verdict is not a pass, a line each."""
        lines = [shown(finding) for finding in self.findings]
        caught = self.mutants.get("caught", ())
        lines += [
            f"{name} was not caught" for name in self.mutants.get("built", ()) if name not in caught
        ]
        if self.full:
            lines += [str(limit) for limit in self.missed]
            lines += [f"{name} was never reached" for name in self.never_reached]
            counts = landed(self.history)
            lines += [
                f"{counts[name]} kills {name}, not {KILLS_PER_CLASS}" for name in self.too_few
            ]
        return lines

    def _count(self, kind: Kind) -> int:
        """How many things are bad in this way; one that several invariants name counts once."""
        return len(
            {id_ for finding in self.findings if finding.kind is kind for id_ in finding.ids}
        )
