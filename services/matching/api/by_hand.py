"""What the lead does by hand, over HTTP: propose two, end a pair, replace one of its sides."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.matching.api.callers import LeadCommands
from services.matching.api.pairs import EndBody
from services.matching.api.views import PairView
from services.matching.domain.candidates import Side
from services.matching.handlers import by_hand
from services.matching.handlers.by_hand import PairOf
from shared.chassis.http.fields import Body

router = APIRouter(prefix="/v1/programmes/{programme_id}", tags=["matching"])

VolunteerId = Annotated[UUID, Field(examples=["0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c13"])]


class ProposalBody(Body):
    """Two volunteers of one cohort."""

    mentor_id: VolunteerId
    mentee_id: VolunteerId


class ReplaceBody(Body):
    """The side that leaves the pair, and who is to take its place."""

    side: Annotated[Side, Field(examples=["mentor"])]
    volunteer_id: VolunteerId


@router.post("/proposals", status_code=201, response_model=PairView)
async def propose(programme_id: UUID, body: ProposalBody, call: LeadCommands) -> Response:
    """Ask two by hand; both have to say yes. 409 with the code of the hard rule that forbids them."""
    them = (body.mentor_id, body.mentee_id)
    return await call.once(
        lambda unit: by_hand.propose_by_hand(unit, programme_id, them), PairView.model_validate
    )


@router.post("/pairs/{pair_id}/end", response_model=PairView)
async def end(programme_id: UUID, pair_id: UUID, body: EndBody, call: LeadCommands) -> Response:
    """End a running pair; both are free again."""
    which = PairOf(programme_id, pair_id)
    return await call.once(
        lambda unit: by_hand.end_by_lead(unit, which, body.outcome), PairView.model_validate, 200
    )


@router.post("/pairs/{pair_id}/replace", status_code=201, response_model=PairView)
async def replace(
    programme_id: UUID, pair_id: UUID, body: ReplaceBody, call: LeadCommands
) -> Response:
    """End a running pair and ask the one who stays together with somebody new; where that is forbidden, neither."""
    which = PairOf(programme_id, pair_id)
    return await call.once(
        lambda unit: by_hand.replace_side(unit, which, body.side, body.volunteer_id),
        PairView.model_validate,
    )
