"""The whole platform on one machine: broker, database, mail catcher and the four services, as processes.

The services are the ones that production runs, started by the same command and reached over TCP. Whatever
part ends by itself takes the others with it; a killed launcher does, too.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from dev.local.identity import AUDIENCE, ISSUER, IdentityProvider
from dev.local.parts import Broker, Capability, Database
from dev.local.processes import Child, free_port, start_child, wait_until
from shared.chassis.broker import PROFILES, KafkaAddress
from shared.chassis.topics import create_topics

ROOT = Path(__file__).parents[2]
SERVICES = ("enrollment", "matching", "notifications", "reporting")
SECONDS_TO_START = 60.0

Tell = Callable[[str], None]


class Platform:
    """Made of a broker and a database that are not started yet; keeps its state in `folder`.

    `prefix` begins the names of the databases, so that two platforms can share one MongoDB.
    """

    def __init__(
        self, broker: Broker, database: Database, folder: Path, prefix: str = "obverse"
    ) -> None:
        self.prefix = prefix
        self.broker = broker
        self.database = database
        self.folder = folder
        self.identity = IdentityProvider(folder / "keys")
        self.mails = folder / "mails"
        self.ports = {name: free_port() for name in (*SERVICES, "smtp", "mail")}
        self.children: dict[str, Child] = {}
        self.overrides: Mapping[str, str] = {}

    @property
    def kafka(self) -> KafkaAddress:
        """The broker as the services see it."""
        return KafkaAddress(self.broker.bootstrap_servers, PROFILES[self._profile])

    @property
    def _profile(self) -> str:
        return "kafka" if Capability.IDEMPOTENCE in self.broker.capabilities else "embedded"

    def url(self, name: str) -> str:
        """Where a service, or the mail catcher (`mail`), answers HTTP."""
        return f"http://127.0.0.1:{self.ports[name]}"

    async def start(self, tell: Tell = lambda _: None) -> None:
        """Start everything and wait until it is ready. Raises NotReady with the end of a log."""
        await asyncio.gather(self.broker.start(), self.database.start())
        tell("broker and database are up")
        await create_topics(self.kafka, replication=1)
        self.mails.mkdir(parents=True, exist_ok=True)
        await self._start_mail_catcher()
        for name in SERVICES:
            await self.start_service(name)
        await asyncio.gather(*(self.ready(name) for name in SERVICES))
        tell("four services are ready")

    async def start_service(self, name: str) -> Child:
        """Start one service, as production does: `python -m services.<name>`."""
        child = await start_child(
            name,
            [sys.executable, "-m", f"services.{name}"],
            log=self.log(name),
            env=self.environment(name),
            cwd=ROOT,
        )
        self.children[name] = child
        return child

    async def ready(self, name: str) -> None:
        """Wait until a service says that it is ready."""
        child = self.children[name]
        async with httpx.AsyncClient(base_url=self.url(name), timeout=2.0) as client:

            async def answers() -> bool:
                try:
                    return (await client.get("/readyz")).status_code == httpx.codes.OK
                except httpx.TransportError:
                    return False

            await wait_until(answers, what=f"{name} is ready", within=SECONDS_TO_START, child=child)

    async def stop(self) -> None:
        """End what was started, the services first."""
        services = [self.children[name] for name in SERVICES if name in self.children]
        await asyncio.gather(*(child.stop(within=15) for child in services))
        if "mail" in self.children:
            await self.children["mail"].stop()
        await asyncio.gather(self.broker.stop(), self.database.stop())

    async def broken(self) -> str:
        """Wait until a part ends by itself; its name."""
        watched = {
            asyncio.create_task(part): name
            for name, part in (
                ("broker", self.broker.ended()),
                ("database", self.database.ended()),
                *((name, child.ended()) for name, child in self.children.items()),
            )
        }
        done, pending = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        return watched[next(iter(done))]

    def log(self, name: str) -> Path:
        """The log of a process."""
        return self.folder / "logs" / f"{name}.log"

    def environment(self, name: str) -> dict[str, str]:
        """The settings of a service here; nothing else that this shell says about Obverse."""
        shell = {key: text for key, text in os.environ.items() if not key.startswith("OBVERSE_")}
        common = {
            "OBVERSE_ENVIRONMENT": "demo",
            "OBVERSE_MONGO_URL": self.database.url,
            "OBVERSE_MONGO_DATABASE": f"{self.prefix}_{name}",
            "OBVERSE_KAFKA_BOOTSTRAP_SERVERS": self.broker.bootstrap_servers,
            "OBVERSE_KAFKA_PROFILE": self._profile,
            "OBVERSE_HTTP_PORT": str(self.ports[name]),
            "OBVERSE_AUTH_ISSUER": ISSUER,
            "OBVERSE_AUTH_AUDIENCE": AUDIENCE,
            "OBVERSE_AUTH_JWKS_FILE": str(self.identity.jwks_file),
        }
        own = {
            "OBVERSE_SMTP_HOST": "127.0.0.1",
            "OBVERSE_SMTP_PORT": str(self.ports["smtp"]),
            "OBVERSE_MAIL_FROM": "mentoring@obverse.test",
        }
        mine = own if name == "notifications" else {}
        return {**shell, **common, **mine, **self.overrides}

    async def _start_mail_catcher(self) -> None:
        places = {
            "MAIL_FOLDER": str(self.mails),
            "MAIL_HOST": "127.0.0.1",
            "MAIL_SMTP_PORT": str(self.ports["smtp"]),
            "MAIL_HTTP_PORT": str(self.ports["mail"]),
        }
        self.children["mail"] = await start_child(
            "mail catcher",
            [sys.executable, ROOT / "deploy" / "mailcatcher" / "catcher.py"],
            log=self.log("mail"),
            env={**os.environ, **places},
        )


def emptied(folder: Path) -> Path:
    """The folder, with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
