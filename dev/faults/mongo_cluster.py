"""A MongoDB replica set of three on this machine, from the embedded mongod; a new primary is found within seconds."""

import asyncio
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from dev.local import replica_set
from dev.local.mongo import mongod_binary
from dev.local.processes import NotReady, ProcessPart, free_port, start_child, wait_until

NODES = 3
ELECTION_MS = 4_000  # a silent primary is replaced after this
CACHE_GIB = "0.25"
SECONDS_TO_START = 120  # one that was primary first takes back what the others never had


class MongoNode(ProcessPart):
    """One member; started again it has the same data and port."""

    def __init__(self, number: int, folder: Path, front: int | None) -> None:
        """All others, members too, come to the port `front` where there is one: the proxy's."""
        self.number = number
        self._folder = folder
        self.port = free_port()
        self.front = front or self.port

    @property
    def direct(self) -> str:
        """Connection string for this member alone."""
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true"

    async def start(self) -> None:
        """Start it and wait until it answers."""
        data = self._folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        command: list[str | Path] = [mongod_binary(), "--dbpath", data, "--port", str(self.port)]
        command += ["--replSet", replica_set.NAME, "--bind_ip", "127.0.0.1", "--nounixsocket"]
        command += ["--wiredTigerCacheSizeGB", CACHE_GIB, "--oplogSize", "256"]
        command += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
        # What is dropped between two hunts goes at once, and not in the middle of a later one.
        command += ["--setParameter", "minSnapshotHistoryWindowInSeconds=0"]
        log = self._folder / "mongod.log"
        self._child = await start_child("mongod", command, log=log)
        await wait_until(
            self._answers,
            what=f"mongod {self.number} answers",
            within=SECONDS_TO_START,
            child=self._child,
        )

    async def is_primary(self) -> bool:
        """Whether it takes writes now."""
        return await replica_set.is_primary(self.direct)

    async def _answers(self) -> bool:
        return await replica_set.hello(self.direct) is not None


class MongoCluster:
    """All three as one database."""

    def __init__(self, folder: Path, fronts: tuple[int, ...] = ()) -> None:
        ports = fronts or (None,) * NODES
        self.nodes = [
            MongoNode(number, folder / f"mongo-{number}", front)
            for number, front in enumerate(ports, start=1)
        ]

    @property
    def url(self) -> str:
        """Connection string."""
        hosts = ",".join(f"127.0.0.1:{node.front}" for node in self.nodes)
        return f"mongodb://{hosts}/?replicaSet={replica_set.NAME}"

    async def start(self) -> None:
        """Start all, join them, and wait for a primary."""
        try:
            await asyncio.gather(*(node.start() for node in self.nodes))
            await self._initiate()
            await self.has_primary()
        except BaseException:
            await self.kill()
            raise

    async def primary(self) -> MongoNode:
        """The member that takes writes, once there is one."""
        found: list[MongoNode] = []

        async def look() -> bool:
            said = await asyncio.gather(*(node.is_primary() for node in self.nodes))
            found.extend(node for node, yes in zip(self.nodes, said, strict=True) if yes)
            return bool(found)

        await wait_until(look, what="there is a primary", within=SECONDS_TO_START)
        return found[0]

    async def has_primary(self) -> None:
        """Wait for one."""
        await self.primary()

    async def drop(self, prefix: str) -> None:
        """Drop every database whose name begins like this."""
        await self.has_primary()
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(self.url)
        async with client:
            for name in await client.list_database_names():
                if name.startswith(prefix):
                    await client.drop_database(name)

    async def stop(self) -> None:
        """End all; the data are not kept."""
        await self.kill()

    async def kill(self) -> None:
        """SIGKILL to all."""
        await asyncio.gather(*(node.kill() for node in self.nodes))

    async def ended(self) -> None:
        """Return when none is left."""
        await asyncio.gather(*(node.ended() for node in self.nodes))

    async def _initiate(self) -> None:
        members = [{"_id": node.number, "host": f"127.0.0.1:{node.front}"} for node in self.nodes]
        settings: dict[str, Any] = {
            "electionTimeoutMillis": ELECTION_MS,
            "heartbeatIntervalMillis": 500,
            "heartbeatTimeoutSecs": 2,
        }
        config = {"_id": replica_set.NAME, "members": members, "settings": settings}
        async with replica_set.direct(self.nodes[0].direct) as client:
            try:
                await client.admin.command("replSetInitiate", config)
            except PyMongoError as error:
                raise NotReady(f"the replica set could not be made: {error}") from error
