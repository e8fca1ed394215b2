"""Pins of the lead and wishes of volunteers over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.matching.api.callers import Answers, Asks, LeadAsks, LeadCommands, own
from services.matching.api.views import View
from services.matching.domain.candidates import Side
from services.matching.domain.rounds import Wish
from services.matching.handlers import wishes
from services.matching.handlers.wishes import OwnWish
from shared.chassis.http.fields import Body

router = APIRouter(prefix="/v1", tags=["matching"])

PIN = "/programmes/{programme_id}/pins/{mentor_id}/{mentee_id}"


class PinView(View):
    """Two who are to be a pair, who wishes it, and the rule that forbids it by now."""

    mentor_id: UUID
    mentee_id: UUID
    by: Wish
    forbidden_by: str | None


class PinsView(View):
    """All pins of a programme."""

    items: list[PinView]


class WishBody(Body):
    """For whom the caller asks, and on which side the caller would be."""

    other_id: Annotated[UUID, Field(examples=["0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c13"])]
    side: Annotated[Side, Field(examples=["mentee"])]


class WishView(View):
    """One's own wish. `agreed` once the other asks, too; before that nobody but the caller reads it."""

    other_id: UUID
    side: Side
    agreed: bool

    @classmethod
    def of(cls, one: OwnWish) -> "WishView":
        """The wisher's view."""
        return cls(other_id=one.wish.other_id, side=one.wish.side, agreed=one.agreed)


class WishesView(View):
    """The caller's own."""

    items: list[WishView]


@router.get("/programmes/{programme_id}/pins")
async def list_pins(programme_id: UUID, call: LeadAsks) -> PinsView:
    """What the lead, or both sides themselves, wish. Private reasons of a rule read `not_available`."""
    found = await call.read(lambda unit: wishes.list_pins(unit, programme_id))
    views = (
        PinView(
            mentor_id=one.pin.mentor_id,
            mentee_id=one.pin.mentee_id,
            by=one.pin.by,
            forbidden_by=one.forbidden_by,
        )
        for one in found
    )
    return PinsView(items=list(views))


@router.put(PIN)
async def set_pin(
    programme_id: UUID, mentor_id: UUID, mentee_id: UUID, call: LeadCommands
) -> PinView:
    """Pin two for the next rounds. 409 with the code of the hard rule that forbids them."""
    pin = await call.run(lambda unit: wishes.set_pin(unit, programme_id, (mentor_id, mentee_id)))
    return PinView(mentor_id=mentor_id, mentee_id=mentee_id, by=pin.by, forbidden_by=None)


@router.delete(PIN, status_code=204)
async def remove_pin(
    programme_id: UUID, mentor_id: UUID, mentee_id: UUID, call: LeadCommands
) -> None:
    """Take the lead's pin back; again is nothing."""
    await call.run(lambda unit: wishes.remove_pin(unit, programme_id, (mentor_id, mentee_id)))


@router.get("/wishes")
async def list_wishes(call: Asks) -> WishesView:
    """Whom the caller asks for."""
    caller = own(call)
    found = await call.read(lambda unit: wishes.list_wishes(unit, caller))
    return WishesView(items=[WishView.of(one) for one in found])


@router.post("/wishes", status_code=201, response_model=WishView)
async def ask_for(body: WishBody, call: Answers) -> Response:
    """Ask for somebody; the two are pinned once both have asked."""
    caller = own(call)
    return await call.once(
        lambda unit: wishes.ask_for(unit, caller, body.other_id, body.side), WishView.of
    )


@router.delete("/wishes/{other_id}", status_code=204)
async def take_back(other_id: UUID, call: Answers) -> None:
    """Ask for them no more; again is nothing."""
    caller = own(call)
    await call.run(lambda unit: wishes.take_back(unit, caller, other_id))
