"""The whole benchmark: throughput on brokers and databases alone, then the time through the services."""

import time

from dev.bench.cluster import DESCRIPTION, alone, bare_cluster, platform, require_apache_kafka
from dev.bench.pipeline import end_to_end, throughput
from dev.bench.pipeline.end_to_end import HELD_SECONDS, Times
from dev.bench.pipeline.ways import Run
from dev.bench.report import Report
from dev.local import kafka

SEED = 20_261_124
_began = time.monotonic()


def tell(line: str) -> None:
    """Say how far it is."""
    minutes, seconds = divmod(int(time.monotonic() - _began), 60)
    print(f"{minutes:02}:{seconds:02}  {line}", flush=True)


async def bench(turns: int = throughput.TURNS, held_seconds: float = HELD_SECONDS) -> Report:
    """Measure. Raises Inconclusive where there is no Apache Kafka."""
    require_apache_kafka()
    async with alone(tell):
        async with bare_cluster() as cluster:
            runs = await throughput.measure(cluster, turns, SEED, tell)
            async with cluster.client() as client:
                mongod = (await client.server_info())["version"]
        async with platform(tell) as services:
            times = await end_to_end.measure(services, turns, held_seconds, SEED, tell)
    return _report(runs, times, mongod)


def _report(runs: dict[str, list[Run]], times: Times, mongod: str) -> Report:
    goals = [*throughput.goals(runs), *end_to_end.goals(times)]
    values = throughput.figures(runs)
    waits = end_to_end.figures(times)
    return Report(
        name="pipeline",
        figures={name: found for name, found in values.items() if not name.endswith(".floor")}
        | {"end_to_end": waits},
        floors={name: found for name, found in values.items() if name.endswith(".floor")}
        | {"end_to_end": waits.pop("floor_milliseconds")},
        ratios={
            goal.name.removeprefix("ratios."): goal.value
            for goal in goals
            if goal.name.startswith("ratios.")
        },
        goals=tuple(goals),
        seed=SEED,
        stack=DESCRIPTION,
        versions={"kafka": kafka.VERSION, "mongod": mongod},
    )
