"""One unit of work is one MongoDB transaction: state and outbox rows together, or nothing.

Writes are collected and sent as one bulk per collection, so that a batch of events costs few round trips.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog
from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne
from pymongo.errors import (
    BulkWriteError,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from shared.chassis.clock import Clock
from shared.chassis.correlation import Trail, current_trail, following
from shared.chassis.mongo import AT_ONCE, Client, Collections, Document, Index, MongoDatabase
from shared.chassis.outbox import Outgoing, store_outgoing
from shared.chassis.passages import passage
from shared.chassis.patience import patience
from shared.chassis.refusals import Conflict
from shared.chassis.sessions import in_transaction
from shared.chassis.troubles import INTERRUPTED, is_conflict
from shared.contracts.base import Contract
from shared.contracts.catalogue import Topic

__all__ = ["Index", "Transactions", "Tx"]

log = structlog.get_logger("shared.chassis.transactions")

Result = TypeVar("Result")
Filter = Mapping[str, Any]
Write = InsertOne[Document] | UpdateOne | UpdateMany | ReplaceOne[Document] | DeleteOne | DeleteMany

DUPLICATE_KEY = 11_000
WRITE_CONFLICT = 112


class Taken(Exception):
    """Another unit of work has inserted this document, or is about to."""


class Tx:
    """What a handler works on. `now` is the service's clock when the unit of work began."""

    def __init__(
        self, collections: Collections, session: AsyncIOMotorClientSession | None, now: datetime
    ) -> None:
        self.now = now
        self._collections = collections
        self._session = session
        self._writes: dict[str, list[Write]] = {}
        self._outgoing: list[Outgoing] = []
        self._notes: list[tuple[Trail, int, str, dict[str, Any]]] = []
        self._wrote = False

    @property
    def idle(self) -> bool:
        """Whether this unit of work changed nothing so far, and has nothing to tell."""
        return not (self._wrote or self._writes or self._outgoing or self._notes)

    async def find_one(
        self, collection: str, where: Filter, fields: Mapping[str, Any] | None = None
    ) -> Document | None:
        """The first document that fits, with what this unit of work has written."""
        await self._send(collection)
        return await self._collections[collection].find_one(where, fields, session=self._session)

    async def find(
        self,
        collection: str,
        where: Filter,
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 0,
    ) -> list[Document]:
        """All documents that fit; `limit` 0 means all of them."""
        await self._send(collection)
        cursor = self._collections[collection].find(
            where, limit=limit, batch_size=AT_ONCE, session=self._session
        )
        if sort:
            cursor = cursor.sort(list(sort))
        return await cursor.to_list(None)

    async def count(self, collection: str, where: Filter) -> int:
        """How many documents fit."""
        await self._send(collection)
        return await self._collections[collection].count_documents(where, session=self._session)

    async def aggregate(self, collection: str, pipeline: Sequence[Document]) -> list[Document]:
        """The outcome of an aggregation pipeline."""
        await self._send(collection)
        cursor = self._collections[collection].aggregate(list(pipeline), session=self._session)
        return await cursor.to_list(None)

    def write(self, collection: str, operation: Write) -> None:
        """Take up a write; it is sent before the next read of the collection, or at the end."""
        if self._session is None:
            raise TypeError("a read has no transaction to write in")
        self._writes.setdefault(collection, []).append(operation)

    def publish(self, data: Contract, key: str) -> None:
        """Take up an event for the topic that the catalogue names, in order per key."""
        self._outgoing.append(Outgoing.of(data, key, self.now))

    def tombstone(self, topic: Topic, key: str) -> None:
        """Take up the removal of a key from a state topic."""
        self._outgoing.append(Outgoing.tombstone(topic, key, self.now))

    def note(self, event: str, *, level: int = logging.INFO, **ids: Any) -> None:
        """Take up a log line; it is written once the unit of work is committed, and only then."""
        self._notes.append((current_trail(), level, event, ids))

    def write_notes(self) -> None:
        """Write the log lines of a unit of work that is committed."""
        for trail, level, event, ids in self._notes:
            with following(trail):
                log.log(level, event, **ids)

    async def finish(self) -> int:
        """Send what is left; returns how many events were published."""
        for collection in list(self._writes):
            await self._send(collection)
        if self._outgoing:
            await store_outgoing(self._collections, self._session, self._outgoing)
        return len(self._outgoing)

    async def matched(self, collection: str, operations: Sequence[Write]) -> int:
        """Send these writes now; returns how many documents they matched or inserted."""
        await self._send(collection)
        self._wrote = True
        result = await self._collections[collection].bulk_write(
            list(operations), ordered=True, session=self._session
        )
        return result.matched_count + result.upserted_count + result.deleted_count

    async def claim(self, collection: str, row: Document) -> None:
        """Insert this now: from here on nobody else can, until the unit of work ends. Raises Taken."""
        try:
            await self.matched(collection, [InsertOne(row)])
        except (BulkWriteError, OperationFailure) as error:
            if error.code == WRITE_CONFLICT or _is_duplicate(error):
                raise Taken from error
            raise

    async def _send(self, collection: str) -> None:
        operations = self._writes.pop(collection, None)
        if operations:
            self._wrote = True
            await self._collections[collection].bulk_write(
                operations, ordered=True, session=self._session
            )


class Transactions:
    """Runs units of work on one database, again where MongoDB says that this helps."""

    def __init__(self, client: Client, database: MongoDatabase, clock: Clock) -> None:
        self._client = client
        self._collections = Collections(database)
        self._clock = clock
        self.published = asyncio.Event()

    async def read(self, work: Callable[[Tx], Awaitable[Result]]) -> Result:
        """Run a query without a transaction."""
        return await work(Tx(self._collections, None, self._clock()))

    async def run(self, work: Callable[[Tx], Awaitable[Result]]) -> Result:
        """Run a unit of work and commit it with a majority.

        `work` may run several times; it must have no effect but through its Tx. Raises what `work` raises,
        Conflict where a unique key is taken, or the driver's error when the database stays away.
        """
        return await self._run(work, abandon_idle=False)

    async def poll(self, work: Callable[[Tx], Awaitable[Result]]) -> Result:
        """Run a unit of work that finds nothing to do most of the time; raises the same.

        Where it wrote nothing it is not committed: the commit of a mere read with a majority writes a line of the
        oplog on each member. So nobody may act on what it returns then, as it may be taken back yet.
        """
        return await self._run(work, abandon_idle=True)

    async def _run(self, work: Callable[[Tx], Awaitable[Result]], *, abandon_idle: bool) -> Result:
        began, given = time.monotonic(), patience.get()
        while True:
            try:
                return await self._attempt(work, began, abandon_idle=abandon_idle)
            except PyMongoError as error:
                if _is_duplicate(error):
                    raise Conflict(
                        "already_exists", "This exists already; read it instead of creating it."
                    ) from error
                # Where no server was found, the driver has waited long enough already.
                absent = isinstance(error, ServerSelectionTimeoutError)
                again = error.has_error_label("TransientTransactionError") or _interrupted(error)
                longest = given.conflicts if is_conflict(error) else given.trying
                if absent or not again or time.monotonic() > began + longest:
                    raise
            await asyncio.sleep(random.uniform(0.001, 0.02))  # noqa: S311 - only spreads retries

    async def _attempt(
        self, work: Callable[[Tx], Awaitable[Result]], began: float, *, abandon_idle: bool
    ) -> Result:
        async with in_transaction(self._client, time.monotonic() - began) as session:
            passage("transaction.begun")
            tx = Tx(self._collections, session, self._clock())
            result = await work(tx)
            if tx.idle and abandon_idle:
                return result
            published = await tx.finish()
            passage("transaction.written")
            await _commit(session, began + patience.get().trying)
        passage("transaction.committed")
        tx.write_notes()
        if published:
            self.published.set()
        return result


async def _commit(session: AsyncIOMotorClientSession, deadline: float) -> None:
    while True:
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            # Committing again is harmless, and tells whether the first time was a commit.
            unknown = error.has_error_label("UnknownTransactionCommitResult") or _interrupted(error)
            # Where no server was found, the driver has waited long enough: the caller is to know within 3 s.
            absent = isinstance(error, ServerSelectionTimeoutError)
            if absent or not unknown or time.monotonic() > deadline:
                raise
        else:
            return


def _interrupted(error: PyMongoError) -> bool:
    return isinstance(error, OperationFailure) and error.code == INTERRUPTED


def _is_duplicate(error: PyMongoError) -> bool:
    if isinstance(error, BulkWriteError):
        errors = (error.details or {}).get("writeErrors", [])
        return any(item.get("code") == DUPLICATE_KEY for item in errors)
    return isinstance(error, DuplicateKeyError)
