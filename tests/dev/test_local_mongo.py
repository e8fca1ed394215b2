"""The embedded database: transactions, its second start, and the doors it keeps shut."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, ServerSelectionTimeoutError

from dev.local import mongo as embedded
from dev.local.mongo import EmbeddedMongo, User
from dev.local.processes import NotReady

_ROOT = User("root", "p/ss:w@rd", (("admin", "root"),))
_SERVICE = User("enrollment", "secret", (("enrollment", "readWrite"),))
_UNAUTHORISED = 13


def _client(url: str, **options: Any) -> AsyncMongoClient[dict[str, Any]]:
    return AsyncMongoClient(url, **options)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[EmbeddedMongo]:
    database = EmbeddedMongo(tmp_path / "plain")
    await database.start()
    yield database
    await database.stop()


async def test_an_aborted_transaction_leaves_nothing_and_a_committed_one_all(
    database: EmbeddedMongo,
) -> None:
    async with _client(database.url) as client:
        things = client.test.things
        async with client.start_session() as session:
            await session.start_transaction()
            await things.insert_one({"_id": "aborted"}, session=session)
            await session.abort_transaction()
            async with await session.start_transaction():
                await things.insert_one({"_id": "a"}, session=session)
                await things.insert_one({"_id": "b"}, session=session)
        assert [thing["_id"] async for thing in things.find().sort("_id")] == ["a", "b"]


async def test_a_kill_loses_nothing_that_was_acknowledged(database: EmbeddedMongo) -> None:
    async with _client(database.url, w="majority") as client:
        await client.test.things.insert_one({"_id": "kept"})
    await database.kill()
    await database.start()
    async with _client(database.url) as client:
        assert await client.test.things.count_documents({}) == 1


async def test_with_tls_and_users_it_lets_in_only_who_may(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate = tmp_path / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    database = EmbeddedMongo(
        tmp_path / "locked",
        tls_certificate=certificate,
        tls_ca=tmp_path / "ca.pem",
        users=[_ROOT, _SERVICE],
    )
    await database.start()
    try:
        await _only_the_service_may_write(database)
        await database.kill()
        await database.start()  # the users are there already
        await _only_the_service_may_write(database)
    finally:
        await database.stop()


async def _only_the_service_may_write(database: EmbeddedMongo) -> None:
    async with _client(database.url_as(_SERVICE)) as client:
        await client.enrollment.things.insert_one({})
        with pytest.raises(OperationFailure) as elsewhere:
            await client.matching.things.insert_one({})
    async with _client(database.url) as client:
        with pytest.raises(OperationFailure) as nobody:
            await client.enrollment.things.insert_one({})
    assert (elsewhere.value.code, nobody.value.code) == (_UNAUTHORISED, _UNAUTHORISED)
    plain = database.url.partition("&tls=")[0]
    async with _client(plain, serverSelectionTimeoutMS=500) as client:
        with pytest.raises(ServerSelectionTimeoutError):
            await client.admin.command("ping")


async def test_data_of_an_earlier_run_are_refused_rather_than_waited_for(
    database: EmbeddedMongo, tmp_path: Path
) -> None:
    del database  # its data are in this folder
    with pytest.raises(NotReady, match="earlier run"):
        await EmbeddedMongo(tmp_path / "plain").start()


def test_half_a_tls_setting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="both"):
        EmbeddedMongo(tmp_path, tls_ca=tmp_path / "ca.pem")


async def test_missing_system_libraries_are_named_with_their_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = tmp_path / "mongod"
    words = "mongod: error while loading shared libraries: libcurl.so.4: cannot open it"
    loader.write_text(f"#!/bin/sh\necho '{words}' >&2\nexit 127\n")
    loader.chmod(0o755)
    monkeypatch.setattr(embedded, "mongod_binary", lambda: loader)
    monkeypatch.setattr(embedded, "_NEEDS", {"libnowhere.so.4": "libcurl4"})
    with pytest.raises(NotReady, match="apt-get install libcurl4"):
        await EmbeddedMongo(tmp_path).start()
