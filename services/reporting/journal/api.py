"""The journal over HTTP: the two of a pair plan, cancel and report sessions, and say what they think of the pair."""

from datetime import UTC, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field
from pydantic_core import PydanticCustomError

from services.reporting.journal import handlers
from services.reporting.journal.domain.model import Entry, Feedback, Opinion, Session, Span
from services.reporting.journal.domain.rules import Report
from services.reporting.journal.handlers import Caller, Given
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.fields import Body, Text, TopicCode
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1/pairs/{pair_id}/sessions", tags=["journal"])
feedback_router = APIRouter(prefix="/v1/pairs/{pair_id}/feedback", tags=["journal"])

Member = Annotated[Call, command(Role.PARTICIPANT)]
SAME: dict[int | str, dict[str, Any]] = {
    200: {"description": "It was planned or reported before; this is that session."}
}
REPLACED: dict[int | str, dict[str, Any]] = {
    200: {"description": "You gave feedback before; this has taken its place."}
}


def _utc(moment: datetime) -> datetime:
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("datetime_out_of_range", "No calendar has this time") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Minutes = Annotated[int, Field(ge=5, le=480, examples=[60])]
Topics = Annotated[tuple[TopicCode, ...], Field(max_length=10, examples=[["crm"]])]
Mood = Annotated[
    int,
    Field(ge=1, le=5, examples=[4], description="Counts in figures only; no one is shown it."),
]
Rating = Annotated[
    int,
    Field(ge=1, le=5, examples=[4], description="1 and 2: the two are not paired again."),
]
Words = Annotated[str, Text(2000, at_least=0, lines=True)]


class PlanBody(Body):
    """When the pair wants to meet."""

    starts_at: Annotated[Moment, Field(examples=["2026-03-09T15:00:00+01:00"])]
    minutes: Minutes

    def span(self) -> Span:
        """The same in the journal's words."""
        return Span(self.starts_at, self.minutes)


class HeldBody(Body):
    """When the pair met, and what about."""

    held_at: Annotated[Moment, Field(examples=["2026-03-09T15:05:00+01:00"])]
    minutes: Minutes
    topics: Topics = ()
    mood: Mood | None = None

    def report(self) -> Report:
        """The same in the journal's words; a topic counts once."""
        topics = tuple(dict.fromkeys(self.topics))
        return Report(Span(self.held_at, self.minutes), topics, self.mood)


class FeedbackBody(Body):
    """What you think of the pair. The words stay in your own feedback; no event and no report has them."""

    rating: Rating
    worked: Annotated[Words, Field(examples=["She let me ask anything."])] = ""
    improve: Annotated[Words, Field(examples=["Meet in the morning."])] = ""

    def opinion(self) -> Opinion:
        """The same in the journal's words."""
        return Opinion(self.rating, self.worked, self.improve)


class SessionView(BaseModel):
    """A session as both sides read it. Once held, `starts_at` and `minutes` tell how it really was."""

    session_id: UUID
    state: Annotated[str, Field(examples=["planned", "cancelled", "held"])]
    starts_at: datetime
    minutes: int
    topics: tuple[str, ...]

    @classmethod
    def of(cls, session: Session) -> Self:
        """The view of a session."""
        return cls(
            session_id=session.session_id,
            state=session.state.value,
            starts_at=session.span.starts_at,
            minutes=session.span.minutes,
            topics=session.topics,
        )


class SessionsView(BaseModel):
    """All sessions of a pair, earliest first."""

    sessions: list[SessionView]


class RatingView(BaseModel):
    """That it was taken down. It is kept for repeats of the request, so it has no words in it."""

    pair_id: UUID
    side: Annotated[str, Field(examples=["mentor", "mentee"])]
    rating: int
    given_at: datetime


class FeedbackView(RatingView):
    """One's own feedback."""

    worked: str
    improve: str


@router.post("", status_code=201, response_model=SessionView, responses=SAME)
async def plan(pair_id: UUID, body: PlanBody, call: Member) -> Response:
    """Plan a session. A planned one that overlaps is answered instead, with 200."""
    caller, span = _caller(pair_id, call), body.span()
    return await call.once(lambda unit: handlers.plan(unit, caller, span), _view, _created)


@router.get("")
async def list_sessions(
    pair_id: UUID, call: Annotated[Call, query(Role.PARTICIPANT)]
) -> SessionsView:
    """All sessions of the pair, earliest first."""
    caller = _caller(pair_id, call)
    found = await call.read(lambda unit: handlers.list_sessions(unit, caller))
    return SessionsView(sessions=[SessionView.of(session) for session in found])


@router.post("/held", status_code=201, response_model=SessionView, responses=SAME)
async def report_unplanned(pair_id: UUID, body: HeldBody, call: Member) -> Response:
    """Report a session that nobody had planned.

    One meeting counts once: where a reported session of the pair overlaps, that one is answered, with 200.
    Where a planned one overlaps, that is the one that was held.
    """
    caller, report = _caller(pair_id, call), body.report()
    return await call.once(
        lambda unit: handlers.report_unplanned(unit, caller, report), _view, _created
    )


@router.post("/{session_id}/held", response_model=SessionView)
async def report_planned(pair_id: UUID, session_id: UUID, body: HeldBody, call: Member) -> Response:
    """Report that a planned session was held. The second report changes nothing."""
    caller, report = _caller(pair_id, call), body.report()
    return await call.once(
        lambda unit: handlers.report_planned(unit, caller, session_id, report), _view, 200
    )


@router.post("/{session_id}/cancel", response_model=SessionView)
async def cancel(pair_id: UUID, session_id: UUID, call: Member) -> Response:
    """Cancel a planned session. Cancelling it again changes nothing."""
    caller = _caller(pair_id, call)
    return await call.once(lambda unit: handlers.cancel(unit, caller, session_id), _view, 200)


@feedback_router.post("", status_code=201, response_model=RatingView, responses=REPLACED)
async def give_feedback(pair_id: UUID, body: FeedbackBody, call: Member) -> Response:
    """Say what you think of the pair, while it runs and for 90 days after its end.

    The next round of matching takes the rating in; the other side is shown nothing of it. What you say later
    takes the place of what you said before, with 200.
    """
    caller, opinion = _caller(pair_id, call), body.opinion()
    return await call.once(
        lambda unit: handlers.give_feedback(unit, caller, opinion),
        lambda given: RatingView(**_rating(pair_id, given.feedback)),
        _first,
    )


@feedback_router.get("")
async def read_feedback(
    pair_id: UUID, call: Annotated[Call, query(Role.PARTICIPANT)]
) -> FeedbackView:
    """Your own feedback on the pair."""
    caller = _caller(pair_id, call)
    found = await call.read(lambda unit: handlers.read_feedback(unit, caller))
    opinion = found.opinion
    return FeedbackView(**_rating(pair_id, found), worked=opinion.worked, improve=opinion.improve)


def _caller(pair_id: UUID, call: Call) -> Caller:
    return Caller(pair_id, call.principal.volunteer_ids)


def _view(entry: Entry) -> SessionView:
    return SessionView.of(entry.session)


def _created(entry: Entry) -> int:
    return 201 if entry.is_new else 200


def _rating(pair_id: UUID, feedback: Feedback) -> dict[str, Any]:
    return {
        "pair_id": pair_id,
        "side": feedback.side.value,
        "rating": feedback.opinion.rating,
        "given_at": feedback.given_at,
    }


def _first(given: Given) -> int:
    return 201 if given.is_first else 200
