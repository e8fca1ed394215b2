"""Doubts over HTTP: three doors, for the lead, for who writes confidentially, and for who stays unknown.

The confidential door leaves no trail from one request of a person to another; the anonymous one keeps nothing of
its caller at all, and knows its writers by the reference that they show.
"""

from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.enrollment import handlers
from services.enrollment.domain.doubts import Concern, Doubt, Evidence, State
from services.enrollment.handlers.doubts import Named, Raise, Reply, Writer
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.discreet import REFERENCE_HEADER, Anonymous, Untraced
from shared.chassis.http.fields import Body, Text, TopicCode
from shared.chassis.principals import Role

lead_router = APIRouter(prefix="/v1/programmes/{programme_id}/concerns", tags=["doubts"])
anonymous_router = APIRouter(prefix="/v1", tags=["doubts"], route_class=Anonymous)
own_router = APIRouter(prefix="/v1", tags=["doubts"], route_class=Untraced)

Words = Annotated[str, Text(4_000, lines=True)]
Link = Annotated[str, Text(500), Field(pattern=r"^https?://[^\s/]\S*$")]
Someone = Annotated[Call, command(Role.PARTICIPANT)]
Reader = Annotated[Call, query(Role.PARTICIPANT)]
Lead = Annotated[Call, command(Role.LEAD, scope="programme_id")]
Reference = Annotated[
    str,
    Header(
        alias=REFERENCE_HEADER,
        min_length=16,
        max_length=64,
        description="What raising the concern was answered with; it is the only way back to it.",
    ),
]
_A_CONCERN: JsonDict = {
    "code": "losing_authority",
    "text": "If a junior teaches me, will the others still listen?",
}


class ConcernBody(Body):
    """A doubt; nobody but the lead reads the text."""

    code: Doubt
    text: Words

    model_config = ConfigDict(json_schema_extra={"example": _A_CONCERN})

    def wish(self, programme_id: UUID) -> Raise:
        """The same for the domain."""
        return Raise(programme_id, self.code, self.text)


class QuestionBody(Body):
    """What the answer leaves open."""

    text: Annotated[Words, Field(examples=["And what if it does not go well?"])]


class AnswerBody(Body):
    """An answer and what it stands on: at least one case, published progress or objective."""

    text: Words
    cases: Annotated[tuple[Link, ...], Field(max_length=10)] = ()
    progress_ids: Annotated[tuple[UUID, ...], Field(max_length=10)] = ()
    kpis: Annotated[tuple[TopicCode, ...], Field(max_length=10)] = ()
    taste_sprint: bool = False

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "text": "It went the other way elsewhere: see how it was there. Try one sprint.",
                "cases": ["https://intranet.example/stories/41"],
                "taste_sprint": True,
            }
        }
    )

    def reply(self, programme_id: UUID, concern_id: UUID) -> Reply:
        """The same for the domain."""
        evidence = Evidence(self.cases, self.progress_ids, self.kpis)
        return Reply(programme_id, concern_id, self.text, evidence, self.taste_sprint)


class AnswerView(BaseModel):
    """What the lead said."""

    text: str
    evidence: Evidence
    taste_sprint: bool
    given_on: date


class TurnView(BaseModel):
    """A question and its answer."""

    text: str
    asked_on: date
    answer: AnswerView | None


class DoubtView(BaseModel):
    """A concern without a hint at whose it is."""

    programme_id: UUID
    code: Doubt
    state: State
    turns: tuple[TurnView, ...]
    tasting_since: date | None
    closed_on: date | None

    @classmethod
    def fields(cls, concern: Concern) -> dict[str, object]:
        """What everybody reads who may read it."""
        told = asdict(concern)
        return {name: told.get(name) for name in DoubtView.model_fields} | {"state": concern.state}


class ConcernView(DoubtView):
    """A concern as its writer reads it."""

    concern_id: UUID

    @staticmethod
    def of(concern: Concern) -> "ConcernView":
        """All that was said."""
        return ConcernView(concern_id=concern.concern_id, **DoubtView.fields(concern))


class ConcernsView(BaseModel):
    """One page of one's own; `next` is the `after` of the one that follows, null at the end."""

    concerns: list[ConcernView]
    next: UUID | None


class LeadView(ConcernView):
    """A concern as the lead reads it: of an anonymous one code, words and days, and no taste."""

    anonymous: bool
    writer: str

    @staticmethod
    def of_named(named: Named) -> "LeadView":
        """With the writer's name where they gave it."""
        concern, fields = named.concern, DoubtView.fields(named.concern)
        if concern.writer is None:
            # The lead sees who enrols, and when: beside that the day of the tasting would be a name.
            fields["tasting_since"] = None
        return LeadView(
            concern_id=concern.concern_id,
            anonymous=concern.writer is None,
            writer=named.name,
            **fields,
        )


class LeadPageView(BaseModel):
    """One page; `next` is the `after` of the one that follows, null at the end."""

    concerns: list[LeadView]
    next: UUID | None


class ReferenceView(BaseModel):
    """Shown once. Whoever has it is taken for the writer; without it there is no way to the answer."""

    reference: str


class UnknownView(DoubtView):
    """An anonymous concern as whoever has its reference reads it."""

    @staticmethod
    def of(concern: Concern) -> "UnknownView":
        """All that was said."""
        return UnknownView(**DoubtView.fields(concern))


@lead_router.get("")
async def list_concerns(
    programme_id: UUID,
    call: Annotated[Call, query(Role.LEAD, scope="programme_id")],
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> LeadPageView:
    """All doubts about the programme, to be answered."""
    page = await call.read(
        lambda unit: handlers.doubts.list_concerns(unit, programme_id, after, limit)
    )
    last = page[-1].concern.concern_id if len(page) == limit else None
    return LeadPageView(concerns=[LeadView.of_named(one) for one in page], next=last)


@lead_router.post("/{concern_id}/answer", response_model=LeadView)
async def answer(programme_id: UUID, concern_id: UUID, body: AnswerBody, call: Lead) -> Response:
    """Answer with evidence. Who wrote confidentially is told by mail that there is an answer."""
    reply = body.reply(programme_id, concern_id)
    return await call.once(lambda unit: handlers.doubts.answer(unit, reply), LeadView.of_named, 200)


@anonymous_router.post(
    "/programmes/{programme_id}/concerns/anonymous", status_code=201, response_model=ReferenceView
)
async def raise_anonymously(programme_id: UUID, body: ConcernBody, call: Someone) -> Response:
    """Tell the lead a doubt, and nobody whose it is. Keep the reference: it is shown once.

    The Idempotency-Key stands alone here: send a random one of at least 16 characters.
    """
    wish = body.wish(programme_id)
    return await call.once(
        lambda unit: handlers.doubts.raise_anonymously(unit, wish),
        lambda raised: ReferenceView(reference=raised[1]),
    )


@anonymous_router.get("/anonymous-concern")
async def read_anonymous(call: Reader, reference: Reference) -> UnknownView:
    """The concern of this reference, and its answer."""
    writer = Writer(reference=reference)
    return UnknownView.of(await call.read(lambda unit: handlers.doubts.read_own(unit, writer)))


@anonymous_router.post("/anonymous-concern/questions", response_model=UnknownView)
async def ask_again_anonymously(
    body: QuestionBody, call: Someone, reference: Reference
) -> Response:
    """Say what the answer leaves open."""
    writer = Writer(reference=reference)
    return await call.once(
        lambda unit: handlers.doubts.ask_again(unit, writer, body.text), UnknownView.of, 200
    )


@anonymous_router.post("/anonymous-concern/taste", response_model=UnknownView)
async def taste_anonymously(call: Someone, reference: Reference) -> Response:
    """Take the sprint that is offered; then enrol with the format `sprint` alone, under one's own name.

    The lead is not told that it is taken. They see who enrols, so let some days go by.
    """
    writer = Writer(reference=reference)
    return await call.once(lambda unit: handlers.doubts.taste(unit, writer), UnknownView.of, 200)


@anonymous_router.post("/anonymous-concern/close", response_model=UnknownView)
async def close_anonymously(call: Someone, reference: Reference) -> Response:
    """Nothing more to ask."""
    writer = Writer(reference=reference)
    return await call.once(lambda unit: handlers.doubts.close(unit, writer), UnknownView.of, 200)


@own_router.post("/programmes/{programme_id}/concerns", status_code=201, response_model=ConcernView)
async def raise_confidentially(programme_id: UUID, body: ConcernBody, call: Someone) -> Response:
    """Tell the lead a doubt under one's name; nobody else learns it."""
    wish, person_id = body.wish(programme_id), call.principal.person_id
    return await call.once(
        lambda unit: handlers.doubts.raise_confidentially(unit, wish, person_id), ConcernView.of
    )


@own_router.get("/concerns")
async def list_own(
    call: Reader,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
) -> ConcernsView:
    """What one raised confidentially, with the answers."""
    person_id = call.principal.person_id
    own = await call.read(lambda unit: handlers.doubts.list_own(unit, person_id, after, limit))
    last = own[-1].concern_id if len(own) == limit else None
    return ConcernsView(concerns=[ConcernView.of(concern) for concern in own], next=last)


@own_router.get("/concerns/{concern_id}")
async def read_own(concern_id: UUID, call: Reader) -> ConcernView:
    """One's own concern, and its answer."""
    writer = Writer(call.principal.person_id, concern_id)
    return ConcernView.of(await call.read(lambda unit: handlers.doubts.read_own(unit, writer)))


@own_router.post("/concerns/{concern_id}/questions", response_model=ConcernView)
async def ask_again(concern_id: UUID, body: QuestionBody, call: Someone) -> Response:
    """Say what the answer leaves open."""
    writer = Writer(call.principal.person_id, concern_id)
    return await call.once(
        lambda unit: handlers.doubts.ask_again(unit, writer, body.text), ConcernView.of, 200
    )


@own_router.post("/concerns/{concern_id}/taste", response_model=ConcernView)
async def taste(concern_id: UUID, call: Someone) -> Response:
    """Take the sprint that is offered; then enrol with the format `sprint` alone."""
    writer = Writer(call.principal.person_id, concern_id)
    return await call.once(lambda unit: handlers.doubts.taste(unit, writer), ConcernView.of, 200)


@own_router.post("/concerns/{concern_id}/close", response_model=ConcernView)
async def close(concern_id: UUID, call: Someone) -> Response:
    """Nothing more to ask."""
    writer = Writer(call.principal.person_id, concern_id)
    return await call.once(lambda unit: handlers.doubts.close(unit, writer), ConcernView.of, 200)
