"""What a handler works on within one transaction: it reads at once, and what it writes is sent together.

Writes are collected and sent as one bulk per collection, before the next read of that collection or at the end, so that a
batch of events costs few round trips. All that goes to the server together is one hand-over to a thread (`in_one_go.py`).
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog
from pymongo import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, PyMongoError

from shared.chassis.correlation import Trail, current_trail, following
from shared.chassis.in_one_go import in_one_go
from shared.chassis.mongo import AT_ONCE, Collections, Document
from shared.chassis.outbox import Outgoing, store_outgoing
from shared.contracts.base import Contract
from shared.contracts.catalogue import Topic

# Part of the list of log events: whoever reads the log knows these lines by this name.
log = structlog.get_logger("shared.chassis.transactions")

Result = TypeVar("Result")
Filter = Mapping[str, Any]
Plain = Collection[Document]
Write = InsertOne[Document] | UpdateOne | UpdateMany | ReplaceOne[Document] | DeleteOne | DeleteMany

DUPLICATE_KEY = 11_000
WRITE_CONFLICT = 112


class Taken(Exception):
    """Another unit of work has inserted this document, or is about to."""


class Tx:
    """What a handler works on. `now` is the service's clock when the unit of work began."""

    def __init__(
        self, collections: Collections, session: ClientSession | None, now: datetime
    ) -> None:
        self.now = now
        self._collections = collections
        self._session = session
        self._claims: list[tuple[str, Document]] = []
        self._required: list[tuple[str, Sequence[Write], Exception]] = []
        self._writes: dict[str, list[Write]] = {}
        self._outgoing: list[Outgoing] = []
        self._notes: list[tuple[Trail, int, str, dict[str, Any]]] = []
        self._wrote = False

    @property
    def idle(self) -> bool:
        """Whether this unit of work changed nothing so far, and has nothing to tell."""
        pending = self._claims or self._required or self._writes or self._outgoing or self._notes
        return not (self._wrote or pending)

    async def find_one(
        self, collection: str, where: Filter, fields: Mapping[str, Any] | None = None
    ) -> Document | None:
        """The first document that fits, with what this unit of work has written."""
        session = self._session
        return await self._ask(collection, lambda it: it.find_one(where, fields, session=session))

    async def find(
        self,
        collection: str,
        where: Filter,
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 0,
    ) -> list[Document]:
        """All documents that fit; `limit` 0 means all of them."""
        how = {"sort": list(sort) or None, "limit": limit, "batch_size": AT_ONCE}
        session = self._session
        return await self._ask(collection, lambda it: list(it.find(where, session=session, **how)))

    async def count(self, collection: str, where: Filter) -> int:
        """How many documents fit."""
        session = self._session
        return await self._ask(collection, lambda it: it.count_documents(where, session=session))

    async def aggregate(self, collection: str, pipeline: Sequence[Document]) -> list[Document]:
        """The outcome of an aggregation pipeline."""
        stages, session = list(pipeline), self._session
        return await self._ask(collection, lambda it: list(it.aggregate(stages, session=session)))

    def write(self, collection: str, operation: Write) -> None:
        """Take up a write; it is sent before the next read of the collection, or at the end."""
        self._check_it_may_write()
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

    def claim(self, collection: str, row: Document) -> None:
        """Take up an insertion that is sent before all else; from then on nobody else can insert the same.

        Where somebody has, whoever sends it raises Taken: the next question or change, or the end.
        """
        self._check_it_may_write()
        self._claims.append((collection, row))

    def require(self, collection: str, operations: Sequence[Write], otherwise: Exception) -> None:
        """Take up writes of which each has to match or insert a document, or this unit of work ends with `otherwise`.

        They are sent with the next question or change, or at the end.
        """
        self._check_it_may_write()
        self._required.append((collection, operations, otherwise))

    async def settle(self) -> None:
        """Send now what was claimed and required, where nothing else did. Raises Taken, or what `require` was given."""
        if self._claims or self._required:
            await in_one_go(self._send_first)

    async def matched(self, collection: str, operations: Sequence[Write]) -> int:
        """Send these writes now; returns how many documents they matched or inserted."""
        return await self._ask(collection, lambda it: self._change(it, operations))

    def finish(self) -> int:
        """Send what is left; returns how many events were published. It blocks: it is for a thread."""
        self._send_first()
        for collection in list(self._writes):
            self._send(collection)
        if self._outgoing:
            store_outgoing(self._collections, self._session, self._outgoing)
        return len(self._outgoing)

    def _check_it_may_write(self) -> None:
        if self._session is None:
            raise TypeError("a read has no transaction to write in")

    async def _ask(self, collection: str, question: Callable[[Plain], Result]) -> Result:
        """The answer of a collection, to which goes first what was written so far."""

        def send_and_ask() -> Result:
            self._send_first()
            self._send(collection)
            return question(self._collections[collection].delegate)

        return await in_one_go(send_and_ask)

    def _send(self, collection: str) -> None:
        operations = self._writes.pop(collection, None)
        if operations:
            self._change(self._collections[collection].delegate, operations)

    def _send_first(self) -> None:
        self._send_claims()
        while self._required:
            collection, operations, otherwise = self._required.pop(0)
            if self._change(self._collections[collection].delegate, operations) != len(operations):
                raise otherwise

    def _change(self, documents: Plain, operations: Sequence[Write]) -> int:
        self._wrote = True
        done = documents.bulk_write(list(operations), ordered=True, session=self._session)
        added = done.inserted_count + done.upserted_count
        return added + done.matched_count + done.deleted_count

    def _send_claims(self) -> None:
        while self._claims:
            self._wrote = True
            collection, row = self._claims.pop()
            try:
                self._collections[collection].delegate.insert_one(row, session=self._session)
            except OperationFailure as error:
                if error.code == WRITE_CONFLICT or is_duplicate(error):
                    raise Taken from error
                raise


def is_duplicate(error: PyMongoError) -> bool:
    """Whether a unique key is taken."""
    if isinstance(error, BulkWriteError):
        errors = (error.details or {}).get("writeErrors", [])
        return any(item.get("code") == DUPLICATE_KEY for item in errors)
    return isinstance(error, DuplicateKeyError)
