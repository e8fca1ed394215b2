"""Dataclasses as documents, and back."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

from pydantic import TypeAdapter

from shared.chassis.mongo import Document

Kept = TypeVar("Kept")


def document(thing: Any) -> Document:
    """A dataclass as MongoDB keeps it."""
    written: Document = asdict(thing, dict_factory=_fields)
    if "id" in written:
        written["_id"] = written.pop("id")
    return written


def _fields(fields: list[tuple[str, Any]]) -> Document:
    return {name: _bson(value) for name, value in fields}


def _bson(value: Any) -> Any:
    # BSON knows moments, but no days.
    is_day = isinstance(value, date) and not hasattr(value, "hour")
    return value.isoformat() if is_day else value


def one(kind: TypeAdapter[Kept], found: Document | None) -> Kept | None:
    """What was found, if anything."""
    return None if found is None else read(kind, found)


def every(kind: TypeAdapter[Kept], found: Sequence[Document]) -> list[Kept]:
    """All that was found."""
    return [read(kind, row) for row in found]


def read(kind: TypeAdapter[Kept], found: Document) -> Kept:
    """A document as the dataclass that it was."""
    return kind.validate_python({"id": found["_id"], **found})
