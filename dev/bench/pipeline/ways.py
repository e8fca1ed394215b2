"""The ways over a full topic that are measured, and one of them gone once, in a process of its own."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from dev.bench.cluster import Cluster
from dev.bench.pipeline import events
from dev.bench.stack import RESULTS, ROOT

EVENTS, KEYS, SINGLE_EVENTS = 24_000, 3_000, 1_000
SECONDS_PER_RUN = 180
CLEAN, DIRTY, OUT = events.TOPIC, "bench.dirty.v1", "bench.out.v1"
FLOOR, PROJECT = "dev.bench.pipeline.floor", "dev.bench.pipeline.chassis"


@dataclass(frozen=True)
class Way:
    """Which program goes, how, and over which topic."""

    program: str
    kind: str
    topic: str = CLEAN
    level: str = "info"

    @property
    def events(self) -> int:
        """How many take effect."""
        return SINGLE_EVENTS if self.kind == "single" else EVENTS


WAYS = {
    "batched.floor": Way(FLOOR, "batched"),
    "batched.project": Way(PROJECT, "batched"),
    "batched.silent": Way(PROJECT, "batched", level="off"),
    "batched.dirty": Way(PROJECT, "batched", topic=DIRTY),
    "guarded.floor": Way(FLOOR, "guarded"),
    "guarded.project": Way(PROJECT, "guarded"),
    "single.floor": Way(FLOOR, "single"),
    "single.project": Way(PROJECT, "single"),
    "single.silent": Way(PROJECT, "single", level="off"),
}


@dataclass(frozen=True)
class Run:
    """One way gone once. Transactions are counted by the server, offset commits by the client."""

    database: str
    per_second: float
    cpu_microseconds: float  # of the client process, per event
    events_per_round: float
    transactions_per_round: float
    commits_per_round: float


async def go(cluster: Cluster, name: str, count: int | None = None) -> Run:
    """Go a way, in a group and a database that are new; `count` events, or as many as the way has."""
    way, database = WAYS[name], f"{name.replace('.', '_')}_{uuid4().hex[:8]}"
    command = [sys.executable, "-m", way.program, way.kind, "--topic", way.topic]
    command += ["--kafka", cluster.kafka.bootstrap_servers, "--mongo", cluster.mongo]
    command += ["--database", database, "--events", str(count or way.events)]
    if way.program == PROJECT:
        command += ["--log", str(RESULTS / f"pipeline-{name}.log"), "--level", way.level]
    else:
        command += ["--out", OUT]
    before = await _transactions(cluster)
    found = json.loads(await said_by(command, SECONDS_PER_RUN))
    committed = await _transactions(cluster) - before
    return judge(database, found["laps"], committed, found["offset_commits"])


async def said_by(command: Sequence[str], seconds: float) -> bytes:
    """What a program of ours prints. Raises RuntimeError where it fails, TimeoutError where it lasts."""
    child = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        output, _ = await asyncio.wait_for(child.communicate(), seconds)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise RuntimeError(f"{' '.join(command[1:4])} ended with code {child.returncode}")
    return output


def judge(
    database: str, laps: Sequence[tuple[float, float, int]], transactions: int, commits: int
) -> Run:
    """Whole rounds only, from after the first to the beginning of the last: nothing starts or idles in it."""
    warm = max(1, len(laps) // 20)
    begin, end = laps[warm], laps[-1]
    count = end[2] - begin[2]
    return Run(
        database=database,
        per_second=count / (end[0] - begin[0]),
        cpu_microseconds=(end[1] - begin[1]) / count * 1e6,
        events_per_round=count / (len(laps) - 1 - warm),
        transactions_per_round=transactions / len(laps),
        commits_per_round=commits / len(laps),
    )


async def _transactions(cluster: Cluster) -> int:
    """How many the primary has committed since it started."""
    async with cluster.client() as client:
        status: dict[str, Any] = await client.admin.command("serverStatus")
    return int(status["transactions"]["totalCommitted"])
