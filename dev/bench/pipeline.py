"""How fast an event gets from its topic to its stored effect, beside the same way with bare clients.

Floor and project take turns on one full topic, each time in a new process, group and database; the medians
count. Batches of 500, and one by one. Only Apache Kafka gives a figure.
"""

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any
from uuid import uuid4

from motor.motor_asyncio import AsyncIOMotorClient

from dev.bench import load
from dev.bench.report import Goal, Report
from dev.bench.stack import RESULTS, ROOT, Running, running
from dev.local import kafka
from dev.local.choice import Kind

EVENTS, KEYS, SINGLE_EVENTS = 24_000, 3_000, 2_000
ROUNDS = 5
SEED = 20_261_124
LOWEST = {"batched": 0.35, "single": 0.5}
SIDES = {"floor": "dev.bench.floor", "project": "dev.bench.chassis"}
SECONDS_PER_RUN = 180


@dataclass(frozen=True)
class Run:
    """One way gone once."""

    per_second: float
    cpu_microseconds: float  # of the client process, per event
    events_per_round: float


async def bench(rounds: int = ROUNDS) -> Report:
    """Measure. Raises Inconclusive where there is no Apache Kafka."""
    async with running(apache=True) as stack:
        print(f"filling {load.TOPIC}: {EVENTS:,} events, {KEYS:,} keys", flush=True)
        await load.produce(stack.kafka, EVENTS, KEYS, SEED)
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(stack.mongo)
        runs: dict[tuple[str, str], list[Run]] = defaultdict(list)
        for turn in range(1, rounds + 1):
            for way in LOWEST:
                names = {side: f"{side}_{way}_{uuid4().hex[:8]}" for side in SIDES}
                for side, name in names.items():
                    run = await _run(stack, side, way, name)
                    runs[way, side].append(run)
                    _tell(turn, rounds, way, side, run)
                if way == "batched":
                    await _compare(client, *names.values())
                for name in names.values():
                    await client.drop_database(name)
        server = (await client.server_info())["version"]
        client.close()
    return _report(runs, stack, server)


async def _run(stack: Running, side: str, way: str, name: str) -> Run:
    """Go one way in a process of its own."""
    command = [sys.executable, "-m", SIDES[side], way, "--kafka", stack.kafka.bootstrap_servers]
    command += ["--mongo", stack.mongo, "--database", name, "--topic", load.TOPIC]
    command += ["--events", str(EVENTS if way == "batched" else SINGLE_EVENTS)]
    if side == "project":
        command += ["--log", str(RESULTS / f"pipeline-{way}.log")]
    child = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        output, _ = await asyncio.wait_for(child.communicate(), SECONDS_PER_RUN)
    except TimeoutError:
        child.kill()
        raise
    if child.returncode:
        raise RuntimeError(f"{' '.join(command[1:4])} ended with code {child.returncode}")
    return _judge(json.loads(output))


def _judge(laps: Sequence[tuple[float, float, int]]) -> Run:
    """Whole rounds only, from after the first to the beginning of the last: nothing starts or idles in it."""
    warm = max(1, len(laps) // 20)
    begin, end = laps[warm], laps[-1]
    events = end[2] - begin[2]
    return Run(
        per_second=events / (end[0] - begin[0]),
        cpu_microseconds=(end[1] - begin[1]) / events * 1e6,
        events_per_round=events / (len(laps) - 1 - warm),
    )


async def _compare(client: AsyncIOMotorClient[dict[str, Any]], floor: str, project: str) -> None:
    """Both ways must have left the same documents, else they did not do the same work."""
    stored = [
        await client[name]["pairs"].find(sort=[("_id", 1)]).to_list(None)
        for name in (floor, project)
    ]
    if stored[0] != stored[1] or len(stored[0]) != KEYS:
        raise RuntimeError(f"floor and project stored different documents: {floor}, {project}")


def _tell(turn: int, rounds: int, way: str, side: str, run: Run) -> None:
    print(
        f"{turn}/{rounds}  {way:8} {side:8} {run.per_second:>9,.0f} events/s"
        f" {run.cpu_microseconds:>7,.0f} us of CPU each, {run.events_per_round:.0f} at once",
        flush=True,
    )


def _report(runs: dict[tuple[str, str], list[Run]], stack: Running, server: str) -> Report:
    values = {key: _values(found) for key, found in runs.items()}
    ratios = {
        way: round(
            values[way, "project"]["events_per_second"] / values[way, "floor"]["events_per_second"],
            3,
        )
        for way in LOWEST
    }
    versions = {"mongod": server} | ({"kafka": kafka.VERSION} if stack.kind is Kind.JARS else {})
    return Report(
        name="pipeline",
        figures={way: values[way, "project"] for way in LOWEST},
        floors={way: values[way, "floor"] for way in LOWEST},
        ratios=ratios,
        goals=tuple(Goal(f"ratios.{way}", ratios[way], least) for way, least in LOWEST.items()),
        seed=SEED,
        stack=stack.description,
        versions=versions,
    )


def _values(runs: Sequence[Run]) -> dict[str, Any]:
    return {
        "events_per_second": round(median(run.per_second for run in runs)),
        "cpu_microseconds_per_event": round(median(run.cpu_microseconds for run in runs)),
        "events_per_round": round(mean(run.events_per_round for run in runs), 1),
        "runs_events_per_second": [round(run.per_second) for run in runs],
    }
