"""The server properties of an Apache Kafka of one node, with or without secure listeners.

The same properties serve the jars (a file) and the container (environment variables), so that a
test sees one Kafka.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import serialization

PLAIN = "PLAINTEXT"
_CONTROLLER = "CONTROLLER"


@dataclass(frozen=True)
class SecureListener:
    """One more listener that demands TLS (a certificate), SASL (users) or both.

    `certificate` is one PEM file with key and certificate chain, valid for 127.0.0.1; `users` maps
    name to password, for the mechanism PLAIN and, on the jars, SCRAM-SHA-512.
    """

    name: str
    certificate: Path | None = None
    users: Mapping[str, str] = field(default_factory=dict)

    @property
    def protocol(self) -> str:
        """Kafka's name for what it demands."""
        tls = "SSL" if self.certificate else PLAIN
        return f"SASL_{tls}" if self.users else tls

    def properties(self, mechanisms: Sequence[str]) -> dict[str, str]:
        """The server properties for this listener alone."""
        prefix = f"listener.name.{self.name.lower()}."
        found: dict[str, str] = {}
        if self.certificate:
            key, chain = _key_and_chain(self.certificate)
            found[f"{prefix}ssl.keystore.type"] = "PEM"
            found[f"{prefix}ssl.keystore.key"] = key
            found[f"{prefix}ssl.keystore.certificate.chain"] = chain
        if self.users:
            found[f"{prefix}sasl.enabled.mechanisms"] = ",".join(mechanisms)
            for mechanism in mechanisms:
                found[f"{prefix}{mechanism.lower()}.sasl.jaas.config"] = self._login(mechanism)
        return found

    def _login(self, mechanism: str) -> str:
        package = "org.apache.kafka.common.security"
        if mechanism != "PLAIN":  # its users are kept by the broker
            return f"{package}.scram.ScramLoginModule required;"
        users = " ".join(f'user_{name}="{word}"' for name, word in self.users.items())
        return f"{package}.plain.PlainLoginModule required {users};"


def server_properties(
    ports: Mapping[str, int],
    *,
    bind: str,
    secure: Sequence[SecureListener],
    mechanisms: Sequence[str],
) -> dict[str, str]:
    """The properties of a broker that listens on `bind` and is reached at 127.0.0.1.

    `ports` maps PLAINTEXT, CONTROLLER and each secure listener's name to its port.
    """
    protocols = {PLAIN: PLAIN, _CONTROLLER: PLAIN} | {each.name: each.protocol for each in secure}
    found = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "listeners": ",".join(f"{name}://{bind}:{port}" for name, port in ports.items()),
        "advertised.listeners": ",".join(
            f"{name}://127.0.0.1:{port}" for name, port in ports.items() if name != _CONTROLLER
        ),
        "listener.security.protocol.map": ",".join(f"{k}:{v}" for k, v in protocols.items()),
        "controller.listener.names": _CONTROLLER,
        "inter.broker.listener.name": PLAIN,
        # one node has one replica of everything
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        # tests should not wait for groups, and must notice a topic that nobody created
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        # after a kill a restarted node waits until its former session is over (9 s by default)
        "broker.session.timeout.ms": "2000",
        "broker.heartbeat.interval.ms": "500",
        "auto.create.topics.enable": "false",
        # the default takes 128 MiB at once: of a heap of 256 MiB it left the old generation 96 % full
        "log.cleaner.dedupe.buffer.size": str(8 * 1024 * 1024),
    }
    for listener in secure:
        found |= listener.properties(mechanisms)
    return found


def _key_and_chain(certificate: Path) -> tuple[str, str]:
    """Key (as PKCS 8, the only form that Kafka reads) and chain, with their line ends escaped."""
    pem = certificate.read_bytes()
    key = serialization.load_pem_private_key(pem, password=None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    chain = pem[pem.index(b"-----BEGIN CERTIFICATE-----") :]
    return _one_line(key), _one_line(chain)


def _one_line(pem: bytes) -> str:
    return pem.decode().strip().replace("\n", "\\n")
