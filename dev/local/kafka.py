"""Apache Kafka without an image: the jars of Maven Central under a Java that is already here.

For tests and figures that need what the embedded broker can not do, on a machine with Java 17 and
Maven but no container engine. The jars are fetched once into build/kafka/<version>.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from dev.local.broker import answers
from dev.local.kafka_settings import PLAIN, SecureListener, server_properties
from dev.local.parts import ALL_CAPABILITIES, Capability
from dev.local.processes import ProcessPart, free_port, refuse_old_data, start_child, wait_until

VERSION = "4.3.1"  # the same in kafka-pom.xml
_POM = Path(__file__).with_name("kafka-pom.xml")
_CACHE = Path(__file__).parents[2] / "build" / "kafka" / VERSION
_CLUSTER = "b2J2ZXJzZS1kZXYtMDAwMQ"  # any 16 bytes in base64; one cluster per data folder
YOUNG = "-XX:TieredStopAtLevel=1"
"""For brokers that live for minutes: the optimising compiler would take more of the cores than it gives back."""
_LOGGING = "-Dlog4j2.level=INFO"
_MECHANISMS = ("PLAIN", "SCRAM-SHA-512")


def java_version() -> int | None:
    """The major version of the Java on the path, None without one."""
    if shutil.which("java") is None:
        return None
    answer = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr)
    return int(found[1]) if found else None


def has_jars() -> bool:
    """True when the jars have been fetched already."""
    return (_CACHE / ".complete").exists()


async def fetch_jars(cache: Path = _CACHE) -> Path:
    """The folder with Kafka's jars, fetched with Maven when it is not there yet.

    Raises NotReady with Maven's words when they can not be had.
    """
    if (cache / ".complete").exists():
        return cache
    cache.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{cache.name}.", dir=cache.parent))
    command = ["mvn", "-q", "-B", "-f", str(_POM), "dependency:copy-dependencies"]
    command += ["-DincludeScope=runtime", f"-DoutputDirectory={partial}"]
    child = await start_child("mvn", command, log=cache.parent / "mvn.log")
    try:
        await child.succeeds(within=300)
        (partial / ".complete").touch()
        if not (cache / ".complete").exists():  # somebody else may have been quicker
            shutil.rmtree(cache, ignore_errors=True)
            partial.rename(cache)  # noqa: ASYNC240 - a moment, once
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return cache


class ApacheKafka(ProcessPart):
    """One node on 127.0.0.1; started again it has the same data and ports."""

    def __init__(
        self,
        folder: Path,
        *,
        secure: Sequence[SecureListener] = (),
        properties: Mapping[str, str] | None = None,
    ) -> None:
        """`folder` keeps data and log, and must hold none of an earlier broker.

        `properties` win over the ones made here.
        """
        self._folder = folder
        self._secure = tuple(secure)
        names = (PLAIN, "CONTROLLER", *(listener.name for listener in secure))
        self._ports = {name: free_port() for name in names}
        self._more = dict(properties or {})

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
        """Start it and wait until it gives its metadata: 3 s, and the jars' way here once."""
        if self._child is None:
            refuse_old_data(self._folder / "data")
        jars = await fetch_jars()
        java = ["java", "-Xmx512m", YOUNG, _LOGGING, "-cp", f"{jars}/*"]
        settings = self._write_settings()
        log = self._folder / "kafka.log"
        if not (self._folder / "data" / "meta.properties").exists():
            formatting = await start_child("format", [*java, *self._format(settings)], log=log)
            await formatting.succeeds(within=60)
        command = [*java, "kafka.Kafka", str(settings)]
        self._child = await start_child("kafka", command, log=log)
        try:
            await wait_until(
                lambda: answers(self.bootstrap_servers),
                what="Apache Kafka answers",
                within=90,
                child=self._child,
            )
        except BaseException:
            await self.kill()
            raise

    def _write_settings(self) -> Path:
        settings = server_properties(
            self._ports, bind="127.0.0.1", secure=self._secure, mechanisms=_MECHANISMS
        )
        settings["controller.quorum.bootstrap.servers"] = self.address("CONTROLLER")
        settings["log.dirs"] = str(self._folder / "data")
        lines = (f"{name}={value}\n" for name, value in (settings | self._more).items())
        path = self._folder / "server.properties"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(lines))
        return path

    def _format(self, settings: Path) -> list[str]:
        command = ["kafka.tools.StorageTool", "format", "--standalone"]
        command += ["--config", str(settings), "--cluster-id", _CLUSTER]
        for listener in self._secure:
            for name, password in listener.users.items():
                command += ["--add-scram", f"SCRAM-SHA-512=[name={name},password={password}]"]
        return command
