"""Shadow rounds over HTTP: other terms, compared with the last round, and never released."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.matching.api.callers import LeadAsks, LeadCommands
from services.matching.api.rounds import CohortId, RoundView
from services.matching.api.views import View
from services.matching.handlers import shadows
from shared.chassis.correlation import current_trail
from shared.chassis.http.fields import Body

router = APIRouter(prefix="/v1/programmes/{programme_id}", tags=["matching"])

Weight = Annotated[int, Field(ge=0, le=1000)]
Code = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$")]


class ShadowBody(Body):
    """Terms to try; what is left out stays as the programme has it."""

    cohort_id: CohortId
    weights: Annotated[
        dict[Code, Weight] | None, Field(max_length=40, examples=[{"topics": 20, "hobbies": 40}])
    ] = None
    level_gap: Annotated[int | None, Field(ge=0, le=20)] = None
    common_slot_minutes: Annotated[int | None, Field(ge=0, le=1440)] = None
    any_direction: bool | None = None
    other_unit: bool | None = None
    other_site: bool | None = None
    need_floor: Annotated[int | None, Field(ge=1, le=5)] = None


class SumView(View):
    """Matches, the least points of one, and all points, by that side's own policy."""

    matched: int
    least: int | None
    total: int


class ChangeView(View):
    """A mentee who would have another mentor; null is nobody."""

    mentee_id: UUID
    before: UUID | None
    after: UUID | None


class ComparisonView(View):
    """The last round of the cohort beside the shadow, on the same people."""

    last: SumView
    shadow: SumView
    changes: list[ChangeView]


@router.post("/shadow-rounds", status_code=202, response_model=RoundView)
async def request_shadow(programme_id: UUID, body: ShadowBody, call: LeadCommands) -> Response:
    """Try other terms in the background; nobody is asked. 409 while another shadow is not solved."""
    changes = body.model_dump(exclude={"cohort_id"}, exclude_none=True)
    trail = current_trail().correlation_id
    wish = shadows.RequestShadow(programme_id, body.cohort_id, trail, changes)
    return await call.once(
        lambda unit: shadows.request_shadow(unit, wish), RoundView.model_validate, 202
    )


@router.get("/rounds/{round_id}/comparison")
async def read_comparison(programme_id: UUID, round_id: UUID, call: LeadAsks) -> ComparisonView:
    """What came out of a shadow. 409 where it is none, or not solved yet."""
    found = await call.read(lambda unit: shadows.read_comparison(unit, programme_id, round_id))
    return ComparisonView.model_validate(found)
