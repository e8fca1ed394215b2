"""Explanations over HTTP: the report of a round, why not that person, and what would help who is left."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.matching.api.callers import LeadAsks, LeadCommands
from services.matching.api.views import View
from services.matching.domain.candidates import Side
from services.matching.domain.explaining.advice import Gain, Left
from services.matching.domain.explaining.prices import Verdict, WhyNot
from services.matching.domain.questions import Question, QuestionState
from services.matching.domain.reports import Load, Origin, Proof, Report, SideReport, Spread
from services.matching.handlers import questions
from services.matching.handlers.questions import Ask
from services.matching.texts import advice as advice_texts
from services.matching.texts.pairs import lines
from services.matching.texts.phrases import LANGUAGES
from services.matching.texts.prices import sentences
from shared.chassis.correlation import current_trail
from shared.chassis.http.fields import Body

router = APIRouter(prefix="/v1/programmes/{programme_id}/rounds/{round_id}", tags=["matching"])

Words = Mapping[str, tuple[str, ...]]
"""Sentences by language, `en` and `ru`."""


class QuestionBody(Body):
    """Two volunteers of the round: why are they a pair, or why not?"""

    mentor_id: Annotated[UUID, Field(examples=["0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c12"])]
    mentee_id: Annotated[UUID, Field(examples=["0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c13"])]


class LevelsView(View):
    """How good the pairs one to one are, by level: mentees served by rounds waited, least and total score, loads squared."""

    served: int
    least: int | None
    total: int
    squares: int


class LoserView(View):
    """A volunteer whose place changes on one side."""

    volunteer_id: UUID
    side: Side


class PartView(View):
    """A part of the score of the two: for whom it counts, and points of so many."""

    whose: str
    part: str
    points: int
    most: int


class WhyNotView(View):
    """The pair of the round, the rule that forbids it, or the price of forcing it: pairs one to one before and after.

    `format` is told where the two are a pair in another format; `recomposed`: such pairs of others would change, too.
    """

    verdict: Verdict
    reason: str | None
    before: LevelsView | None
    after: LevelsView | None
    falls_out: tuple[LoserView, ...]
    comes_in: tuple[LoserView, ...]
    format: str | None
    recomposed: bool
    parts: tuple[PartView, ...]
    text: Words

    @classmethod
    def of(cls, answer: WhyNot) -> "WhyNotView":
        """The answer, with its words."""
        parts = answer.why.reasons if answer.why else ()
        text = {
            language: (
                *sentences(answer, language),
                *(lines(answer.why, language) if answer.why else ()),
            )
            for language in LANGUAGES
        }
        told = {name: getattr(answer, name) for name in cls.model_fields if name not in _ADDED}
        return cls.model_validate(told | {"parts": parts, "text": text})


_ADDED = ("parts", "text")


class QuestionView(View):
    """A question; the answer is there once `state` is answered."""

    id: UUID
    round_id: UUID
    mentor_id: UUID | None
    mentee_id: UUID | None
    state: QuestionState
    failure: str | None
    answer: WhyNotView | None

    @classmethod
    def of(cls, question: Question) -> "QuestionView":
        """The question as its lead sees it."""
        found = question.answer.why_not if question.answer else None
        told = {name: getattr(question, name) for name in cls.model_fields if name != "answer"}
        return cls.model_validate(told | {"answer": WhyNotView.of(found) if found else None})


class GainView(View):
    """A relaxation of the round, what it sets to which value, and how many more mentees are matched with it."""

    relaxation: str
    value: str
    more: int
    text: Mapping[str, str]

    @classmethod
    def of(cls, gain: Gain) -> "GainView":
        """The gain, with its words."""
        return cls(
            relaxation=gain.relaxation.kind,
            value=gain.relaxation.value,
            more=gain.more,
            text={language: advice_texts.gain(gain, language) for language in LANGUAGES},
        )


class LeftView(View):
    """A volunteer without a partner: why, and the cheapest relaxation that brings one; `own` is theirs alone."""

    volunteer_id: UUID
    side: Side
    reason: str
    relaxation: str | None
    value: str | None
    own: bool
    text: Words

    @classmethod
    def of(cls, left: Left) -> "LeftView":
        """The same, with its words."""
        found = left.relaxation
        return cls(
            volunteer_id=left.volunteer_id,
            side=left.side,
            reason=left.reason,
            relaxation=found.kind if found else None,
            value=found.value if found else None,
            own=found is not None and found.who is not None,
            text={language: advice_texts.left(left, language) for language in LANGUAGES},
        )


class AdviceView(View):
    """What would help; the lists are there once `state` is answered."""

    state: QuestionState
    failure: str | None
    round: list[GainView]
    people: list[LeftView]

    @classmethod
    def of(cls, question: Question) -> "AdviceView":
        """The advice that the question asked for."""
        advice = question.answer.advice if question.answer else None
        return cls(
            state=question.state,
            failure=question.failure,
            round=[GainView.of(gain) for gain in advice.round] if advice else [],
            people=[LeftView.of(left) for left in advice.people] if advice else [],
        )


class LevelView(View):
    """One aim of a format: what was reached, what nothing can exceed (of a cost: fall below), how far the two lie apart."""

    name: str
    value: int
    bound: int
    gap: int


class StageView(View):
    """A format composed before one to one: who was looked at, its pairs, allowed pairs not weighed, and its aims."""

    format: str
    mentors: int
    mentees: int
    pairs: int
    unseen: int
    levels: tuple[LevelView, ...]


class ReportView(View):
    """A round in counts; nobody is named, and groups of fewer than five are shown together.

    Pairs, people, groups and loads are those of all formats; scores, ranks, blocking pairs and proof of one to one.
    """

    pairs: int
    scores: Spread | None
    mentors: SideReport
    mentees: SideReport
    blocking_pairs: int
    load: tuple[Load, ...]
    proof: Proof
    origin: Origin
    stages: tuple[StageView, ...]

    @classmethod
    def of(cls, report: Report) -> "ReportView":
        """The report."""
        return cls.model_validate(report)


@router.get("/report")
async def read_report(programme_id: UUID, round_id: UUID, call: LeadAsks) -> ReportView:
    """How the solver's answer turned out. 404 until the round is solved."""
    found = await call.read(lambda unit: questions.read_report(unit, programme_id, round_id))
    return ReportView.of(found)


@router.get("/advice")
async def read_advice(programme_id: UUID, round_id: UUID, call: LeadAsks) -> AdviceView:
    """What would help those who are left, measured by solving again. 404 where nobody was left or nobody asked."""
    found = await call.read(lambda unit: questions.read_advice(unit, programme_id, round_id))
    return AdviceView.of(found)


@router.post("/advice", status_code=202, response_model=AdviceView)
async def ask_advice(programme_id: UUID, round_id: UUID, call: LeadCommands) -> Response:
    """Ask what would help, where no round of all has asked by itself, or it failed. 200 where the answer is known."""
    wish = Ask(programme_id, round_id, None, current_trail().correlation_id)
    return await call.once(lambda unit: questions.ask(unit, wish), AdviceView.of, _status)


@router.post("/questions", status_code=202, response_model=QuestionView)
async def ask(
    programme_id: UUID, round_id: UUID, body: QuestionBody, call: LeadCommands
) -> Response:
    """Ask why two are a pair or not: 202 while it is solved in the background, 200 where the answer is known."""
    wish = Ask(
        programme_id,
        round_id,
        (body.mentor_id, body.mentee_id),
        current_trail().correlation_id,
    )
    return await call.once(lambda unit: questions.ask(unit, wish), QuestionView.of, _status)


@router.get("/questions/{question_id}")
async def read_question(
    programme_id: UUID, round_id: UUID, question_id: UUID, call: LeadAsks
) -> QuestionView:
    """A question, and its answer once it is there."""
    found = await call.read(
        lambda unit: questions.read_question(unit, programme_id, round_id, question_id)
    )
    return QuestionView.of(found)


def _status(question: Question) -> int:
    return 200 if question.state is QuestionState.ANSWERED else 202
