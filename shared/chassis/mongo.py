"""The one module that opens MongoDB. Motor today; PyMongo's own asyncio client is the way out (decision 0008)."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import structlog
from motor.frameworks import asyncio as framework
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError, OperationFailure, ServerSelectionTimeoutError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

log = structlog.get_logger("shared.chassis.mongo")

Document = dict[str, Any]
Client = AsyncIOMotorClient[Document]
MongoDatabase = AsyncIOMotorDatabase[Document]
Collection = AsyncIOMotorCollection[Document]

MAJORITY = WriteConcern("majority", wtimeout=10_000)
MAJORITY_READ = ReadConcern("majority")

OLDEST_WIRE_VERSION = 17

# Documents per round trip. The driver's 101 would cost a batch of events a second one.
AT_ONCE = 1_000

# The driver looks for a server every 500 ms and may end that late: a caller has the 503 within 3 s.
SERVER_SELECTION_MS = 1_000
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
    """An index that a store needs; `partial` is a filter, `expire_after_seconds` a lifetime.

    `period` names the setting that decides the lifetime in days. With `after` the index is built once that
    migration has ended, for example `chassis:1`.
    """

    collection: str
    keys: Sequence[tuple[str, int]]
    unique: bool = False
    partial: Mapping[str, Any] | None = None
    expire_after_seconds: int | None = None
    period: str | None = None
    after: str | None = None

    @property
    def name(self) -> str:
        """The name that the driver would give it."""
        return "_".join(f"{key}_{direction}" for key, direction in self.keys)

    @property
    def signature(self) -> str:
        """What makes it another index to the server, and more than its lifetime."""
        return _signature(self.collection, self.keys, self.partial, unique=self.unique)

    def model(self, name: str) -> IndexModel:
        """The same for the driver."""
        options: dict[str, Any] = {"unique": self.unique, "name": name}
        if self.partial is not None:
            options["partialFilterExpression"] = self.partial
        if self.expire_after_seconds is not None:
            options["expireAfterSeconds"] = self.expire_after_seconds
        return IndexModel(list(self.keys), **options)


@dataclass(frozen=True, slots=True)
class Built:
    """An index as the database has it."""

    name: str
    signature: str
    expire_after_seconds: int | None


def _signature(
    collection: str,
    keys: Sequence[tuple[str, Any]],
    partial: Mapping[str, Any] | None,
    *,
    unique: bool,
) -> str:
    plain = [[key, str(direction)] for key, direction in keys]
    return json.dumps([str(collection), plain, unique, partial], default=str, sort_keys=True)


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
    """Raise UnfitDatabase for what the promise cannot rest on."""
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
    if flaw := flaw_of(hello):
        raise UnfitDatabase(flaw)


def flaw_of(hello: Mapping[str, Any]) -> str | None:
    """What is wrong with a server that answers `hello` like this, and what to do about it.

    A standalone mongod can lose acknowledged writes (SERVER-139311). Wire version 17 is that of MongoDB 6.0
    (https://github.com/mongodb/specifications, wireversion-featurelist).
    """
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        return "OBVERSE_MONGO_URL names a standalone mongod; start it with --replSet and initiate the set"
    if hello.get("maxWireVersion", 0) < OLDEST_WIRE_VERSION:
        return "OBVERSE_MONGO_URL names a MongoDB older than 6.0; upgrade it"
    return None


async def ensure_indexes(database: MongoDatabase, indexes: Sequence[Index]) -> None:
    """Create what is missing and set lifetimes; the same again is nothing, and so are two at once.

    What is there and not declared stays: a process of another release may need it. Waits for builds that are
    under way. Raises UnfitDatabase where documents do not fit a unique index.
    """
    by_collection: dict[str, list[Index]] = {}
    for index in indexes:
        by_collection.setdefault(index.collection, []).append(index)
    await asyncio.gather(*(_ensure(database, name, own) for name, own in by_collection.items()))


async def built(database: MongoDatabase, collection: str) -> list[Built]:
    """The indexes of a collection, those under way too; not the one on `_id`."""
    found = await database[collection].list_indexes().to_list(None)
    return [
        Built(
            row["name"],
            _signature(
                collection,
                [
                    (key, int(way) if isinstance(way, float) else way)
                    for key, way in row["key"].items()
                ],
                row.get("partialFilterExpression"),
                unique=row.get("unique", False),
            ),
            row.get("expireAfterSeconds"),
        )
        for row in found
        if row["name"] != "_id_"
    ]


async def _ensure(database: MongoDatabase, collection: str, indexes: Sequence[Index]) -> None:
    there = await built(database, collection)
    by_signature = {one.signature: one for one in there}
    taken = {one.name for one in there}
    models = []
    for index in indexes:
        twin = by_signature.get(index.signature)
        if twin is None:
            models.append(index.model(_free_name(index, taken)))
            continue
        if twin.expire_after_seconds != index.expire_after_seconds:
            await _set_lifetime(database, index, twin)
        models.append(index.model(twin.name))
    try:
        # Also those that are there: the answer comes when none of them is under way any more.
        await database[collection].create_indexes(models)
    except DuplicateKeyError as error:
        raise UnfitDatabase(
            f"the collection {collection} of the database {database.name} holds documents that a unique index "
            f"forbids ({_fields(error)}); find them with a $group on these fields, and mend them"
        ) from error


def _free_name(index: Index, taken: set[str]) -> str:
    """Another name where an index of another definition has it: both stand side by side for a while."""
    if index.name not in taken:
        return index.name
    return f"{index.name}_{hashlib.sha256(index.signature.encode()).hexdigest()[:8]}"


async def _set_lifetime(database: MongoDatabase, index: Index, twin: Built) -> None:
    if index.expire_after_seconds is None:
        # The server cannot take a lifetime away in place. Nothing reads by these indexes.
        await database[index.collection].drop_index(twin.name)
    else:
        change = {"name": twin.name, "expireAfterSeconds": index.expire_after_seconds}
        await database.command({"collMod": index.collection, "index": change})
    log.info(
        "index.lifetime_changed",
        database=database.name,
        index=f"{index.collection}.{twin.name}",
        seconds_before=twin.expire_after_seconds,
        seconds=index.expire_after_seconds,
    )


def _fields(error: DuplicateKeyError) -> str:
    return ", ".join((error.details or {}).get("keyPattern", {}))


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
