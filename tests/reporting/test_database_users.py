"""Each half works as a database user who may touch nothing but its own database."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from dev.local.identity import AUDIENCE, ISSUER, IdentityProvider
from dev.local.mongo import EmbeddedMongo, User
from dev.local.processes import NotReady
from services.reporting.app import build
from services.reporting.settings import Settings
from shared.chassis.settings import load
from tests.reporting.conftest import Reporting, principal
from tests.reporting.projections import events as e

ROOT = User("root", uuid4().hex, (("admin", "root"),))
JOURNAL = User("journal", uuid4().hex, (("journal", "readWrite"),))
PROJECTIONS = User("projections", uuid4().hex, (("projections", "readWrite"),))


def environment(mongo: EmbeddedMongo, identity: IdentityProvider, folder: Path) -> dict[str, str]:
    for user in (JOURNAL, PROJECTIONS):
        (folder / user.name).write_text(user.password, encoding="utf-8")
    return {
        "OBVERSE_ENVIRONMENT": "test",
        "OBVERSE_RUN": "api",
        "OBVERSE_MONGO_URL": mongo.url,
        "OBVERSE_MONGO_USERNAME": JOURNAL.name,
        "OBVERSE_MONGO_PASSWORD_FILE": str(folder / JOURNAL.name),
        "OBVERSE_JOURNAL_DATABASE": "journal",
        "OBVERSE_PROJECTIONS_DATABASE": "projections",
        "OBVERSE_PROJECTIONS_MONGO_USERNAME": PROJECTIONS.name,
        "OBVERSE_PROJECTIONS_MONGO_PASSWORD_FILE": str(folder / PROJECTIONS.name),
        "OBVERSE_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "OBVERSE_HTTP_PORT": "0",
        "OBVERSE_AUTH_ISSUER": ISSUER,
        "OBVERSE_AUTH_AUDIENCE": AUDIENCE,
        "OBVERSE_AUTH_JWKS_FILE": str(identity.jwks_file),
    }


async def test_each_half_needs_no_right_beyond_its_own_database(
    tmp_path: Path, identity: IdentityProvider
) -> None:
    mongo = EmbeddedMongo(tmp_path / "mongo", users=[ROOT, JOURNAL, PROJECTIONS])
    try:
        await mongo.start()
    except NotReady as reason:
        pytest.skip(f"no embedded mongod to demand authentication of: {reason}")
    try:
        settings = load(Settings, environment(mongo, identity, tmp_path))
        async with (
            build(settings).running() as service,
            httpx.AsyncClient(base_url=service.url) as http,
        ):
            reporting = Reporting(service, identity, http)
            lead, mentor = (
                principal("lead", lead=str(e.PROGRAMME)),
                principal("mentor", e.mentor(1)),
            )
            await reporting.told(*e.numbered([e.opened(), e.formed(1), lead, mentor]))

            sessions = await reporting.get(f"/v1/pairs/{e.pair(1)}/sessions", "mentor")
            report = await reporting.get(f"/v1/programmes/{e.PROGRAMME}/report", "lead")

            assert sessions.json() == {"sessions": []}
            assert report.json()["pairs"]["active"] == 1
        await is_refused(mongo, PROJECTIONS, "journal")
        await is_refused(mongo, JOURNAL, "projections")
    finally:
        await mongo.stop()


async def is_refused(mongo: EmbeddedMongo, user: User, database: str) -> None:
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(mongo.url_as(user)) as client:
        with pytest.raises(OperationFailure, match="not authorized"):
            await client[database]["pairs"].find_one()
