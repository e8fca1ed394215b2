"""`make demo`: starts the platform on this machine, plays a programme on it, and shows what came out."""

import asyncio
import signal
import sys
import time
import tomllib
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console

from dev.demo.company import write_company
from dev.demo.company_api import Company, Unexpected
from dev.demo.story import Outcome, Story
from dev.demo.summary import show, summarise, write
from dev.local.broker import EmbeddedBroker
from dev.local.mongo import EmbeddedMongo
from dev.local.platform import ROOT, SERVICES, Platform, emptied
from dev.local.processes import NotReady
from services.enrollment.translation import DirectoryMapping

FOLDER = ROOT / "build" / "demo"
EXIT_FAILED, EXIT_USAGE = 1, 2

Result = TypeVar("Result")

console = Console(highlight=False, soft_wrap=True)


def main(
    directory: Annotated[
        Path | None, typer.Option(help="An HR directory as CSV; a company is made up without one.")
    ] = None,
    mapping: Annotated[Path, typer.Option(help="How the directory is laid out.")] = ROOT
    / "mappings"
    / "directory.toml",
    people: Annotated[int, typer.Option(help="Size of the made-up company.", min=50)] = 2_000,
    seed: Annotated[int, typer.Option(help="The same seed tells the same story.")] = 1,
    *,
    serve: Annotated[
        bool | None,
        typer.Option(help="Keep serving at the end; by default when a person is watching."),
    ] = None,
) -> None:
    """Run a reverse-mentoring programme on this machine, from the directory to the report."""
    layout = _mapping(mapping)
    if directory is not None and not directory.is_file():
        _end(EXIT_USAGE, f"{directory} is no file; name a CSV file: make demo DIRECTORY=people.csv")
    folder = emptied(FOLDER)
    if directory is None:
        directory = folder / "company.csv"
        write_company(directory, people=people, seed=seed)
        _tell(f"made up a company of {people} people (seed {seed})")
    serve = sys.stdin.isatty() and sys.stdout.isatty() if serve is None else serve
    try:
        asyncio.run(_play(folder, directory, layout, seed=seed, serve=serve))
    except (NotReady, Unexpected) as trouble:
        _end(EXIT_FAILED, f"{trouble}\nThe logs are in {(folder / 'logs').relative_to(ROOT)}.")


async def _play(
    folder: Path, directory: Path, mapping: DirectoryMapping, *, seed: int, serve: bool
) -> None:
    began = time.monotonic()
    platform = Platform(EmbeddedBroker(folder / "broker"), EmbeddedMongo(folder / "mongo"), folder)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await platform.start(_tell)
        outcome = await _unless_broken(platform, _story(platform, directory, mapping, seed), stop)
        if outcome is None:
            return
        summary = await summarise(platform, outcome, time.monotonic() - began)
        write(summary, folder / "summary.json")
        show(console, summary, outcome.report)
        _show_places(platform)
        if serve:
            _tell("still serving; Ctrl-C stops everything")
            await _unless_broken(platform, _wait(stop), stop)
    finally:
        await platform.stop()


async def _story(
    platform: Platform, directory: Path, mapping: DirectoryMapping, seed: int
) -> Outcome:
    company = Company({name: platform.url(name) for name in SERVICES}, platform.identity.token)
    try:
        return await Story(company, _tell, seed).run(directory, mapping)
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


def _mapping(path: Path) -> DirectoryMapping:
    try:
        return DirectoryMapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        _end(EXIT_USAGE, f"the mapping {path} cannot be read: {error.strerror}")
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        _end(EXIT_USAGE, f"the mapping {path} is not usable: {error}")


def _show_places(platform: Platform) -> None:
    console.print("\n[bold]To look at[/bold]")
    for name in SERVICES:
        console.print(f"  {name:<14} {platform.url(name)}/openapi.json")
    console.print(f"  {'mails':<14} {platform.url('mail')}/messages")
    folder = platform.folder.relative_to(ROOT)
    console.print(f"  {'files':<14} {folder}/mails/*.eml, {folder}/logs, {folder}/summary.json\n")


def _tell(text: str) -> None:
    console.print(f"[dim]{time.strftime('%H:%M:%S')}[/dim]  {text}")


def _end(code: int, words: str) -> NoReturn:
    console.print(words, style="red")
    raise typer.Exit(code)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
