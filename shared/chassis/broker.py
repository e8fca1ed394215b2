"""How Kafka is reached, and how its clients behave: one profile for Kafka, one for the embedded broker."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaTimeoutError
from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from shared.chassis.messages import Message

REQUEST_TIMEOUT_MS = 5_000
SECONDS_TO_REFETCH = 10

_SASL = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


@dataclass(frozen=True, slots=True)
class Profile:
    """What a kind of broker can do and how eagerly its clients look."""

    idempotence: bool
    end_offsets: bool
    session_timeout_ms: int
    heartbeat_interval_ms: int
    fetch_max_wait_ms: int


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "kafka": Profile(
            idempotence=True,
            end_offsets=True,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=3_000,
            fetch_max_wait_ms=500,
        ),
        # See docs/decisions/0010: it speaks no idempotence, and its end offsets are not to be believed.
        "embedded": Profile(
            idempotence=False,
            end_offsets=False,
            session_timeout_ms=1_500,
            heartbeat_interval_ms=300,
            fetch_max_wait_ms=100,
        ),
    }
)

HEARTBEATS_PER_SESSION = 3


def profile_of(kind: str, session_timeout_ms: int | None = None) -> Profile:
    """The profile of this kind of broker, with another session timeout where one is given."""
    profile = PROFILES[kind]
    if session_timeout_ms is None:
        return profile
    heartbeat = session_timeout_ms // HEARTBEATS_PER_SESSION
    return replace(profile, session_timeout_ms=session_timeout_ms, heartbeat_interval_ms=heartbeat)


@dataclass(frozen=True, slots=True)
class KafkaAddress:
    """Where Kafka is, how to be let in, and of what kind it is.

    `security` is one of plaintext, ssl, sasl_plaintext, sasl_ssl. Files are PEM.
    """

    bootstrap_servers: str
    profile: Profile
    security: str = "plaintext"
    sasl_mechanism: str = "SCRAM-SHA-512"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None

    def tls(self) -> ssl.SSLContext | None:
        """The TLS context, where the security asks for one."""
        if not self.security.endswith("ssl"):
            return None
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.cert_file:
            context.load_cert_chain(self.cert_file, self.key_file)
        return context

    def client_options(self) -> dict[str, Any]:
        """Connection options for aiokafka's own clients."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "request_timeout_ms": REQUEST_TIMEOUT_MS,
            "security_protocol": self.security.upper(),
            "ssl_context": self.tls(),
        }
        if self.security.startswith("sasl"):
            options |= {
                "sasl_mechanism": self.sasl_mechanism,
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password,
            }
        return options

    def broker(self, client_id: str, **options: Any) -> KafkaBroker:
        """A FastStream broker; it connects when started."""
        return KafkaBroker(
            self.bootstrap_servers.split(","),
            client_id=client_id,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            security=self._security(),
            allow_auto_create_topics=False,
            apply_types=False,
            **options,
        )

    def admin(self) -> AIOKafkaAdminClient:
        """An admin client; the caller starts and closes it."""
        return AIOKafkaAdminClient(**self.client_options())

    def _security(self) -> BaseSecurity | None:
        if self.security.startswith("sasl"):
            method = _SASL[self.sasl_mechanism]
            return method(self.username or "", self.password or "", ssl_context=self.tls())
        tls = self.tls()
        return BaseSecurity(ssl_context=tls) if tls else None


async def refetch(address: KafkaAddress, topic: str, partition: int, offset: int) -> Message | None:
    """Read one record again by its coordinates; None where it was compacted away."""
    consumer = AIOKafkaConsumer(
        group_id=None,
        auto_offset_reset="none",
        enable_auto_commit=False,
        **address.client_options(),
    )
    await consumer.start()
    try:
        place = TopicPartition(topic, partition)
        consumer.assign([place])
        consumer.seek(place, offset)
        found = await consumer.getmany(place, timeout_ms=SECONDS_TO_REFETCH * 1000, max_records=1)
        records = found.get(place, [])
        if not records and await consumer.position(place) == offset:
            raise KafkaTimeoutError  # the broker is slow, which does not mean that the record is gone
    finally:
        await consumer.stop()
    if not records or records[0].offset != offset:
        return None
    return message_of(records[0])


def message_of(record: Any) -> Message:
    """An aiokafka record as a message."""
    headers = [(name, value or b"") for name, value in record.headers]
    return Message(record.topic, record.partition, record.offset, record.key, record.value, headers)
