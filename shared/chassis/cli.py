"""The command line that every service has: `python -m services.<name>` runs it, the rest is for operators."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Annotated, NoReturn, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import structlog
import typer
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from shared.chassis import dead_letters
from shared.chassis.broker import refetch
from shared.chassis.foundation import kafka_address, mongo_address
from shared.chassis.garbage import let_rest
from shared.chassis.lifecycle import Misconfigured, Service
from shared.chassis.log_events import CHASSIS_EVENTS, LogEvent, join
from shared.chassis.logging import configure_logging
from shared.chassis.mongo import Document, UnfitDatabase, initiate_replica_set
from shared.chassis.operator import DeadLetterDesk
from shared.chassis.refusals import Refusal
from shared.chassis.settings import BadSettings, ServiceSettings, load, shown
from shared.chassis.topics import create_topics
from shared.chassis.troubles import is_transient
from shared.chassis.upkeep import status

log = structlog.get_logger("shared.chassis.cli")

S = TypeVar("S", bound=ServiceSettings)
Result = TypeVar("Result")

EXIT_FAILED = 1
EXIT_MISCONFIGURED = 78  # EX_CONFIG of sysexits.h


def command_line(
    name: str,
    settings_class: type[S],
    build: Callable[[S], Service],
    log_events: tuple[LogEvent, ...],
) -> typer.Typer:
    """The commands of a service; without one it runs."""
    app = typer.Typer(
        help=f"The {name} service of Obverse. Without a command it runs.",
        invoke_without_command=True,
        no_args_is_help=False,
        add_completion=False,
        pretty_exceptions_enable=False,
    )

    def settings() -> S:
        return _good(lambda: load(settings_class, os.environ))

    @app.callback()
    def run(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            chosen = settings()
            configure_logging(name, chosen.log_level, join(CHASSIS_EVENTS, log_events))
            _run(lambda: build(chosen).run())

    @app.command("settings")
    def show_settings() -> None:
        """Show every setting with its effective value; secrets are masked."""
        for variable, value in shown(settings()):
            typer.echo(f"{variable}={value}")

    @app.command("topics")
    def make_topics(
        replication: Annotated[int, typer.Option(help="Copies of each partition.")] = 1,
    ) -> None:
        """Create the topics of the whole catalogue; those that exist are left alone."""
        address = kafka_address(settings())
        created = _answer(lambda: create_topics(address, replication=replication))
        for topic in created:
            typer.echo(f"created {topic}")
        typer.echo(f"{len(created)} topics created, the others were there")

    @app.command("replica-set")
    def make_replica_set() -> None:
        """Initiate a MongoDB replica set of one node; for demo and test."""
        address = mongo_address(settings())
        host = urlsplit(address.url).netloc
        made = _answer(lambda: initiate_replica_set(address, host))
        typer.echo("replica set rs0 initiated" if made else "replica set was initiated before")

    def service() -> Service:
        chosen = settings()
        # What is decided is logged as anywhere else; the output is for the operator.
        configure_logging(name, chosen.log_level, join(CHASSIS_EVENTS, log_events), sys.stderr)
        return _good(lambda: build(chosen))

    _add_migrations(app, service)
    app.add_typer(_dead_letter_commands(service), name="dead-letters")
    return app


def _add_migrations(app: typer.Typer, service: Callable[[], Service]) -> None:
    @app.command("migrations")
    def show_migrations() -> None:
        """Show which migrations are applied or not, and indexes that are not as they should be."""
        for database in service().databases:
            for line in _answer(partial(status, database)):
                typer.echo(_as_json(line))


def _dead_letter_commands(service: Callable[[], Service]) -> typer.Typer:
    commands = typer.Typer(
        help="Messages that could not be processed: list, show, redrive, discard."
    )
    place_argument = Annotated[str, typer.Argument(help="topic:partition:offset, as listed.")]
    by_option = Annotated[str, typer.Option(help="Who decides; it is written to the audit.")]
    group_option = Annotated[
        str | None, typer.Option(help="The consumer group, where several failed at one place.")
    ]

    @commands.command("list")
    def list_letters(
        reason: Annotated[str | None, typer.Option(help="Only this reason.")] = None,
        state: Annotated[str, typer.Option(help="open, redriven or discarded.")] = "open",
        limit: Annotated[int, typer.Option(help="At most so many per database.")] = 100,
    ) -> None:
        """List dead letters in the order in which they can be redriven, one JSON line each."""
        for desk in _desks(service()):
            look = partial(
                dead_letters.listing, desk.database, state=state, reason=reason, limit=limit
            )
            for letter in _answer(look):
                typer.echo(_as_json({"group": desk.group} | letter))

    @commands.command("show")
    def show_letter(place: place_argument, group: group_option = None) -> None:
        """Show one dead letter, whole; its original may hold what people wrote."""
        typer.echo(_as_json(_answer(lambda: _find(service(), place, group))[1]))

    @commands.command("redrive")
    def redrive_letters(
        place: Annotated[str, typer.Argument(help="topic:partition:offset, or `all`.")],
        by: by_option,
        reason: Annotated[str | None, typer.Option(help="With `all`: only this reason.")] = None,
        group: group_option = None,
    ) -> None:
        """Give a message to the handler that failed, again; harmless when repeated."""
        if place == "all":
            failures = _answer(lambda: _redrive_all(service(), group, reason, by))
            raise typer.Exit(EXIT_FAILED if failures else 0)
        typer.echo(_answer(lambda: _decide(service(), (place, group), by, "redrive")))

    @commands.command("discard")
    def discard_letter(place: place_argument, by: by_option, group: group_option = None) -> None:
        """Give a message up for good; later messages of its key go on."""
        typer.echo(_answer(lambda: _decide(service(), (place, group), by, "discard")))

    return commands


def _desks(service: Service) -> list[DeadLetterDesk]:
    fetch = partial(refetch, service.foundation.kafka)
    return [DeadLetterDesk(intake, fetch) for intake in service.intakes]


async def _find(service: Service, place: str, group: str | None) -> tuple[DeadLetterDesk, Document]:
    """The letter of this place; several groups of a service may each have failed on one record."""
    looked = [(desk, await desk.find(place)) for desk in _desks(service)]
    found = [(desk, letter) for desk, letter in looked if letter and group in (None, desk.group)]
    if not found:
        raise typer.BadParameter(f"no dead letter at {place}; see `dead-letters list`")
    if len(found) > 1:
        groups = " or ".join(desk.group for desk, _ in found)
        raise typer.BadParameter(f"several groups failed at {place}; say --group {groups}")
    return found[0]


async def _decide(service: Service, where: tuple[str, str | None], by: str, decision: str) -> str:
    place, group = where
    desk, _ = await _find(service, place, group)
    try:
        return await (desk.redrive(place, by) if decision == "redrive" else desk.discard(place, by))
    except Exception as error:
        if isinstance(error, Refusal) or is_transient(error):
            raise
        typer.echo(f"{place} failed again: {type(error).__name__}; it stays open", err=True)
        raise typer.Exit(EXIT_FAILED) from None


async def _redrive_all(service: Service, group: str | None, reason: str | None, by: str) -> int:
    """Redrive what is open, each key in its order; what fails again stays. Returns how many failed."""
    failures = 0
    for desk in _desks(service):
        if group not in (None, desk.group):
            continue
        for letter in await dead_letters.listing(desk.database, reason=reason, limit=0):
            place = letter["_id"]
            try:
                typer.echo(f"{place} {await desk.redrive(place, by)}")
            except Exception as error:
                if is_transient(error):
                    raise
                failures += 1
                typer.echo(f"{place} failed: {type(error).__name__}", err=True)
    return failures


def _good(make: Callable[[], Result]) -> Result:
    try:
        return make()
    except BadSettings as bad:
        _refuse(bad.problems)


def _refuse(problems: list[str]) -> NoReturn:
    typer.echo("The service cannot run with these settings:", err=True)
    for problem in problems:
        typer.echo(f"  - {problem}", err=True)
    raise typer.Exit(EXIT_MISCONFIGURED)


def _run(part: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await part()

    let_rest()
    try:
        asyncio.run(main())
    except (Misconfigured, UnfitDatabase, BadSettings) as error:
        problems = str(error).splitlines()
        log.error("service.misconfigured", problems=problems)  # noqa: TRY400 - no bug, no stack
        raise typer.Exit(EXIT_MISCONFIGURED) from None
    except Exception as error:
        log.exception("service.failed", reason=type(error).__name__)
        raise typer.Exit(EXIT_FAILED) from None


def _answer(work: Callable[[], Awaitable[Result]]) -> Result:
    """Run an operator's command; what is unreachable or refused is said in a line."""

    async def main() -> Result:
        return await work()

    try:
        return asyncio.run(main())
    except Refusal as refusal:
        typer.echo(f"{refusal.code}: {refusal.detail}", err=True)
    except (PyMongoError, KafkaError) as error:
        typer.echo(f"cannot be reached: {type(error).__name__}; check the settings", err=True)
    sys.exit(EXIT_FAILED)


def _as_json(document: Document) -> str:
    def plain(value: object) -> str:
        if isinstance(value, bytes):
            return value.decode(errors="backslashreplace")
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, UUID):
            return str(value)
        raise TypeError(type(value).__name__)

    return json.dumps(document, default=plain, ensure_ascii=False)
