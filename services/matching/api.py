"""The HTTP edge: leads run rounds, participants answer proposals and end pairs."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.matching.domain.candidates import Side
from services.matching.domain.pairs import Ending, Pair, PairState
from services.matching.domain.rounds import RoundState
from services.matching.handlers import pairs, rounds
from services.matching.handlers.pairs import Caller
from shared.chassis.correlation import current_trail
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.fields import Body
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1", tags=["matching"])

LeadCommands = Annotated[Call, command(Role.LEAD, scope="programme_id")]
LeadAsks = Annotated[Call, query(Role.LEAD, scope="programme_id")]
Answers = Annotated[Call, command(Role.PARTICIPANT)]
Asks = Annotated[Call, query(Role.PARTICIPANT)]


class View(BaseModel):
    """Base of what is answered."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class RoundBody(Body):
    """For whom a round is to be run."""

    cohort_id: Annotated[UUID, Field(examples=["0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c11"])]


class RoundView(View):
    """A round as its lead sees it; the counts are exact, and there once it is completed."""

    id: UUID
    programme_id: UUID
    cohort_id: UUID
    requested_at: datetime
    state: RoundState
    mentors: int
    mentees: int
    matched: int
    unmatched: Mapping[str, int]
    failure: str | None


class WaitingView(View):
    """Volunteers who wait for a partner, by side."""

    mentors: int
    mentees: int


class SlotView(View):
    """A weekly window in UTC; weekday 0 is Monday, start_minute counts from midnight."""

    weekday: int
    start_minute: int
    minutes: int


class PairView(View):
    """A pair as the lead sees it: who is paired, and nothing of what they do."""

    id: UUID
    mentor_id: UUID
    mentee_id: UUID
    state: PairState
    format: str
    until: date | None
    ending: Ending | None


class PairDetails(PairView):
    """What the two of a pair may know of it."""

    programme_id: UUID
    cohort_id: UUID
    topics: tuple[str, ...]
    hobby: str | None
    slots: tuple[SlotView, ...]
    expires_at: datetime


class OwnPairView(PairDetails):
    """A proposal or pair as one of its two sides sees it. What the other side answered is not told."""

    side: Side
    accepted: bool
    """The caller's own answer."""

    @classmethod
    def of(cls, pair: Pair, caller: Caller) -> "OwnPairView":
        """The caller's view."""
        side = pair.side_of(caller.volunteer_ids)
        details = PairDetails.model_validate(pair).model_dump()
        return cls(**details, side=side, accepted=side in pair.accepted)


class OwnPairsView(View):
    """The caller's own, the newest first."""

    items: list[OwnPairView]

    @classmethod
    def of(cls, them: Sequence[Pair], caller: Caller) -> "OwnPairsView":
        """The caller's view of each."""
        return cls(items=[OwnPairView.of(pair, caller) for pair in them])


class PairsView(View):
    """A page; ask for what is `after` the last one's id until it is empty."""

    items: list[PairView]


class EndBody(Body):
    """How it ended: `completed` as planned, or `stopped` before."""

    outcome: Annotated[Ending, Field(examples=["completed"])]


@router.post("/programmes/{programme_id}/rounds", status_code=202, response_model=RoundView)
async def request_round(programme_id: UUID, body: RoundBody, call: LeadCommands) -> Response:
    """Ask for a round; it is solved in the background. 409 while another one of the programme is open."""
    wish = rounds.RequestRound(programme_id, body.cohort_id, current_trail().correlation_id)
    return await call.once(
        lambda unit: rounds.request_round(unit, wish), RoundView.model_validate, 202
    )


@router.get("/programmes/{programme_id}/rounds/{round_id}")
async def read_round(programme_id: UUID, round_id: UUID, call: LeadAsks) -> RoundView:
    """Where a round stands, and what came out."""
    found = await call.read(lambda unit: rounds.read_round(unit, programme_id, round_id))
    return RoundView.model_validate(found)


@router.get("/programmes/{programme_id}/waiting")
async def count_waiting(programme_id: UUID, call: LeadAsks) -> WaitingView:
    """How many the next round would take in."""
    counts = await call.read(lambda unit: rounds.count_waiting(unit, programme_id))
    return WaitingView(mentors=counts[Side.MENTOR], mentees=counts[Side.MENTEE])


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


@router.get("/proposals")
async def list_proposals(call: Asks) -> OwnPairsView:
    """The caller's open proposals."""
    caller = _caller(call)
    return OwnPairsView.of(await call.read(lambda unit: pairs.list_proposals(unit, caller)), caller)


@router.get("/pairs")
async def list_pairs(call: Asks) -> OwnPairsView:
    """The caller's pairs, running and over."""
    caller = _caller(call)
    return OwnPairsView.of(await call.read(lambda unit: pairs.list_pairs(unit, caller)), caller)


@router.post("/proposals/{pair_id}/accept", response_model=OwnPairView)
async def accept(pair_id: UUID, call: Answers) -> Response:
    """Say yes; the second yes forms the pair. 409 when the proposal is not open any more."""
    caller = _caller(call)
    return await call.once(
        lambda unit: pairs.accept(unit, caller, pair_id),
        lambda pair: OwnPairView.of(pair, caller),
        200,
    )


@router.post("/proposals/{pair_id}/decline", response_model=OwnPairView)
async def decline(pair_id: UUID, call: Answers) -> Response:
    """Say no, with no reason asked. 409 when the proposal is not open any more."""
    caller = _caller(call)
    return await call.once(
        lambda unit: pairs.decline(unit, caller, pair_id),
        lambda pair: OwnPairView.of(pair, caller),
        200,
    )


@router.post("/pairs/{pair_id}/end", response_model=OwnPairView)
async def end_pair(pair_id: UUID, body: EndBody, call: Answers) -> Response:
    """End a running pair; both are free again."""
    caller = _caller(call)
    return await call.once(
        lambda unit: pairs.end_pair(unit, caller, pair_id, body.outcome),
        lambda pair: OwnPairView.of(pair, caller),
        200,
    )


def _caller(call: Call) -> Caller:
    return Caller(call.principal.volunteer_ids)
