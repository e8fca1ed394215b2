"""`make demo`: starts the platform on this machine, plays a programme on it, and shows what came out."""

import asyncio
import signal
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from dev.demo.company_api import Company, Unexpected
from dev.demo.inputs import (
    DEFAULT_MAPPING,
    DirectoryOption,
    MappingOption,
    PeopleOption,
    SeedOption,
    Unusable,
    check_directory,
    make_up_company,
    read_mapping,
)
from dev.demo.screen import EXIT_FAILED, EXIT_USAGE, console, end, tell
from dev.demo.story import Outcome, Story
from dev.demo.summary import show, summarise, write
from dev.local.broker import EmbeddedBroker
from dev.local.mongo import EmbeddedMongo
from dev.local.platform import ROOT, SERVICES, Platform, emptied
from dev.local.processes import NotReady
from services.enrollment.translation import DirectoryMapping

FOLDER = ROOT / "build" / "demo"

Result = TypeVar("Result")


def main(
    directory: DirectoryOption = None,
    mapping: MappingOption = DEFAULT_MAPPING,
    people: PeopleOption = 2_000,
    seed: SeedOption = 1,
    *,
    serve: Annotated[
        bool | None,
        typer.Option(help="Keep serving at the end; by default when a person is watching."),
    ] = None,
) -> None:
    """Run a reverse-mentoring programme on this machine, from the directory to the report."""
    try:
        layout = read_mapping(mapping)
        check_directory(directory, layout)
    except Unusable as unusable:
        end(EXIT_USAGE, str(unusable))
    folder = emptied(FOLDER)
    if directory is None:
        directory = make_up_company(folder, people=people, seed=seed)
        tell(f"made up a company of {people} people (seed {seed})")
    serve = sys.stdin.isatty() and sys.stdout.isatty() if serve is None else serve
    try:
        asyncio.run(_play(folder, directory, layout, seed=seed, serve=serve))
    except (NotReady, Unexpected) as trouble:
        end(EXIT_FAILED, f"{trouble}\nThe logs are in {(folder / 'logs').relative_to(ROOT)}.")


async def _play(
    folder: Path, directory: Path, mapping: DirectoryMapping, *, seed: int, serve: bool
) -> None:
    began = time.monotonic()
    platform = Platform(EmbeddedBroker(folder / "broker"), EmbeddedMongo(folder / "mongo"), folder)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await platform.start(tell)
        outcome = await _unless_broken(platform, _story(platform, directory, mapping, seed), stop)
        if outcome is None:
            return
        summary = await summarise(platform, outcome, time.monotonic() - began)
        write(summary, folder / "summary.json")
        show(console, summary, outcome.report)
        _show_places(platform)
        if serve:
            tell("still serving; Ctrl-C stops everything")
            await _unless_broken(platform, _wait(stop), stop)
    finally:
        if stop.is_set():
            tell("stopping everything")
        await platform.stop()


async def _story(
    platform: Platform, directory: Path, mapping: DirectoryMapping, seed: int
) -> Outcome:
    company = Company({name: platform.url(name) for name in SERVICES}, platform.identity.token)
    try:
        return await Story(company, tell, seed).run(directory, mapping)
    finally:
        await company.close()


async def _unless_broken(
    platform: Platform, work: Coroutine[None, None, Result], stop: asyncio.Event
) -> Result | None:
    """The outcome of the work; None when it was stopped. Raises NotReady when a part ended by itself."""
    task = asyncio.create_task(work)
    broken = asyncio.create_task(platform.broken())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({task, broken, stopped}, return_when=asyncio.FIRST_COMPLETED)
    for other in (broken, stopped):
        other.cancel()
    if task.done():
        return task.result()
    task.cancel()
    if stop.is_set():
        return None
    raise NotReady(f"{broken.result()} has ended by itself")


async def _wait(stop: asyncio.Event) -> None:
    await stop.wait()


def _show_places(platform: Platform) -> None:
    console.print("\n[bold]To look at[/bold]")
    for name in SERVICES:
        console.print(f"  {name:<14} {platform.url(name)}/openapi.json")
    console.print(f"  {'mails':<14} {platform.url('mail')}/messages")
    folder = platform.folder.relative_to(ROOT)
    console.print(f"  {'files':<14} {folder}/mails/*.eml, {folder}/logs, {folder}/summary.json\n")


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
