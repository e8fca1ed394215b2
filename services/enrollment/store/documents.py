"""Documents are the domain's own dataclasses, field by field; `_id` is the id of the thing."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from pymongo import InsertOne, ReplaceOne

from shared.chassis.mongo import Document
from shared.chassis.transactions import Tx

Thing = TypeVar("Thing")


class Kind(Generic[Thing]):
    """How one kind of thing lies in its collection."""

    def __init__(self, kind: type[Thing], collection: str, key: str) -> None:
        self.collection = collection
        self._key = key
        self._adapter: TypeAdapter[Thing] = TypeAdapter(kind)

    def document(self, thing: Thing) -> Document:
        """The thing as it lies there."""
        written: Document = plain(thing)
        return {"_id": written.pop(self._key), **written}

    def thing(self, document: Document) -> Thing:
        """The document as a thing."""
        return self._adapter.validate_python({**document, self._key: document["_id"]})


def plain(value: Any) -> Any:
    """What MongoDB stores of a value: dataclasses by field, enumerations by value, days as text."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    match value:
        case Enum():
            return value.value
        case date() if not isinstance(value, datetime):
            return value.isoformat()
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value


class Shelf(Generic[Thing]):
    """A collection within one unit of work."""

    def __init__(self, tx: Tx, kind: Kind[Thing]) -> None:
        self.tx = tx
        self.kind: Kind[Thing] = kind

    async def get(self, key: Any) -> Thing | None:
        """The thing with this id."""
        document = await self.tx.find_one(self.kind.collection, {"_id": key})
        return self.kind.thing(document) if document else None

    def add(self, thing: Thing) -> None:
        """A new one."""
        self.tx.write(self.kind.collection, InsertOne(self.kind.document(thing)))

    def put(self, thing: Thing) -> None:
        """Add or replace."""
        document = self.kind.document(thing)
        operation = ReplaceOne({"_id": document["_id"]}, document, upsert=True)
        self.tx.write(self.kind.collection, operation)

    async def find(self, where: Mapping[str, Any], limit: int = 0) -> list[Thing]:
        """Those that fit, by id; `limit` 0 means all."""
        found = await self.tx.find(self.kind.collection, where, sort=[("_id", 1)], limit=limit)
        return [self.kind.thing(document) for document in found]
