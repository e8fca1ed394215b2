"""The real cluster for figures: three Apache Kafka brokers from jars and three mongods, those of the fault runs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import NewTopic
from pymongo import AsyncMongoClient

from dev.bench.stack import RESULTS, Inconclusive
from dev.faults.cluster import FaultCluster
from dev.faults.kafka_cluster import NODES, KafkaCluster
from dev.faults.mongo_cluster import MongoCluster
from dev.faults.run import only_one
from dev.local import kafka
from dev.local.choice import lacks_for_jars
from dev.local.platform import emptied
from dev.local.processes import NotReady, wait_until
from shared.chassis.broker import PROFILES, KafkaAddress
from shared.chassis.topics import create_topics
from shared.chassis.troubles import is_transient

DESCRIPTION = (
    f"three brokers of Apache Kafka {kafka.VERSION} (replication 3, two must have a record),"
    " three mongods (majority)"
)
SECONDS_TO_WAIT, LOOK_SECONDS = 3_600, 5
SECONDS_TO_MAKE = 60


@dataclass(frozen=True)
class Cluster:
    """Brokers and databases that are up, with the topics of the catalogue; no service runs."""

    kafka: KafkaAddress
    mongo: str

    async def make_topics(self, names: Collection[str], partitions: int) -> None:
        """Make further topics, laid out like those of the catalogue. Raises KafkaError."""
        settings = {"retention.ms": "-1", "compression.type": "uncompressed"}
        admin = self.kafka.admin()
        await admin.start()
        try:
            await admin.create_topics(
                [NewTopic(name, partitions, NODES, topic_configs=settings) for name in names]
            )
        finally:
            await admin.close()

    def client(self) -> AsyncMongoClient[dict[str, Any]]:
        """A client of the databases; close it."""
        return AsyncMongoClient(self.mongo)


def require_apache_kafka() -> None:
    """Raise Inconclusive where it can not be had."""
    if lacks := lacks_for_jars():
        raise Inconclusive(f"it needs three brokers of Apache Kafka, and here is no {lacks}")


@asynccontextmanager
async def alone(tell: Callable[[str], None]) -> AsyncIterator[None]:
    """No other cluster on this machine meanwhile: wait for one that is there. Raises Inconclusive."""
    with ExitStack() as held:
        for waited in range(0, SECONDS_TO_WAIT, LOOK_SECONDS):
            try:
                held.enter_context(only_one())
            except NotReady:
                if waited % 60 == 0:
                    tell("waiting for the cluster of another run to end")
                await asyncio.sleep(LOOK_SECONDS)
            else:
                yield
                return
    raise Inconclusive("another run keeps its cluster on this machine")


@asynccontextmanager
async def bare_cluster() -> AsyncIterator[Cluster]:
    """Brokers and databases alone."""
    folder = emptied(RESULTS / "cluster")
    brokers, databases = KafkaCluster(folder), MongoCluster(folder)
    try:
        await asyncio.gather(brokers.start(), databases.start())
        address = KafkaAddress(brokers.direct, PROFILES["kafka"])
        await _make_catalogue(address)
        yield Cluster(address, databases.url)
    finally:
        await asyncio.gather(brokers.stop(), databases.stop())


@asynccontextmanager
async def platform(tell: Callable[[str], None]) -> AsyncIterator[FaultCluster]:
    """The same with one replica of each of the four services, ready."""
    cluster = FaultCluster(emptied(RESULTS / "platform"), replicas=(1,), listening=False)
    try:
        await cluster.start(tell)
        yield cluster
    finally:
        await cluster.stop()


async def _make_catalogue(address: KafkaAddress) -> None:
    async def made() -> bool:
        try:
            await create_topics(address, replication=NODES)
        except Exception as error:
            if not is_transient(error):
                raise
            return False
        return True

    await wait_until(made, what="the topics are there", within=SECONDS_TO_MAKE)
