"""Is the company ready? Reverse mentoring works only where leaders are ready to listen.

The questionnaire has a version; answers count for the version they were given to. Each question has a weight,
and the score is the sum of the weights of what is true, of half of them for what is partly true.
"""
# ruff: noqa: RUF001 - the Russian texts are meant to be Russian

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from shared.chassis.refusals import Conflict, Invalid

VERSION = "2026-11"
THRESHOLD = 70
"""Out of 100; below it only a pilot can be opened."""


class Answer(StrEnum):
    """How far it is true."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `weight` is even, so that half of it is a whole number."""

    code: str
    weight: int
    en: str
    ru: str


SPONSOR = "sponsor_named"
QUESTIONNAIRE = (
    Question(
        SPONSOR,
        20,
        "Does an executive answer for the programme by name?",
        "Есть ли руководитель, который лично отвечает за программу?",
    ),
    Question(
        "leadership_open",
        24,
        "Are the executives ready to listen and to be taught by juniors?",
        "Готовы ли руководители слушать и учиться у младших коллег?",
    ),
    Question(
        "time_budgeted",
        20,
        "Does everybody who takes part have working time set aside for it?",
        "Выделено ли участникам рабочее время на программу?",
    ),
    Question(
        "confidentiality_promised",
        16,
        "Is it promised that what a pair talks about stays between the two?",
        "Обещано ли, что разговоры пары останутся между двумя людьми?",
    ),
    Question(
        "voluntary",
        10,
        "Can everybody say no, or leave, without having to explain it?",
        "Может ли каждый отказаться или выйти без объяснений?",
    ),
    Question(
        "objectives_agreed",
        10,
        "Have the sponsor and the lead agreed on what the programme is to change?",
        "Договорились ли спонсор и ведущий о том, что должна изменить программа?",
    ),
)
_POINTS = {Answer.YES: 2, Answer.PARTLY: 1, Answer.NO: 0}


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a lead answered, to which version of the questionnaire, and when."""

    version: str
    answered_on: date
    answers: Mapping[str, Answer]

    @property
    def missing(self) -> tuple[str, ...]:
        """The questions of today that have no answer yet."""
        answered = self.answers if self.version == VERSION else {}
        return tuple(question.code for question in QUESTIONNAIRE if question.code not in answered)

    @property
    def score(self) -> int | None:
        """0-100; None as long as an answer is missing."""
        if self.missing:
            return None
        return sum(
            question.weight * _POINTS[self.answers[question.code]] // 2
            for question in QUESTIONNAIRE
        )

    def without_sponsor(self) -> "Readiness":
        """What it comes to once the sponsor has left: nobody answers for the programme by name."""
        if SPONSOR not in self.answers:
            return self
        return replace(self, answers={**self.answers, SPONSOR: Answer.NO})

    @property
    def for_a_pilot_only(self) -> bool:
        """Whether it is too little for more than a pilot."""
        return self.score is not None and self.score < THRESHOLD


def answered(answers: Mapping[str, Answer], *, has_sponsor: bool, today: date) -> Readiness:
    """What the lead says, as far as it goes. Raises Invalid where it cannot be so."""
    known = {question.code for question in QUESTIONNAIRE}
    for code in answers:
        if code not in known:
            raise Invalid(
                "unknown_question",
                f"The questions are {', '.join(sorted(known))}; answer these.",
                "/answers",
            )
    if answers.get(SPONSOR) is Answer.YES and not has_sponsor:
        raise Invalid(
            "sponsor_not_named",
            "This programme names no sponsor who is in the directory; name one first, or answer no.",
            f"/answers/{SPONSOR}",
        )
    return Readiness(VERSION, today, dict(answers))


def check_answered(readiness: Readiness | None) -> None:
    """Raises Conflict with what is missing."""
    missing = [q.code for q in QUESTIONNAIRE] if readiness is None else readiness.missing
    if missing:
        raise Conflict(
            "readiness_unanswered",
            f"Answer the readiness questionnaire first; these are missing: {', '.join(missing)}.",
        )
