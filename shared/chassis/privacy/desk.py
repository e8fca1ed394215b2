"""Tells and erases what one database holds on a person, by the tables, in one transaction."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from shared.chassis import audit, dead_letters, outbox, principals
from shared.chassis.foundation import Database
from shared.chassis.mongo import Document
from shared.chassis.privacy import erasures
from shared.chassis.privacy.holdings import Holding, OnErasure, Subject
from shared.chassis.privacy.own import OWN_HOLDINGS, lanes
from shared.chassis.transactions import Tx

Know = Callable[[Tx, Subject], Awaitable[Subject]]
LetGo = Callable[[Tx, Subject], Awaitable[None]]

ERASED, EXPORTED = "person.erased", "person.exported"


@dataclass(frozen=True, slots=True)
class Left:
    """What is not done yet, or stays for a while, and what it waits for."""

    what: str
    documents: int
    until: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """What became of a person here. It is complete where nothing is left."""

    person_id: UUID
    volunteer_ids: tuple[UUID, ...]
    erased_at: datetime
    applied_at: datetime
    done: dict[str, int]
    left: tuple[Left, ...]


async def _as_named(tx: Tx, subject: Subject) -> Subject:  # noqa: ARG001 - the shape of Know
    return subject


async def _nothing_follows(tx: Tx, subject: Subject) -> None:
    """Where erasure has no consequences but those of the table."""


@dataclass(frozen=True, slots=True)
class PersonalDesk:
    """Works on one database. `know` finds further ids of the person, `let_go` draws the consequences for others."""

    database: Database
    holdings: Sequence[Holding]
    know: Know = _as_named
    let_go: LetGo = _nothing_follows

    @property
    def tables(self) -> tuple[Holding, ...]:
        """The service's own and the chassis'."""
        return (*self.holdings, *OWN_HOLDINGS)

    async def export(self, subject: Subject, by: str | None) -> dict[str, list[Document]]:
        """All that is held on the person, by collection; `by` is None where they ask themselves."""
        return await self.database.transactions.run(lambda tx: self._export(tx, subject, by))

    async def _export(self, tx: Tx, subject: Subject, by: str | None) -> dict[str, list[Document]]:
        subject = await self._known(tx, subject)
        found: dict[str, list[Document]] = {}
        for one in self.tables:
            if documents := await one.read(tx, subject):
                found.setdefault(one.collection, []).extend(documents)
        if by is not None:
            audit.write_down(tx, audit.entry(tx.now, by, EXPORTED, str(subject.person_id), {}))
        return found

    async def erase(self, subject: Subject, by: str) -> Erasure:
        """Erase the person. The same again is nothing, and after a restore it is what it was the first time."""
        await self.database.transactions.run(lambda tx: self._erase(tx, subject, by))
        found = await self.erasure(subject.person_id)
        if found is None:
            raise LookupError("an erasure that was committed is there")
        return found

    async def _erase(self, tx: Tx, subject: Subject, by: str) -> None:
        subject = await self._known(tx, subject)
        await self.let_go(tx, subject)
        done: Counter[str] = Counter()
        for one in self.tables:
            done[one.collection] += await one.erase(tx, subject)
        erasures.note(tx, subject, done)
        audit.write_down(tx, audit.entry(tx.now, by, ERASED, str(subject.person_id), {}))
        tx.note(ERASED, person_id=str(subject.person_id), documents=sum(done.values()))

    async def _known(self, tx: Tx, subject: Subject) -> Subject:
        """With the volunteers that were told of, now or when the person was erased before."""
        held = await tx.find_one(principals.COLLECTION, {"_id": subject.person_id}) or {}
        before = await erasures.find(tx, subject.person_id) or {}
        more = {*held.get("volunteer_ids", ()), *before.get("volunteer_ids", ())}
        return await self.know(tx, replace(subject, volunteer_ids=subject.volunteer_ids | more))

    async def erasure(self, person_id: UUID) -> Erasure | None:
        """What became of a person here; None for whoever was not erased."""
        return await self.database.transactions.read(lambda tx: self._state(tx, person_id))

    async def erased(self, after: UUID | None, limit: int) -> list[UUID]:
        """Whoever was erased here, page by page."""
        rows = await self.database.transactions.read(lambda tx: erasures.page(tx, after, limit))
        return [row["_id"] for row in rows]

    async def _state(self, tx: Tx, person_id: UUID) -> Erasure | None:
        row = await erasures.find(tx, person_id)
        if row is None:
            return None
        subject = Subject(person_id, frozenset(row["volunteer_ids"]))
        return Erasure(
            person_id,
            tuple(sorted(subject.volunteer_ids)),
            row["erased_at"],
            row["applied_at"],
            {name: count for name, count in row["done"].items() if count},
            tuple([left async for left in self._left(tx, subject)]),
        )

    async def _left(self, tx: Tx, subject: Subject) -> AsyncIterator[Left]:
        own = {"lane": {"$in": lanes(subject)}}
        for one in self.tables:
            if one.on_erasure is not OnErasure.DELETE or one.find is None:
                continue
            if count := await tx.count(one.collection, one.find(subject)):
                yield Left(one.collection, count, "it came after; erase again")
        if count := await tx.count(outbox.OUTBOX, own | outbox.UNSENT):
            yield Left(outbox.OUTBOX, count, "the broker has taken them")
        undecided = own | {"state": dead_letters.OPEN}
        if count := await tx.count(dead_letters.COLLECTION, undecided):
            yield Left(dead_letters.COLLECTION, count, "an operator redrives or discards them")
