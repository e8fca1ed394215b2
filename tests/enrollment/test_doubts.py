"""What a concern may become, by hand and by chance."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain.doubts import (
    Answer,
    Concern,
    ConcernAnswered,
    ConcernClosed,
    ConcernRaised,
    Doubt,
    Evidence,
    State,
    Step,
    Turn,
    hash_of,
    raise_concern,
)
from services.enrollment.domain.programmes import USUAL_TERMS, Format, Objective
from shared.chassis.refusals import Conflict, Invalid, Refusal
from tests.enrollment.people import PERSON_ID, PROGRAMME, PROGRAMME_ID, TERMS, TODAY

CONCERN = Concern(
    UUID(int=30), PROGRAMME_ID, Doubt.FEAR_OF_HARM, (Turn("Who is liable?", TODAY),), PERSON_ID
)
A_CASE = Evidence(cases=("https://example.org/case",))
ANSWER = Answer("See how it went elsewhere.", A_CASE, taste_sprint=True, given_on=TODAY)
ANSWERED, _ = CONCERN.answer(ANSWER, PROGRAMME)


def refused(error: pytest.ExceptionInfo[Refusal]) -> str:
    assert error.value.detail.endswith(".")
    return error.value.code


def test_a_concern_waits_for_the_lead() -> None:
    concern, facts = raise_concern(CONCERN, PROGRAMME)
    assert concern.state is State.RAISED
    assert facts == (ConcernRaised(CONCERN),)


def test_nobody_answers_for_a_programme_that_is_not_open() -> None:
    for programme, code in (
        (replace(PROGRAMME, closed=True), "programme_closed"),
        (replace(PROGRAMME, draft=True), "programme_draft"),
    ):
        with pytest.raises(Conflict) as error:
            raise_concern(CONCERN, programme)
        assert refused(error) == code


def test_an_answer_goes_with_the_question() -> None:
    answered, facts = CONCERN.answer(ANSWER, PROGRAMME)
    assert answered.state is State.ANSWERED
    assert answered.turns == (Turn("Who is liable?", TODAY, ANSWER),)
    assert facts == (ConcernAnswered(answered),)


def test_a_question_is_answered_once() -> None:
    with pytest.raises(Conflict) as error:
        ANSWERED.answer(ANSWER, PROGRAMME)
    assert refused(error) == "already_answered"


def test_an_answer_without_evidence_is_none() -> None:
    with pytest.raises(Invalid) as error:
        CONCERN.answer(replace(ANSWER, evidence=Evidence()), PROGRAMME)
    assert (refused(error), error.value.pointer) == ("no_evidence", "/cases")


def test_an_objective_of_the_programme_is_evidence_and_another_is_not() -> None:
    goal = Objective("nps", "points", 20, 30, date(2027, 12, 1))
    programme = replace(PROGRAMME, terms=replace(TERMS, objectives=(goal,)))
    answered, _ = CONCERN.answer(replace(ANSWER, evidence=Evidence(kpis=("nps",))), programme)
    assert answered.state is State.ANSWERED
    with pytest.raises(Invalid) as error:
        CONCERN.answer(replace(ANSWER, evidence=Evidence(kpis=("nps", "speed"))), programme)
    assert (refused(error), error.value.pointer) == ("unknown_kpi", "/kpis/1")


def test_a_sprint_is_offered_only_where_the_programme_has_them() -> None:
    terms = replace(TERMS, formats=(USUAL_TERMS[Format.GROUP],))
    with pytest.raises(Invalid) as error:
        CONCERN.answer(ANSWER, replace(PROGRAMME, terms=terms))
    assert (refused(error), error.value.pointer) == ("no_sprint", "/taste_sprint")


def test_who_is_not_content_asks_again_and_is_answered_again() -> None:
    later = date(2027, 1, 20)
    asked, facts = ANSWERED.ask_again("And if it fails?", later)
    assert (asked.state, facts) == (State.RAISED, (ConcernRaised(asked),))
    assert [turn.asked_on for turn in asked.turns] == [TODAY, later]
    again, _ = asked.answer(replace(ANSWER, text="Then it stops."), PROGRAMME)
    assert [turn.answer and turn.answer.text for turn in again.turns] == [
        "See how it went elsewhere.",
        "Then it stops.",
    ]


def test_nobody_asks_again_before_the_answer() -> None:
    with pytest.raises(Conflict) as error:
        CONCERN.ask_again("Well?", TODAY)
    assert refused(error) == "not_answered"


def test_a_sprint_can_be_tasted_where_it_was_offered() -> None:
    tasting, facts = ANSWERED.taste(TODAY)
    assert (tasting.tasting_since, facts) == (TODAY, ())
    assert tasting.taste(date(2027, 2, 1)) == (tasting, ())
    with pytest.raises(Conflict) as error:
        CONCERN.taste(TODAY)
    assert refused(error) == "no_taste_offered"


def test_closing_needs_no_answer_and_is_the_end() -> None:
    closed, facts = CONCERN.close(TODAY)
    assert (closed.state, facts) == (State.CLOSED, (ConcernClosed(closed),))
    assert closed.close(TODAY) == (closed, ())
    for name in ("answer", "ask", "taste"):
        with pytest.raises(Conflict) as error:
            STEPS[name](closed)
        assert refused(error) == "concern_closed"


def test_a_reference_is_kept_as_its_hash() -> None:
    # printf %s abc | sha256sum
    assert hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_words_of_a_concern_do_not_show_by_accident() -> None:
    shown = repr(ANSWERED) + str(ANSWERED)
    assert "liable" not in shown
    assert "elsewhere" not in shown


STEPS: dict[str, Callable[[Concern], Step]] = {
    "answer": lambda concern: concern.answer(ANSWER, PROGRAMME),
    "ask": lambda concern: concern.ask_again("Well?", TODAY),
    "taste": lambda concern: concern.taste(TODAY),
    "close": lambda concern: concern.close(TODAY),
}
ALLOWED = {
    "raised": {"answer": "answered", "taste": "raised", "close": "closed"},
    "answered": {"ask": "raised", "taste": "answered", "close": "closed"},
    "closed": {"close": "closed"},
}


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=30))
def test_whatever_is_tried_only_the_allowed_happens_and_nothing_said_is_lost(
    names: list[str],
) -> None:
    concern = CONCERN
    for name in names:
        before, state = concern, str(concern.state)
        offered = any(turn.answer for turn in concern.turns)
        allowed = name in ALLOWED[state] and (name != "taste" or offered)
        if not allowed:
            with pytest.raises(Conflict):
                STEPS[name](concern)
            continue
        concern, facts = STEPS[name](concern)
        assert str(concern.state) == ALLOWED[state][name]
        assert len(concern.turns) >= len(before.turns)
        assert [turn.text for turn in concern.turns][: len(before.turns)] == [
            turn.text for turn in before.turns
        ]
        assert all(turn.answer for turn in concern.turns[:-1])
        assert (concern.state != before.state) == bool(facts)
