"""MongoDB in a container, and what happens to containers whose launcher was killed."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

import docker  # type: ignore[import-untyped]
import pytest
from pymongo import AsyncMongoClient

from dev.local.containers import KAFKA_IMAGE, MONGO_IMAGE, ContainerMongo
from dev.local.engine import docker_answers, obtain_image
from dev.local.processes import NotReady

pytestmark = pytest.mark.skipif(not docker_answers(), reason="no Docker engine answers")


def _client(url: str) -> AsyncMongoClient[dict[str, Any]]:
    return AsyncMongoClient(url)


_LAUNCHER = """
import asyncio
from dev.local.containers import ContainerMongo

async def main():
    database = ContainerMongo()
    await database.start()
    print(database.url, flush=True)
    await database.ended()

asyncio.run(main())
"""


async def test_it_is_a_primary_and_a_kill_loses_nothing() -> None:
    database = ContainerMongo()
    await database.start()
    try:
        async with _client(database.url) as client:
            assert (await client.admin.command("hello"))["setName"] == "rs0"
            await client.test.things.insert_one({"_id": 1})
        await database.kill()
        await database.ended()
        await database.start()
        async with _client(database.url) as client:
            assert await client.test.things.count_documents({}) == 1
    finally:
        await database.stop()


async def test_the_next_launcher_removes_what_a_killed_one_left() -> None:
    launcher = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _LAUNCHER, stdout=asyncio.subprocess.PIPE
    )
    assert launcher.stdout is not None
    url = (await asyncio.wait_for(launcher.stdout.readline(), 60)).decode()
    launcher.send_signal(signal.SIGKILL)
    await launcher.wait()
    port = url.partition("127.0.0.1:")[2].partition("/")[0]
    assert _with_port(port)

    database = ContainerMongo()
    await database.start()
    await database.stop()

    assert not _with_port(port)


def _with_port(port: str) -> list[str]:
    client = docker.from_env()
    try:
        running = client.containers.list(all=True, ignore_removed=True)
        return [each.id for each in running if f"{port}/tcp" in each.ports]
    finally:
        client.close()


def test_an_image_that_can_not_be_had_is_named() -> None:
    with pytest.raises(NotReady, match="obverse-nowhere/nothing:1"):
        obtain_image("obverse-nowhere/nothing:1")


def test_the_images_are_those_of_the_compose_file() -> None:
    compose = (Path(__file__).parents[2] / "docker-compose.yml").read_text()
    assert f"${{OBVERSE_KAFKA_IMAGE:-{KAFKA_IMAGE}}}" in compose
    assert f"${{OBVERSE_MONGO_IMAGE:-{MONGO_IMAGE}}}" in compose
