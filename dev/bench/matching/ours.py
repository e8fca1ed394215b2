"""The command as an operator runs it, and its report checked by the other command."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev.bench.children import Ran, run
from dev.bench.matching.pools import Files
from dev.bench.stack import RESULTS, ROOT

# Nothing of the caller's: as on any other machine.
ENVIRONMENT = {"PYTHONPATH": str(ROOT)}


@dataclass(frozen=True)
class Outcome:
    """One round: the whole command, its report, and the seconds that the checks of it took."""

    ran: Ran
    report: dict[str, Any]
    checks_seconds: float


async def outcome_of(name: str, files: Files) -> Outcome:
    """Simulate and verify. Raises RuntimeError where one of them does not end well."""
    out = RESULTS / f"{name}-report.json"
    policy = ["--policy", str(files.policy)]
    ran = await _command(name, ["simulate", str(files.pool), *policy, "--out", str(out)])
    checked = await _command(name, ["verify", str(files.pool), str(out), *policy])
    report = json.loads(out.read_text(encoding="utf-8"))
    print(
        f"{name}: {ran.seconds:.1f} s, of which {report['seconds']:.1f} s rules, points and optimum; "
        f"{ran.peak_mib:.0f} MiB; {len(report['pairs'])} pairs; checked in {checked.seconds:.1f} s",
        flush=True,
    )
    return Outcome(ran, report, checked.seconds)


async def _command(name: str, arguments: list[str]) -> Ran:
    log = RESULTS / f"{name}.log"
    command = [sys.executable, "-m", "services.matching", *arguments]
    ran = await asyncio.to_thread(run, command, ENVIRONMENT, log)
    if ran.code:
        raise RuntimeError(f"{arguments[0]} failed: {_end_of(log)}")
    return ran


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8")[-500:]
