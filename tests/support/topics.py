"""Empties the broker between tests: topics deleted and made again. Kafka forgets their offsets with them."""

from aiokafka.admin import AIOKafkaAdminClient

from shared.chassis.broker import KafkaAddress
from shared.chassis.topics import create_topics, flaws_of_topics
from shared.contracts.catalogue import CATALOGUE
from tests.support.waiting import until


async def fresh_topics(address: KafkaAddress) -> None:
    """All topics of the catalogue, empty."""
    names = list(CATALOGUE.topics)
    admin = address.admin()
    await admin.start()
    try:
        existing = [name for name in names if name in set(await admin.list_topics())]
        if existing:
            await admin.delete_topics(existing, timeout_ms=20_000)
            await until(lambda: _gone(admin, names), "the topics are deleted")
    finally:
        await admin.close()
    await create_topics(address, replication=1)
    await until(lambda: _made(address, names), "the topics are there")


async def _gone(admin: AIOKafkaAdminClient, names: list[str]) -> bool:
    return not set(names) & set(await admin.list_topics())


async def _made(address: KafkaAddress, names: list[str]) -> bool:
    return not await flaws_of_topics(address, names)
