"""What the drills are played on: the platform with its services, and hands that do harm to it."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from aiokafka import AIOKafkaProducer
from motor.motor_asyncio import AsyncIOMotorClient

from dev.demo.company_api import Company
from dev.drills.mailserver import MailServer
from dev.local.platform import ROOT, SERVICES, Platform
from dev.local.processes import Frozen, ProcessPart, free_port, start_child
from shared.contracts.base import Contract
from shared.contracts.catalogue import CATALOGUE, ROUND
from shared.contracts.envelope import Envelope, to_headers, to_value

UNKNOWN_TYPE = "obverse.drill.noticed.v1"  # nobody's: it counts as ignored
UNREADABLE_TYPE = "obverse.matching.round.completed.v9"  # of a version that nobody reads
TOPIC = ROUND.name  # only one group reads it
GROUP = "reporting-projections"
SETTINGS = {
    "OBVERSE_FIGURES_SECONDS": "2",
    "OBVERSE_HTTP_RATE": "1000",
    "OBVERSE_OUTBOX_LIMIT": "40",
    "OBVERSE_KAFKA_SESSION_TIMEOUT_MS": "3000",
}
MAIL_SETTINGS = {
    "OBVERSE_MAIL_AT_ONCE": "1",
    "OBVERSE_MAIL_RETRY_SECONDS": "1",
    "OBVERSE_MAIL_LEASE_SECONDS": "60",
    "OBVERSE_SMTP_TIMEOUT_SECONDS": "20",
}


class DrillPlatform(Platform):
    """The platform with quick figures, small limits, and a mail server of the drills."""

    mail_port = 0

    def environment(self, name: str) -> dict[str, str]:
        """As the platform, and what the drills change."""
        mail = {**MAIL_SETTINGS, "OBVERSE_SMTP_PORT": str(self.mail_port)}
        own = mail if name == "notifications" else {}
        return {**super().environment(name), **SETTINGS, **own}


class Stage:
    """Started once for all drills."""

    def __init__(self, platform: DrillPlatform) -> None:
        self.platform = platform
        platform.mail_port = free_port()
        self.mail = MailServer(platform.mail_port)
        urls = {name: platform.url(name) for name in SERVICES}
        self.company = Company(urls, platform.identity.token)
        self.programme_id = ""
        self._producer: AIOKafkaProducer | None = None
        self.frozen = Frozen()

    async def start(self) -> None:
        """Start everything, and open a programme."""
        await self.mail.start()
        await self.platform.start(print)
        self._producer = AIOKafkaProducer(acks="all", **self.platform.kafka.client_options())
        await self._producer.start()
        self.programme_id = (await self.command())["programme_id"]

    async def stop(self) -> None:
        """End everything."""
        self.frozen.all_go_on()
        if self._producer is not None:
            await self._producer.stop()
        await self.company.close()
        await self.platform.stop()
        await self.mail.stop()

    async def command(self) -> Any:
        """A command that makes events: a programme is opened."""
        today = datetime.now(UTC).date()
        until = (today + timedelta(days=200)).isoformat()
        cohort = {"starts_on": today.isoformat(), "ends_on": until, "size_cap": 10, "pilot": True}
        body = {
            "title": "Drill",
            "starts_on": today.isoformat(),
            "ends_on": until,
            "languages": ["en"],
            "formats": [{"format": "one_to_one"}],
            "reminders": {"session_hours_before": [24]},
            "cohort": cohort,
        }
        return await self.company.lead().open_programme(body)

    async def statuses(self, service: str, path: str, times: int, *, token: bool) -> list[int]:
        """What GET answers, many times over; with the token of the lead or with none."""
        lead = self.platform.identity.token("programme-lead", roles=("lead", "directory", "ops"))
        headers = {"Authorization": f"Bearer {lead}"} if token else {}
        async with httpx.AsyncClient(base_url=self.platform.url(service), timeout=10.0) as client:
            return [(await client.get(path, headers=headers)).status_code for _ in range(times)]

    def base(self, service: str) -> Any:
        """A service's database, for hands that spoil what is in it."""
        client: AsyncIOMotorClient[Any] = AsyncIOMotorClient(
            self.platform.database.url, uuidRepresentation="standard"
        )
        return client[f"{self.platform.prefix}_{service}"]

    @property
    def broker_pid(self) -> int:
        """The broker's process."""
        broker = self.platform.broker
        if not isinstance(broker, ProcessPart):
            raise TypeError("the drills need a broker that is a process of theirs")
        return broker.pid

    async def restart(self, service: str) -> None:
        """Start a service whose process has ended, and wait until it is ready."""
        await self.platform.start_service(service)
        await self.platform.ready(service)

    async def operator(self, service: str, *words: str) -> int:
        """Run a command of a service as an operator does; its log lines are collected. Returns its code."""
        child = await start_child(
            "operator",
            [sys.executable, "-m", f"services.{service}", *words],
            log=self.platform.log("operator"),
            env=self.platform.environment(service),
            cwd=ROOT,
        )
        return await child.ended()

    async def tell(self, contract: Contract, key: UUID, sequence: int = 1) -> None:
        """Publish an event as its owner would."""
        kind = CATALOGUE.by_model[type(contract)]
        envelope = _envelope(kind.name, sequence)
        await self._send(kind.topic.name, str(key), to_value(contract), envelope)

    async def throw(self, kind: str, key: str, sequence: int = 1, value: bytes = b"{}") -> str:
        """Put a message onto a topic that one group reads; its place."""
        sent = await self._send(TOPIC, key, value, _envelope(kind, sequence))
        return f"{sent.topic}:{sent.partition}:{sent.offset}"

    async def flood(self, messages: int) -> None:
        """As many messages that nobody wants, each with a key of its own, at once."""
        envelope = _envelope(UNKNOWN_TYPE, 1)
        futures = [
            await self.producer.send(
                TOPIC, b"{}", key=str(uuid4()).encode(), headers=to_headers(envelope)
            )
            for _ in range(messages)
        ]
        await asyncio.gather(
            *futures, return_exceptions=True
        )  # some may be lost: nobody wants them

    @property
    def producer(self) -> AIOKafkaProducer:
        """For messages of the drills."""
        if self._producer is None:
            raise RuntimeError("the stage has not been started")
        return self._producer

    async def _send(self, topic: str, key: str, value: bytes, envelope: Envelope) -> Any:
        return await self.producer.send_and_wait(
            topic, value, key=key.encode(), headers=to_headers(envelope)
        )

    def logs(self) -> Sequence[str]:
        """The log files of the services and of the operator."""
        names = [*SERVICES, "operator"]
        return [str(path) for path in map(self.platform.log, names) if path.exists()]


def _envelope(kind: str, sequence: int) -> Envelope:
    return Envelope(
        id=uuid4(),
        type=kind,
        source="/obverse/drill",
        time=datetime.now(UTC),
        sequence=sequence,
        correlationid=uuid4(),
    )


def folder() -> Path:
    """Where a run keeps its state and its logs."""
    return ROOT / "build" / "drills"
