"""The list of those whom one never wants to be paired with, over HTTP, for oneself alone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, ConfigDict, Field

from services.enrollment import handlers
from services.enrollment.api.callers import caller_of
from services.enrollment.handlers.own import Own
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.fields import Body, Text
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1", tags=["volunteers"])


def _one_spelling(name: str) -> str:
    return name.lower() if "@" in name else name


Name = Annotated[str, Text(254), AfterValidator(_one_spelling)]


class AvoidBody(Body):
    """Staff numbers or addresses. Whether somebody has it is never said; who comes later counts too."""

    names: Annotated[tuple[Name, ...], Field(max_length=50)]

    model_config = ConfigDict(json_schema_extra={"example": {"names": ["S4", "ben@corp.example"]}})


@router.get("/volunteers/{volunteer_id}/avoid")
async def read_avoided(
    volunteer_id: UUID, call: Annotated[Call, query(Role.PARTICIPANT)]
) -> AvoidBody:
    """Whom I named. Nobody else can read it, the lead neither."""
    own = Own(caller_of(call.principal), volunteer_id)
    return AvoidBody(names=await call.read(lambda unit: handlers.avoidance.read_list(unit, own)))


@router.put("/volunteers/{volunteer_id}/avoid")
async def set_avoided(
    volunteer_id: UUID, body: AvoidBody, call: Annotated[Call, command(Role.PARTICIPANT)]
) -> AvoidBody:
    """Never pair me with these. A proposal that is open between us is void, and nobody is told why."""
    own = Own(caller_of(call.principal), volunteer_id)
    names = await call.run(lambda unit: handlers.avoidance.set_list(unit, own, body.names))
    return AvoidBody(names=names)
