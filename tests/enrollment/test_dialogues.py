"""An open conversation from its plan to the last compromise."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.enrollment.domain.dialogues import (
    Compromise,
    CompromiseAgreed,
    CompromiseReviewed,
    Dialogue,
    DialogueHeld,
    DialoguePlanned,
    Minutes,
    Outcome,
    Owner,
    Plan,
    planned,
)
from shared.chassis.refusals import Conflict, Invalid, NotFound, Refusal
from tests.enrollment.people import PROGRAMME_ID, TODAY

PLAN = Plan(date(2027, 2, 16), ("Who decides?",))
DIALOGUE = Dialogue(UUID(int=40), PROGRAMME_ID, PLAN)
HELD_ON = date(2027, 2, 16)
MINUTES = Minutes(HELD_ON, ("Advice is welcome.",), ("To look helpless.",))
FIRST = Compromise(UUID(int=41), "No audience at first.", Owner.LEAD, date(2027, 3, 1))
SECOND = Compromise(UUID(int=42), "One sprint first.", Owner.PARTICIPANT, date(2027, 3, 31))
HELD, FACTS = DIALOGUE.hold(MINUTES, [FIRST, SECOND], HELD_ON)


def code(step: Callable[[], Any], kind: type[Refusal]) -> str:
    with pytest.raises(kind) as error:
        step()
    assert error.value.detail.endswith(".")
    pointer = error.value.pointer if isinstance(error.value, Invalid) else ""
    return f"{error.value.code} {pointer}".strip()


def test_it_is_planned_for_a_day_to_come() -> None:
    assert planned(DIALOGUE, TODAY) == (DIALOGUE, (DialoguePlanned(DIALOGUE),))
    late = date(2027, 2, 18)
    assert code(lambda: planned(DIALOGUE, late), Invalid) == "plan_over /planned_for"


def test_it_can_be_moved_until_it_is_held() -> None:
    plan = Plan(date(2027, 2, 20), ("Who decides?", "What if it fails?"))
    moved, facts = DIALOGUE.move(plan, TODAY)
    assert (moved.plan, facts) == (plan, (DialoguePlanned(moved),))
    assert DIALOGUE.move(PLAN, TODAY) == (DIALOGUE, ())
    assert code(lambda: HELD.move(plan, TODAY), Conflict) == "already_held"


def test_it_is_held_once_with_its_compromises() -> None:
    assert (HELD.minutes, HELD.compromises) == (MINUTES, (FIRST, SECOND))
    assert list(FACTS) == [
        DialogueHeld(HELD),
        CompromiseAgreed(HELD, FIRST),
        CompromiseAgreed(HELD, SECOND),
    ]
    assert code(lambda: HELD.hold(MINUTES, [], HELD_ON), Conflict) == "already_held"


def test_what_is_ahead_was_not_held() -> None:
    early = date(2027, 2, 14)
    assert code(lambda: DIALOGUE.hold(MINUTES, [], early), Invalid) == "held_ahead /held_on"


def test_a_compromise_is_due_after_it_is_agreed_on() -> None:
    bad = replace(SECOND, due=date(2027, 2, 15))
    assert (
        code(lambda: DIALOGUE.hold(MINUTES, [FIRST, bad], HELD_ON), Invalid)
        == "due_too_early /compromises/1/due"
    )


def test_a_compromise_is_overdue_when_its_day_is_over_and_nobody_looked() -> None:
    assert not FIRST.overdue(date(2027, 3, 1))
    assert FIRST.overdue(date(2027, 3, 2))
    assert not replace(FIRST, outcome=Outcome.BROKEN).overdue(date(2027, 3, 2))


def test_a_compromise_is_reviewed_once() -> None:
    day = date(2027, 3, 2)
    reviewed, facts = HELD.review(FIRST.compromise_id, Outcome.KEPT, None, day)
    done = replace(FIRST, outcome=Outcome.KEPT, reviewed_on=day)
    assert reviewed.compromises == (done, SECOND)
    assert facts == (CompromiseReviewed(reviewed, done),)
    again = reviewed.review
    assert (
        code(lambda: again(FIRST.compromise_id, Outcome.KEPT, None, day), Conflict)
        == "already_reviewed"
    )


def test_a_changed_one_has_another_in_its_place() -> None:
    day = date(2027, 3, 2)
    third = Compromise(UUID(int=43), "A small audience.", Owner.SPONSOR, date(2027, 4, 1))
    reviewed, facts = HELD.review(FIRST.compromise_id, Outcome.CHANGED, third, day)
    done = replace(FIRST, outcome=Outcome.CHANGED, reviewed_on=day)
    assert reviewed.compromises == (done, SECOND, third)
    assert facts == (CompromiseReviewed(reviewed, done), CompromiseAgreed(reviewed, third))


@pytest.mark.parametrize(("outcome", "instead"), [(Outcome.CHANGED, None), (Outcome.KEPT, SECOND)])
def test_what_holds_instead_is_said_where_it_is_changed_and_only_there(
    outcome: Outcome, instead: Compromise | None
) -> None:
    step = lambda: HELD.review(FIRST.compromise_id, outcome, instead, HELD_ON)  # noqa: E731
    assert code(step, Invalid) == "instead_and_outcome /instead"


def test_an_unknown_compromise_is_not_found() -> None:
    step = lambda: HELD.review(UUID(int=99), Outcome.KEPT, None, HELD_ON)  # noqa: E731
    assert code(step, NotFound) == "no_such_compromise"


def test_words_of_a_conversation_do_not_show_by_accident() -> None:
    shown = repr(HELD)
    for word in ("Who decides", "welcome", "helpless", "audience"):
        assert word not in shown
