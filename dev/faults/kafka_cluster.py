"""Three Apache Kafka nodes from jars: each is broker and controller, every topic has three copies.

Two of three must have a record before it counts (min.insync.replicas 2), so one node may be gone at any time.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from dev.local.broker import answers
from dev.local.kafka import YOUNG, fetch_jars
from dev.local.kafka_settings import PLAIN, server_properties
from dev.local.parts import ALL_CAPABILITIES, Capability
from dev.local.processes import ProcessPart, free_port, start_child, wait_until

NODES = 3
HEAP = "-Xmx256m"
_CLUSTER = "b2J2ZXJzZS1mYXVsdHMtMQ"  # any 16 bytes in base64
_CONTROLLER = "CONTROLLER"
_PROXIED = "PROXIED"
SECONDS_TO_START = 120


class KafkaNode(ProcessPart):
    """One of the three; started again it has the same data and ports."""

    def __init__(self, number: int, folder: Path, front: int | None) -> None:
        """Clients are told to come to the port `front` where there is one: the proxy's."""
        self.number = number
        self._folder = folder
        self.ports = {name: free_port() for name in (PLAIN, _CONTROLLER, _PROXIED)}
        self.front = front or self.ports[_PROXIED]

    @property
    def behind(self) -> int:
        """The port that the proxy connects to."""
        return self.ports[_PROXIED]

    @property
    def data(self) -> Path:
        """Where its logs lie."""
        return self._folder / "data"

    async def format(self, voters: str) -> None:
        """Write the settings, and prepare the data folder."""
        jars = await fetch_jars()
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / "server.properties"
        lines = (f"{name}={text}\n" for name, text in self._properties(voters).items())
        path.write_text("".join(lines))
        command = ["java", HEAP, YOUNG, "-cp", f"{jars}/*"]
        command += ["kafka.tools.StorageTool", "format"]
        command += ["--config", str(path), "--cluster-id", _CLUSTER]
        child = await start_child("format", command, log=self._folder / "kafka.log")
        await child.succeeds(within=SECONDS_TO_START)

    async def start(self) -> None:
        """Start it; it is useful once a majority is up."""
        jars = await fetch_jars()
        command = ["java", HEAP, YOUNG, "-XX:+UseSerialGC", "-Dlog4j2.level=WARN"]
        command += ["-cp", f"{jars}/*", "kafka.Kafka", str(self._folder / "server.properties")]
        self._child = await start_child("kafka", command, log=self._folder / "kafka.log")

    async def answering(self) -> None:
        """Wait until it gives its metadata."""
        await wait_until(
            lambda: answers(f"127.0.0.1:{self.ports[PLAIN]}"),
            what=f"Kafka node {self.number} answers",
            within=SECONDS_TO_START,
            child=self._child,
        )

    def _properties(self, voters: str) -> Mapping[str, str]:
        found = server_properties(self.ports, bind="127.0.0.1", secure=(), mechanisms=())
        listeners = {PLAIN: self.ports[PLAIN], _PROXIED: self.front}
        protocols = dict.fromkeys((PLAIN, _CONTROLLER, _PROXIED), PLAIN)
        return found | {
            "node.id": str(self.number),
            "controller.quorum.voters": voters,
            "listener.security.protocol.map": ",".join(f"{k}:{v}" for k, v in protocols.items()),
            "advertised.listeners": ",".join(
                f"{name}://127.0.0.1:{port}" for name, port in listeners.items()
            ),
            "log.dirs": str(self.data),
            "min.insync.replicas": "2",
            "default.replication.factor": "3",
            "offsets.topic.replication.factor": "3",
            "transaction.state.log.replication.factor": "3",
            "transaction.state.log.min.isr": "2",
            "share.coordinator.state.topic.replication.factor": "3",
            "share.coordinator.state.topic.min.isr": "2",
            "group.min.session.timeout.ms": "1000",
            "replica.lag.time.max.ms": "5000",
            "num.io.threads": "3",
            "num.network.threads": "2",
            "log.cleaner.enable": "true",
            "controlled.shutdown.enable": "true",
        }


class KafkaCluster:
    """All three as one broker; `fronts` are the ports of proxies, where there are some."""

    def __init__(self, folder: Path, fronts: tuple[int, ...] = ()) -> None:
        ports = fronts or (None,) * NODES
        self.nodes = [
            KafkaNode(number, folder / f"kafka-{number}", front)
            for number, front in enumerate(ports, start=1)
        ]

    @property
    def bootstrap_servers(self) -> str:
        """Where the services knock."""
        return ",".join(f"127.0.0.1:{node.front}" for node in self.nodes)

    @property
    def direct(self) -> str:
        """Where the harness knocks: past every proxy."""
        return ",".join(f"127.0.0.1:{node.ports[PLAIN]}" for node in self.nodes)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """All of them."""
        return ALL_CAPABILITIES

    async def start(self) -> None:
        """Prepare and start all, and wait until each answers."""
        voters = ",".join(f"{n.number}@127.0.0.1:{n.ports[_CONTROLLER]}" for n in self.nodes)
        await asyncio.gather(*(node.format(voters) for node in self.nodes))
        try:
            for node in self.nodes:
                await node.start()
            await asyncio.gather(*(node.answering() for node in self.nodes))
        except BaseException:
            await self.kill()
            raise

    async def stop(self) -> None:
        """End all: the data are not kept, so there is no need for an orderly end."""
        await self.kill()

    async def kill(self) -> None:
        """SIGKILL to all."""
        await asyncio.gather(*(node.kill() for node in self.nodes))

    async def ended(self) -> None:
        """Return when none is left."""
        await asyncio.gather(*(node.ended() for node in self.nodes))
