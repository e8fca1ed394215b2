"""Prices and advice in a round of several formats: who got a group, a sprint or a partnership is not left over."""
# ruff: noqa: RUF001 - Russian words

from dataclasses import replace
from typing import Any
from uuid import UUID

from services.matching.domain.candidates import Candidate, Need, Offer, Side
from services.matching.domain.explaining.prices import Loser, Verdict, WhyNot
from services.matching.domain.explaining.relaxing import Kind, Relaxation
from services.matching.domain.explaining.solving import Levels
from services.matching.domain.rounds import Pool
from services.matching.domain.terms import FormatTerms
from services.matching.domain.weeks import Slot
from services.matching.solver.explain.answering import answer
from services.matching.texts.prices import sentences
from tests.matching.builders import TERMS, a_mentee, a_mentor, a_pool

ALL = replace(
    TERMS,
    formats=(
        FormatTerms("one_to_one", 2, 90),
        FormatTerms("group", 3, 90, people_max=4),
        FormatTerms("partnership", 2, 180),
        FormatTerms("sprint", 2, 0, people_max=2, cadence_days=3),
    ),
    weights={"topics": 30},
)
BOTH = ("group", "one_to_one")


def silent(step: str, done: int, total: int) -> None:
    pass


def ask(pool: Pool, mentor: int, mentee: int) -> WhyNot:
    found = answer(pool, (UUID(int=mentor), UUID(int=mentee)), silent).why_not
    assert found is not None
    return found


def a_group_and_one_left() -> Pool:
    """Mentor 1 leads a group of 2 and 3, and has no place for 4."""
    mentor = a_mentor(1, formats=BOTH, capacity=2)
    return a_pool(
        mentor, a_mentee(2, formats=BOTH), a_mentee(3, formats=BOTH), a_mentee(4), terms=ALL
    )


def test_two_of_a_group_are_a_pair_whatever_forbids_them_one_to_one() -> None:
    pool = a_pool(
        a_mentor(1, formats=("group",), capacity=2),
        a_mentee(2, formats=("group",)),
        a_mentee(3, formats=("group",)),
        terms=ALL,
    )
    told = ask(pool, 1, 2)

    assert (told.verdict, told.format, told.reason) == (Verdict.MATCHED, "group", None)
    assert told.why is not None
    assert told.why.score == 30
    assert sentences(told, "en") == ("The two are matched in this round, in this format: group.",)
    assert sentences(told, "ru") == ("Эти двое — пара этого раунда, формат: группа.",)


def test_the_price_is_that_of_the_pairs_one_to_one_and_who_falls_out_is_seen_over_all_formats() -> (
    None
):
    told = ask(a_group_and_one_left(), 1, 4)

    assert told.verdict is Verdict.PRICE
    assert (told.before, told.after) == (Levels(0, None, 0, 0), Levels(2, 30, 60, 4))
    assert len(told.falls_out) == 1
    assert told.comes_in == (Loser(UUID(int=4), Side.MENTEE),)
    assert sentences(told, "en") == (
        "Mentees served one to one, counted by rounds waited: 0 before, 2 with this pair.",
        "The weakest pair one to one rises from 0 to 30 points.",
        "All pairs one to one together rise from 0 to 60 points.",
        "The pairs one to one are spread less evenly over mentors: 4 instead of 0 (sum of squared loads).",
        "Groups, sprints or partnerships would be put together in another way.",
        "1 who is matched falls out.",
    )
    assert sentences(told, "ru")[4:] == (
        "Группы, спринты или партнёрства сложились бы иначе.",
        "Без пары останется 1 человек из тех, у кого она есть.",
    )


def test_what_costs_a_group_is_not_said_to_cost_nothing() -> None:
    told = WhyNot(
        Verdict.PRICE, before=Levels(1, 30, 30, 1), after=Levels(1, 30, 30, 1), recomposed=True
    )

    assert sentences(told, "en") == (
        "Groups, sprints or partnerships would be put together in another way.",
        "Nobody who is matched falls out.",
    )


def both_teach(number: int, *, offer: str, need: str, **but: Any) -> Candidate:
    usual: dict[str, Any] = {
        "roles": ("mentor", "mentee"),
        "offers": (Offer(offer, 5),),
        "needs": (Need(need, 1, 0),),
        "capacity": 2,
    }
    return a_mentor(number, **(usual | but))


def test_two_partners_are_a_pair_from_whichever_side_it_is_asked() -> None:
    formats = ("partnership", "one_to_one")
    pool = a_pool(
        both_teach(1, offer="ai", need="law", formats=formats),
        both_teach(2, offer="law", need="ai", formats=formats, level=7),
        terms=ALL,
    )

    for told in (ask(pool, 1, 2), ask(pool, 2, 1)):
        assert told == WhyNot(Verdict.MATCHED, format="partnership")


def test_two_who_would_meet_the_other_way_round_are_told_so() -> None:
    tuesday = Slot(1, 9 * 60, 120)
    who: dict[str, Any] = {"formats": ("sprint", "one_to_one"), "slots": (tuesday,)}
    pool = a_pool(
        both_teach(1, offer="ai", need="law", has_task=True, **who),
        both_teach(2, offer="law", need="ai", **who),
        terms=replace(ALL, level_gap=0, any_direction=True),
    )

    told = ask(pool, 1, 2)

    assert told == WhyNot(Verdict.FORBIDDEN, "paired_otherwise")
    assert sentences(told, "en") == (
        "The two cannot be matched: with this pin the two would be a pair in another format of the round.",
    )
    assert sentences(told, "ru") == (
        "Эти двое не могут быть парой: если закрепить эту пару, эти двое окажутся парой в другом формате раунда.",
    )


def test_who_got_a_group_is_not_advised_as_left_over() -> None:
    """Mentor 1 leads a group and has a place more, and 4 is too near to the mentor's level for it."""
    mentor = a_mentor(1, formats=BOTH, capacity=3, level=6)
    group = (a_mentee(number, formats=BOTH, level=8) for number in (2, 3))

    told = answer(a_pool(mentor, *group, a_mentee(4), terms=ALL), None, silent).advice

    assert told is not None
    assert [(one.volunteer_id.int, one.side, one.reason) for one in told.people] == [
        (4, "mentee", "level_gap")
    ]
    assert [(one.relaxation, one.more) for one in told.round] == [
        (Relaxation(Kind.LEVEL_GAP, "1"), 1)
    ]


def test_who_lost_against_a_group_is_told_so() -> None:
    told = answer(a_group_and_one_left(), None, silent).advice

    assert told is not None
    assert [(one.volunteer_id.int, one.reason) for one in told.people] == [(4, "outcompeted")]
