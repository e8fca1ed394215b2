"""Invitations over HTTP: the lead asks, the invited answer with their own token."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.enrollment import handlers
from services.enrollment.api.callers import caller_of
from services.enrollment.domain.invitations import Answer, Invitation, LeftOut
from services.enrollment.handlers.invitations import Asked, Invite, Invited, Own, OwnInvitation
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.fields import Body, Text, TopicCode
from shared.chassis.principals import Role

lead_router = APIRouter(prefix="/v1/programmes/{programme_id}/invitations", tags=["invitations"])
own_router = APIRouter(prefix="/v1/invitations", tags=["invitations"])

Participant = Annotated[Call, command(Role.PARTICIPANT)]
StaffNumber = Annotated[str, Text(64)]


class InviteBody(Body):
    """Whom to ask, and about which topic."""

    staff_numbers: Annotated[tuple[StaffNumber, ...], Field(min_length=1, max_length=200)]
    topic: TopicCode | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"staff_numbers": ["E-0007", "E-0008"], "topic": "social_media"}
        }
    )


class LaterBody(Body):
    """Not to be asked again before that day."""

    until: Annotated[date, Field(examples=["2027-03-01"])]


class _Answered(BaseModel):
    invitation_id: UUID
    programme_id: UUID
    topic: str | None
    issued_on: date
    answer: Answer | None = Field(description="null as long as there is none")
    later_until: date | None


class AskedView(_Answered):
    """An invitation as the lead sees it; without number and name where the directory has none."""

    staff_number: str | None
    name: str | None

    @staticmethod
    def of(asked: Asked) -> "AskedView":
        """Whom the directory has behind it."""
        employee = asked.employee
        return AskedView(
            **_fields(asked.invitation),
            staff_number=employee.staff_number if employee else None,
            name=employee.name if employee else None,
        )


class LeftOutView(BaseModel):
    """Somebody who is not invited, and why."""

    staff_number: str
    reason: LeftOut


class InvitedView(BaseModel):
    """What became of the wish to invite."""

    invited: list[AskedView]
    left_out: list[LeftOutView]

    @staticmethod
    def of(invited: Invited) -> "InvitedView":
        """In the order of the request."""
        left_out = invited.left_out.items()
        return InvitedView(
            invited=[AskedView.of(asked) for asked in invited.asked],
            left_out=[LeftOutView(staff_number=who, reason=why) for who, why in left_out],
        )


class AskedPage(BaseModel):
    """One page; `next` is the `after` of the one that follows, null at the end."""

    invitations: list[AskedView]
    next: UUID | None

    @staticmethod
    def of(page: list[Asked], limit: int) -> "AskedPage":
        """A full page may have a next one."""
        invitations = [AskedView.of(asked) for asked in page]
        full = len(invitations) == limit
        return AskedPage(
            invitations=invitations, next=invitations[-1].invitation_id if full else None
        )


class OwnView(_Answered):
    """An invitation as the invited see it."""

    programme_title: str

    @staticmethod
    def of(own: OwnInvitation) -> "OwnView":
        """With what the programme is called."""
        return OwnView(**_fields(own.invitation), programme_title=own.programme_title)


class OwnList(BaseModel):
    """What the caller was asked, the newest first."""

    invitations: list[OwnView]


def _fields(invitation: Invitation) -> dict[str, object]:
    return {name: getattr(invitation, name) for name in _Answered.model_fields}


@lead_router.post("", status_code=201, response_model=InvitedView)
async def invite(
    programme_id: UUID,
    body: InviteBody,
    call: Annotated[Call, command(Role.LEAD, scope="programme_id")],
) -> Response:
    """Ask employees whether they would like to take part; whoever cannot be asked is left out."""
    numbers = tuple(dict.fromkeys(body.staff_numbers))
    wish = Invite(programme_id, numbers, body.topic)
    return await call.once(lambda unit: handlers.invitations.invite(unit, wish), InvitedView.of)


@lead_router.get("")
async def read_invitations(
    programme_id: UUID,
    call: Annotated[Call, query(Role.LEAD, scope="programme_id")],
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AskedPage:
    """Who was invited, and what they answered; whoever was asked again stands there twice."""
    page = await call.read(
        lambda unit: handlers.invitations.list_asked(unit, programme_id, after, limit)
    )
    return AskedPage.of(page, limit)


@own_router.get("")
async def read_own_invitations(call: Annotated[Call, query(Role.PARTICIPANT)]) -> OwnList:
    """What I was asked."""
    caller = caller_of(call.principal)
    found = await call.read(lambda unit: handlers.invitations.list_own(unit, caller))
    return OwnList(invitations=[OwnView.of(own) for own in found])


@own_router.post("/{invitation_id}/accept", response_model=OwnView)
async def accept(invitation_id: UUID, call: Participant) -> Response:
    """I am interested. To take part, enrol in the programme then."""
    own = Own(caller_of(call.principal), invitation_id)
    return await call.once(lambda unit: handlers.invitations.accept(unit, own), OwnView.of, 200)


@own_router.post("/{invitation_id}/decline", response_model=OwnView)
async def decline(invitation_id: UUID, call: Participant) -> Response:
    """No, and not again for this programme. Nobody asks why."""
    own = Own(caller_of(call.principal), invitation_id)
    return await call.once(lambda unit: handlers.invitations.decline(unit, own), OwnView.of, 200)


@own_router.post("/{invitation_id}/later", response_model=OwnView)
async def put_off(invitation_id: UUID, body: LaterBody, call: Participant) -> Response:
    """Not now; from that day on one may ask again."""
    own = Own(caller_of(call.principal), invitation_id)
    return await call.once(
        lambda unit: handlers.invitations.put_off(unit, own, body.until), OwnView.of, 200
    )
