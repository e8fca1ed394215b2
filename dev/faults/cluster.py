"""The platform as in production: three brokers, three databases, two replicas of each service, and a mail sink.

All is reached through proxies of ours where `proxied`, so that a run can cut what is between. Everything is ended by
the process id that was noted when it was started.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from aiokafka.errors import KafkaError

from dev.faults.kafka_cluster import NODES, KafkaCluster
from dev.faults.mongo_cluster import MongoCluster
from dev.faults.proxy import Mode, Proxy
from dev.faults.service import REPLACING
from dev.faults.zygote import Zygote
from dev.local.identity import AUDIENCE, ISSUER, IdentityProvider
from dev.local.processes import Child, Frozen, NotReady, free_port, start_child, wait_until
from shared.chassis.broker import PROFILES, KafkaAddress
from shared.chassis.topics import create_topics
from shared.chassis.troubles import is_transient
from shared.contracts.catalogue import CATALOGUE

ROOT = Path(__file__).parents[2]
SERVICES = ("enrollment", "matching", "notifications", "reporting")
REPLICAS = (1, 2)
SECONDS_TO_START = 90.0
SESSION_TIMEOUT_MS = 3_000
MAIL_RETRY_SECONDS = 1
"""The longest first pause of a mail that could not be sent; each further one is up to twice as long."""

Tell = Callable[[str], None]


@dataclass
class Replica:
    """One process of a service, and those that come after it in its place."""

    service: str
    number: int
    port: int = field(default_factory=free_port)
    child: Child | None = None

    @property
    def name(self) -> str:
        """As the files of a run are named."""
        return f"{self.service}-{self.number}"

    @property
    def url(self) -> str:
        """Where it answers HTTP."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self.child is not None and self.child.running

    @property
    def pid(self) -> int:
        """The process id of the one that runs, or ran last; 0 before the first start."""
        return self.child.pid if self.child else 0


class FaultCluster:
    """Made for one run; its state is in `state`, and what is to be judged in `folder`."""

    def __init__(
        self,
        folder: Path,
        *,
        proxied: bool = False,
        settings: Mapping[str, str] | None = None,
        replicas: tuple[int, ...] = REPLICAS,
        listening: bool = True,
    ) -> None:
        """`settings` are added to those of every service, with or without the prefix OBVERSE_.

        Where nobody is `listening`, the services run as they are shipped: nothing notes what they pass.
        """
        self.folder = folder
        self.state = folder / "cluster"
        fronts = (
            [tuple(free_port() for _ in range(NODES)) for _ in range(2)] if proxied else [(), ()]
        )
        self.kafka = KafkaCluster(self.state, fronts[0])
        self.mongo = MongoCluster(self.state, fronts[1])
        self.identity = IdentityProvider(self.state / "keys")
        self.settings = dict(settings or {})
        self._listening = listening
        self.replicas = [Replica(name, number) for name in SERVICES for number in replicas]
        self._sink_port = free_port()
        self.mail_proxy = Proxy(free_port(), self._sink_port)
        self.proxies = {"mail": self.mail_proxy, **(self._in_front() if proxied else {})}
        self.sink: Child | None = None
        self.frozen = Frozen()
        self._zygotes = {name: Zygote(name, self.state) for name in SERVICES}

    def _in_front(self) -> dict[str, Proxy]:
        brokers = {f"kafka-{one.number}": Proxy(one.front, one.behind) for one in self.kafka.nodes}
        databases = {f"mongo-{one.number}": Proxy(one.front, one.port) for one in self.mongo.nodes}
        return brokers | databases

    @property
    def address(self) -> KafkaAddress:
        """The broker as the harness sees it, past the proxies."""
        return KafkaAddress(self.kafka.direct, PROFILES["kafka"])

    @property
    def orders(self) -> Path:
        """Where orders to die lie until somebody obeys."""
        return self.state / "orders"

    def of(self, service: str) -> list[Replica]:
        """The replicas of a service."""
        return [one for one in self.replicas if one.service == service]

    async def start(self, tell: Tell = lambda _: None) -> None:
        """Start everything and wait until every replica is ready."""
        self.orders.mkdir(parents=True, exist_ok=True)
        (self.folder / "passages").mkdir(parents=True, exist_ok=True)
        await asyncio.gather(*(proxy.start() for proxy in self.proxies.values()))
        await asyncio.gather(self.kafka.start(), self.mongo.start())
        tell("three brokers and three databases are up")
        await self._start_services(tell)

    async def renew(self, folder: Path, settings: Mapping[str, str], tell: Tell) -> None:
        """Everything is as after a start, on the same brokers and databases: topics and databases are empty."""
        await self._stop_services()
        for proxy in self.proxies.values():
            proxy.become(Mode.OPEN)
        await self._heal_nodes()
        await self._empty()
        self.folder, self.settings = folder, dict(settings)
        for order in self.orders.iterdir():
            order.unlink()
        (folder / "passages").mkdir(parents=True)
        await self._start_services(tell)

    async def _start_services(self, tell: Tell) -> None:
        await self._create_topics()
        await self.start_sink()
        await asyncio.gather(*(self.start_replica(one) for one in self.replicas))
        await self.all_ready()
        tell(f"{len(self.replicas)} replicas of {len(SERVICES)} services are ready")

    async def _empty(self) -> None:
        """No topic and no database of ours is left; the groups' offsets go with the topics."""
        await self.mongo.drop("obverse_")

        async def gone() -> bool:
            admin = self.address.admin()
            try:
                await admin.start()
                ours = [name for name in await admin.list_topics() if name in CATALOGUE.topics]
                await admin.delete_topics(ours)
            except KafkaError:
                return False
            finally:
                await admin.close()
            return not ours

        await wait_until(gone, what="the topics are gone", within=SECONDS_TO_START)

    async def _create_topics(self) -> None:
        async def created() -> bool:
            try:
                await create_topics(self.address, replication=NODES)
            except Exception as error:
                if not is_transient(error):
                    raise
                return False
            return True

        await wait_until(created, what="the topics are there", within=SECONDS_TO_START)

    async def start_sink(self) -> None:
        """Start the mail sink, on the mails it has."""
        command = [sys.executable, "-m", "dev.faults.sink", str(self.folder / "mails")]
        self.sink = await start_child(
            "sink",
            [*command, str(self._sink_port)],
            log=self.state / "sink.log",
            env={**_shell(), "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
        )

    async def start_replica(self, replica: Replica, **faults: str) -> None:
        """Start its process; `faults` are FAULT_* variables of this one alone."""
        log = self.folder / "logs" / f"{replica.name}.log"
        env = self.environment(replica) | faults
        if self._listening and REPLACING.isdisjoint(env):
            replica.child = await self._zygotes[replica.service].fork(replica.name, log, env)
            return
        program = ["dev.faults.service", replica.service]
        if not self._listening:
            program = [f"services.{replica.service}"]
        command = [sys.executable, "-m", *program]
        replica.child = await start_child(replica.name, command, log=log, env=env, cwd=ROOT)

    async def ready(self, replica: Replica) -> None:
        """Wait until it says so."""
        # No TLS here, and loading the CAs would cost more than all the rest.
        async with httpx.AsyncClient(base_url=replica.url, timeout=2.0, verify=False) as client:  # noqa: S501

            async def answers() -> bool:
                try:
                    return (await client.get("/readyz")).status_code == httpx.codes.OK
                except httpx.TransportError:
                    return False

            what = f"{replica.name} is ready"
            await wait_until(answers, what=what, within=SECONDS_TO_START, child=replica.child)

    async def all_ready(self) -> None:
        """Wait until each says so."""
        await asyncio.gather(*(self.ready(one) for one in self.replicas))

    async def heal(self) -> None:
        """Whatever was cut, paused or killed works again when this returns."""
        for order in self.orders.iterdir():
            order.unlink(missing_ok=True)
        self.frozen.all_go_on()
        for proxy in self.proxies.values():
            if proxy.mode is not Mode.OPEN or proxy.latency:
                proxy.become(Mode.OPEN)
                proxy.reset()
        await self._heal_nodes()
        if self.sink is None or not self.sink.running:
            await self.start_sink()
        for replica in self.replicas:
            if not replica.running:
                await self.start_replica(replica)
        await self.all_ready()

    async def _heal_nodes(self) -> None:
        for node in self.kafka.nodes:
            if not node.running:
                await node.start()
        for member in self.mongo.nodes:
            if not member.running:
                await member.start()
        await asyncio.gather(*(node.answering() for node in self.kafka.nodes))
        await self.mongo.has_primary()

    async def stop(self) -> None:
        """End what was started, the services first."""
        await self._stop_services()
        await asyncio.gather(*(zygote.stop() for zygote in self._zygotes.values()))
        await asyncio.gather(self.kafka.stop(), self.mongo.stop())
        await asyncio.gather(*(proxy.stop() for proxy in self.proxies.values()))

    async def _stop_services(self) -> None:
        self.frozen.all_go_on()
        children = [one.child for one in self.replicas if one.child]
        await asyncio.gather(*(child.stop(within=20) for child in children))
        if self.sink is not None:
            await self.sink.kill()

    def environment(self, replica: Replica) -> dict[str, str]:
        """The settings of a service here, and what the harness tells its process."""
        name = replica.service
        common = {
            "OBVERSE_ENVIRONMENT": "demo",
            "OBVERSE_MONGO_URL": self.mongo.url,
            "OBVERSE_MONGO_DATABASE": f"obverse_{name}",
            "OBVERSE_KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "OBVERSE_KAFKA_SESSION_TIMEOUT_MS": str(SESSION_TIMEOUT_MS),
            "OBVERSE_HTTP_PORT": str(replica.port),
            "OBVERSE_HTTP_RATE": "1000",
            "OBVERSE_AUTH_ISSUER": ISSUER,
            "OBVERSE_AUTH_AUDIENCE": AUDIENCE,
            "OBVERSE_AUTH_JWKS_FILE": str(self.identity.jwks_file),
        }
        mail = {
            "OBVERSE_SMTP_HOST": "127.0.0.1",
            "OBVERSE_SMTP_PORT": str(self.mail_proxy.port),
            "OBVERSE_SMTP_TIMEOUT_SECONDS": "2",
            "OBVERSE_MAIL_LEASE_SECONDS": "6",
            "OBVERSE_MAIL_RETRY_SECONDS": str(MAIL_RETRY_SECONDS),
            "OBVERSE_MAIL_FROM": "mentoring@obverse.test",
        }
        orders = (self.orders / replica.service, self.orders / replica.name)
        faults = {
            "FAULT_PASSAGES": str(self.folder / "passages" / f"{replica.name}-{{pid}}.jsonl"),
            "FAULT_ORDERS": ":".join(map(str, orders)),
        }
        own = mail if name == "notifications" else {}
        return {**_shell(), **common, **own, **faults, **self.settings}


def _shell() -> dict[str, str]:
    """The variables of our shell, without what it says about Obverse."""
    prefixes = ("OBVERSE_", "FAULT_")
    return {key: text for key, text in os.environ.items() if not key.startswith(prefixes)}


def check_memory(cluster: FaultCluster) -> int:
    """The resident memory of all that was started, in MiB. Raises NotReady beyond 6 GiB."""
    nodes = [*cluster.kafka.nodes, *cluster.mongo.nodes]
    pids = [node.pid for node in nodes] + [one.pid for one in cluster.replicas]
    used = sum(_resident(pid) for pid in pids)
    if used > 6 * 1024:
        raise NotReady(f"the cluster uses {used} MiB, more than 6 GiB")
    return used


def _resident(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/statm").read_text()
    except OSError:
        return 0
    return int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE") // (1024 * 1024)
