"""A pin is kept where the rules allow it, and says so where they do not."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.candidates import Candidate, Entrant
from services.matching.domain.rounds import HistoryEntry, Outcome, Pin, RefusedPin, Wish
from services.matching.solver import wire
from services.matching.solver.run import decide
from tests.matching.builders import a_mentee, a_mentor, a_pool, entrant


def pin(mentor: int, mentee: int, by: Wish = Wish.LEAD) -> Pin:
    return Pin(UUID(int=mentor), UUID(int=mentee), by)


def outcome(*them: Candidate | Entrant, pins: tuple[Pin, ...]) -> Outcome:
    return decide(replace(a_pool(*them), pins=pins), lambda step, done, total: None)


def pairs(told: Outcome) -> set[tuple[int, int]]:
    return {(match.mentor_id.int, match.mentee_id.int) for match in told.matches}


def test_a_pin_is_kept_even_where_others_would_fit_better() -> None:
    keen, other = a_mentor(1, motivation=5), a_mentor(2, motivation=1)
    told = outcome(keen, other, a_mentee(3), pins=(pin(2, 3),))

    assert pairs(told) == {(2, 3)}
    assert told.refused_pins == ()


@pytest.mark.parametrize(
    ("mentor", "mentee", "code"),
    [
        ({"level": 6}, {}, "level_gap"),
        ({"avoid": (UUID(int=0x1002),)}, {}, "not_available"),
        ({"capacity": 0}, {}, "no_capacity"),
        ({}, {"languages": ("ru",)}, "no_common_language"),
        ({"roles": ("mentee",)}, {}, "not_waiting"),
    ],
)
@pytest.mark.parametrize("by", list(Wish))
def test_a_pin_that_a_rule_forbids_is_refused_with_its_code(
    mentor: dict[str, Any], mentee: dict[str, Any], code: str, by: Wish
) -> None:
    wish = pin(1, 2, by)
    told = outcome(a_mentor(1, **mentor), a_mentee(2, **mentee), pins=(wish,))

    assert told.matches == ()
    assert told.refused_pins == (RefusedPin(wish, code),)


def test_more_pins_than_places_the_leads_come_first() -> None:
    wished, leads = pin(1, 2, Wish.BOTH), pin(1, 3)
    told = outcome(a_mentor(1), a_mentee(2), a_mentee(3), pins=(wished, leads))

    assert pairs(told) == {(1, 3)}
    assert told.refused_pins == (RefusedPin(wished, "no_capacity"),)


def test_a_mentee_has_one_mentor_also_by_pins() -> None:
    told = outcome(a_mentor(1), a_mentor(2), a_mentee(3, capacity=2), pins=(pin(1, 3), pin(2, 3)))

    assert pairs(told) == {(1, 3)}
    assert told.refused_pins == (RefusedPin(pin(2, 3), "no_capacity"),)


def test_the_same_pin_by_the_lead_and_by_both_is_one() -> None:
    mentor, mentee = entrant(a_mentor(1), met=(UUID(int=0x1002),)), entrant(a_mentee(2))
    told = outcome(mentor, mentee, pins=(pin(1, 2), pin(1, 2, Wish.BOTH)))

    assert pairs(told) == {(1, 2)}
    assert told.refused_pins == ()


def test_the_others_get_the_best_that_is_left_beside_the_pins() -> None:
    told = outcome(
        a_mentor(1, capacity=2),
        a_mentor(2),
        a_mentee(3),
        a_mentee(4),
        a_mentee(5),
        pins=(pin(1, 5),),
    )

    assert (1, 5) in pairs(told)
    assert len(told.matches) == 3


def test_the_order_of_pins_and_of_history_names_no_other_pool() -> None:
    pins = (pin(1, 2), pin(1, 3), pin(1, 2, Wish.BOTH))
    earlier = (
        HistoryEntry(UUID(int=1), UUID(int=2), 5, None),
        HistoryEntry(UUID(int=1), UUID(int=2), None, 4),
        HistoryEntry(UUID(int=1), UUID(int=3)),
    )
    pool = replace(a_pool(a_mentor(1), a_mentee(2)), pins=pins, history=earlier)
    turned = replace(pool, pins=pins[::-1], history=earlier[::-1])

    assert wire.write_pool(pool) == wire.write_pool(turned)
    assert (
        wire.read_pool(wire.write_pool(pool)).history
        == wire.read_pool(wire.write_pool(turned)).history
    )
