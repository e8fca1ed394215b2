"""A made-up service for the tests of the HTTP edge: it keeps boxes of pencils, and knows no domain word."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel
from pymongo import InsertOne, UpdateOne

from shared.chassis.foundation import Database, Foundation
from shared.chassis.http.app import create_api
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.fields import Body, EmailText, Text, TimeZoneName
from shared.chassis.http.limits import takes
from shared.chassis.ids import new_id
from shared.chassis.principals import Role
from shared.chassis.refusals import Conflict, Invalid, NotFound
from shared.chassis.transactions import Tx


@dataclass
class Unit:
    tx: Tx


class Pencil(Body):
    colour: Annotated[str, Text(20)]


class BoxBody(Body):
    label: Annotated[str, Text(40)]
    pencils: int = 0
    packed_on: date | None = None
    contact: EmailText | None = None
    time_zone: TimeZoneName | None = None
    notes: Annotated[str, Text(200, at_least=0, lines=True)] = ""
    contents: tuple[Pencil, ...] = ()


class BoxView(BaseModel):
    id: UUID
    label: str


async def pack(unit: Unit, body: BoxBody) -> BoxView:
    if body.label == "full":
        raise Conflict("shelf_full", "Empty the shelf first.")
    if body.label == "odd":
        raise Invalid("label_odd", "Choose another label.", "/label")
    box = BoxView(id=new_id(), label=body.label)
    unit.tx.write("boxes", InsertOne({"_id": box.id, "label": box.label}))
    return box


async def find(unit: Unit, box_id: UUID) -> BoxView:
    found = await unit.tx.find_one("boxes", {"_id": box_id})
    if found is None:
        raise NotFound("box_unknown", "Ask for a box that you packed.")
    return BoxView(id=found["_id"], label=found["label"])


async def relabel(unit: Unit, box_id: UUID, label: str) -> None:
    unit.tx.write("boxes", UpdateOne({"_id": box_id}, {"$set": {"label": label}}))


def routes(pack_box: Any = pack) -> APIRouter:
    router = APIRouter()

    @router.post("/boxes", status_code=201, response_model=BoxView)
    async def post_box(body: BoxBody, call: Annotated[Call, command(Role.DIRECTORY)]) -> Response:
        return await call.once(lambda unit: pack_box(unit, body), lambda box: box)

    @router.get("/boxes/{box_id}", response_model=BoxView)
    async def get_box(box_id: UUID, call: Annotated[Call, query(Role.DIRECTORY)]) -> BoxView:
        return await call.read(lambda unit: find(unit, box_id))

    @router.patch("/boxes/{box_id}", status_code=204)
    async def patch_box(
        box_id: UUID, body: Pencil, call: Annotated[Call, command(Role.DIRECTORY)]
    ) -> None:
        await call.run(lambda unit: relabel(unit, box_id, body.colour))

    @router.get("/programmes/{programme_id}/secrets")
    async def secrets(
        programme_id: UUID, call: Annotated[Call, query(Role.LEAD, scope="programme_id")]
    ) -> dict[str, str]:
        return {"programme": str(programme_id)}

    @router.get("/mine")
    async def mine(call: Annotated[Call, query(Role.PARTICIPANT)]) -> dict[str, str]:
        return {"person": str(call.principal.person_id)}

    @router.get("/broken")
    async def broken(call: Annotated[Call, query(Role.DIRECTORY)]) -> None:
        raise RuntimeError("ada@example.org broke it")

    @router.post("/lists", status_code=201)
    @takes("text/csv", at_most=1_000)
    async def post_list(
        request: Request, call: Annotated[Call, command(Role.DIRECTORY)]
    ) -> Response:
        size = sum([len(chunk) async for chunk in request.stream()])
        body = BoxBody(label=f"{size} bytes")
        return await call.once(lambda unit: pack(unit, body), lambda box: box)

    return router


def build(foundation: Foundation, database: Database, router: APIRouter | None = None) -> FastAPI:
    return create_api(foundation, database, title="Boxes", routers=[router or routes()], unit=Unit)
