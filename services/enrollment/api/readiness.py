"""The readiness questionnaire over HTTP; its answers are for the lead, and never an event."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.enrollment import handlers
from services.enrollment.domain.programmes import Answer, Programme
from services.enrollment.domain.programmes.readiness import QUESTIONNAIRE, THRESHOLD, VERSION
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.fields import Body, TopicCode
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1/programmes/{programme_id}/readiness", tags=["programmes"])


class ReadinessBody(Body):
    """All answers anew, by the code of the question."""

    answers: Annotated[dict[TopicCode, Answer], Field(max_length=50)]

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"answers": {question.code: "partly" for question in QUESTIONNAIRE}}
        }
    )


class QuestionView(BaseModel):
    """One question with its answer; the weights of all add up to 100."""

    code: str
    weight: int
    en: str
    ru: str
    answer: Answer | None


class ReadinessView(BaseModel):
    """The questionnaire; the score is null until everything is answered."""

    version: str
    questions: list[QuestionView]
    missing: list[str]
    score: int | None
    threshold: int = Field(description="below it only a pilot can be opened")
    pilot_only: bool

    @staticmethod
    def of(programme: Programme) -> "ReadinessView":
        """What was answered so far, as it counts today."""
        readiness = programme.standing
        answers = readiness.answers if readiness else {}
        return ReadinessView(
            version=VERSION,
            questions=[
                QuestionView(
                    code=question.code,
                    weight=question.weight,
                    en=question.en,
                    ru=question.ru,
                    answer=answers.get(question.code),
                )
                for question in QUESTIONNAIRE
            ],
            missing=list(readiness.missing if readiness else (q.code for q in QUESTIONNAIRE)),
            score=readiness.score if readiness else None,
            threshold=THRESHOLD,
            pilot_only=programme.pilot_only,
        )


@router.get("")
async def read_readiness(
    programme_id: UUID, call: Annotated[Call, query(Role.LEAD, scope="programme_id")]
) -> ReadinessView:
    """The questionnaire, what was answered, and what it comes to."""
    return ReadinessView.of(
        await call.read(lambda unit: handlers.reading.read_programme(unit, programme_id))
    )


@router.put("")
async def answer_readiness(
    programme_id: UUID,
    body: ReadinessBody,
    call: Annotated[Call, command(Role.LEAD, scope="programme_id")],
) -> ReadinessView:
    """Answer it, or answer it anew."""
    answers = body.answers
    return ReadinessView.of(
        await call.run(
            lambda unit: handlers.programmes.answer_readiness(unit, programme_id, answers)
        )
    )
