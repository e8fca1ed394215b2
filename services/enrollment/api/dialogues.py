"""Open conversations over HTTP. The lead alone reads and writes them: what is said there stays there."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.enrollment import handlers
from services.enrollment.domain.dialogues import Compromise, Minutes, Outcome, Owner
from services.enrollment.handlers.dialogues import Agreed, Place, Review, Seen, Wish
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.fields import Body, Text
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1/programmes/{programme_id}/dialogues", tags=["doubts"])

Lead = Annotated[Call, command(Role.LEAD, scope="programme_id")]
LeadReads = Annotated[Call, query(Role.LEAD, scope="programme_id")]
Point = Annotated[str, Text(1_000, lines=True)]
Points = Annotated[tuple[Point, ...], Field(max_length=50)]


class PlanBody(Body):
    """When and about what; who takes part may be left out."""

    planned_for: date
    agenda: Annotated[tuple[Point, ...], Field(min_length=1, max_length=50)]
    staff_numbers: Annotated[tuple[Annotated[str, Text(64)], ...], Field(max_length=50)] = ()

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"planned_for": "2027-02-16", "agenda": ["Who decides in the pair?"]}
        }
    )

    def wish(self) -> Wish:
        """The same for the domain."""
        return Wish(self.planned_for, self.agenda, self.staff_numbers)


class CompromiseBody(Body):
    """What the lead, the sponsor or the participants do by a day."""

    text: Point
    owner: Owner
    due: date

    def agreed(self) -> Agreed:
        """The same for the domain."""
        return Agreed(self.text, self.owner, self.due)


class HeldBody(Body):
    """What was said, and agreed on. Nobody is named."""

    held_on: date
    positions: Points = ()
    fears: Points = ()
    compromises: Annotated[tuple[CompromiseBody, ...], Field(max_length=50)] = ()

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "held_on": "2027-02-16",
                "positions": ["Advice is welcome, decisions stay where they are."],
                "fears": ["To look helpless before the team."],
                "compromises": [
                    {
                        "text": "The first session is without an audience.",
                        "owner": "lead",
                        "due": "2027-03-01",
                    }
                ],
            }
        }
    )


class ReviewBody(Body):
    """What became of it; a changed one comes with what holds instead."""

    outcome: Outcome
    instead: CompromiseBody | None = None

    model_config = ConfigDict(json_schema_extra={"example": {"outcome": "kept"}})


class CompromiseView(BaseModel):
    """A compromise; `overdue` once its day is over and nobody has looked."""

    compromise_id: UUID
    text: str
    owner: Owner
    due: date
    outcome: Outcome | None
    reviewed_on: date | None
    overdue: bool

    @staticmethod
    def of(compromise: Compromise, today: date) -> "CompromiseView":
        """On a day."""
        return CompromiseView(
            compromise_id=compromise.compromise_id,
            text=compromise.text,
            owner=compromise.owner,
            due=compromise.due,
            outcome=compromise.outcome,
            reviewed_on=compromise.reviewed_on,
            overdue=compromise.overdue(today),
        )


class DialogueView(BaseModel):
    """A conversation from its plan to the last compromise; `overdue` counts compromises."""

    dialogue_id: UUID
    planned_for: date
    agenda: tuple[str, ...]
    participants: tuple[str, ...]
    minutes: Minutes | None
    compromises: list[CompromiseView]
    overdue: int

    @staticmethod
    def of(seen: Seen) -> "DialogueView":
        """With the names of who takes part, where that was noted."""
        dialogue = seen.dialogue
        compromises = [CompromiseView.of(one, seen.today) for one in dialogue.compromises]
        return DialogueView(
            dialogue_id=dialogue.dialogue_id,
            planned_for=dialogue.plan.planned_for,
            agenda=dialogue.plan.agenda,
            participants=seen.names,
            minutes=dialogue.minutes,
            compromises=compromises,
            overdue=sum(one.overdue for one in compromises),
        )


class DialoguesView(BaseModel):
    """One page; `next` is the `after` of the one that follows, null at the end."""

    dialogues: list[DialogueView]
    next: UUID | None


@router.post("", status_code=201, response_model=DialogueView)
async def plan(programme_id: UUID, body: PlanBody, call: Lead) -> Response:
    """Plan an open conversation."""
    wish = body.wish()
    return await call.once(
        lambda unit: handlers.dialogues.plan(unit, programme_id, wish), DialogueView.of
    )


@router.get("")
async def list_dialogues(
    programme_id: UUID,
    call: LeadReads,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
) -> DialoguesView:
    """All of them, with what is overdue."""
    page = await call.read(
        lambda unit: handlers.dialogues.list_dialogues(unit, programme_id, after, limit)
    )
    last = page[-1].dialogue.dialogue_id if len(page) == limit else None
    return DialoguesView(dialogues=[DialogueView.of(one) for one in page], next=last)


@router.get("/{dialogue_id}")
async def read_dialogue(programme_id: UUID, dialogue_id: UUID, call: LeadReads) -> DialogueView:
    """One of them."""
    place = Place(programme_id, dialogue_id)
    return DialogueView.of(
        await call.read(lambda unit: handlers.dialogues.read_dialogue(unit, place))
    )


@router.put("/{dialogue_id}")
async def move(programme_id: UUID, dialogue_id: UUID, body: PlanBody, call: Lead) -> DialogueView:
    """Plan it anew, until it was held."""
    place, wish = Place(programme_id, dialogue_id), body.wish()
    return DialogueView.of(await call.run(lambda unit: handlers.dialogues.move(unit, place, wish)))


@router.post("/{dialogue_id}/held", response_model=DialogueView)
async def hold(programme_id: UUID, dialogue_id: UUID, body: HeldBody, call: Lead) -> Response:
    """It was held: positions, fears, and compromises with an owner and a day."""
    place = Place(programme_id, dialogue_id)
    minutes = Minutes(body.held_on, body.positions, body.fears)
    agreed = [compromise.agreed() for compromise in body.compromises]
    return await call.once(
        lambda unit: handlers.dialogues.hold(unit, place, minutes, agreed), DialogueView.of, 200
    )


@router.post("/{dialogue_id}/compromises/{compromise_id}/review", response_model=DialogueView)
async def review(
    programme_id: UUID, dialogue_id: UUID, compromise_id: UUID, body: ReviewBody, call: Lead
) -> Response:
    """Say whether a compromise was kept, broken or changed."""
    place = Place(programme_id, dialogue_id)
    instead = body.instead.agreed() if body.instead else None
    what = Review(compromise_id, body.outcome, instead)
    return await call.once(
        lambda unit: handlers.dialogues.review(unit, place, what), DialogueView.of, 200
    )
