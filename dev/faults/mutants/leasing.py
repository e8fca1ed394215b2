"""Mutants of leases: no fence, the wrong clock, none at all."""

# ruff: noqa: SLF001 - a mutant reaches into what it replaces

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import UpdateMany, UpdateOne

from dev.faults.mutants.replacing import Replace
from shared.chassis import clock, leases, relay
from shared.chassis.leases import Leases
from shared.chassis.mongo import MongoDatabase
from shared.chassis.relay import LEASE, Relay
from shared.chassis.unit_of_work import Tx, Write

ALWAYS = 1
NONE = 0


def _confirm_nothing(tx: Tx, name: str, fence: int, *, seconds: float) -> None:
    pass


def lease_without_fence(replace: Replace) -> None:
    """A lease says who may begin; nobody is stopped who slept through its end."""
    take = Leases.take

    async def take_without(self: Leases, name: str, *, owner: str, seconds: float) -> int | None:
        fence = await take(self, name, owner=owner, seconds=seconds)
        return None if fence is None else ALWAYS

    async def give_back(self: Leases, name: str, _: int) -> None:
        await self._collection.update_one(
            {"_id": name}, [{"$set": {"until": "$$NOW", "owner": None}}]
        )

    replace(Leases, "take", take_without)
    replace(Leases, "give_back", give_back)
    for asking in (leases, relay):
        replace(asking, "confirm_with_the_rest", _confirm_nothing)


def two_relays(replace: Replace) -> None:
    """Every process is the relay."""
    take, begin = Leases.take, Relay.__init__

    async def take_others(self: Leases, name: str, *, owner: str, seconds: float) -> int | None:
        return NONE if name == LEASE else await take(self, name, owner=owner, seconds=seconds)

    def begin_without(self: Relay, *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)
        self._fence = NONE

    replace(Leases, "take", take_others)
    replace(Relay, "__init__", begin_without)
    replace(relay, "confirm_with_the_rest", _confirm_nothing)


def pod_clock(replace: Replace) -> None:
    """Wherever the database was to put its own time, the process puts the one that it believes."""
    aggregate, find, write = Tx.aggregate, Tx.find, Tx.write
    matched, require = Tx.matched, Tx.require
    begin = Leases.__init__

    async def aggregate_now(self: Tx, collection: str, pipeline: Sequence[Any]) -> list[Any]:
        return await aggregate(self, collection, _dated(pipeline))

    async def find_now(self: Tx, collection: str, where: Any, **named: Any) -> list[Any]:
        return await find(self, collection, _dated(where), **named)

    def write_now(self: Tx, collection: str, operation: Write) -> None:
        write(self, collection, _dated_write(operation))

    async def matched_now(self: Tx, collection: str, operations: Sequence[Write]) -> int:
        return await matched(self, collection, [_dated_write(one) for one in operations])

    def require_now(
        self: Tx, collection: str, operations: Sequence[Write], otherwise: Exception
    ) -> None:
        require(self, collection, [_dated_write(one) for one in operations], otherwise)

    def begin_dated(self: Leases, database: MongoDatabase) -> None:
        begin(self, database)
        self._collection = _DatedCollection(self._collection)  # type: ignore[assignment]
        self._told = _DatedCollection(self._told)  # type: ignore[assignment]

    replace(Tx, "aggregate", aggregate_now)
    replace(Tx, "find", find_now)
    replace(Tx, "write", write_now)
    replace(Tx, "matched", matched_now)
    replace(Tx, "require", require_now)
    replace(Leases, "__init__", begin_dated)


class _DatedCollection:
    """A collection whose updates bring their own time."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def with_options(self, **named: Any) -> "_DatedCollection":
        """As the driver's."""
        return _DatedCollection(self._real.with_options(**named))

    async def find_one_and_update(self, where: Any, update: Any, **named: Any) -> Any:
        """As the driver's."""
        return await self._real.find_one_and_update(_dated(where), _dated(update), **named)

    async def update_one(self, where: Any, update: Any, **named: Any) -> Any:
        """As the driver's."""
        return await self._real.update_one(_dated(where), _dated(update), **named)

    async def update_many(self, where: Any, update: Any, **named: Any) -> Any:
        """As the driver's."""
        return await self._real.update_many(_dated(where), _dated(update), **named)


def _dated(document: Any) -> Any:
    """The document with our time where the database's was asked for."""
    if document == "$$NOW":
        return clock.system_clock()
    if isinstance(document, Mapping):
        return {name: _dated(value) for name, value in document.items()}
    if isinstance(document, (list, tuple)):
        return [_dated(one) for one in document]
    return document


def _dated_write(operation: Write) -> Write:
    if isinstance(operation, (UpdateOne, UpdateMany)):
        upsert = bool(operation._upsert)
        return type(operation)(_dated(operation._filter), _dated(operation._doc), upsert=upsert)
    return operation
