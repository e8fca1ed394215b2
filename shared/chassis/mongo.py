"""The one module that opens MongoDB. Motor today; PyMongo's own asyncio client is the way out (decision 0008)."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from motor.frameworks import asyncio as framework
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import IndexModel
from pymongo.errors import OperationFailure, ServerSelectionTimeoutError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

Document = dict[str, Any]
Client = AsyncIOMotorClient[Document]
MongoDatabase = AsyncIOMotorDatabase[Document]
Collection = AsyncIOMotorCollection[Document]

MAJORITY = WriteConcern("majority", wtimeout=10_000)
MAJORITY_READ = ReadConcern("majority")

# Documents per round trip. The driver's 101 would cost a batch of events a second one.
AT_ONCE = 1_000

# The driver looks for a server every 500 ms and may end that late: a caller has the 503 within 3 s.
SERVER_SELECTION_MS = 2_000
CONNECT_MS = 2_000
# A server that neither answers nor refuses is given up after this and CONNECT_MS.
HEARTBEAT_MS = 2_000
SOCKET_MS = 20_000

# Motor works in threads, five per processor by itself. While no server answers, every caller holds one for
# SERVER_SELECTION_MS, and whoever finds none free would get the 503 that much later.
MOST_AT_ONCE = 64
framework._EXECUTOR = ThreadPoolExecutor(MOST_AT_ONCE)  # noqa: SLF001 - else by a variable before the import


@dataclass(frozen=True, slots=True)
class MongoAddress:
    """Where the replica set is and how to be let in. TLS is on when a CA file is given."""

    url: str = field(repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """An index that a store needs; `partial` is a filter, `expire_after_seconds` a lifetime."""

    collection: str
    keys: Sequence[tuple[str, int]]
    unique: bool = False
    partial: Mapping[str, Any] | None = None
    expire_after_seconds: int | None = None

    def model(self) -> IndexModel:
        """The same for the driver."""
        options: dict[str, Any] = {"unique": self.unique}
        if self.partial is not None:
            options["partialFilterExpression"] = self.partial
        if self.expire_after_seconds is not None:
            options["expireAfterSeconds"] = self.expire_after_seconds
        return IndexModel(list(self.keys), **options)


class Collections(dict[str, Collection]):
    """The collections of a database by name, each made once: the driver makes a new one per look-up."""

    def __init__(self, database: MongoDatabase) -> None:
        super().__init__()
        self._database = database

    def __missing__(self, name: str) -> Collection:
        found = self[name] = self._database[name]
        return found


class UnfitDatabase(Exception):
    """The database answers and cannot keep what Obverse promises; says what to change."""


def connect(address: MongoAddress, application: str) -> Client:
    """A client that connects when first used; never blocks and never fails here."""
    options: dict[str, Any] = {}
    if address.username is not None:
        options |= {"username": address.username, "password": address.password}
    if address.ca_file is not None:
        options |= {"tls": True, "tlsCAFile": address.ca_file}
    return AsyncIOMotorClient(
        address.url,
        appname=application,
        tz_aware=True,
        uuidRepresentation="standard",
        serverSelectionTimeoutMS=SERVER_SELECTION_MS,
        connectTimeoutMS=CONNECT_MS,
        heartbeatFrequencyMS=HEARTBEAT_MS,
        socketTimeoutMS=SOCKET_MS,
        retryWrites=True,
        **options,
    )


def open_database(client: Client, name: str) -> MongoDatabase:
    """A database whose reads and writes count once a majority has them."""
    return client.get_database(name, write_concern=MAJORITY, read_concern=MAJORITY_READ)


async def check_fitness(client: Client) -> None:
    """Raise UnfitDatabase for a standalone mongod: it can lose acknowledged writes (SERVER-139311)."""
    try:
        hello = await client.admin.command("hello")
    except ServerSelectionTimeoutError as error:
        topology: Any = client.topology_description  # motor's stub takes it for a method
        if topology.server_descriptions():
            raise
        # Whoever answers and is not of the set that the URL names is dropped by the driver, for good.
        raise UnfitDatabase(
            "OBVERSE_MONGO_URL names a replica set to which no server there belongs; "
            "start mongod with --replSet and that name, and initiate the set"
        ) from error
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise UnfitDatabase(
            "OBVERSE_MONGO_URL names a standalone mongod; start it with --replSet and initiate the set"
        )


async def ensure_indexes(database: MongoDatabase, indexes: Sequence[Index]) -> None:
    """Create what is missing; the same again is nothing."""
    by_collection: dict[str, list[IndexModel]] = {}
    for index in indexes:
        by_collection.setdefault(index.collection, []).append(index.model())
    for collection, models in by_collection.items():
        await database[collection].create_indexes(models)


async def initiate_replica_set(address: MongoAddress, host: str) -> bool:
    """Initiate the one-node set `rs0` for demo and test; False where it was initiated before.

    `host` is the address by which clients reach the node, as "name:port".
    """
    client: Client = AsyncIOMotorClient(
        address.url,
        directConnection=True,
        replicaSet=None,  # the set that the URL names is yet to come
        serverSelectionTimeoutMS=SERVER_SELECTION_MS,
    )
    members = [{"_id": 0, "host": host}]
    try:
        await client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
    except OperationFailure as error:
        if error.code != 23:  # AlreadyInitialized
            raise
        return False
    finally:
        client.close()
    return True
