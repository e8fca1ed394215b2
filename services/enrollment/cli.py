"""`python -m services.enrollment import FILE`: the HR directory from a file, or a look at it.

A dry run needs neither broker nor database. Exit 0 once the file was read, however many rows are bad;
1 where it cannot be read or stored; 2 for wrong usage.
"""

import asyncio
import getpass
import json
import os
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError

from services.enrollment.app import NAME, build, work_on
from services.enrollment.domain.csv_text import Unreadable
from services.enrollment.domain.directory import Layout
from services.enrollment.domain.directory_file import ImportReport, examine
from services.enrollment.handlers.difference import Scope
from services.enrollment.handlers.directory import ImportOrder, import_directory
from services.enrollment.log_events import LOG_EVENTS
from services.enrollment.settings import Settings
from services.enrollment.translation import DirectoryMapping
from shared.chassis import audit
from shared.chassis.clock import system_clock
from shared.chassis.correlation import following, new_trail
from shared.chassis.log_events import CHASSIS_EVENTS, join
from shared.chassis.logging import configure_logging
from shared.chassis.mongo import UnfitDatabase
from shared.chassis.refusals import Refusal
from shared.chassis.settings import BadSettings, load
from shared.chassis.troubles import is_transient
from shared.chassis.upkeep import prepare

CHUNK_BYTES = 64 * 1024
EXIT_UNREADABLE, EXIT_USAGE, EXIT_MISCONFIGURED = 1, 2, 78


def import_file(  # noqa: PLR0913 - its signature is the list of the options
    file: Annotated[Path, typer.Argument(help="CSV, as the mapping lays it out.")],
    mapping: Annotated[Path, typer.Option(help="How it is laid out.")] = Path(
        "mappings/directory.toml"
    ),
    report: Annotated[Path | None, typer.Option(help="Write the findings here as JSON.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look.")] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Store the good rows even if others are bad.")
    ] = False,
    scope: Annotated[
        Scope,
        typer.Option(
            help="Who is not in the file has left; `shrunk`: even if they are many; `part`: nobody has."
        ),
    ] = Scope.FULL,
    by: Annotated[
        str | None,
        typer.Option(
            help="Who imports; it is written to the audit. By default the account on this machine."
        ),
    ] = None,
) -> None:
    """Import the HR directory. Nothing is stored if a row is bad, unless --skip-bad says so."""
    layout = _layout(mapping)
    try:
        order = ImportOrder(partial(_chunks, file), layout, skip_bad, dry_run, scope)
        outcome = examine(order.read(), layout) if dry_run else _store(order, by)
        if report:
            report.write_text(
                json.dumps(asdict(outcome), ensure_ascii=False, indent=2) + "\n", "utf-8"
            )
    except Unreadable as unreadable:
        _end(EXIT_UNREADABLE, f"{unreadable.code}: {unreadable.detail}")
    except OSError as error:
        _end(EXIT_UNREADABLE, f"{error.strerror}; check the paths of file and report")
    for bad in outcome.bad[:10]:
        typer.echo(f"line {bad.line}: {bad.column or 'the row'}: {bad.code}")
    typer.echo(
        f"{outcome.rows} rows, {outcome.good} good, {outcome.bad_total} bad, "
        f"{len(outcome.unknown_managers)} unknown managers, {len(outcome.loops)} loops; "
        + (_difference(outcome) if outcome.applied else "not stored")
    )


def _difference(outcome: ImportReport) -> str:
    return (
        f"{outcome.joined} new, {outcome.changed} changed, {outcome.renumbered} under a new number, "
        f"{outcome.left} left"
    )


def _layout(mapping: Path) -> Layout:
    try:
        text = mapping.read_text(encoding="utf-8")
        return DirectoryMapping.model_validate(tomllib.loads(text)).layout()
    except OSError as error:
        _end(EXIT_USAGE, f"the mapping {mapping} cannot be read: {error.strerror}")
    except ValidationError as error:
        named = ", ".join(".".join(map(str, place["loc"])) for place in error.errors())
        _end(EXIT_USAGE, f"the mapping {mapping} is not usable; check {named}")
    except ValueError as error:
        _end(EXIT_USAGE, f"the mapping {mapping} is no TOML: {error}")


def _store(order: ImportOrder, by: str | None) -> ImportReport:
    try:
        settings = load(Settings, os.environ)
    except BadSettings as bad:
        _end(EXIT_MISCONFIGURED, str(bad))
    configure_logging(NAME, settings.log_level, join(CHASSIS_EVENTS, LOG_EVENTS))
    try:
        return asyncio.run(_stored(order, settings, by or _account()))
    except Unreadable:
        raise
    except Refusal as refusal:
        _end(EXIT_UNREADABLE, f"{refusal.code}: {refusal.detail}")
    except UnfitDatabase as unfit:
        _end(EXIT_MISCONFIGURED, str(unfit))
    except Exception as error:
        if not is_transient(error):
            raise
        _end(EXIT_UNREADABLE, f"the database: {type(error).__name__}; run it again once it is back")


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return f"uid {os.getuid()}"


async def _stored(order: ImportOrder, settings: Settings, by: str) -> ImportReport:
    service = build(settings)
    database = service.databases[0]
    await prepare(database)
    order = replace(order, most_leavers_percent=settings.most_leavers_percent)
    with following(new_trail()):
        # One entry however many units of work an import has, as over HTTP.
        entry = audit.entry(system_clock(), by, "directory.imported", "", {})
        work = work_on(database, partial(audit.write_down, written=entry))
        return await import_directory(order, work, service.api.state.import_turn)


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while chunk := source.read(CHUNK_BYTES):
            yield chunk


def _end(code: int, words: str) -> NoReturn:
    typer.echo(words, err=True)
    raise typer.Exit(code)
