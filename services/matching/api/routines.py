"""What a programme does by itself, over HTTP: its schedule, and whether who was declined is matched again."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.matching.api.callers import LeadAsks, LeadCommands
from services.matching.api.views import View
from services.matching.domain.routines import Release, Rematch, Routine
from services.matching.handlers import routines
from shared.chassis.http.fields import Body

router = APIRouter(prefix="/v1/programmes/{programme_id}/schedule", tags=["matching"])

EveryDays = Annotated[int, Field(ge=1, le=366)]


class RoutineBody(Body):
    """`every_days` null starts no round by itself; it is counted from now, unless it stays the same."""

    every_days: Annotated[EveryDays | None, Field(examples=[14])] = None
    release: Annotated[Release, Field(examples=["by_lead"])] = Release.BY_LEAD
    rematch: Annotated[Rematch, Field(examples=["draft"])] = Rematch.DRAFT


class RoutineView(View):
    """What is set, and when the next round starts by the database's clock."""

    every_days: int | None
    release: Release
    rematch: Rematch
    next_at: datetime | None


@router.get("")
async def read_routine(programme_id: UUID, call: LeadAsks) -> RoutineView:
    """What is set."""
    found = await call.read(lambda unit: routines.read_routine(unit, programme_id))
    return RoutineView.model_validate(found)


@router.put("")
async def set_routine(programme_id: UUID, body: RoutineBody, call: LeadCommands) -> RoutineView:
    """Set it; it ends with the programme."""
    routine = Routine(body.every_days, body.release, body.rematch)
    found = await call.run(lambda unit: routines.set_routine(unit, programme_id, routine))
    return RoutineView.model_validate(found)
