"""Enrollment as a process, on surroundings that are wrong, late, lost again or back: exit codes, answers, times."""

import asyncio
import contextlib
import json
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from dev.local.identity import IdentityProvider
from dev.local.mongo import EmbeddedMongo, mongod_binary
from dev.local.processes import Child, NotReady, free_port, start_child
from shared.chassis.broker import KafkaAddress
from shared.chassis.http import server
from shared.chassis.lifecycle import Service
from shared.contracts.catalogue import PAIR
from tests.chassis.http_client import foundation_on
from tests.chassis.tiny_service import build
from tests.enrollment.conftest import OPENING
from tests.support.waiting import until

MISCONFIGURED = 78
NOWHERE = "127.0.0.1:9"


@dataclass
class Process:
    """A service that runs, and somebody who talks to it."""

    child: Child
    http: httpx.AsyncClient

    async def answer(self, path: str) -> tuple[int, dict[str, Any]] | None:
        try:
            response = await self.http.get(path)
        except httpx.TransportError:
            return None
        return response.status_code, response.json()

    async def says(self, path: str, status: int) -> bool:
        told = await self.answer(path)
        return told is not None and told[0] == status

    async def is_ready(self) -> None:
        await until(lambda: self.says("/readyz", 200), "the service is ready", seconds=30)

    async def waits_for(self, what: str) -> None:
        """Until it is alive and says that it is not ready for want of this."""

        async def named() -> bool:
            told = await self.answer("/readyz")
            return told is not None and told[0] == 503 and what in told[1]["not_ready"]

        await until(named, f"/readyz names the {what}", seconds=30)
        assert await self.says("/livez", 200)

    async def draft_programme(self) -> httpx.Response:
        return await self.http.post(
            "/v1/programmes", json=OPENING, headers={"Idempotency-Key": str(uuid4())}
        )

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.child.log.read_text().splitlines()]

    def events(self) -> list[str]:
        return [line["event"] for line in self.log()]

    def when(self, event: str) -> datetime:
        """The first time that it said so."""
        told = (line["ts"] for line in self.log() if line["event"] == event)
        return datetime.fromisoformat(next(told))


Start = Callable[[dict[str, str]], Awaitable[Process]]


@pytest.fixture
async def start(tmp_path: Path, project: Path, identity: IdentityProvider) -> AsyncIterator[Start]:
    """Starts `python -m services.enrollment` with these variables."""
    shell = {key: text for key, text in os.environ.items() if not key.startswith("OBVERSE_")}
    headers = {"Authorization": f"Bearer {identity.token('lea', roles=('lead',))}"}
    async with contextlib.AsyncExitStack() as at_the_end:

        async def process(environment: dict[str, str]) -> Process:
            port = free_port()
            url = f"http://127.0.0.1:{port}"
            http = httpx.AsyncClient(base_url=url, headers=headers, timeout=30)
            await at_the_end.enter_async_context(http)
            child = await start_child(
                "enrollment",
                [sys.executable, "-m", "services.enrollment"],
                log=tmp_path / f"{uuid4().hex[:8]}.log",
                env=shell | environment | {"OBVERSE_HTTP_PORT": str(port)},
                cwd=project,
            )
            at_the_end.push_async_callback(child.kill)
            return Process(child, http)

        yield process


async def refusal(start: Start, environment: dict[str, str]) -> tuple[int, str]:
    """Start it until it ends by itself: its code and its words."""
    process = await start(environment)
    code = await asyncio.wait_for(process.child.ended(), 30)
    return code, process.child.log.read_text()


def processor_seconds() -> float:
    """What all processes that were started here and have ended took."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


async def test_bad_settings_end_it_at_once_with_all_problems_and_no_secret(
    start: Start, environment: dict[str, str], tmp_path: Path, project: Path
) -> None:
    bad = environment | {
        "OBVERSE_MONGO_URL": "mongodb://enrollment:hunter2@mongo/",
        "OBVERSE_MONGO_PASSWORD": "hunter2",
        "OBVERSE_KAFKA_SASL_PASSWORD_FILE": str(tmp_path / "nowhere"),
        "OBVERSE_OUTBOX_LIMIT": "hunter2",
        "OBVERSE_OUTBOX_LIMITS": "1",
        "OBVERSE_LOG_LEVEL": "loud",
    }
    helped = [sys.executable, "-m", "services.enrollment", "--help"]
    before = processor_seconds()
    child = await start_child("help", helped, log=tmp_path / "help.log", cwd=project)
    await child.succeeds(within=30)
    between = processor_seconds()
    code, words = await refusal(start, bad)
    to_help, to_refuse = between - before, processor_seconds() - between
    assert code == MISCONFIGURED
    # it begins nothing else: it costs what its help does, whose modules are the same
    assert to_refuse < 1.5 * to_help
    for name in bad.keys() - environment.keys() | {"OBVERSE_MONGO_URL"}:
        assert f"  - {name}: " in words
    assert "hunter2" not in words
    assert "Traceback" not in words


async def test_plain_text_in_production_ends_it(start: Start, environment: dict[str, str]) -> None:
    code, words = await refusal(start, environment | {"OBVERSE_ENVIRONMENT": "production"})
    assert code == MISCONFIGURED
    assert "OBVERSE_KAFKA_SECURITY: plain text is refused in production" in words
    assert "OBVERSE_MONGO_URL: plain text is refused in production" in words


async def test_a_certificate_file_that_holds_none_ends_it(
    start: Start, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    ca_file = str(tmp_path / "ca.pem")
    kafka = {"OBVERSE_KAFKA_SECURITY": "ssl", "OBVERSE_KAFKA_CA_FILE": ca_file}
    code, words = await refusal(start, environment | kafka)
    assert (code, "OBVERSE_KAFKA_{CA,CERT,KEY}_FILE: holds no" in words) == (MISCONFIGURED, True)
    code, words = await refusal(start, environment | {"OBVERSE_MONGO_CA_FILE": ca_file})
    assert (code, "OBVERSE_MONGO_CA_FILE: holds no" in words) == (MISCONFIGURED, True)


async def test_a_standalone_mongod_ends_it_also_where_the_url_names_a_replica_set(
    start: Start, environment: dict[str, str], tmp_path: Path
) -> None:
    try:
        binary = mongod_binary()
    except NotReady as reason:
        pytest.skip(str(reason))
    (tmp_path / "data").mkdir()
    port = str(free_port())
    command: list[str | Path] = [binary, "--dbpath", tmp_path / "data", "--nounixsocket"]
    standalone = await start_child(
        "mongod", [*command, "--port", port], log=tmp_path / "mongod.log"
    )
    try:
        url = {"OBVERSE_MONGO_URL": f"mongodb://127.0.0.1:{port}/?replicaSet=rs0"}
        code, words = await refusal(start, environment | url)
    finally:
        await standalone.kill()
    assert code == MISCONFIGURED
    assert "OBVERSE_MONGO_URL names a replica set to which no server there belongs" in words


@contextlib.asynccontextmanager
async def door(port: int, target: str) -> AsyncIterator[None]:
    """A way to the broker that was not there before."""
    host, _, behind = target.split(",", maxsplit=1)[0].rpartition(":")

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(65_536):
                writer.write(chunk)
                await writer.drain()
        writer.close()

    async def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(host, int(behind))
        await asyncio.gather(carry(reader, inner_writer), carry(inner_reader, writer))

    server = await asyncio.start_server(enter, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()


async def test_a_broker_that_comes_late_is_waited_for_while_commands_are_accepted(
    start: Start, environment: dict[str, str], kafka: KafkaAddress
) -> None:
    port = free_port()
    late = {"OBVERSE_KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{port}"}
    service = await start(environment | late)
    await service.waits_for("broker")
    await until(lambda: accepts(service), "commands are accepted")
    assert service.events().count("service.waiting") == 1
    async with door(port, kafka.bootstrap_servers):
        await service.is_ready()
    assert (await service.draft_programme()).status_code == 201
    assert await service.child.stop() == 0


async def accepts(service: Process) -> bool:
    return (await service.draft_programme()).status_code == 201


@pytest.fixture
async def mortal(tmp_path: Path) -> AsyncIterator[EmbeddedMongo]:
    """A database of our own that comes and goes; it has been there before."""
    mongo = EmbeddedMongo(tmp_path / "mongo")
    try:
        await mongo.start()
    except NotReady as reason:
        pytest.skip(f"no embedded mongod to take away: {reason}")
    await mongo.stop()
    yield mongo
    await mongo.kill()


async def test_without_a_database_nothing_is_accepted_and_all_goes_on_when_it_is_back(
    start: Start, environment: dict[str, str], mortal: EmbeddedMongo
) -> None:
    service = await start(environment | {"OBVERSE_MONGO_URL": mortal.url})
    await service.waits_for("database")
    await refused_soon(service)
    await mortal.start()
    await service.is_ready()
    assert (await service.draft_programme()).status_code == 201
    await mortal.kill()
    await refused_soon(service)
    assert await service.says("/livez", 200)
    await until(lambda: service.says("/readyz", 503), "it is not ready")
    await mortal.start()
    await service.is_ready()
    assert (await service.draft_programme()).status_code == 201
    assert await service.child.stop() == 0


async def refused_soon(service: Process) -> None:
    """Thirty callers at once are told within 3 s to come again, and none is kept in a line."""

    async def call() -> float:
        began = time.monotonic()
        answer = await service.draft_programme()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        assert answer.json()["code"] == "unavailable"
        return time.monotonic() - began

    waits = sorted(await asyncio.gather(*(call() for _ in range(30))))
    assert waits[0] < 3
    assert waits[-1] < 3.9  # on a busy machine; a second wait for the driver would make it 4


async def test_a_topic_that_is_deleted_stops_the_service_soon(
    start: Start, environment: dict[str, str], kafka: KafkaAddress
) -> None:
    if environment["OBVERSE_KAFKA_PROFILE"] == "embedded":
        pytest.skip("the embedded broker makes a topic anew as soon as somebody asks for it")
    service = await start(environment)
    await service.is_ready()
    admin = kafka.admin()
    await admin.start()
    await admin.delete_topics([PAIR.name], timeout_ms=20_000)
    await admin.close()
    # of its own accord it looks every 30 s; the rebalance tells it
    assert await asyncio.wait_for(service.child.ended(), 15) == MISCONFIGURED
    last = service.log()[-1]
    assert (last["event"], last["level"]) == ("service.misconfigured", "error")
    (problem,) = last["problems"]
    assert problem.startswith(f"topic {PAIR.name}: UnknownTopicOrPartitionError")


async def test_sigterm_ends_it_quickly_and_the_next_one_has_its_partitions_at_once(
    start: Start, environment: dict[str, str], kafka: KafkaAddress
) -> None:
    first = await start(environment)
    await first.is_ready()
    began = time.monotonic()
    assert await first.child.stop(within=20) == 0
    assert time.monotonic() - began < 3
    assert first.events()[-1] == "service.stopped"
    second = await start(environment)
    await second.is_ready()
    # a member that had not left would be waited for: 10 s on Kafka
    waited = second.when("intake.assigned") - second.when("service.started")
    assert waited < timedelta(seconds=6)
    assert await second.child.stop() == 0


async def test_sigterm_is_heard_while_broker_and_database_are_away(
    start: Start, environment: dict[str, str], mortal: EmbeddedMongo
) -> None:
    away = {"OBVERSE_MONGO_URL": mortal.url, "OBVERSE_KAFKA_BOOTSTRAP_SERVERS": NOWHERE}
    service = await start(environment | away)
    await service.waits_for("database")
    began = time.monotonic()
    assert await service.child.stop(within=20) == 0
    assert time.monotonic() - began < 5


async def test_a_caller_who_never_sends_the_rest_keeps_nobody_from_stopping(
    identity: IdentityProvider, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LONGEST_REQUEST_SECONDS", 1)
    foundation = foundation_on(
        identity, environment["OBVERSE_MONGO_URL"], OBVERSE_HTTP_PORT="0", OBVERSE_RUN="api"
    )
    database = foundation.database(environment["OBVERSE_MONGO_DATABASE"])
    service = Service(foundation, build(foundation, database), [database])
    running = asyncio.create_task(service.run(handle_signals=False))
    await asyncio.wait_for(service.ready.wait(), 20)
    host, _, port = service.url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    token = identity.token("keeper", roles=("directory",))
    head = f"POST /boxes HTTP/1.1\r\nHost: boxes\r\nAuthorization: Bearer {token}\r\n"
    head += "Idempotency-Key: one\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: 20\r\nExpect: 100-continue\r\n\r\n".encode())
    assert await reader.readline() == b"HTTP/1.1 100 Continue\r\n"
    service.stop()
    await asyncio.wait_for(running, 5)
    answer = (await reader.read()).decode()
    assert "HTTP/1.1 503" in answer
    assert "retry-after: 2" in answer.lower()
    assert "urn:obverse:problem:stopping" in answer
    writer.close()
