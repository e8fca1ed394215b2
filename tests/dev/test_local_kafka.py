"""Apache Kafka from jars and from a container: one suite for both, where they can run."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.consumer import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError

from dev.local.choice import lacks_for_jars
from dev.local.containers import ContainerKafka
from dev.local.engine import docker_answers
from dev.local.kafka import ApacheKafka
from dev.local.kafka_settings import SecureListener
from dev.local.parts import ALL_CAPABILITIES


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module", params=["jars", "container"])
async def kafka(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA
) -> AsyncIterator[ApacheKafka | ContainerKafka]:
    folder = tmp_path_factory.mktemp("kafka")
    certificate = folder / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    secure = [SecureListener("SECURE", certificate, {"ada": "secret"})]
    broker: ApacheKafka | ContainerKafka
    if request.param == "jars":
        if lacks := lacks_for_jars():
            pytest.skip(f"this machine has no {lacks}")
        broker = ApacheKafka(folder, secure=secure)
    else:
        if not docker_answers():
            pytest.skip("no Docker engine answers")
        broker = ContainerKafka(secure=secure)
    await broker.start()
    yield broker
    await broker.stop()


async def _create(kafka: ApacheKafka | ContainerKafka, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    await admin.close()


async def test_an_idempotent_producer_survives_a_kill_of_the_broker(
    kafka: ApacheKafka | ContainerKafka,
) -> None:
    await _create(kafka, "kills")
    async with AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap_servers, enable_idempotence=True, acks="all"
    ) as producer:
        for number in range(50):
            await producer.send_and_wait("kills", str(number).encode(), key=b"k")
        await kafka.kill()
        sent = [await producer.send("kills", str(n).encode(), key=b"k") for n in range(50, 100)]
        await kafka.start()
        for future in sent:
            await future
    async with AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap_servers) as consumer:
        partition = TopicPartition("kills", 0)
        consumer.assign([partition])
        consumer.seek(partition, 0)
        values = [int((await consumer.getone()).value) for _ in range(100)]
        assert values == list(range(100))
        assert (await consumer.end_offsets([partition])) == {partition: 100}
    assert kafka.capabilities == ALL_CAPABILITIES


@pytest.mark.parametrize(("password", "let_in"), [("secret", True), ("guess", False)])
async def test_its_secure_listener_demands_tls_and_a_password(
    kafka: ApacheKafka | ContainerKafka, authority: trustme.CA, password: str, *, let_in: bool
) -> None:
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka.address("SECURE"),
        security_protocol="SASL_SSL",
        ssl_context=trust,
        sasl_mechanism="PLAIN",
        sasl_plain_username="ada",
        sasl_plain_password=password,
    )
    try:
        if let_in:
            await producer.start()
        else:
            with pytest.raises(KafkaConnectionError):
                await producer.start()
    finally:
        await producer.stop()


async def test_plain_text_is_refused_at_the_secure_listener(
    kafka: ApacheKafka | ContainerKafka,
) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka.address("SECURE"), request_timeout_ms=1_000)
    try:
        with pytest.raises(KafkaConnectionError):
            await producer.start()
    finally:
        await producer.stop()


async def test_scram_users_are_let_in_where_the_jars_run(
    kafka: ApacheKafka | ContainerKafka, authority: trustme.CA
) -> None:
    if isinstance(kafka, ContainerKafka):
        pytest.skip("the image formats its storage itself, without SCRAM users")
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    async with AIOKafkaProducer(
        bootstrap_servers=kafka.address("SECURE"),
        security_protocol="SASL_SSL",
        ssl_context=trust,
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username="ada",
        sasl_plain_password="secret",
    ) as producer:
        assert producer.client.cluster.brokers()


async def test_a_topic_that_nobody_created_is_not_made_up(
    kafka: ApacheKafka | ContainerKafka,
) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    (described,) = await admin.describe_topics(["nobody-made-me"])
    await admin.close()
    assert described["error_code"] == 3


def test_the_pom_names_the_version_that_the_code_names() -> None:
    from dev.local import kafka as module

    pom = Path(module.__file__).with_name("kafka-pom.xml").read_text()
    assert pom.count(f"<version>{module.VERSION}</version>") == 2
