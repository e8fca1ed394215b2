"""Advice on the weights of a programme, over HTTP: the lead reads it, and nothing follows from it by itself."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.matching.api.callers import LeadAsks
from services.matching.api.views import View
from services.matching.handlers import feedback

router = APIRouter(prefix="/v1/programmes/{programme_id}/weights", tags=["matching"])


class AdviceView(View):
    """What the ratings of so many pairs suggest. `weights` sum up to what they do now; the lead may take them over."""

    pairs: Annotated[int, Field(description="rated well or badly")]
    predicted: Annotated[
        Mapping[str, int],
        Field(
            description="per part: its mean in pairs rated well less that in pairs rated badly, in thousandths of its weight"
        ),
    ]
    weights: Mapping[str, int]


@router.get("/advice")
async def read_advice(programme_id: UUID, call: LeadAsks) -> AdviceView:
    """Weights out of what earlier pairs were rated. 409 while too few are: 20 are needed, 5 of either kind."""
    found = await call.read(lambda unit: feedback.read_advice(unit, programme_id))
    return AdviceView.model_validate(found)
