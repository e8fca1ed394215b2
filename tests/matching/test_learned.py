"""What earlier pairs teach: no poor pair again, points for whoever was rated well, and advice on weights."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.matching.domain.hard_rules import obstacle
from services.matching.domain.past import profiles_of
from services.matching.domain.rounds import HistoryEntry, Pin, Pool, Wish
from services.matching.domain.score import score
from services.matching.domain.weight_advice import advise
from tests.matching.builders import TERMS, a_mentee, a_mentor, a_pool, entrant

ONE, TWO = UUID(int=0x1001), UUID(int=0x1002)
BOTH = Pin(UUID(int=1), UUID(int=2), Wish.BOTH)
LEAD = Pin(UUID(int=1), UUID(int=2), Wish.LEAD)
WEIGHTS = {"topics": 60, "hobbies": 30, "distance": 10, "feedback": 0}


def two(*pins: Pin, history: tuple[HistoryEntry, ...] = (), met: bool = False) -> Pool:
    mentor = entrant(a_mentor(1), met=(TWO,) if met else ())
    mentee = entrant(a_mentee(2), met=(ONE,) if met else ())
    return replace(a_pool(mentor, mentee), pins=pins, history=history)


def verdict(pool: Pool) -> str | None:
    profiles = profiles_of(pool)
    return obstacle(profiles[UUID(int=1)], profiles[UUID(int=2)], pool.terms)


@pytest.mark.parametrize(
    ("pool", "code"),
    [
        (two(), None),
        (two(met=True), "not_available"),
        (two(LEAD, met=True), "not_available"),
        (two(BOTH, met=True), None),
        (two(history=(HistoryEntry(ONE, TWO),)), "not_available"),
        (two(BOTH, history=(HistoryEntry(ONE, TWO, 3, None),)), None),
        (two(BOTH, history=(HistoryEntry(ONE, TWO, 2, 5),)), "not_available"),
        (two(BOTH, history=(HistoryEntry(ONE, TWO, None, 1),)), "not_available"),
        (two(BOTH, history=(HistoryEntry(TWO, ONE, 1, None),)), "not_available"),
    ],
)
def test_an_earlier_pair_comes_again_only_where_both_ask_and_it_was_not_poor(
    pool: Pool, code: str | None
) -> None:
    assert verdict(pool) == code


def test_a_wish_of_both_lifts_no_avoid_list() -> None:
    mentor = a_mentor(1, avoid=(TWO,))

    assert verdict(replace(a_pool(mentor, a_mentee(2)), pins=(BOTH,))) == "not_available"


@pytest.mark.parametrize(
    ("ratings", "raters", "points"),
    [
        ((), 1, 50),
        ((5, 5, 5, 5), 4, 50),  # fewer than five: the points would tell who said what
        ((5, 5, 5, 5, None), 5, 50),
        ((5, 5, 5, 5, 5), 4, 50),  # one of them twice
        ((5, 5, 5, 5, 5), 5, 100),
        ((1, 1, 1, 1, 1), 5, 0),
        ((5, 5, 4, 4, 4, None), 6, 85),
        ((5, 5, 4, 4, 4, 1), 5, 70),
    ],
)
def test_a_mentor_has_points_for_what_five_mentees_or_more_said_of_them(
    ratings: tuple[int | None, ...], raters: int, points: int
) -> None:
    others = [UUID(int=0x2000 + number % raters) for number in range(len(ratings))]
    history = tuple(
        HistoryEntry(ONE, other, rated_by_mentor=1, rated_by_mentee=rating)
        for other, rating in zip(others, ratings, strict=True)
    )
    profiles = profiles_of(two(history=history))
    terms = replace(TERMS, weights={"feedback": 100})

    told = score(profiles[UUID(int=1)], profiles[UUID(int=2)], terms, {})
    assert told["feedback"] == points


def rated(many: int, rating: int, **shares: int) -> list[HistoryEntry]:
    return [HistoryEntry(ONE, TWO, rating, None, shares) for _ in range(many)]


def test_a_part_that_was_high_in_good_pairs_and_low_in_bad_ones_is_worth_more() -> None:
    """Topics: 900 against 400 thousandths; hobbies the same in both; distance 200 against 700."""
    good = rated(12, 5, topics=900, hobbies=500, distance=200)
    bad = rated(8, 1, topics=400, hobbies=500, distance=700)

    advice = advise([*good, *bad], WEIGHTS)
    assert advice is not None
    assert advice.pairs == 20
    assert advice.predicted == {"topics": 500, "hobbies": 0, "distance": -500}
    # 60 * 1.5, 30 and 10 * 0.5 are 90, 30 and 5: of 100 points 72, 24 and 4.
    assert advice.weights == {"topics": 72, "hobbies": 24, "distance": 4, "feedback": 0}


@pytest.mark.parametrize(
    "history",
    [
        rated(12, 5, topics=900) + rated(7, 1, topics=400),
        rated(30, 5, topics=900) + rated(4, 1, topics=400),
        rated(40, 3, topics=900),
        rated(20, 5) + rated(20, 1),
    ],
)
def test_too_few_pairs_rated_well_and_badly_say_nothing(history: list[HistoryEntry]) -> None:
    assert advise(history, WEIGHTS) is None


def test_the_sum_of_the_points_stays_whatever_was_predicted() -> None:
    history = rated(10, 5, topics=0, hobbies=0, distance=0) + rated(
        10, 1, topics=1000, hobbies=1000, distance=333
    )

    advice = advise(history, WEIGHTS)
    assert advice is not None
    # 60 * 0.5, 30 * 0.5 and 10 * 0.667 are 30, 15 and 6.67: of 100 points 58, 29 and 13.
    assert advice.weights == {"topics": 58, "hobbies": 29, "distance": 13, "feedback": 0}
