"""Users over SCIM 2.0 (RFC 7644), for the identity provider that feeds the directory."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Response
from pydantic import BaseModel

from services.enrollment.api.scim_answers import LIST, MEDIA_TYPE, PREFIX, ScimResponse
from services.enrollment.domain.scim.filters import user_filter
from services.enrollment.domain.scim.names import CORE, ENTERPRISE, OURS, PATCH, Document
from services.enrollment.domain.scim.users import id_in
from services.enrollment.handlers import provisioning as handlers
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.limits import takes_json
from shared.chassis.principals import Role
from shared.chassis.refusals import NotFound

router = APIRouter(prefix=f"{PREFIX}/Users", tags=["scim"], default_response_class=ScimResponse)

MOST_AT_ONCE, USUAL_AT_ONCE = 200, 100
DEEPEST_START = 10_000_000

USER_EXAMPLE: Document = {
    "schemas": [CORE, ENTERPRISE, OURS],
    "userName": "anna@corp.example",
    "name": {"givenName": "Anna", "familyName": "Fir"},
    "title": "Analyst",
    "preferredLanguage": "en",
    "timezone": "Europe/London",
    "active": True,
    ENTERPRISE: {"employeeNumber": "S3", "department": "Sales", "manager": {"value": "S2"}},
    OURS: {"level": 3},
}
PATCH_EXAMPLE: Document = {
    "schemas": [PATCH],
    "Operations": [{"op": "replace", "path": "active", "value": False}],
}

Asker = Annotated[Call, query(Role.DIRECTORY)]
Feeder = Annotated[Call, command(Role.DIRECTORY)]
Id = Annotated[
    str, Path(alias="id", max_length=100, examples=["0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c11"])
]
Sent = Annotated[dict[str, Any], Body(media_type=MEDIA_TYPE, examples=[USER_EXAMPLE])]
Patch = Annotated[dict[str, Any], Body(media_type=MEDIA_TYPE, examples=[PATCH_EXAMPLE])]
Names = Annotated[str | None, Query(max_length=2_000)]


class _Provisioned(BaseModel):
    person_id: UUID


def _ids(user: Document) -> _Provisioned:
    return _Provisioned(person_id=user["id"])


def _id(text: str) -> UUID:
    person_id = id_in(text)
    if person_id is None:
        raise NotFound("no_such_user", "Nobody has this id; find users by a filter.")
    return person_id


@router.post("", status_code=201)
@takes_json(MEDIA_TYPE)
async def create_user(body: Sent, call: Feeder) -> Response:
    """Put somebody into the directory. Sent again it is a 409 (uniqueness), since the address is taken."""
    user = await call.run(partial(handlers.create_user, body=body), _ids)
    return ScimResponse(user, 201, headers={"Location": user["meta"]["location"]})


@router.get("")
async def list_users(
    call: Asker,
    filter: Annotated[  # noqa: A002 - RFC 7644's name
        str | None, Query(max_length=2_000, examples=['userName eq "anna@corp.example"'])
    ] = None,
    start_index: Annotated[int, Query(alias="startIndex", le=DEEPEST_START)] = 1,
    count: int = USUAL_AT_ONCE,
    attributes: Names = None,
    excluded: Annotated[str | None, Query(alias="excludedAttributes", max_length=2_000)] = None,
) -> Response:
    """Users, the active ones first, by staff number; inactive ones are among them, too."""
    wanted = user_filter(filter) if filter else None
    start = max(1, start_index)
    limit = max(0, min(count, MOST_AT_ONCE))
    found = await call.read(
        partial(handlers.list_users, wanted=wanted, skip=start - 1, limit=limit)
    )
    users = [_chosen(user, attributes, excluded) for user in found.users]
    return ScimResponse(
        {
            "schemas": [LIST],
            "totalResults": found.total,
            "startIndex": start,
            "itemsPerPage": len(users),
            "Resources": users,
        }
    )


@router.get("/{id}")
async def read_user(
    person_id: Id,
    call: Asker,
    attributes: Names = None,
    excluded: Annotated[str | None, Query(alias="excludedAttributes", max_length=2_000)] = None,
) -> Response:
    """One user, active or not; whoever was deleted is a 404."""
    user = await call.read(partial(handlers.read_user, person_id=_id(person_id)))
    return ScimResponse(_chosen(user, attributes, excluded))


@router.put("/{id}")
@takes_json(MEDIA_TYPE)
async def replace_user(person_id: Id, body: Sent, call: Feeder) -> Response:
    """A user anew: what is not sent is empty afterwards, but for number, level and whether they are active."""
    change = partial(handlers.replace_user, person_id=_id(person_id), body=body)
    return ScimResponse(await call.run(change))


@router.patch("/{id}")
@takes_json(MEDIA_TYPE)
async def patch_user(person_id: Id, body: Patch, call: Feeder) -> Response:
    """Some of a user. Who is set inactive has left: their volunteers are withdrawn."""
    change = partial(handlers.patch_user, person_id=_id(person_id), body=body)
    return ScimResponse(await call.run(change))


@router.delete("/{id}", status_code=204)
async def delete_user(person_id: Id, call: Feeder) -> Response:
    """They have left for good."""
    await call.run(partial(handlers.delete_user, person_id=_id(person_id)))
    return Response(status_code=204)


def _chosen(user: Mapping[str, Any], wanted: str | None, excluded: str | None) -> Document:
    """Whole attributes, where parts are named, too (RFC 7644, 3.9); id and schemas come always."""
    keeps = {"id", "schemas"}
    shown = dict(user)
    if wanted:
        shown = {name: shown[name] for name in shown if name in keeps or _is_named(name, wanted)}
    if excluded:
        names = {one.strip().lower() for one in excluded.split(",")}
        shown = {one: shown[one] for one in shown if one in keeps or one.lower() not in names}
    return shown


def _is_named(name: str, wanted: str) -> bool:
    plain = (one.strip().lower().removeprefix(f"{CORE}:".lower()) for one in wanted.split(","))
    return any(
        one == name.lower() or one.startswith((f"{name}.".lower(), f"{name}:".lower()))
        for one in plain
    )
