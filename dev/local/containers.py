"""The two parts out of containers, by testcontainers, where a Docker engine answers.

Apache Kafka is a plain DockerContainer: testcontainers' own class takes Confluent's images only,
and its MongoDB class can be no replica set. Ports are the same inside and outside, since both
systems tell their address to their clients.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from dev.local import replica_set
from dev.local.broker import answers
from dev.local.engine import Container
from dev.local.kafka_settings import PLAIN, SecureListener, server_properties
from dev.local.parts import ALL_CAPABILITIES, Capability
from dev.local.processes import free_port

KAFKA_IMAGE = "apache/kafka:4.1.0"  # the same in docker-compose.yml
MONGO_IMAGE = "mongo:7.0"


def kafka_image() -> str:
    """The Kafka image that tests and docker-compose.yml use."""
    return os.environ.get("OBVERSE_KAFKA_IMAGE") or KAFKA_IMAGE


def mongo_image() -> str:
    """The MongoDB image that tests and docker-compose.yml use."""
    return os.environ.get("OBVERSE_MONGO_IMAGE") or MONGO_IMAGE


class ContainerKafka:
    """Apache Kafka in a container; its data live as long as the container, which stop() removes."""

    def __init__(
        self,
        *,
        image: str | None = None,
        secure: Sequence[SecureListener] = (),
        properties: Mapping[str, str] | None = None,
    ) -> None:
        """`properties` win over the ones made here; secure listeners take PLAIN only."""
        names = (PLAIN, "CONTROLLER", *(listener.name for listener in secure))
        self._ports = {name: free_port() for name in names}
        settings = server_properties(self._ports, bind="", secure=secure, mechanisms=("PLAIN",))
        settings["controller.quorum.voters"] = f"1@localhost:{self._ports['CONTROLLER']}"
        environment = {_variable(k): v for k, v in (settings | dict(properties or {})).items()}
        environment["KAFKA_HEAP_OPTS"] = "-Xmx512m"
        outside = [port for name, port in self._ports.items() if name != "CONTROLLER"]
        self._container = Container(
            image or kafka_image(), ports=outside, command=None, env=environment
        )

    @property
    def bootstrap_servers(self) -> str:
        """host:port of the plain listener."""
        return self.address(PLAIN)

    def address(self, listener: str) -> str:
        """host:port of the listener with this name."""
        return f"127.0.0.1:{self._ports[listener]}"

    @property
    def capabilities(self) -> frozenset[Capability]:
        """All of them."""
        return ALL_CAPABILITIES

    async def start(self) -> None:
        """Start it and wait until it gives its metadata."""
        await self._container.start(lambda: answers(self.bootstrap_servers))

    async def stop(self) -> None:
        """Remove it with its data."""
        await self._container.stop()

    async def kill(self) -> None:
        """SIGKILL."""
        await self._container.kill()

    async def ended(self) -> None:
        """Return when it has ended."""
        await self._container.ended()


class ContainerMongo:
    """MongoDB in a container, as a replica set of one; stop() removes it with its data."""

    def __init__(self, *, image: str | None = None) -> None:
        self._port = free_port()
        command = f"--replSet {replica_set.NAME} --port {self._port} --bind_ip_all"
        self._container = Container(
            image or mongo_image(), ports=[self._port], command=command, env={}
        )

    @property
    def url(self) -> str:
        """Connection string."""
        return f"mongodb://127.0.0.1:{self._port}/?replicaSet={replica_set.NAME}"

    async def start(self) -> None:
        """Start it and wait until it is the primary."""
        await self._container.start(self._is_primary)

    async def stop(self) -> None:
        """Remove it with its data."""
        await self._container.stop()

    async def kill(self) -> None:
        """SIGKILL."""
        await self._container.kill()

    async def ended(self) -> None:
        """Return when it has ended."""
        await self._container.ended()

    async def _is_primary(self) -> bool:
        direct = f"mongodb://127.0.0.1:{self._port}/?directConnection=true"
        if await replica_set.hello(direct) is None:
            return False
        await replica_set.initiate(direct, f"127.0.0.1:{self._port}")
        return await replica_set.is_primary(direct)


def _variable(name: str) -> str:
    """The environment variable by which Kafka's image takes a server property."""
    escaped = name.replace("_", "___").replace("-", "__").replace(".", "_")
    return f"KAFKA_{escaped.upper()}"
