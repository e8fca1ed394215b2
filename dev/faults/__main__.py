"""`make faults-smoke`, `make faults`, `make faults-long`: break the platform, and judge what is left."""

import asyncio
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from dev.faults import runs
from dev.faults.history import History
from dev.faults.hunting import hunt_all, table
from dev.faults.judging import PASS, Judgement
from dev.faults.loading import seconds
from dev.faults.mutants import MUTANTS
from dev.faults.pace import Pace
from dev.faults.page import page
from dev.faults.recovery import recovery
from dev.faults.redriving import redrive_killed
from dev.faults.run import FOLDER, Run, loaded, only_one, started
from dev.local import kafka
from dev.local.mongo import mongod_binary
from dev.local.processes import NotReady

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__
)
Seed = Annotated[int, typer.Option(help="The same seed draws the same plan and the same load.")]
Rate = Annotated[float, typer.Option(help="Commands of people per second.")]
Moves = Annotated[
    float, typer.Option(help="People per second whom the directory moves, each of them an event.")
]
LONG = Pace(commands=4.0, moves=96.0)
"""100 events a second of it where the machine has what that takes."""
REST_SECONDS = 6.0
"""After each step of a long run: whoever came back catches up in it, and 90 minutes allow it."""
_began = time.monotonic()


@app.command()
def smoke(seed: Seed = 1, rate: Rate = Pace.commands, moves: Moves = Pace.moves) -> None:
    """At most five minutes: a handful of aimed kills."""
    _end(asyncio.run(_play(Plan("smoke", runs.smoke(), full=False), seed, Pace(rate, moves))))


@app.command()
def full(
    seed: Seed = 1,
    rate: Rate = Pace.commands,
    moves: Moves = Pace.moves,
    *,
    mutants: Annotated[bool, typer.Option(help="Hunt all mutants afterwards.")] = True,
) -> None:
    """At most 25 minutes: every named place, five kills a class, all mutants."""
    hunted = tuple(MUTANTS) if mutants else ()
    _end(asyncio.run(_play(Plan("full", runs.full(), mutants=hunted), seed, Pace(rate, moves))))


@app.command()
def long(
    seed: Seed = 1,
    rate: Rate = LONG.commands,
    moves: Moves = LONG.moves,
    kills: Annotated[int, typer.Option(help="Deaths of services in all.")] = 200,
) -> None:
    """At most 90 minutes: 100 events a second, many kills, each other fault at least three times."""
    plan = Plan("long", runs.long(kills), proxied=True, rest=REST_SECONDS)
    _end(asyncio.run(_play(plan, seed, Pace(rate, moves))))


@app.command()
def report(file: Annotated[Path, typer.Argument(help="A report.json of a run.")]) -> None:
    """Print the page about a run, as docs/operations/fault-report.md has it of a long one."""
    print(page(json.loads(file.read_text()), "make faults-long"), end="")


@dataclass(frozen=True)
class Plan:
    """What a run does; a full one must pass every named place."""

    name: str
    steps: Sequence[runs.Step]
    full: bool = True
    mutants: tuple[str, ...] = ()
    proxied: bool = False
    rest: float = 0.5  # seconds after each step


async def _play(plan: Plan, seed: int, pace: Pace) -> dict[str, Any]:
    name = f"{plan.name}-{seed}"
    with only_one():
        _tell(f"{plan.name} run with seed {seed}; all of it is kept in build/faults/{name}")
        async with started(name, _tell, proxied=plan.proxied) as cluster:
            async with loaded(cluster, seed=seed, pace=pace, tell=_tell) as run:
                await run.warm_up()
                await run.under_load(runs.mixed(plan.steps, plan.rest), redrive_killed)
            judgement = Judgement.of(run.folder, seed, full=plan.full)
            _tell(f"{len(judgement.findings)} findings in {len(judgement.history.events)} events")
            catches = await hunt_all(plan.mutants, cluster, _tell, seed)
        for line in table(catches):
            _tell(line)
        caught = [one.mutant for one in catches if one.caught]
        mutants = {"built": plan.mutants, "caught": caught}
        return _report(run, replace(judgement, mutants=mutants))


def _report(run: Run, judgement: Judgement) -> dict[str, Any]:
    report = judgement.report() | {
        "records": run.records,
        "commands": len(run.journal.commands),
        "events_per_second": _per_second(judgement.history),
        "drain_seconds": run.phases["drain_seconds"],
        "recovery_seconds": recovery(judgement.history),
        "memory_mib": run.memory,
        "date": datetime.now(UTC).date().isoformat(),
        "seconds": round(time.monotonic() - _began),
        "machine": _machine(),
        "versions": _versions(),
    }
    text = json.dumps(report, indent=2)
    for folder in (run.folder, FOLDER):
        (folder / "report.json").write_text(text + "\n")
    return report


def _per_second(history: History) -> float:
    """Events published while the load ran, per second of it."""
    begun, ended = history.phases["load_started"], history.phases["load_stopped"]
    during = sum(begun <= seconds(event.time) <= ended for event in history.events)
    return round(during / (ended - begun), 1)


def _machine() -> dict[str, Any]:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**30
    return {"cores": os.cpu_count(), "memory_gib": memory, "system": platform.platform()}


def _versions() -> dict[str, str]:
    mongod = subprocess.run(
        [str(mongod_binary()), "--version"], capture_output=True, text=True, check=False
    )
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return {
        "kafka": kafka.VERSION,
        "java": str(kafka.java_version()),
        "mongod": mongod.stdout.splitlines()[0].removeprefix("db version v")
        if mongod.stdout
        else "?",
        "python": platform.python_version(),
        "commit": commit.stdout.strip(),
    }


def _tell(line: str) -> None:
    print(f"{time.monotonic() - _began:6.1f} {line}", flush=True)


def _end(report: dict[str, Any]) -> None:
    shown = {
        name: report[name] for name in report if name not in ("reasons", "machine", "versions")
    }
    _tell(json.dumps(shown))
    for reason in report["reasons"][:40]:
        _tell(f"  {reason}")
    _tell(f"verdict: {report['verdict']}")
    sys.exit(0 if report["verdict"] == PASS else 1)


if __name__ == "__main__":
    try:
        app()
    except NotReady as trouble:
        sys.exit(f"{trouble}\nEverything is kept in {FOLDER.relative_to(Path.cwd())}.")
