"""Reads what lies on a topic, from its beginning to its end."""

from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.chassis.broker import KafkaAddress
from shared.contracts.catalogue import CATALOGUE

QUIET_MS = 700


async def everything_on(address: KafkaAddress, topic: str) -> list[Any]:
    """All records of a topic, in the order of their partitions; ends when nothing more comes."""
    consumer = AIOKafkaConsumer(
        auto_offset_reset="earliest", enable_auto_commit=False, **address.client_options()
    )
    await consumer.start()
    try:
        places = [TopicPartition(topic, n) for n in range(CATALOGUE.topics[topic].partitions)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        records: list[Any] = []
        while found := await consumer.getmany(timeout_ms=QUIET_MS):
            records += [record for part in found.values() for record in part]
        return records
    finally:
        await consumer.stop()


def header(record: Any, name: str) -> str:
    """One header of a record, as text."""
    value: bytes = dict(record.headers)[name]
    return value.decode()
