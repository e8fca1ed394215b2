"""A running service: starts its parts, waits for what they stand on, and ends them in good order.

The HTTP edge is up first, so that an orchestrator always gets an answer; everything else starts once the
database and the broker answer, however long that takes.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog
from fastapi import FastAPI

from shared.chassis.foundation import Database, Foundation
from shared.chassis.gauges import Overdue, Watched, keep_gauges
from shared.chassis.health import health_routes
from shared.chassis.http.server import Server
from shared.chassis.intake import Intake
from shared.chassis.mongo import UnfitDatabase, check_fitness
from shared.chassis.orphans import keep_clear
from shared.chassis.passages import passage
from shared.chassis.pausing import pause
from shared.chassis.privacy.desk import PersonalDesk
from shared.chassis.relay import Relay
from shared.chassis.schedules import Schedule, keep_schedule
from shared.chassis.settings import Environment, Part
from shared.chassis.subscribe import Subscription
from shared.chassis.topics import flaws_of_topics
from shared.chassis.troubles import PASSING, is_transient
from shared.chassis.upkeep import Upkeep, declared, prepare
from shared.contracts.catalogue import CATALOGUE

__all__ = ["Misconfigured", "Schedule", "Service"]

log = structlog.get_logger("shared.chassis.lifecycle")

RETRY_SECONDS = 0.5
WATCH_SECONDS = 30.0
STUCK_SECONDS = 120.0
# Long enough for clients that poll /readyz every 200 ms to turn to another replica, on a busy machine, too.
DRAIN_SECONDS = 1.0


class Misconfigured(Exception):
    """The surroundings answer and are not what the service needs; it must not run on them."""


@dataclass
class Service:
    """The parts of one service, joined by its `app.build`."""

    foundation: Foundation
    api: FastAPI
    databases: Sequence[Database]
    intakes: Sequence[Intake] = ()
    relays: Sequence[Relay] = ()
    schedules: Sequence[Schedule] = ()
    overdue: Mapping[str, Overdue] = field(default_factory=dict)
    """Work that has its time, by name: how long the oldest piece has been due."""
    personal: Sequence[PersonalDesk] = ()
    """Where each database keeps data on people."""
    url: str = ""
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _failure: Exception | None = None
    _subscriptions: list[Subscription] = field(default_factory=list)

    def stop(self) -> None:
        """Ask the service to end."""
        self._stop.set()

    def fail(self, error: Exception) -> None:
        """End the service because of this error."""
        self._failure = self._failure or error
        self._stop.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Service"]:
        """Run the service while the block runs; inside, it is ready. For tests."""
        task = asyncio.create_task(self.run(handle_signals=False))
        ready = asyncio.create_task(self.ready.wait())
        try:
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                await task
            yield self
        finally:
            ready.cancel()
            self.stop()
            await task

    async def run(self, *, handle_signals: bool = True) -> None:
        """Run until SIGTERM, SIGINT or stop(); raises what made the service fail."""
        if handle_signals:
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, self.stop)
        parts = self.foundation.settings.run
        server = Server(self.api if Part.API in parts else self._health_only(), self._listen())
        log.info("service.started", url=self.url, parts=sorted(parts))
        tasks = [self._guard(server.serve_here()), self._guard(self._work(parts))]
        tasks.append(self._guard(self._keep_clear()))
        await self._stop.wait()
        log.info("service.stopping")
        passage("service.stopping")
        await self._drain(server)
        await asyncio.gather(*tasks, return_exceptions=True)
        for database in self.databases:
            database.client.close()
        if self._failure is not None:
            raise self._failure
        log.info("service.stopped")

    async def _keep_clear(self) -> None:
        places = [(database.client, database.mongo) for database in self.databases]
        told = {database.name: declared(database) for database in self.databases}
        await keep_clear(places, self.foundation.owner, self._stop, told)

    def _health_only(self) -> FastAPI:
        """What a worker answers: whether it lives and is ready, and its metrics."""
        worker = FastAPI(openapi_url=None)
        worker.include_router(health_routes(self.foundation.health, self.foundation.metrics))
        return worker

    def _listen(self) -> socket.socket:
        settings = self.foundation.settings
        listener = socket.create_server((settings.http_host, settings.http_port), backlog=512)
        host, port = listener.getsockname()[:2]
        self.url = f"http://{host}:{port}"
        return listener

    async def _drain(self, server: Server) -> None:
        self.foundation.health.leaving = True
        server.leave()
        await asyncio.gather(*(item.stop() for item in self._subscriptions), return_exceptions=True)
        if self.foundation.settings.environment is not Environment.TEST:
            await asyncio.sleep(DRAIN_SECONDS)
        server.should_exit = True

    def _guard(self, part: Awaitable[None]) -> "asyncio.Task[None]":
        async def guarded() -> None:
            try:
                await part
            except Exception as error:  # noqa: BLE001 - whatever it is, it ends the service
                self.fail(error)

        return asyncio.create_task(guarded())

    async def _work(self, parts: frozenset[Part]) -> None:
        """Everything but HTTP, once database and broker answer and are fit."""
        self._watch_health()
        await self._until_it_answers("database", self._prepare_databases)
        broker_needed = (Part.CONSUMERS in parts and self.intakes) or Part.RELAY in parts
        if broker_needed:
            await self._until_it_answers("broker", self._check_topics)
        if Part.CONSUMERS in parts:
            for intake in self.intakes:
                await self._until_it_answers("broker", partial(self._subscribe, intake))
        loops = [keep_gauges(self.databases, self.foundation.metrics, self._stop, self._watched())]
        if Part.RELAY in parts:
            loops += [relay.run(self._stop) for relay in self.relays]
        if Part.SCHEDULES in parts:
            ticks = self.foundation.metrics.schedule_ticks
            loops += [keep_schedule(schedule, ticks, self._stop) for schedule in self.schedules]
        if broker_needed:
            loops.append(self._watch_topics())
        loops.append(self._tell_ready())
        owner = self.foundation.owner
        loops += [Upkeep(database, owner, self._stop).keep() for database in self.databases]
        await asyncio.gather(*(self._guard(loop) for loop in loops))

    def _watched(self) -> Watched:
        settings = self.foundation.settings
        return Watched(
            outbox_limit=settings.outbox_limit,
            not_ready=self.foundation.health.not_ready,
            subscriptions=self._subscriptions,
            overdue=self.overdue,
            figures_seconds=settings.figures_seconds,
        )

    async def _tell_ready(self) -> None:
        for subscription in self._subscriptions:
            await pause(None, subscription.joined, self._stop)
        if not self._stop.is_set():
            self.ready.set()
            log.info("service.ready")

    def _watch_health(self) -> None:
        health = self.foundation.health
        for database in self.databases:
            health.checks[f"database {database.name}"] = _answers(database)
        health.checks["started"] = self._is_ready

    async def _is_ready(self) -> bool:
        return self.ready.is_set()

    async def _until_it_answers(self, what: str, step: Callable[[], Awaitable[None]]) -> None:
        checks = self.foundation.health.checks
        checks[what] = _no  # so that /readyz names it
        waited = False
        while not self._stop.is_set():
            try:
                await step()
            except Exception as error:
                if not is_transient(error):
                    raise
                if not waited:
                    log.warning("service.waiting", on=what, reason=type(error).__name__)
                waited = True
            else:
                del checks[what]
                return
            await pause(RETRY_SECONDS, self._stop)

    async def _prepare_databases(self) -> None:
        for database in self.databases:
            try:
                await check_fitness(database.client)
                await prepare(database)
            except UnfitDatabase as error:
                raise Misconfigured(str(error)) from error

    async def _check_topics(self) -> None:
        if flaws := await self._flaws_of_topics():
            raise Misconfigured("\n".join(flaws))

    async def _flaws_of_topics(self) -> list[str]:
        owner = self.foundation.service
        names = {topic.name for topic in CATALOGUE.topics.values() if topic.owner == owner}
        names.update(*(intake.topics for intake in self.intakes))
        return await flaws_of_topics(self.foundation.kafka, sorted(names))

    async def _watch_topics(self) -> None:
        """Notice a topic that is deleted: by the rebalance that it brings, or by looking now and then."""
        rebalances = [item.rebalanced for item in self._subscriptions]
        while not self._stop.is_set():
            await pause(WATCH_SECONDS, self._stop, *rebalances)
            for rebalanced in rebalances:
                rebalanced.clear()
            with contextlib.suppress(*PASSING):
                # A broker that is just back may not know all its topics yet: it is asked twice.
                if await self._flaws_of_topics():
                    await pause(RETRY_SECONDS, self._stop)
                    await self._check_topics()

    async def _subscribe(self, intake: Intake) -> None:
        foundation = self.foundation
        subscription = Subscription(
            intake, foundation.kafka, foundation.metrics, foundation.owner, self.fail
        )
        try:
            await subscription.start()
        except Exception:
            await subscription.stop()
            raise
        if self._stop.is_set():  # the others are stopped already
            await subscription.stop()
            return
        self._subscriptions.append(subscription)
        foundation.health.watches[intake.group] = lambda: subscription.stuck_for() < STUCK_SECONDS


def _answers(database: Database) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        await database.mongo.command("ping")
        return True

    return check


async def _no() -> bool:
    return False
