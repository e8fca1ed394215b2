"""A volunteer confirms over HTTP that they go on."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from services.enrollment import handlers
from services.enrollment.api.callers import caller_of
from services.enrollment.api.volunteers import VolunteerView
from services.enrollment.handlers.own import Own
from shared.chassis.http.calls import Call, command
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1", tags=["volunteers"])


@router.post("/volunteers/{volunteer_id}/confirm", response_model=VolunteerView)
async def confirm(volunteer_id: UUID, call: Annotated[Call, command(Role.PARTICIPANT)]) -> Response:
    """I go on, in the cohort that has opened; a pair that runs stays as it is."""
    own = Own(caller_of(call.principal), volunteer_id)
    return await call.once(
        lambda unit: handlers.volunteers.confirm(unit, own), VolunteerView.of, 200
    )
