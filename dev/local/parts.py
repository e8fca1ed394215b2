"""The two parts of every stack, whoever provides them: a Kafka broker and a MongoDB replica set.

Tests and launchers hold these protocols, so that embedded parts, jars, containers and given
addresses are interchangeable. What a broker can not do is said by its capabilities: a test asks for
one and names the reason when it does not run.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Capability(StrEnum):
    """Something that Apache Kafka does and that a lesser broker may not do."""

    IDEMPOTENCE = "idempotence"  # idempotent producers
    DURABILITY = "durability"  # records outlive the broker's process
    LATEST = "latest"  # end offsets and offsets-for-times tell the truth
    LAG = "lag"  # end offset - committed is the lag
    COMPACTION = "compaction"  # cleanup.policy=compact and retention are honoured
    TLS = "tls"  # can be started with TLS and SASL listeners
    RESTART = "restart"  # kill() and start() again: same address, same data


ALL_CAPABILITIES = frozenset(Capability)


class Part(Protocol):
    """A process or a container that is started and stopped by its user."""

    async def start(self) -> None:
        """Start and wait until it serves, after a stop() or kill() on the same address as before.

        Raises NotReady (processes.py) with the end of its log when it does not serve in time.
        """

    async def stop(self) -> None:
        """Stop in an orderly way; no error when it is not running. Containers lose their data."""

    async def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""

    async def ended(self) -> None:
        """Return when it has ended by itself: whoever holds the stack stops the rest then."""


class Broker(Part, Protocol):
    """A broker that speaks the Kafka protocol."""

    @property
    def bootstrap_servers(self) -> str:
        """host:port of its plain-text listener."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this broker can be relied on for."""


class Database(Part, Protocol):
    """A MongoDB replica set with one member."""

    @property
    def url(self) -> str:
        """Connection string without credentials."""
