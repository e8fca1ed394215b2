"""One broker and one database for a run, or for each half of it, chosen by rule and named in the first lines."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from motor.motor_asyncio import AsyncIOMotorClient

from dev.local.choice import Kind, Stack, choose
from dev.local.identity import AUDIENCE, ISSUER, IdentityProvider
from dev.local.kafka import fetch_jars
from dev.local.parts import Broker, Capability, Database
from shared.chassis.broker import PROFILES, KafkaAddress
from shared.chassis.mongo import Client, MongoDatabase, open_database
from tests.support.connected import connected
from tests.support.topics import fresh_topics

_DIRECTORY: dict[str, Path] = {}


@cache
def chosen() -> Stack:
    """The stack of this run; chosen once, before the variables that say so are taken away."""
    return choose()


def pytest_xdist_auto_num_workers() -> int:
    """Two halves at once where each can start a stack of its own; one where the stack is given."""
    return 0 if chosen().kind is Kind.GIVEN else 2


def pytest_configure(config: pytest.Config) -> None:
    kind = chosen().kind
    if config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput"):
        if kind is Kind.JARS:
            asyncio.run(fetch_jars())  # once, and not by each worker
        return  # it runs no test itself; its workers inherit the environment
    named = os.environ.get("OBVERSE_DIRECTORY")
    beside = sorted(Path(__file__).parents[1].glob("../*/data/*.csv"))
    if found := [Path(named)] if named else beside:
        _DIRECTORY["real"] = found[0]
    # What was said to the tests is not meant for the services, which refuse settings they do not know.
    for name in [name for name in os.environ if name.startswith("OBVERSE_")]:
        del os.environ[name]


def pytest_report_header() -> str:
    return f"broker and database: {chosen().description}"


@pytest.fixture
def quiet_logging() -> Iterator[None]:
    """Puts the process' logging back to what it was before the test."""
    configured = structlog.get_config()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.configure(**configured)


@pytest.fixture(scope="session")
def real_directory() -> Path | None:
    """A company's HR directory: the file that OBVERSE_DIRECTORY names, or one beside the project; else None."""
    return _DIRECTORY.get("real")


@pytest.fixture(scope="session")
def stack() -> Stack:
    return chosen()


@pytest.fixture(scope="session")
async def lasting_broker(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Broker | None]:
    """One broker for all tests where starting takes seconds; the embedded one is there at once."""
    if stack.kind is Kind.EMBEDDED:
        yield None
        return
    part = stack.broker(tmp_path_factory.mktemp("broker"))
    await part.start()
    yield part
    await part.stop()


@pytest.fixture
async def broker(
    stack: Stack, lasting_broker: Broker | None, tmp_path: Path
) -> AsyncIterator[Broker]:
    """The broker that a test talks to."""
    if lasting_broker is not None:
        yield lasting_broker
        return
    part = stack.broker(tmp_path / "broker")
    await part.start()
    yield part
    await part.stop()


@pytest.fixture(scope="session")
async def mongo(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    part = stack.database(tmp_path_factory.mktemp("mongo"))
    await part.start()
    yield part
    await part.stop()


@pytest.fixture
async def client(mongo: Database) -> AsyncIterator[Client]:
    async with connected(mongo.url) as client:
        yield client


@pytest.fixture
async def database_name(mongo: Database) -> AsyncIterator[str]:
    """The name of a database that is empty now and gone afterwards."""
    name = f"test_{uuid4().hex[:12]}"
    yield name
    cleaner: AsyncIOMotorClient[Any] = AsyncIOMotorClient(mongo.url)
    await cleaner.drop_database(name)
    cleaner.close()


@pytest.fixture
async def database(client: Client, database_name: str) -> MongoDatabase:
    return open_database(client, database_name)


@pytest.fixture(scope="session")
def kafka_profile(stack: Stack) -> str:
    return "embedded" if stack.kind is Kind.EMBEDDED else "kafka"


@pytest.fixture
async def kafka(broker: Broker, kafka_profile: str) -> KafkaAddress:
    """The broker with all topics of the catalogue, empty."""
    address = KafkaAddress(broker.bootstrap_servers, PROFILES[kafka_profile])
    await fresh_topics(address)
    return address


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> IdentityProvider:
    return IdentityProvider(tmp_path_factory.mktemp("identity"))


@pytest.fixture
def environment(
    mongo: Database,
    kafka: KafkaAddress,
    kafka_profile: str,
    identity: IdentityProvider,
    database_name: str,
) -> dict[str, str]:
    """The variables with which a service runs in a test; a free port, a database of its own."""
    return {
        "OBVERSE_ENVIRONMENT": "test",
        "OBVERSE_MONGO_URL": mongo.url,
        "OBVERSE_MONGO_DATABASE": database_name,
        "OBVERSE_KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "OBVERSE_KAFKA_PROFILE": kafka_profile,
        "OBVERSE_HTTP_PORT": "0",
        "OBVERSE_AUTH_ISSUER": ISSUER,
        "OBVERSE_AUTH_AUDIENCE": AUDIENCE,
        "OBVERSE_AUTH_JWKS_FILE": str(identity.jwks_file),
    }


@pytest.fixture
def needs(broker: Broker) -> Callable[[Capability], None]:
    """Skip a test, with the reason, where the broker lacks what it asks for."""

    def check(capability: Capability) -> None:
        if capability not in broker.capabilities:
            pytest.skip(f"the chosen broker has no {capability.value}; run with Apache Kafka")

    return check


@pytest.fixture(scope="session")
def project() -> Path:
    """The root of the project."""
    return Path(__file__).parent.parent
