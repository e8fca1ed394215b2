"""MongoDB that demands TLS and a user: what works with both, and what is refused without."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import trustme
from pymongo import InsertOne
from pymongo.errors import OperationFailure, PyMongoError
from structlog.testing import capture_logs

from dev.local.identity import AUDIENCE, ISSUER, IdentityProvider
from dev.local.mongo import EmbeddedMongo, User
from dev.local.processes import NotReady
from services.enrollment.app import build as build_enrollment
from services.enrollment.settings import Settings as EnrollmentSettings
from services.reporting.app import build as build_reporting
from services.reporting.settings import Settings as ReportingSettings
from shared.chassis.clock import system_clock
from shared.chassis.foundation import OWN_INDEXES, mongo_address
from shared.chassis.mongo import MongoAddress, connect, ensure_indexes, open_database
from shared.chassis.outbox import OUTBOX
from shared.chassis.settings import load
from shared.chassis.transactions import Transactions, Tx
from shared.chassis.troubles import is_transient
from shared.contracts.matching.v1 import PairEnded
from tests.support.waiting import until

ROOT = User("root", uuid4().hex, (("admin", "root"),))
ENROLLMENT = User("enrollment", "p/ss:w@rd %", (("enrollment", "readWrite"),))
JOURNAL = User("journal", uuid4().hex, (("journal", "readWrite"),))
PROJECTIONS = User("projections", uuid4().hex, (("projections", "readWrite"),))
NO_RIGHT = 13


class Secured:
    """A database of our own, and the files that let one in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.file("ca.pem"))
        trustme.CA().cert_pem.write_to_path(self.file("other_ca.pem"))
        server = authority.issue_cert("127.0.0.1")
        server.private_key_and_cert_chain_pem.write_to_path(self.file("server.pem"))
        users = (ROOT, ENROLLMENT, JOURNAL, PROJECTIONS)
        for user in users:
            Path(self.file(user.name)).write_text(f"{user.password}\n")
        Path(self.file("wrong")).write_text("guess")
        self.database = EmbeddedMongo(
            folder / "mongo",
            tls_certificate=Path(self.file("server.pem")),
            tls_ca=Path(self.file("ca.pem")),
            users=users,
        )

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def settings(self, user: User = ENROLLMENT, /, **changed: str | None) -> dict[str, str]:
        """Good settings; a change to None leaves one out."""
        named: dict[str, str | None] = {
            "environment": "test",
            "run": "api",
            "mongo_url": self.database.url.partition("&tls=")[0],
            "mongo_username": user.name,
            "mongo_password_file": self.file(user.name),
            "mongo_ca_file": self.file("ca.pem"),
            "kafka_bootstrap_servers": "127.0.0.1:9",
            "http_port": "0",
            "auth_issuer": ISSUER,
            "auth_audience": AUDIENCE,
            "auth_jwks_file": self.file("jwks.json"),
        }
        chosen = named | changed
        return {f"OBVERSE_{name.upper()}": text for name, text in chosen.items() if text}

    def address(self, user: User = ENROLLMENT, /, **changed: str | None) -> MongoAddress:
        return mongo_address(load(EnrollmentSettings, self.settings(user, **changed)))


@pytest.fixture(scope="module")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Secured]:
    folder = tmp_path_factory.mktemp("secured")
    IdentityProvider(folder)
    secured = Secured(folder)
    try:
        await secured.database.start()
    except NotReady as reason:
        pytest.skip(f"no embedded mongod to demand TLS and users of: {reason}")
    yield secured
    await secured.database.stop()


async def keep(tx: Tx) -> None:
    pair = uuid4()
    tx.write("things", InsertOne({"_id": pair}))
    ended = PairEnded(
        pair_id=pair,
        programme_id=pair,
        cohort_id=pair,
        mentor_id=pair,
        mentee_id=pair,
        outcome="completed",
    )
    tx.publish(ended, str(pair))


async def test_units_of_work_run_over_tls_as_a_user_whose_password_is_in_a_file(
    secured: Secured,
) -> None:
    client = connect(secured.address(), "tests")
    database = open_database(client, "enrollment")
    await ensure_indexes(database, OWN_INDEXES)
    await Transactions(client, database, system_clock).run(keep)
    assert await database["things"].count_documents({}) == 1
    assert await database[OUTBOX].count_documents({}) == 1
    client.close()


KEPT_OUT: dict[str, dict[str, str | None]] = {
    "a wrong password": {"mongo_password_file": "wrong"},
    "a user nobody knows": {"mongo_username": "bob"},
    "no user": {"mongo_username": None, "mongo_password_file": None},
    "no TLS": {"mongo_ca_file": None},
    "a certificate of an authority nobody trusts": {"mongo_ca_file": "other_ca.pem"},
}


def kept_out(secured: Secured, way: str) -> dict[str, str | None]:
    """The change of the settings, with whole paths."""
    return {
        name: secured.file(text) if text and name.endswith("_file") else text
        for name, text in KEPT_OUT[way].items()
    }


@pytest.mark.parametrize("way", KEPT_OUT)
async def test_who_is_kept_out_reads_and_writes_nothing(secured: Secured, way: str) -> None:
    client = connect(secured.address(**kept_out(secured, way)), "tests")
    transactions = Transactions(client, open_database(client, "enrollment"), system_clock)
    for attempt in (transactions.run(keep), transactions.read(lambda tx: tx.find("things", {}))):
        with pytest.raises(PyMongoError) as refused:
            await attempt
        assert is_transient(refused.value)  # somebody may mend it under a running service
        assert ENROLLMENT.password not in str(refused.value)
    client.close()


@pytest.mark.parametrize("way", KEPT_OUT)
async def test_a_service_that_is_kept_out_waits_says_so_and_answers_503(
    secured: Secured, way: str
) -> None:
    settings = load(EnrollmentSettings, secured.settings(**kept_out(secured, way)))
    service = build_enrollment(settings)
    with capture_logs() as logs:
        running = asyncio.create_task(service.run(handle_signals=False))

        async def told() -> list[str]:
            found = (line for line in logs if line["event"] == "service.waiting")
            return [line["reason"] for line in found if line["on"] == "database"]

        (reason,) = await until(told, "the log tells of it")
        async with httpx.AsyncClient(base_url=service.url) as http:
            ready, alive = await http.get("/readyz"), await http.get("/livez")
        service.stop()
        await asyncio.wait_for(running, 20)
    assert (ready.status_code, alive.status_code) == (503, 200)
    assert "database" in ready.json()["not_ready"]
    assert reason in {"OperationFailure", "ServerSelectionTimeoutError"}
    assert ENROLLMENT.password not in str(logs)


async def test_a_service_that_is_let_in_is_ready(secured: Secured) -> None:
    service = build_enrollment(load(EnrollmentSettings, secured.settings()))
    async with service.running(), httpx.AsyncClient(base_url=service.url) as http:
        assert (await http.get("/readyz")).json() == {"not_ready": []}


async def test_the_halves_of_reporting_cannot_read_each_other(secured: Secured) -> None:
    halves = secured.settings(
        JOURNAL,
        journal_database="journal",
        projections_database="projections",
        projections_mongo_username=PROJECTIONS.name,
        projections_mongo_password_file=secured.file(PROJECTIONS.name),
    )
    service = build_reporting(load(ReportingSettings, halves))
    async with service.running(), httpx.AsyncClient(base_url=service.url) as http:
        assert (await http.get("/readyz")).json() == {"not_ready": []}
    for user, own, foreign in (
        (JOURNAL, "journal", "projections"),
        (PROJECTIONS, "projections", "journal"),
    ):
        client: Any = connect(secured.address(user), "tests")
        assert await client[own]["outbox"].count_documents({}) == 0
        with pytest.raises(OperationFailure) as read:
            await client[foreign]["outbox"].find_one()
        with pytest.raises(OperationFailure) as write:
            await client[foreign]["outbox"].insert_one({})
        assert (read.value.code, write.value.code) == (NO_RIGHT, NO_RIGHT)
        client.close()
