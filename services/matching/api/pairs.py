"""Proposals and pairs over HTTP: participants answer and end, the lead reads."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.matching.api.callers import Answers, Asks, LeadAsks, own
from services.matching.api.views import OwnPairsView, OwnPairView, PairsView, PairView, View
from services.matching.domain.declines import Reason
from services.matching.domain.pairs import Ending
from services.matching.handlers import pairs
from shared.chassis.http.fields import Body

router = APIRouter(prefix="/v1", tags=["matching"])


class DeclineBody(Body):
    """Why, if one likes to say: counted for the lead from five on, and told to nobody."""

    reason: Annotated[Reason | None, Field(examples=["no_time"])] = None


NO_REASON = DeclineBody()


class DeclinesView(View):
    """Reasons that were given five times or more."""

    reasons: Mapping[str, int]


class EndBody(Body):
    """How it ended: `completed` as planned, or `stopped` before."""

    outcome: Annotated[Ending, Field(examples=["completed"])]


@router.get("/programmes/{programme_id}/pairs")
async def list_programme_pairs(
    programme_id: UUID,
    call: LeadAsks,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> PairsView:
    """Who is or was paired. Proposals are not in it: a decline is nobody's business."""
    found = await call.read(
        lambda unit: pairs.list_programme_pairs(unit, programme_id, after, limit)
    )
    return PairsView(items=[PairView.model_validate(pair) for pair in found])


@router.get("/programmes/{programme_id}/declines")
async def count_declines(programme_id: UUID, call: LeadAsks) -> DeclinesView:
    """Why proposals were declined, as far as that points at nobody."""
    counts = await call.read(lambda unit: pairs.count_declines(unit, programme_id))
    return DeclinesView(reasons=counts)


@router.get("/proposals")
async def list_proposals(call: Asks) -> OwnPairsView:
    """The caller's open proposals."""
    caller = own(call)
    return OwnPairsView.of(await call.read(lambda unit: pairs.list_proposals(unit, caller)), caller)


@router.get("/pairs")
async def list_pairs(call: Asks) -> OwnPairsView:
    """The caller's pairs, running and over."""
    caller = own(call)
    return OwnPairsView.of(await call.read(lambda unit: pairs.list_pairs(unit, caller)), caller)


@router.post("/proposals/{pair_id}/accept", response_model=OwnPairView)
async def accept(pair_id: UUID, call: Answers) -> Response:
    """Say yes; the second yes forms the pair. 409 when the proposal is not open any more."""
    caller = own(call)
    return await call.once(
        lambda unit: pairs.accept(unit, caller, pair_id),
        lambda pair: OwnPairView.of(pair, caller),
        200,
    )


@router.post("/proposals/{pair_id}/decline", response_model=OwnPairView)
async def decline(pair_id: UUID, call: Answers, body: DeclineBody = NO_REASON) -> Response:
    """Say no; a reason is not asked for, and nobody reads it. 409 when the proposal is not open any more."""
    caller = own(call)
    return await call.once(
        lambda unit: pairs.decline(unit, caller, pair_id, body.reason),
        lambda pair: OwnPairView.of(pair, caller),
        200,
    )


@router.post("/pairs/{pair_id}/end", response_model=OwnPairView)
async def end_pair(pair_id: UUID, body: EndBody, call: Answers) -> Response:
    """End a running pair; both are free again."""
    caller = own(call)
    return await call.once(
        lambda unit: pairs.end_pair(unit, caller, pair_id, body.outcome),
        lambda pair: OwnPairView.of(pair, caller),
        200,
    )
