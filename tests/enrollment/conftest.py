"""The service on a real database, without a broker: what it would publish is read from its outbox."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from dev.demo.opening import open_programme
from dev.local.identity import AUDIENCE, ISSUER, IdentityProvider
from dev.local.parts import Database
from services.enrollment.app import build, work_on
from services.enrollment.domain.ports import Work
from services.enrollment.settings import Settings
from shared.chassis.lifecycle import Service
from shared.chassis.mongo import MongoDatabase, ensure_indexes
from shared.chassis.settings import load

DIRECTORY = """\
Staff Number,Work Email,Level,Line Manager Staff Number,Name,Unit
S1,top@corp.example,9,,Tara Top,Board
S2,mia@corp.example,7,S1,Mia Middle,Sales
S3,anna@corp.example,3,S2,Анна Ёлкина,Sales
S4,ben@corp.example,3,S2,Ben Low,Sales
"""
MAPPING: dict[str, Any] = {
    "columns": {
        "staff_number": "Staff Number",
        "email": "Work Email",
        "level": "Level",
        "manager": "Line Manager Staff Number",
        "name": "Name",
        "unit": "Unit",
    }
}
OPENING: dict[str, Any] = {
    "title": "Reverse mentoring",
    "starts_on": "2026-01-01",
    "ends_on": "2099-12-31",
    "languages": ["en"],
    "formats": [{"format": "one_to_one"}],
    "cohort": {"starts_on": "2026-01-01", "ends_on": "2099-12-31", "size_cap": 40},
}
YES: dict[str, Any] = {
    "consent": {"version": "2026-11", "given_on": "2026-11-01", "language": "ru"},
    "roles": ["mentor"],
    "offers": [{"topic": "social_media", "proficiency": 4}],
    "hours_per_month": 4,
    "slots": [{"weekday": 1, "start_minute": 600, "minutes": 120}],
    "time_zone": "Europe/London",
    "languages": ["en"],
}
PROFILE = {name: value for name, value in YES.items() if name != "consent"}


@dataclass
class Person:
    """Sends requests with one token."""

    service: Service
    token: str

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(uuid4()))
        transport = httpx.ASGITransport(self.service.api)
        async with httpx.AsyncClient(transport=transport, base_url="http://e") as client:
            return await client.request(method, f"/v1{path}", headers=headers, **more)

    async def get(self, path: str) -> dict[str, Any]:
        return self._good(await self.send("GET", path))

    async def put(self, path: str, body: Any = None) -> dict[str, Any]:
        return self._good(await self.send("PUT", path, json=body))

    async def post(self, path: str, body: Any = None) -> dict[str, Any]:
        return self._good(await self.send("POST", path, json=body))

    async def bring(self, directory: str, query: str = "") -> dict[str, Any]:
        return self._good(await self.send_file(directory.encode(), query))

    async def send_file(self, content: Any, query: str = "") -> httpx.Response:
        headers = {"Content-Type": "text/csv"}
        path = f"/directory/imports{query}"
        return await self.send("POST", path, content=content, headers=headers)

    def _good(self, response: httpx.Response) -> dict[str, Any]:
        assert response.is_success, (response.status_code, response.text)
        answer: dict[str, Any] = response.json()
        return answer


@dataclass
class House:
    """The service, its database, and whoever wants something of it."""

    service: Service
    database: MongoDatabase
    identity: IdentityProvider

    def person(self, subject: str, *roles: str, email: str | None = "") -> Person:
        """Somebody with a token; the address is theirs at corp.example unless another is named."""
        email = f"{subject}@corp.example" if email == "" else email
        return Person(self.service, self.identity.token(subject, email=email, roles=roles))

    @property
    def feeder(self) -> Person:
        return self.person("hr-system", "directory", email=None)

    @property
    def work(self) -> Work:
        return work_on(self.service.databases[0])

    async def furnish(self) -> None:
        """The directory as above."""
        await self.feeder.put("/directory/mapping", MAPPING)
        await self.feeder.bring(DIRECTORY)

    async def programme(self, **changed: Any) -> str:
        """A programme that lea leads, who is no employee."""
        return await self.open_programme(self.person("lea", "lead"), **changed)

    async def open_programme(self, lead: Person, **changed: Any) -> str:
        """A programme of this lead, with some of OPENING changed."""

        async def ask(method: str, path: str, body: Any) -> Any:
            say = lead.put if method == "PUT" else lead.post
            return await say(path.removeprefix("/v1"), body)

        opened = await open_programme(ask, OPENING | changed)
        return str(opened["programme_id"])

    async def draft(self, **changed: Any) -> str:
        """A programme that lea prepares."""
        drafted = await self.person("lea", "lead").post("/programmes", OPENING | changed)
        return str(drafted["programme_id"])

    async def enrol(self, subject: str, programme: str, **changed: Any) -> dict[str, Any]:
        return await self.person(subject).post(f"/programmes/{programme}/volunteers", YES | changed)

    async def told(self, event: str = "") -> list[dict[str, Any]]:
        """The data of what was published, oldest first; `event` is a part of the type's name."""
        rows = await self.database["outbox"].find({"type": {"$regex": event}}).to_list(None)
        return [json.loads(row["payload"]) for row in sorted(rows, key=lambda row: row["_id"])]

    async def told_types(self) -> list[str]:
        rows = await self.database["outbox"].find({}).to_list(None)
        names = [row["type"] for row in sorted(rows, key=lambda row: row["_id"])]
        return [name.removeprefix("obverse.enrollment.").removesuffix(".v1") for name in names]

    async def directory(self, version: int | None = None) -> dict[str, Any]:
        """Rows by staff number as everybody sees them, or as a version has them."""
        state = await self.database["directory"].find_one({"_id": "state"}) or {}
        now = state.get("version", 0) if version is None else version
        seen: dict[str, Any] = {}
        for row in await self.database["employees"].find({}).to_list(None):
            if row.get("from", 0) <= now and (row.get("until") is None or row["until"] > now):
                number = row["_id"].split("\n")[0]
                assert number not in seen
                seen[number] = row
        return seen

    @asynccontextmanager
    async def profiled(self) -> AsyncIterator[list[dict[str, Any]]]:
        """What the database was asked in the block, as its own profiler tells; filled when the block ends."""
        asked: list[dict[str, Any]] = []
        profile = self.database["system.profile"]
        await profile.drop()
        await self.database.command("profile", 2)
        try:
            yield asked
        finally:
            await self.database.command("profile", 0)
        asked += await profile.find().to_list(None)

    async def forget_told(self) -> None:
        await self.database["outbox"].delete_many({})


@pytest.fixture
async def house(
    mongo: Database, identity: IdentityProvider, database_name: str
) -> AsyncIterator[House]:
    environ = {
        "OBVERSE_ENVIRONMENT": "test",
        "OBVERSE_MONGO_URL": mongo.url,
        "OBVERSE_MONGO_DATABASE": database_name,
        "OBVERSE_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9",
        "OBVERSE_AUTH_ISSUER": ISSUER,
        "OBVERSE_AUTH_AUDIENCE": AUDIENCE,
        "OBVERSE_AUTH_JWKS_FILE": str(identity.jwks_file),
        "OBVERSE_HTTP_RATE": "10000",
    }
    service = build(load(Settings, environ))
    database = service.databases[0]
    await ensure_indexes(database.mongo, database.indexes)
    yield House(service, database.mongo, identity)
    database.client.close()
