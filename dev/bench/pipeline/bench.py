"""The whole benchmark: throughput on brokers and databases alone, then the time through the services."""

from dev.bench.cluster import DESCRIPTION, alone, bare_cluster, require_apache_kafka
from dev.bench.pipeline import throughput
from dev.bench.report import Report
from dev.local import kafka

SEED = 20_261_124


def tell(line: str) -> None:
    """Say how far it is."""
    print(line, flush=True)


async def bench(turns: int = throughput.TURNS) -> Report:
    """Measure. Raises Inconclusive where there is no Apache Kafka."""
    require_apache_kafka()
    async with alone(tell):
        async with bare_cluster() as cluster:
            runs = await throughput.measure(cluster, turns, SEED, tell)
    goals = throughput.goals(runs)
    return Report(name="pipeline", figures=throughput.figures(runs), floors={}, ratios={g.name: g.value for g in goals}, goals=tuple(goals), seed=SEED, stack=DESCRIPTION)
