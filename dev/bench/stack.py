"""The broker and the database that a figure is taken on.

Apache Kafka from its jars where it can be had: nothing between client and broker. Otherwise what the tests
would choose; OBVERSE_TEST_STACK forces one here as it does there.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from dev.local.choice import Kind, choose, lacks_for_jars
from dev.local.identity import AUDIENCE, ISSUER, IdentityProvider
from dev.local.processes import wait_until
from shared.chassis.broker import PROFILES, KafkaAddress
from shared.chassis.topics import create_topics, flaws_of_topics
from shared.contracts.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "build" / "bench"


class Inconclusive(Exception):
    """A figure can not be taken here; says why. It is no pass."""


@dataclass(frozen=True)
class Running:
    """What runs, with the topics of the catalogue."""

    kind: Kind
    description: str
    kafka: KafkaAddress
    profile: str
    mongo: str

    def environment(self, name: str) -> dict[str, str]:
        """For a service here: a database of its own each time, and a stranger's settings for none."""
        identity = IdentityProvider(RESULTS / "identity")
        return {
            **{key: text for key, text in os.environ.items() if not key.startswith("OBVERSE_")},
            "OBVERSE_ENVIRONMENT": "test",
            "OBVERSE_MONGO_URL": self.mongo,
            "OBVERSE_MONGO_DATABASE": f"bench_{name}_{uuid4().hex[:8]}",
            "OBVERSE_KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "OBVERSE_KAFKA_PROFILE": self.profile,
            "OBVERSE_AUTH_ISSUER": ISSUER,
            "OBVERSE_AUTH_AUDIENCE": AUDIENCE,
            "OBVERSE_AUTH_JWKS_FILE": str(identity.jwks_file),
        }


@asynccontextmanager
async def running(*, apache: bool) -> AsyncIterator[Running]:
    """Start them for the while of the block. Raises Inconclusive where `apache` is asked and not had."""
    environment = dict(os.environ)
    if not environment.keys() & {"OBVERSE_TEST_STACK", "OBVERSE_TEST_KAFKA"}:
        lacks = lacks_for_jars()
        environment |= {} if lacks else {"OBVERSE_TEST_STACK": Kind.JARS.value}
    stack = choose(environment)
    if apache and stack.kind is Kind.EMBEDDED:
        raise Inconclusive(f"it needs Apache Kafka, and there is none here: {stack.description}")
    folder = RESULTS / f"stack-{os.getpid()}"
    broker, database = stack.broker(folder), stack.database(folder)
    print(stack.description, flush=True)
    profile = "embedded" if stack.kind is Kind.EMBEDDED else "kafka"
    try:
        await broker.start()
        await database.start()
        kafka = KafkaAddress(broker.bootstrap_servers, PROFILES[profile])
        await _make_topics(kafka)
        yield Running(stack.kind, stack.description, kafka, profile, database.url)
    finally:
        await database.stop()
        await broker.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _make_topics(kafka: KafkaAddress) -> None:
    await create_topics(kafka, replication=1)

    async def made() -> bool:
        return not await flaws_of_topics(kafka, list(CATALOGUE.topics))

    await wait_until(made, what="the topics are there", within=30)
