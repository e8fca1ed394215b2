"""Export and erasure of one person over HTTP, and the audit; the same routes in every service, for operators.

A service with several databases has a desk for each, and does them one after the other: each is a transaction of
its own, and the command is the same when it is repeated.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from shared.chassis import audit
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.fields import Body, Text
from shared.chassis.mongo import Document
from shared.chassis.principals import Role
from shared.chassis.privacy.desk import Erasure, Left, PersonalDesk
from shared.chassis.privacy.holdings import Subject
from shared.chassis.refusals import NotFound
from shared.chassis.transactions import Tx

MOST = 200
Limit = Annotated[int, Query(ge=1, le=MOST)]
Told = Annotated[str | None, Query(max_length=200)]


class EraseBody(Body):
    """Who decided it, and which volunteers enrollment knows the person by."""

    by: Annotated[str, Text(80), Field(examples=["Data protection, ticket 4711"])]
    volunteer_ids: Annotated[tuple[UUID, ...], Field(max_length=1000)] = ()


class LeftView(BaseModel):
    """What is not done yet, and what it waits for."""

    what: str
    documents: int
    until: str


class ErasureView(BaseModel):
    """What became of a person here: documents that were changed, by place, and what is left."""

    person_id: UUID
    volunteer_ids: list[UUID]
    erased_at: datetime
    applied_at: datetime
    complete: bool
    done: dict[str, int]
    left: list[LeftView]

    @classmethod
    def of(cls, found: Sequence[tuple[str, Erasure]]) -> Self:
        """Of all databases of a service, by their names."""
        erasures = [erasure for _, erasure in found]
        left = [_left(name, one) for name, erasure in found for one in erasure.left]
        return cls(
            person_id=erasures[0].person_id,
            volunteer_ids=sorted({id_ for one in erasures for id_ in one.volunteer_ids}),
            erased_at=min(one.erased_at for one in erasures),
            applied_at=max(one.applied_at for one in erasures),
            complete=not left,
            done={
                f"{name}.{collection}": count
                for name, erasure in found
                for collection, count in sorted(erasure.done.items())
            },
            left=left,
        )


class ErasedView(BaseModel):
    """Ids of people who were erased, in the order of the ids."""

    person_ids: list[UUID]


class ExportView(BaseModel):
    """All that is held on a person, by database and collection, with what it is and how long it is kept."""

    person_id: UUID
    held: dict[str, list[dict[str, Any]]]
    about: dict[str, str]


class EntryView(BaseModel):
    """One entry of the audit."""

    id: UUID
    at: datetime
    by: str
    action: str
    subject: str
    details: dict[str, str]

    @classmethod
    def of(cls, found: Document) -> Self:
        """The view of an entry."""
        fields = {name: found[name] for name in ("at", "by", "action", "subject")}
        return cls(id=found["_id"], details=audit.details(found), **fields)


class AuditView(BaseModel):
    """Entries, the newest first; ask again with `before` the last id for the next page."""

    entries: list[EntryView]


def privacy_routes(desks: Sequence[PersonalDesk], *, own: bool = False) -> APIRouter:
    """The routes of a service with these desks; with `own` a person may ask for their export themselves."""
    router = APIRouter(prefix="/v1", tags=["privacy"])
    _export_route(router, desks)
    _erasure_reads(router, desks)
    _erase_route(router, desks)
    _audit_route(router, desks)
    if own:
        _own_route(router, desks)
    return router


def _export_route(router: APIRouter, desks: Sequence[PersonalDesk]) -> None:
    @router.get("/exports/{person_id}")
    async def export(person_id: UUID, call: Annotated[Call, query(Role.OPS)]) -> ExportView:
        """All that this service holds on a person."""
        return await _export(desks, person_id, call.who)


def _erasure_reads(router: APIRouter, desks: Sequence[PersonalDesk]) -> None:
    @router.get("/erasures")
    async def list_erasures(
        call: Annotated[Call, query(Role.OPS)],  # noqa: ARG001 - the gate
        after: UUID | None = None,
        limit: Limit = MOST,
    ) -> ErasedView:
        """Who was erased, page by page: what a restored backup has to be told again."""
        ids = {id_ for desk in desks for id_ in await desk.erased(after, limit)}
        return ErasedView(person_ids=sorted(ids)[:limit])

    @router.get("/erasures/{person_id}")
    async def read_erasure(
        person_id: UUID,
        call: Annotated[Call, query(Role.OPS)],  # noqa: ARG001 - the gate
    ) -> ErasureView:
        """How far the erasure of a person is."""
        found = [(desk.database.name, await desk.erasure(person_id)) for desk in desks]
        known = [(name, erasure) for name, erasure in found if erasure is not None]
        if len(known) < len(desks):
            raise NotFound(
                "not_erased", "The person was not erased here, or not everywhere; PUT it."
            )
        return ErasureView.of(known)


def _erase_route(router: APIRouter, desks: Sequence[PersonalDesk]) -> None:
    @router.put("/erasures/{person_id}")
    async def erase(
        person_id: UUID, body: EraseBody, call: Annotated[Call, command(Role.OPS)]
    ) -> ErasureView:
        """Erase a person. The same again is harmless; after a restore it is needed."""
        subject = Subject(person_id, frozenset(body.volunteer_ids))
        by = f"{body.by} ({call.who})"
        return ErasureView.of(
            [(desk.database.name, await desk.erase(subject, by)) for desk in desks]
        )


def _own_route(router: APIRouter, desks: Sequence[PersonalDesk]) -> None:
    @router.get("/me/export")
    async def export_mine(call: Annotated[Call, query(Role.PARTICIPANT)]) -> ExportView:
        """All that this service holds on the caller."""
        person_id = call.principal.person_id
        if person_id is None:
            raise NotFound("nothing_held", "Nothing is held on you here.")
        return await _export(desks, person_id, None)


def _audit_route(router: APIRouter, desks: Sequence[PersonalDesk]) -> None:
    @router.get("/audit")
    async def read_audit(
        call: Annotated[Call, query(Role.OPS)],  # noqa: ARG001 - the gate
        by: Told = None,
        action: Told = None,
        subject: Told = None,
        before: UUID | None = None,
        limit: Limit = MOST,
    ) -> AuditView:
        """Who changed what, the newest first."""
        asked = {"by": by, "action": action, "subject": subject}
        where = {name: value for name, value in asked.items() if value is not None}

        async def look(tx: Tx) -> list[Document]:
            return await audit.listing(tx, where, before, limit)

        found = [one for desk in desks for one in await desk.database.transactions.read(look)]
        found.sort(key=lambda one: one["_id"], reverse=True)
        return AuditView(entries=[EntryView.of(one) for one in found[:limit]])


def _left(database: str, left: Left) -> LeftView:
    return LeftView(what=f"{database}.{left.what}", documents=left.documents, until=left.until)


async def _export(desks: Sequence[PersonalDesk], person_id: UUID, by: str | None) -> ExportView:
    held: dict[str, list[dict[str, Any]]] = {}
    about: dict[str, str] = {}
    for desk in desks:
        for collection, documents in (await desk.export(Subject(person_id), by)).items():
            place = f"{desk.database.name}.{collection}"
            held[place] = [json.loads(json.dumps(one, default=str)) for one in documents]
            about[place] = next(
                f"{one.what}; on erasure: {one.on_erasure}"
                for one in desk.tables
                if one.collection == collection
            )
    return ExportView(person_id=person_id, held=held, about=about)
