"""Provoke every alarm once and see it raised: `python -m dev.drills`, or `--only a_gap --only no_broker`.

Ends with code 1 where an alarm was not raised, or not resolved, or one was raised that should not have been.
"""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.alerts.ask import queries
from dev.demo.company_api import Unexpected
from dev.drills.prometheus import Prometheus
from dev.drills.run import Record, Run
from dev.drills.scenes import DRILLS, Drill
from dev.drills.shortening import alerts, shortened
from dev.drills.stage import DrillPlatform, Stage, folder
from dev.drills.watching import Watchers
from dev.local.choice import Kind, Stack, choose, lacks_for_jars
from dev.local.platform import ROOT, SERVICES, emptied
from dev.local.processes import NotReady

FACTOR = 30.0
RULES = ROOT / "deploy" / "alerts" / "obverse.rules.yml"


def main(
    only: Annotated[
        list[str] | None, typer.Option(help="Only this drill; may be repeated.")
    ] = None,
) -> None:
    """Play the drills."""
    drills = [one for one in DRILLS if not only or one.scene.__name__ in only]
    try:
        run = asyncio.run(_play(drills))
    except (NotReady, Unexpected) as trouble:
        print(trouble, file=sys.stderr)
        raise typer.Exit(1) from None
    problems = [*run.problems, *([] if only else _never_drilled(run.records, drills))]
    _show(run.records)
    for problem in problems:
        print(f"problem: {problem}")
    raise typer.Exit(0 if not problems and all(r.good for r in run.records) else 1)


async def _play(drills: Sequence[Drill]) -> Run:
    began = time.monotonic()
    kind = (
        Kind.EMBEDDED if lacks_for_jars() else Kind.JARS
    )  # both are processes that can be stopped
    stack = choose({"OBVERSE_TEST_STACK": os.environ.get("OBVERSE_TEST_STACK", kind)})
    print(f"broker and database: {stack.description}")
    print(f"every duration of the rules is divided by {FACTOR:g}", flush=True)
    place = emptied(folder())
    stage = Stage(_platform(stack))
    rules = shortened(RULES.read_text(encoding="utf-8"), FACTOR)
    targets = {name: f"127.0.0.1:{stage.platform.ports[name]}" for name in SERVICES}
    prometheus = Prometheus(place / "prometheus", targets, rules)
    try:
        await stage.start()
        await prometheus.start()
        async with Watchers(prometheus, stage.logs, FACTOR).watching() as watchers:
            run = Run(stage, watchers)
            await run.play(_possible(drills, stage))
    finally:
        await prometheus.stop()
        await stage.stop()
    print(f"took {time.monotonic() - began:.0f} s; logs are in {place.relative_to(ROOT)}/logs")
    return run


def _platform(stack: Stack) -> DrillPlatform:
    place = folder()
    return DrillPlatform(stack.broker(place), stack.database(place), place)


def _possible(drills: Sequence[Drill], stage: Stage) -> list[Drill]:
    possible = []
    for drill in drills:
        if drill.needs and drill.needs not in stage.platform.broker.capabilities:
            print(f"{drill.scene.__name__}: not on this broker, it lacks `{drill.needs}`")
        else:
            possible.append(drill)
    return possible


def _never_drilled(records: Sequence[Record], drills: Sequence[Drill]) -> list[str]:
    """Alerts of the shipped files that no drill has."""
    shipped = {*alerts(RULES.read_text(encoding="utf-8")), *queries("logs.sql")}
    meant = {alert for drill in drills for alert in drill.must}
    lost = shipped - meant - {record.alert for record in records}
    return [f"no drill raises {alert}" for alert in sorted(lost)]


def _show(records: Sequence[Record]) -> None:
    table = Table("alert", "harm", "by metrics", "by logs", "resolved", "")
    for one in records:
        by_metrics = "-" if one.by_logs_only else _seconds(one.raised_by_metrics)
        row = (by_metrics, _seconds(one.raised_by_logs), _seconds(one.resolved))
        table.add_row(one.alert, one.scene, *row, "good" if one.good else one.problem or "bad")
    Console(width=110).print(table)


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.0f} s"


if __name__ == "__main__":
    typer.run(main)
