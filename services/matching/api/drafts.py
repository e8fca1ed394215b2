"""Drafts over HTTP: the lead reads what a round would propose, changes it, releases or discards it."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.matching.api.callers import LeadAsks, LeadCommands
from services.matching.api.rounds import RoundView
from services.matching.api.views import View
from services.matching.domain.candidates import Side
from services.matching.domain.drafts import Draft
from services.matching.domain.explaining.parts import shown
from services.matching.domain.rounds import Match, RefusedPin, Wish
from services.matching.handlers import drafts
from services.matching.handlers.drafts import DraftOf
from shared.chassis.http.fields import Body

router = APIRouter(prefix="/v1/programmes/{programme_id}/rounds/{round_id}", tags=["matching"])

MentorId = Annotated[UUID, Field(examples=["0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c12"])]


class MatchView(View):
    """Two who would be proposed to each other; points per part of the score, private parts as one sum."""

    mentor_id: UUID
    mentee_id: UUID
    format: str
    topics: tuple[str, ...]
    points: Mapping[str, int]

    @classmethod
    def of(cls, match: Match) -> "MatchView":
        """The lead's view."""
        seen = cls.model_validate(match)
        return seen.model_copy(update={"points": shown(match.points)})


class LeftOverView(View):
    """A volunteer without a partner on one side, and why."""

    volunteer_id: UUID
    side: Side
    reason: str


class RefusedPinView(View):
    """A pin that could not be kept, who wished it, and the rule that forbids it; private ones read `not_available`."""

    mentor_id: UUID
    mentee_id: UUID
    by: Wish
    reason: str

    @classmethod
    def of(cls, refused: RefusedPin) -> "RefusedPinView":
        """The lead's view."""
        pin = refused.pin
        return cls(
            mentor_id=pin.mentor_id, mentee_id=pin.mentee_id, by=pin.by, reason=refused.reason
        )


class DraftView(View):
    """A page of a draft: from the place `after` on, of matches and unmatched each; ask until both are empty."""

    round_id: UUID
    matched: int
    left_over: int
    matches: list[MatchView]
    unmatched: list[LeftOverView]
    refused_pins: list[RefusedPinView]

    @classmethod
    def of(cls, draft: Draft, after: int, limit: int) -> "DraftView":
        """The part of the draft that was asked for."""
        outcome, page = draft.outcome, slice(after, after + limit)
        return cls(
            round_id=draft.id,
            matched=len(outcome.matches),
            left_over=len(outcome.unmatched),
            matches=[MatchView.of(one) for one in outcome.matches[page]],
            unmatched=[LeftOverView.model_validate(one) for one in outcome.unmatched[page]],
            refused_pins=[RefusedPinView.of(one) for one in outcome.refused_pins],
        )


class MatchBody(Body):
    """Whom the mentee is to be proposed to."""

    mentor_id: MentorId


@router.get("/draft")
async def read_draft(
    programme_id: UUID,
    round_id: UUID,
    call: LeadAsks,
    after: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> DraftView:
    """Who would be proposed to whom, and who is left over for which reason. 409 where there is no draft."""
    which = DraftOf(programme_id, round_id)
    found = await call.read(lambda unit: drafts.read_draft(unit, which))
    return DraftView.of(found, after, limit)


@router.put("/draft/matches/{mentee_id}")
async def place_match(
    programme_id: UUID, round_id: UUID, mentee_id: UUID, body: MatchBody, call: LeadCommands
) -> MatchView:
    """Add a match by hand, or replace what the mentee has. 409 with the code of the rule that forbids it."""
    which = DraftOf(programme_id, round_id)
    draft = await call.run(lambda unit: drafts.place_match(unit, which, body.mentor_id, mentee_id))
    return MatchView.of(draft.match_of(mentee_id))


@router.delete("/draft/matches/{mentee_id}", status_code=204)
async def remove_match(
    programme_id: UUID, round_id: UUID, mentee_id: UUID, call: LeadCommands
) -> None:
    """Take the match of this mentee out; both wait on."""
    which = DraftOf(programme_id, round_id)
    await call.run(lambda unit: drafts.remove_match(unit, which, mentee_id))


@router.post("/release", response_model=RoundView)
async def release_round(programme_id: UUID, round_id: UUID, call: LeadCommands) -> Response:
    """Ask all who are matched. Whom a rule forbids by now is left over, as `changed_meanwhile`."""
    which = DraftOf(programme_id, round_id)
    return await call.once(
        lambda unit: drafts.release_round(unit, which), RoundView.model_validate, 200
    )


@router.post("/discard", response_model=RoundView)
async def discard_round(programme_id: UUID, round_id: UUID, call: LeadCommands) -> Response:
    """Throw the draft away; nobody was asked, and nobody is told."""
    which = DraftOf(programme_id, round_id)
    return await call.once(
        lambda unit: drafts.discard_round(unit, which), RoundView.model_validate, 200
    )
