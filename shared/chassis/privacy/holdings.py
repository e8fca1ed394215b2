"""The language of the tables: one row per collection, with how a person is found in it and what erasure does."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from pymongo import DeleteMany, UpdateMany

from shared.chassis.mongo import Document
from shared.chassis.transactions import Tx


@dataclass(frozen=True, slots=True)
class Subject:
    """A person by all that leads to them.

    `words` are texts that tell the person wherever they stand (an address, a staff number); only the service
    that owns the directory knows any.
    """

    person_id: UUID
    volunteer_ids: frozenset[UUID] = frozenset()
    words: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def ids(self) -> list[UUID]:
        """The person's id and those of their volunteers."""
        return [self.person_id, *sorted(self.volunteer_ids)]

    @property
    def marks(self) -> list[str]:
        """Texts to search free documents for."""
        return [*map(str, self.ids), *sorted(self.words)]


class OnErasure(StrEnum):
    """What becomes of what is found."""

    DELETE = "deleted"
    BLANK = "blanked"
    STAYS = "stays, under an id that leads to nobody"
    NOTHING = "holds nothing on people"


Find = Callable[[Subject], Document]
Purge = Callable[[Tx, Subject], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Holding:
    """One collection. `find` is a filter for what it holds on a person; None where it holds nothing.

    `blank` is the update for BLANK; `purge` takes the place of both where a filter cannot say it and returns
    how many documents it changed. `shown` is False where the person is named in what belongs to others; `hidden`
    are fields (`list.field` within a list) that would tell the person something of others.
    """

    collection: str
    what: str
    on_erasure: OnErasure = OnErasure.NOTHING
    find: Find | None = None
    blank: Callable[[Subject], Mapping[str, Any]] | None = None
    purge: Purge | None = None
    kept: str = ""
    shown: bool = True
    hidden: tuple[str, ...] = ()

    async def read(self, tx: Tx, subject: Subject) -> list[Document]:
        """What it holds on the person and of the person."""
        if self.find is None or not self.shown:
            return []
        found = await tx.find(self.collection, self.find(subject))
        for document in found:
            for path in self.hidden:
                _take_out(document, path.split("."))
        return found

    async def erase(self, tx: Tx, subject: Subject) -> int:
        """Do what erasure does here; returns how many documents that changed."""
        if self.purge is not None:
            return await self.purge(tx, subject)
        if self.find is None:
            return 0
        where = self.find(subject)
        if self.on_erasure is OnErasure.DELETE:
            return await tx.matched(self.collection, [DeleteMany(where)])
        if self.on_erasure is OnErasure.BLANK and self.blank is not None:
            update = dict(self.blank(subject))
            return await tx.matched(self.collection, [UpdateMany(where, update)])
        return 0


def _take_out(document: Document, path: list[str]) -> None:
    name, *deeper = path
    if not deeper:
        document.pop(name, None)
        return
    within = document.get(name, [])
    for one in within if isinstance(within, list) else [within]:
        _take_out(one, deeper)


def of_person(name: str = "_id") -> Find:
    """Where the field `name` is the person's id."""
    return lambda subject: {name: subject.person_id}


def of_volunteers(*names: str) -> Find:
    """Where one of the fields is one of their volunteers, or a list with one."""
    return lambda subject: {
        "$or": [{name: {"$in": sorted(subject.volunteer_ids)}} for name in names]
    }
