"""The command: take the figures, write build/bench/<name>.json, and fail where one misses its goal."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

from dev.bench import directory, matching, pipeline, startup
from dev.bench.report import Report
from dev.bench.stack import RESULTS, Inconclusive

BENCHES: dict[str, Callable[[], Awaitable[Report]]] = {
    "pipeline": pipeline.bench,
    "startup": startup.bench,
    "directory": directory.bench,
    "matching": matching.bench,
}


def main(arguments: list[str]) -> int:
    """Run the command; 0 says that every goal is met, 1 that one is missed, 2 that nobody can tell here."""
    parser = argparse.ArgumentParser(prog="python -m dev.bench", description=__doc__)
    parser.add_argument("--only", choices=BENCHES, help="one of them; all without it")
    only = parser.parse_args(arguments).only
    return max(_take(name) for name in ([only] if only else BENCHES))


def _take(name: str) -> int:
    print(f"== {name}", flush=True)
    try:
        report = asyncio.run(_measure(name))
    except Inconclusive as error:
        print(f"inconclusive: {error}")
        return 2
    path = report.write(RESULTS)
    print(f"\n{report.table()}\n\nwritten: {path}")
    return 0 if report.met else 1


async def _measure(name: str) -> Report:
    return await BENCHES[name]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
