"""Rounds over HTTP: the lead asks for one and reads how it went."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.matching.api.callers import LeadAsks, LeadCommands
from services.matching.api.views import View
from services.matching.domain.candidates import Side
from services.matching.domain.rounds import RoundState
from services.matching.domain.routines import Cause, Release
from services.matching.handlers import rounds
from shared.chassis.correlation import current_trail
from shared.chassis.http.fields import Body

router = APIRouter(prefix="/v1/programmes/{programme_id}", tags=["matching"])


CohortId = Annotated[UUID, Field(examples=["0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c11"])]


class RoundBody(Body):
    """For whom a round is to be run; by default its proposals go out once the lead releases the draft."""

    cohort_id: CohortId
    release: Release = Release.BY_LEAD


class RoundView(View):
    """A round as its lead sees it; the counts are exact, and there once it is solved."""

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
    cause: Cause
    release: Release


class RoundsView(View):
    """A page, the newest first; ask for what is `before` the last one until it is empty."""

    items: list[RoundView]


class WaiterView(View):
    """Somebody who waits on a side: since when, where that is known, and how many rounds have left them over."""

    volunteer_id: UUID
    side: Side
    since: datetime | None
    rounds_waited: int


class WaitersView(View):
    """A page; ask for what is `after` the last one's volunteer until it is empty."""

    items: list[WaiterView]


class WaitingView(View):
    """Volunteers who wait for a partner, by side."""

    mentors: int
    mentees: int


@router.post("/rounds", status_code=202, response_model=RoundView)
async def request_round(programme_id: UUID, body: RoundBody, call: LeadCommands) -> Response:
    """Ask for a round; it is solved in the background. 409 while another one of the programme is open."""
    trail = current_trail().correlation_id
    wish = rounds.RequestRound(programme_id, body.cohort_id, trail, body.release)
    return await call.once(
        lambda unit: rounds.request_round(unit, wish), RoundView.model_validate, 202
    )


@router.get("/rounds")
async def list_rounds(
    programme_id: UUID,
    call: LeadAsks,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
) -> RoundsView:
    """All rounds, also those that started by themselves and may wait as a draft."""
    found = await call.read(lambda unit: rounds.list_rounds(unit, programme_id, before, limit))
    return RoundsView(items=[RoundView.model_validate(one) for one in found])


@router.get("/rounds/{round_id}")
async def read_round(programme_id: UUID, round_id: UUID, call: LeadAsks) -> RoundView:
    """Where a round stands, and what came out."""
    found = await call.read(lambda unit: rounds.read_round(unit, programme_id, round_id))
    return RoundView.model_validate(found)


@router.get("/waiting")
async def count_waiting(programme_id: UUID, call: LeadAsks) -> WaitingView:
    """How many the next round would take in."""
    counts = await call.read(lambda unit: rounds.count_waiting(unit, programme_id))
    return WaitingView(mentors=counts[Side.MENTOR], mentees=counts[Side.MENTEE])


@router.get("/waiting/volunteers")
async def list_waiting(
    programme_id: UUID,
    call: LeadAsks,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> WaitersView:
    """Who waits, since when and for how many rounds, by id."""
    found = await call.read(lambda unit: rounds.list_waiting(unit, programme_id, after, limit))
    return WaitersView(items=[WaiterView.model_validate(one) for one in found])
