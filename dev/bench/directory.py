"""How long an HR directory of 200,000 rows takes, and the most memory that the command holds meanwhile.

The command itself is measured, as an operator runs it: a look at the file, the first import, the same file again,
and one in which every twentieth row changed. The floor is the same file read by the csv module and counted.
"""

import asyncio
import csv
import sys
import time
from pathlib import Path

from dev.bench.children import Ran, run
from dev.bench.report import Goal, Report
from dev.bench.stack import RESULTS, ROOT, running

ROWS = 200_000
REPORTS = 8
"""How many people each manager has."""
EVERY = 20
MOST_MIB = 300.0
HEADERS = ("Staff Number", "Work Email", "Level", "Line Manager Staff Number", "Name", "Unit")


async def bench() -> Report:
    """Measure on whatever stack there is. Raises RuntimeError where the command fails or counts otherwise."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    first, second = RESULTS / "directory-1.csv", RESULTS / "directory-2.csv"
    write(first, changed=False)
    write(second, changed=True)
    floor = _read(first)
    async with running(apache=False) as stack:
        environment = stack.environment("directory")
        ran = {
            "look": await _run(first, "not stored", environment, "--dry-run"),
            "first": await _run(first, f"{ROWS} new, 0 changed", environment),
            "same": await _run(first, "0 new, 0 changed", environment),
            "changed": await _run(second, f"0 new, {ROWS // EVERY} changed", environment),
        }
    return Report(
        name="directory",
        figures={
            name: {"seconds": one.seconds, "peak_mib": one.peak_mib} for name, one in ran.items()
        },
        floors={"read_seconds": floor},
        ratios={name: round(one.seconds / floor, 1) for name, one in ran.items()},
        goals=tuple(
            Goal(f"{name}.peak_mib", one.peak_mib, MOST_MIB, highest=True)
            for name, one in ran.items()
        ),
        seed=0,
        stack=stack.description,
    )


def write(path: Path, *, changed: bool) -> None:
    """A company of ROWS people; with `changed` every twentieth is in another unit."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADERS)
        for n in range(ROWS):
            boss = f"P{(n - 1) // REPORTS}" if n else ""
            unit = "Elsewhere" if changed and n % EVERY == 0 else f"Unit {n % 97}"
            rows.writerow((f"P{n}", f"p{n}@company.example", 1 + n % 9, boss, f"Person {n}", unit))


def _read(path: Path) -> float:
    begin = time.perf_counter()
    with path.open(encoding="utf-8", newline="") as file:
        if sum(1 for _ in csv.reader(file)) != ROWS + 1:
            raise RuntimeError("the file that was written has other rows")
    return round(time.perf_counter() - begin, 2)


async def _run(file: Path, told: str, environment: dict[str, str], *options: str) -> Ran:
    mapping = str(ROOT / "mappings" / "directory.toml")
    command = ["-m", "services.enrollment", "import", str(file), "--mapping", mapping, *options]
    log = RESULTS / "directory.log"
    ran = await asyncio.to_thread(run, [sys.executable, *command], environment, log)
    output = log.read_text(encoding="utf-8")
    if told not in output:
        raise RuntimeError(f"it was to say {told!r}, and said: {output[-500:]}")
    print(f"{told}: {ran.seconds:.1f} s, {ran.peak_mib:.0f} MiB", flush=True)
    return ran
