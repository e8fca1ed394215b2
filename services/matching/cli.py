"""`python -m services.matching simulate` and `verify`: a round on a file, and the checks of its report.

Neither needs broker nor database. The work is done by a child process, as in the service, so that this one
needs no numeric libraries. Exit 0: written, or all right; 1: a file cannot be used, or the report is wrong;
2: wrong usage.
"""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from services.matching.solver.child import ENVIRONMENT, ROOT

FILES = "services.matching.solver.files"

Pool = Annotated[Path, typer.Argument(help="Volunteers, profiles, history and pins, a line each.")]
Policy = Annotated[Path, typer.Option(help="What the programme asks of its pairs, as JSON.")]


def simulate(
    pool: Pool,
    policy: Policy,
    out: Annotated[Path, typer.Option(help="Write the report here.")],
) -> None:
    """Find the best pairs of a pool and write a report with the proof; the README describes the files."""
    _run("simulate", pool, policy, out)


def verify(
    pool: Pool,
    report: Annotated[Path, typer.Argument(help="As `simulate` wrote it.")],
    policy: Policy,
) -> None:
    """Check a report: rules, capacities, points, and that no other answer is better. Names each breach."""
    _run("verify", pool, policy, report)


def _run(command: str, *paths: Path) -> None:
    arguments = [sys.executable, "-m", FILES, command, *(str(path.absolute()) for path in paths)]
    with subprocess.Popen(  # noqa: S603 - no shell, and the paths are arguments
        arguments,
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        for line in child.stderr or ():
            _tell(line)
        typer.echo(child.stdout.read() if child.stdout else "", nl=False)
    raise typer.Exit(child.returncode)


def _tell(line: str) -> None:
    with suppress(ValueError, KeyError, TypeError):
        told = json.loads(line)
        line = f"{told['step']} {told['done']:,} of {told['total']:,}\n"
    typer.echo(line, nl=False, err=True)
