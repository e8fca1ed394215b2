"""How fast an event gets from its topic to its stored effect, beside the same way with bare clients.

All ways take turns on topics that are full, in an order drawn anew for each turn, each time in a new process,
group and database. A ratio is the median of those of the turns. No service runs meanwhile.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import mean, median
from typing import Any

from dev.bench.cluster import Cluster
from dev.bench.pipeline import dirt, events
from dev.bench.pipeline.ways import CLEAN, DIRTY, EVENTS, KEYS, OUT, WAYS, Run, go
from dev.bench.report import Goal
from dev.bench.statistics import median_of, ratio_of

Tell = Callable[[str], None]

TURNS = 5
# The ratio, what is over what, and what it must not fall below.
RATIOS = {
    "batched": ("batched.project", "batched.floor", 0.5),
    "single": ("single.project", "single.floor", 0.5),
    "guarded": ("guarded.project", "guarded.floor", 0.5),
    "logs": ("batched.project", "batched.silent", 0.9),
    "logs_single": ("single.project", "single.silent", 0.9),
    "dirty": ("batched.dirty", "batched.project", 0.8),
}


async def measure(cluster: Cluster, turns: int, seed: int, tell: Tell) -> dict[str, list[Run]]:
    """Go all ways so many times; the runs of each, by turn."""
    await _fill(cluster, seed, tell)
    chance = random.Random(seed)
    runs: dict[str, list[Run]] = defaultdict(list)
    async with cluster.client() as client:
        for turn in range(1, turns + 1):
            for name in chance.sample(list(WAYS), len(WAYS)):
                run = await go(cluster, name)
                runs[name].append(run)
                tell(f"{turn}/{turns}  {name:15} {_told(run)}")
            await _compare(client, {name: found[-1].database for name, found in runs.items()})
            for found in runs.values():
                await client.drop_database(found[-1].database)
    return runs


async def _fill(cluster: Cluster, seed: int, tell: Tell) -> None:
    tell(f"filling topics: {EVENTS:,} events, {KEYS:,} keys; clean, and among dirt")
    await cluster.make_topics([DIRTY, OUT], events.EVENT.topic.partitions)
    clean = list(events.records(EVENTS, KEYS, seed))
    await events.produce(cluster.kafka, CLEAN, clean)
    await events.produce(cluster.kafka, DIRTY, dirt.dirty(clean, seed))


async def _compare(client: Any, databases: dict[str, str]) -> None:
    """The ways must have left the same documents, else they did not do the same work."""

    async def stored(name: str) -> list[Any]:
        cursor = client[databases[name]]["pairs"].find(sort=[("_id", 1)])
        return list(await cursor.to_list(None))

    expected = await stored("batched.floor")
    if len(expected) != KEYS:
        raise RuntimeError(f"the floor stored {len(expected)} documents instead of {KEYS}")
    for name in ("batched.project", "batched.dirty", "guarded.floor", "guarded.project"):
        if await stored(name) != expected:
            raise RuntimeError(f"{name} stored other documents than the floor")
    if await client[databases["guarded.project"]]["outbox"].count_documents({}) != EVENTS:
        raise RuntimeError("the outbox does not hold an event for each that was taken")
    letters = await client[databases["batched.dirty"]]["dead_letters"].count_documents({})
    if letters == 0:
        raise RuntimeError("there was no poison among the dirt")


def _told(run: Run) -> str:
    return (
        f"{run.per_second:>9,.0f} events/s {run.cpu_microseconds:>6,.0f} us of CPU each,"
        f" {run.events_per_round:.0f} at once, {run.transactions_per_round:.2f} transactions"
        f" and {run.commits_per_round:.2f} commits of offsets a batch"
    )


def goals(runs: dict[str, list[Run]]) -> list[Goal]:
    """The ratios, each beside what it is to reach."""
    return [
        Goal.of(f"ratios.{name}", ratio_of(_rates(runs[over]), _rates(runs[under])), least)
        for name, (over, under, least) in RATIOS.items()
    ]


def figures(runs: dict[str, list[Run]]) -> dict[str, Any]:
    """What each way came to."""
    return {name: _values(found) for name, found in runs.items()}


def _rates(runs: Sequence[Run]) -> list[float]:
    return [run.per_second for run in runs]


def _values(runs: Sequence[Run]) -> dict[str, Any]:
    rate = median_of(_rates(runs))
    return {
        "events_per_second": round(rate.value),
        "events_per_second_interval": [round(rate.low), round(rate.high)],
        "cpu_microseconds_per_event": round(median(run.cpu_microseconds for run in runs)),
        "events_per_batch": round(mean(run.events_per_round for run in runs), 1),
        "transactions_per_batch": round(median(run.transactions_per_round for run in runs), 2),
        "offset_commits_per_batch": round(median(run.commits_per_round for run in runs), 2),
        "runs_events_per_second": [round(run.per_second) for run in runs],
    }
