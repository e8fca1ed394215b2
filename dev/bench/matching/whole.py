"""The run: pools, our command on each, the other matcher and SciPy beside it, and the goals."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from dev.bench.children import run
from dev.bench.matching import pools
from dev.bench.matching.ours import Outcome, outcome_of
from dev.bench.matching.peer import PEER, Answer, answer_of
from dev.bench.report import Goal, Report
from dev.bench.stack import RESULTS, ROOT

PEER_SIZE = 300
HIGHEST_SHARE = 0.1
SECONDS = {"match_3k": 6.0, "match_10k": 15.0, "match_50k": 90.0}
MEMORY = {"match_10k": 2048.0, "match_50k": 4096.0}
Data = dict[str, Any]
Drawn = tuple[Iterator[Data], Data]
"""Volunteers and a policy."""


async def bench() -> Report:
    """Measure. Raises RuntimeError where an answer is not right, or not as good as the other matcher's."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    share, beside = await _peer()
    made = {name: await outcome_of(name, _files(name, pool)) for name, pool in _pools()}
    dense = await _dense(_files("match_3k", pools.levels(3_000)))
    figures = {f"{name}_s": one.ran.seconds for name, one in made.items()}
    figures |= {f"{name}_mib": one.ran.peak_mib for name, one in made.items()}
    goals = [Goal("peer_time", share, HIGHEST_SHARE, highest=True)]
    goals += [
        Goal(f"{name}_s", figures[f"{name}_s"], most, highest=True)
        for name, most in SECONDS.items()
    ]
    goals += [
        Goal(f"{name}_mib", figures[f"{name}_mib"], most, highest=True)
        for name, most in MEMORY.items()
    ]
    return Report(
        name="matching",
        figures=figures | {name: _told(one) for name, one in made.items()},
        floors={"peer": beside, "scipy_3k": dense},
        ratios={"peer_time": share},
        goals=tuple(goals),
        seed=pools.SEED,
        stack="no broker, no database",
        versions={"ortools": version("ortools"), "numpy": version("numpy"), "peer": PEER},
    )


def _pools() -> Iterator[tuple[str, Drawn]]:
    yield "match_3k", pools.levels(3_000)
    yield "match_10k", pools.company(10_000, 3_000)
    yield "match_50k", pools.company(50_000, 5_000)


def _files(name: str, drawn: Drawn) -> pools.Files:
    return pools.write(RESULTS, name, *drawn)


def _told(outcome: Outcome) -> dict[str, Any]:
    report = outcome.report
    return {
        "solve_seconds": report["seconds"],
        "checks_seconds": outcome.checks_seconds,
        "pairs": len(report["pairs"]),
        "objective": report["objective"],
        "blocking_pairs": report["figures"]["blocking_pairs"],
    }


async def _peer() -> tuple[float, dict[str, Any]]:
    """Our seconds over the other's, each without start and files, and what both made of the pool."""
    files = _files("peer", pools.peers(PEER_SIZE))
    theirs = await answer_of(files.pool)
    ours = await outcome_of("peer", files)
    beside = _compared(files, ours, theirs)
    print(
        f"{PEER}: {theirs.seconds:.1f} s, {beside['pairs']} pairs, {beside['total']} points",
        flush=True,
    )
    return round(ours.report["seconds"] / theirs.seconds, 4), beside


def _compared(files: pools.Files, ours: Outcome, theirs: Answer) -> dict[str, Any]:
    """Raises RuntimeError where the other matcher has more pairs, or as many with more points."""
    people = {}
    for line in files.pool.read_text(encoding="utf-8").splitlines():
        data = json.loads(line)["data"]
        people[data["volunteer_id"]] = data
    total = sum(points_of(people[mentor], people[mentee]) for mentor, mentee in theirs.pairs)
    own = ours.report["objective"]["total"]
    pairs = len(ours.report["pairs"])
    if (pairs, own) < (len(theirs.pairs), total):
        raise RuntimeError(
            f"{pairs} pairs and {own} points are less than {len(theirs.pairs)}, {total}"
        )
    return {
        "seconds": round(theirs.seconds, 2),
        "pairs": len(theirs.pairs),
        "total": total,
        "our_seconds": ours.report["seconds"],
        "our_command_seconds": ours.ran.seconds,
        "our_pairs": pairs,
        "our_total": own,
    }


def points_of(mentor: Data, mentee: Data) -> int:
    """The points by the rules of both."""
    steps: int = mentee["level"] - mentor["level"]
    return (5 if mentor["site"] == mentee["site"] else 0) + max(0, min(4, steps))


async def _dense(files: pools.Files) -> dict[str, Any]:
    log = RESULTS / "dense.log"
    command = [sys.executable, "-m", "dev.bench.matching.dense", str(files.pool), str(files.policy)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = await asyncio.to_thread(run, command, environment, log)
    told = log.read_text(encoding="utf-8")
    if ran.code:
        raise RuntimeError(f"the dense solve failed: {told[-500:]}")
    print(f"scipy, the finished 3,000 x 3,000 matrix: {told}", flush=True)
    answer: dict[str, Any] = json.loads(told.splitlines()[-1])
    return answer
