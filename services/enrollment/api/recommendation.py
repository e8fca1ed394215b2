"""The format that fits a volunteer over HTTP, for themselves alone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from services.enrollment import handlers
from services.enrollment.api.callers import caller_of
from services.enrollment.domain.programmes import Format
from services.enrollment.domain.recommendation import Reason
from services.enrollment.handlers.own import Own
from shared.chassis.http.calls import Call, query
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1", tags=["volunteers"])


class RecommendationView(BaseModel):
    """A format, and why it fits."""

    format: Format
    reason: Reason


@router.get("/volunteers/{volunteer_id}/recommendation")
async def read_recommendation(
    volunteer_id: UUID, call: Annotated[Call, query(Role.PARTICIPANT)]
) -> RecommendationView:
    """Which of the programme's formats fits what one needs; what one names stays one's own choice."""
    own = Own(caller_of(call.principal), volunteer_id)
    found = await call.read(lambda unit: handlers.volunteers.recommend_format(unit, own))
    return RecommendationView(format=found.format, reason=found.reason)
