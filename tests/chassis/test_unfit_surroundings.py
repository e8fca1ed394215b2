"""Surroundings that do not fit: what ends a service at its start, and what it only waits for."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka.admin import NewTopic

from dev.local.identity import IdentityProvider
from dev.local.mongo import mongod_binary
from dev.local.parts import Database as DatabasePart
from dev.local.processes import Child, NotReady, free_port, start_child
from shared.chassis.broker import KafkaAddress
from shared.chassis.lifecycle import Service
from shared.chassis.mongo import MongoDatabase, flaw_of
from shared.contracts.catalogue import PAIR
from tests.chassis.http_client import foundation_on
from tests.chassis.tiny_service import build
from tests.support.waiting import until

NOWHERE = "127.0.0.1:9"
MISCONFIGURED = 78


async def ends(folder: Path, environment: dict[str, str]) -> tuple[int, list[str]]:
    """Run enrollment until it ends by itself; its code, and the problems it named."""
    shell = {key: text for key, text in os.environ.items() if not key.startswith("OBVERSE_")}
    child = await start_child(
        "enrollment",
        [sys.executable, "-m", "services.enrollment"],
        log=folder / "service.log",
        env=shell | environment,
    )
    try:
        await until(partial(is_over, child), "the service has ended")
    finally:
        await child.kill()
    lines = [json.loads(line) for line in child.log.read_text(encoding="utf-8").splitlines()]
    problems: list[str] = lines[-1].get("problems", [])
    return child.exit_code or 0, problems


async def is_over(child: Child) -> bool:
    return not child.running


async def replace_pair_topic(kafka: KafkaAddress, partitions: int | None) -> None:
    """Delete the topic of pairs, and make it anew with so many partitions."""
    admin = kafka.admin()
    await admin.start()
    try:
        await admin.delete_topics([PAIR.name], timeout_ms=20_000)
        await until(partial(is_gone, admin), "the topic is deleted")
        if partitions is not None:
            await admin.create_topics([NewTopic(PAIR.name, partitions, 1)], timeout_ms=20_000)
    finally:
        await admin.close()


async def is_gone(admin: Any) -> bool:
    return PAIR.name not in await admin.list_topics()


async def test_a_missing_topic_ends_the_service_with_its_name(
    kafka: KafkaAddress, environment: dict[str, str], tmp_path: Path
) -> None:
    await replace_pair_topic(kafka, None)
    code, problems = await ends(tmp_path, environment)
    assert code == MISCONFIGURED
    # The embedded broker makes up a topic that is asked for, with four partitions.
    assert problems in (
        [f"topic {PAIR.name}: UnknownTopicOrPartitionError; create it with the command `topics`"],
        [f"topic {PAIR.name} has 4 partitions instead of 6; recreate it"],
    )


async def test_a_topic_with_another_number_of_partitions_ends_the_service(
    kafka: KafkaAddress, environment: dict[str, str], tmp_path: Path
) -> None:
    await replace_pair_topic(kafka, 3)
    code, problems = await ends(tmp_path, environment)
    assert code == MISCONFIGURED
    assert problems == ["topic obverse.matching.pair.v1 has 3 partitions instead of 6; recreate it"]


@pytest.fixture
async def standalone(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a mongod without a replica set."""
    try:
        binary = mongod_binary()
    except NotReady as reason:
        pytest.skip(str(reason))
    (tmp_path / "data").mkdir()
    port = free_port()
    data = str(tmp_path / "data")
    command = [str(binary), "--dbpath", data, "--port", str(port), "--nounixsocket"]
    child = await start_child("mongod", command, log=tmp_path / "mongod.log")
    yield f"mongodb://127.0.0.1:{port}/"
    await child.kill()


async def test_a_mongod_outside_a_replica_set_ends_the_service(
    standalone: str, environment: dict[str, str], tmp_path: Path
) -> None:
    code, problems = await ends(tmp_path, environment | {"OBVERSE_MONGO_URL": standalone})
    assert code == MISCONFIGURED
    assert problems == [
        "OBVERSE_MONGO_URL names a standalone mongod; start it with --replSet and initiate the set"
    ]


@pytest.fixture
async def caller(
    identity: IdentityProvider, mongo: DatabasePart, database_name: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A caller of a service whose broker is away."""
    foundation = foundation_on(
        identity, mongo.url, OBVERSE_KAFKA_BOOTSTRAP_SERVERS=NOWHERE, OBVERSE_HTTP_PORT="0"
    )
    database = foundation.database(database_name)
    relay = foundation.relay(database)
    service = Service(foundation, build(foundation, database), [database], relays=[relay])
    running = asyncio.create_task(service.run(handle_signals=False))
    await until(partial(has_address, service), "the service listens")
    token = identity.token("keeper", roles=("directory",))
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one"}
    async with httpx.AsyncClient(base_url=service.url, headers=headers) as client:
        yield client
    service.stop()
    await running


async def has_address(service: Service) -> bool:
    return bool(service.url)


async def test_without_a_broker_a_service_is_alive_and_not_ready(
    caller: httpx.AsyncClient,
) -> None:
    assert (await caller.get("/livez")).status_code == 200
    answer = await caller.get("/readyz")
    assert answer.status_code == 503
    assert "started" in answer.json()["not_ready"]


async def test_without_a_broker_commands_are_accepted_as_usual(
    caller: httpx.AsyncClient, database: MongoDatabase
) -> None:
    answer = await caller.post("/boxes", json={"label": "red"})
    assert answer.status_code == 201
    assert await database["boxes"].count_documents({"label": "red"}) == 1


@pytest.mark.parametrize(
    ("hello", "flaw"),
    [
        ({"setName": "rs", "maxWireVersion": 17}, None),
        ({"msg": "isdbgrid", "maxWireVersion": 21}, None),
        ({"maxWireVersion": 21}, "standalone"),
        ({"setName": "rs", "maxWireVersion": 13}, "older than 6.0"),
    ],
)
def test_what_a_server_says_of_itself_must_fit(hello: dict[str, Any], flaw: str | None) -> None:
    found = flaw_of(hello)
    assert found is None if flaw is None else found is not None and flaw in found
