"""What stands between a volunteer and a pair over HTTP, for themselves alone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from services.enrollment import handlers
from services.enrollment.api.callers import caller_of
from services.enrollment.domain.self_checks import Check
from services.enrollment.handlers.own import Own
from shared.chassis.http.calls import Call, query
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1", tags=["volunteers"])


class ChecksView(BaseModel):
    """Findings in words; an empty list is good news."""

    checks: tuple[Check, ...]


@router.get("/volunteers/{volunteer_id}/checks")
async def read_checks(
    volunteer_id: UUID, call: Annotated[Call, query(Role.PARTICIPANT)]
) -> ChecksView:
    """What could keep me from a pair. Of others nothing is said below five of them."""
    own = Own(caller_of(call.principal), volunteer_id)
    return ChecksView(
        checks=await call.read(lambda unit: handlers.self_checks.check_oneself(unit, own))
    )
