"""Kafka that demands TLS, a password or a client's certificate: the whole way through it, and no way past it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import trustme
from structlog.testing import capture_logs

from dev.local.choice import lacks_for_jars
from dev.local.kafka import ApacheKafka
from dev.local.kafka_settings import SecureListener
from services.enrollment.app import build
from services.enrollment.settings import Settings
from shared.chassis.broker import KafkaAddress
from shared.chassis.foundation import OWN_INDEXES, kafka_address
from shared.chassis.lifecycle import Service
from shared.chassis.mongo import Client, MongoDatabase, ensure_indexes
from shared.chassis.settings import load
from shared.chassis.topics import flaws_of_topics
from shared.contracts.catalogue import CATALOGUE
from tests.chassis.test_delivery import Producer, Reader, drained, relaying, subscribed
from tests.support.topics import fresh_topics
from tests.support.waiting import until

PASSWORD = "open sesame"
ENCRYPTED, OPEN, MUTUAL = "ENCRYPTED", "OPEN", "MUTUAL"


class Secured:
    """A broker with three listeners, and the settings that are let in at each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = trustme.CA()
        self.authority.cert_pem.write_to_path(self.file("ca.pem"))
        trustme.CA().cert_pem.write_to_path(self.file("other_ca.pem"))
        server = self.authority.issue_cert("127.0.0.1")
        server.private_key_and_cert_chain_pem.write_to_path(self.file("server.pem"))
        self._issue(self.authority, "client")
        self._issue(trustme.CA(), "stranger")
        for name, text in (("password", f"{PASSWORD}\n"), ("wrong_password", "guess")):
            Path(self.file(name)).write_text(text)
        certificate, users = Path(self.file("server.pem")), {"ada": PASSWORD}
        trusted = self.authority.cert_pem.bytes().decode().strip().replace("\n", "\\n")
        self.broker = ApacheKafka(
            folder / "kafka",
            secure=[
                SecureListener(ENCRYPTED, certificate, users),
                SecureListener(OPEN, users=users),
                SecureListener(MUTUAL, certificate),
            ],
            properties={
                "listener.name.mutual.ssl.client.auth": "required",
                "listener.name.mutual.ssl.truststore.type": "PEM",
                "listener.name.mutual.ssl.truststore.certificates": trusted,
            },
        )

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def _issue(self, authority: trustme.CA, name: str) -> None:
        issued = authority.issue_cert("ada@obverse.test")
        issued.private_key_pem.write_to_path(self.file(f"{name}.key"))
        issued.cert_chain_pems[0].write_to_path(self.file(f"{name}.pem"))

    def variables(self, listener: str, **security: str) -> dict[str, str]:
        """Settings for this listener; names are those of the settings, without what they share."""
        named = {f"OBVERSE_KAFKA_{name.upper()}": text for name, text in security.items()}
        return {"OBVERSE_KAFKA_BOOTSTRAP_SERVERS": self.broker.address(listener), **named}

    def sasl(self, listener: str, mechanism: str, password: str = "password") -> dict[str, str]:
        security = {"security": "sasl_plaintext"}
        if listener == ENCRYPTED:
            security = {"security": "sasl_ssl", "ca_file": self.file("ca.pem")}
        return self.variables(
            listener,
            sasl_mechanism=mechanism,
            sasl_username="ada",
            sasl_password_file=self.file(password),
            **security,
        )

    def mutual(self, who: str) -> dict[str, str]:
        certificate = {"cert_file": self.file(f"{who}.pem"), "key_file": self.file(f"{who}.key")}
        ca_file = self.file("ca.pem")
        return self.variables(MUTUAL, security="ssl", ca_file=ca_file, **certificate)

    def let_in(self, way: str) -> dict[str, str]:
        return {
            "sasl_ssl, SCRAM": self.sasl(ENCRYPTED, "SCRAM-SHA-512"),
            "sasl_ssl, PLAIN": self.sasl(ENCRYPTED, "PLAIN"),
            "sasl_plaintext, SCRAM": self.sasl(OPEN, "SCRAM-SHA-512"),
            "ssl, a certificate": self.mutual("client"),
        }[way]

    def kept_out(self, way: str) -> dict[str, str]:
        good = self.sasl(ENCRYPTED, "SCRAM-SHA-512")
        return {
            "a wrong password, SCRAM": self.sasl(ENCRYPTED, "SCRAM-SHA-512", "wrong_password"),
            "a wrong password, PLAIN": self.sasl(ENCRYPTED, "PLAIN", "wrong_password"),
            "a user nobody knows": good | {"OBVERSE_KAFKA_SASL_USERNAME": "bob"},
            "a certificate of an authority nobody trusts": good
            | {"OBVERSE_KAFKA_CA_FILE": self.file("other_ca.pem")},
            "plain text": self.variables(ENCRYPTED),
            "plain text where a password is due": self.variables(OPEN),
            "no password": self.variables(ENCRYPTED, security="ssl", ca_file=self.file("ca.pem")),
            "no certificate": self.variables(MUTUAL, security="ssl", ca_file=self.file("ca.pem")),
            "a stranger's certificate": self.mutual("stranger"),
        }[way]


LET_IN = ["sasl_ssl, SCRAM", "sasl_ssl, PLAIN", "sasl_plaintext, SCRAM", "ssl, a certificate"]
KEPT_OUT = [
    "a wrong password, SCRAM",
    "a wrong password, PLAIN",
    "a user nobody knows",
    "a certificate of an authority nobody trusts",
    "plain text",
    "plain text where a password is due",
    "no password",
    "no certificate",
    "a stranger's certificate",
]


TELLING = {
    "a wrong password, SCRAM": "SaslAuthenticationFailed",
    "a wrong password, PLAIN": "SaslAuthenticationFailed",
    "a user nobody knows": "SaslAuthenticationFailed",
    "a certificate of an authority nobody trusts": "CERTIFICATE_VERIFY_FAILED",
}


@pytest.fixture(scope="module")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Secured]:
    if lacks := lacks_for_jars():
        pytest.skip(f"only an Apache Kafka of our own can demand TLS and SASL; no {lacks}")
    secured = Secured(tmp_path_factory.mktemp("secured"))
    await secured.broker.start()
    yield secured
    await secured.broker.stop()


@pytest.fixture
def plain(environment: dict[str, str]) -> dict[str, str]:
    """The settings of a service, but for Kafka."""
    return {name: text for name, text in environment.items() if "_KAFKA_" not in name}


@pytest.mark.parametrize("way", LET_IN)
async def test_what_is_published_is_read_where_the_listener_demands_it(
    secured: Secured, plain: dict[str, str], client: Client, database: MongoDatabase, way: str
) -> None:
    address = kafka_address(load(Settings, plain | secured.let_in(way)))
    await fresh_topics(address)
    await ensure_indexes(database, OWN_INDEXES)
    producer, reader = Producer(client, database, address), Reader(client, database, address)
    pair = uuid4()
    async with relaying(producer.relay()), subscribed(reader):
        await producer.publish(pair, pair, pair)
        await until(lambda: drained(producer), "the outbox is empty")
        await until(lambda: reader.has_seen(3), "three are read")
    assert await reader.seen() == {str(pair): [1, 2, 3]}
    assert reader.failures == []


async def test_the_command_makes_the_topics_over_tls_with_a_password(
    secured: Secured, plain: dict[str, str], project: Path
) -> None:
    environment = plain | secured.let_in("sasl_ssl, SCRAM")
    address = kafka_address(load(Settings, environment))
    await without_topics(address)
    shell = {key: text for key, text in os.environ.items() if not key.startswith("OBVERSE_")}
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.enrollment", "topics"),
        env=shell | environment,
        cwd=project,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await command.communicate()
    assert command.returncode == 0
    assert (
        out.decode().splitlines()[-1]
        == f"{len(CATALOGUE.topics)} topics created, the others were there"
    )
    assert await flaws_of_topics(address, list(CATALOGUE.topics)) == []


async def without_topics(address: KafkaAddress) -> None:
    admin = address.admin()
    await admin.start()
    there = set(CATALOGUE.topics) & set(await admin.list_topics())
    if there:
        await admin.delete_topics(sorted(there), timeout_ms=20_000)

    async def gone() -> bool:
        return not set(CATALOGUE.topics) & set(await admin.list_topics())

    await until(gone, "the topics are deleted")
    await admin.close()


@asynccontextmanager
async def waiting(environment: dict[str, str]) -> AsyncIterator[Service]:
    """Enrollment, once it listens."""
    service = build(load(Settings, environment))
    running = asyncio.create_task(service.run(handle_signals=False))

    async def listens() -> bool:
        return bool(service.url)

    await until(listens, "the service listens")
    try:
        yield service
    finally:
        service.stop()
        await asyncio.wait_for(running, 20)


@pytest.mark.parametrize("way", KEPT_OUT)
async def test_who_is_kept_out_waits_says_so_and_is_not_ready(
    secured: Secured, plain: dict[str, str], caplog: pytest.LogCaptureFixture, way: str
) -> None:
    with capture_logs() as logs:
        async with (
            waiting(plain | secured.kept_out(way)) as service,
            httpx.AsyncClient(base_url=service.url) as http,
        ):

            async def told() -> list[str]:
                found = (line for line in logs if line["event"] == "service.waiting")
                return [line["reason"] for line in found if line["on"] == "broker"]

            (reason,) = await until(told, "the log tells of it")
            ready, alive = await http.get("/readyz"), await http.get("/livez")
            assert (ready.status_code, alive.status_code) == (503, 200)
            assert "broker" in ready.json()["not_ready"]
            assert not service.ready.is_set()
    assert reason.endswith("Error")
    assert TELLING.get(way, "closed") in caplog.text  # aiokafka's own words, in the same log
    assert "intake.assigned" not in [line["event"] for line in logs]
    assert PASSWORD not in str(logs)


async def test_who_is_let_in_is_ready(secured: Secured, plain: dict[str, str]) -> None:
    environment = plain | secured.let_in("sasl_ssl, SCRAM")
    await fresh_topics(kafka_address(load(Settings, environment)))
    async with (
        build(load(Settings, environment)).running() as service,
        httpx.AsyncClient(base_url=service.url) as http,
    ):

        async def ready() -> bool:
            return (await http.get("/readyz")).status_code == 200

        await until(ready, "it has its share of the group")
