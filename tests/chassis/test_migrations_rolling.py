"""The upgrade as it is described: two new replicas of enrollment at once on the database of the release before,
while a replica of that release still lives; and one of the new ones is killed in the middle.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from dev.local.processes import Child, free_port, start_child
from shared.chassis.mongo import Document, MongoDatabase, built
from tests.support.logs import lines_of
from tests.support.waiting import until

ENTRIES = 20_000
OLD_REPLICA = "enrollment-of-the-release-before"

Start = Callable[[str], Awaitable["Replica"]]


class Replica:
    """A new replica of enrollment, as a process of its own."""

    def __init__(self, child: Child, url: str) -> None:
        self.child = child
        self._url = url

    async def is_ready(self) -> bool:
        async with httpx.AsyncClient(base_url=self._url) as client:
            with contextlib.suppress(httpx.TransportError):
                return (await client.get("/readyz")).status_code == 200
        return False

    def events(self) -> list[str]:
        return [line["event"] for line in lines_of(self.child.log)]


@pytest.fixture
def variables(environment: dict[str, str]) -> dict[str, str]:
    shell = {key: text for key, text in os.environ.items() if not key.startswith("OBVERSE_")}
    return shell | environment | {"OBVERSE_RUN": "api"}


@pytest.fixture
async def start(tmp_path: Path, project: Path, variables: dict[str, str]) -> AsyncIterator[Start]:
    async with contextlib.AsyncExitStack() as at_the_end:

        async def replica(name: str) -> Replica:
            port = free_port()
            child = await start_child(
                name,
                [sys.executable, "-m", "services.enrollment"],
                log=tmp_path / f"{name}.log",
                env=variables | {"OBVERSE_HTTP_PORT": str(port)},
                cwd=project,
            )
            at_the_end.push_async_callback(child.kill)
            return Replica(child, f"http://127.0.0.1:{port}")

        yield replica


async def release_before(database: MongoDatabase) -> None:
    """The database as it was left: its indexes, decided dead letters, an audit that does not stand alone."""
    await database["employees"].create_index([("person_id", 1)])  # which is unique by now
    await database["employees"].create_index([("email", 1)])
    await database["outbox"].create_index([("sent_at", 1)], expireAfterSeconds=3_600)
    letters: list[Document] = [
        {"_id": f"t:0:{number}", "reason": "handler_failed", "state": "redriven"}
        for number in range(ENTRIES)
    ]
    await database["dead_letters"].insert_many(letters)
    audit: list[Document] = [
        {"_id": number, "action": "dead_letter.redriven", "subject": f"t:0:{number}"}
        for number in range(ENTRIES)
    ]
    await database["audit"].insert_many(audit)


async def lives(database: MongoDatabase, stop: asyncio.Event) -> None:
    """The old replica gives its sign of life, until it is stopped."""
    processes = database["processes"]
    while not stop.is_set():
        seen: list[dict[str, Any]] = [{"$set": {"seen_at": "$$NOW"}}]
        await processes.update_one({"_id": OLD_REPLICA}, seen, upsert=True)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1)
    await processes.delete_one({"_id": OLD_REPLICA})


async def in_the_middle(database: MongoDatabase) -> str | None:
    """Who migrates, once something is changed and not everything."""
    changed = await database["audit"].count_documents({"reason": "handler_failed"})
    lease = await database["leases"].find_one({"_id": "migrations"})
    return lease["owner"] if lease and 0 < changed < ENTRIES else None


async def ended(database: MongoDatabase) -> Document | None:
    done = {"_id": "chassis:1", "ended": {"$type": "date"}}
    return await database["migrations"].find_one(done)


async def test_two_new_replicas_start_at_once_and_one_dies_in_the_middle(
    database: MongoDatabase, start: Start, variables: dict[str, str], project: Path
) -> None:
    await release_before(database)
    stop = asyncio.Event()
    old = asyncio.create_task(lives(database, stop))
    first, second = await asyncio.gather(start("first"), start("second"))
    for replica in (first, second):
        await until(replica.is_ready, "it is ready beside the old replica", seconds=60)

    async def waits() -> bool:
        return all("migration.waiting" in one.events() for one in (first, second))

    await until(waits, "both wait for the old replica to go", seconds=30)
    assert await database["audit"].count_documents({"reason": {"$exists": True}}) == 0
    people = [
        one.name for one in await built(database, "employees") if '"person_id"' in one.signature
    ]
    assert len(people) == 2  # the new one beside the one that the old replica knows

    stop.set()
    await old
    holder = await until(lambda: in_the_middle(database), "one migrates", seconds=30)
    assert holder is not None
    pid = int(holder.split("-")[-2])
    killed, survivor = (first, second) if first.child.pid == pid else (second, first)
    os.kill(pid, signal.SIGKILL)
    await killed.child.ended()
    assert await ended(database) is None

    record = await until(lambda: ended(database), "the other one ended it", seconds=60)
    assert record is not None
    assert record["documents"] == ENTRIES
    assert await database["audit"].count_documents({"reason": "handler_failed"}) == ENTRIES
    assert await survivor.is_ready()
    await until(lambda: said(variables, project, "applied"), "the command says so", seconds=60)
    lifetime = {one.name: one.expire_after_seconds for one in await built(database, "outbox")}
    assert lifetime["sent_at_1"] == 604_800


async def said(variables: dict[str, str], project: Path, state: str) -> bool:
    """Whether `migrations` says this of everything; an index that is missing is a line of its own."""
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.enrollment", "migrations"),
        env=variables,
        cwd=project,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await command.communicate()
    assert command.returncode == 0
    lines = [json.loads(line) for line in output.splitlines()]
    return bool(lines) and all(line["state"] == state for line in lines)


async def test_a_service_and_its_import_refuse_what_a_newer_release_made(
    database: MongoDatabase, start: Start, variables: dict[str, str], project: Path, tmp_path: Path
) -> None:
    newer = {"owner": "enrollment", "number": 1, "name": "rooms of pairs", "readable_from": 1}
    await database["migrations"].insert_one({"_id": "enrollment:1", "ended": None} | newer)
    replica = await start("older")
    assert await asyncio.wait_for(replica.child.ended(), 60) == 78
    (line,) = [
        one for one in lines_of(replica.child.log) if one["event"] == "service.misconfigured"
    ]
    assert "migrated by a newer release (enrollment:1, rooms of pairs)" in line["problems"][0]

    (tmp_path / "people.csv").write_text("Staff Number\nS1\n", encoding="utf-8")
    mapping = project / "mappings" / "directory.toml"
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.enrollment", "import"),
        *(str(tmp_path / "people.csv"), "--mapping", str(mapping)),
        env=variables,
        cwd=project,
        stderr=asyncio.subprocess.PIPE,
    )
    _, words = await command.communicate()
    assert (command.returncode, b"migrated by a newer release" in words) == (78, True)
    assert set(await database.list_collection_names()) == {"migrations", "processes"}
