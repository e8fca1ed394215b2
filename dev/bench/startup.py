"""How soon a service answers, how soon it has its subscriptions, and what it needs when idle."""

from dev.bench.report import Report


async def bench() -> Report:
    """Measure."""
    raise NotImplementedError
