"""Why not that one: the rule or the price, in words, and nothing of what is private."""
# ruff: noqa: RUF001 - Russian words

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.candidates import Candidate, Entrant, Need, Offer, Side
from services.matching.domain.explaining.prices import Loser, Verdict, WhyNot, why_not
from services.matching.domain.explaining.solving import Levels
from services.matching.domain.hard_rules import RULES
from services.matching.domain.rounds import HistoryEntry, Pin, Pool, Wish
from services.matching.texts.phrases import LANGUAGES
from services.matching.texts.prices import sentences
from services.matching.texts.rules import rule
from tests.matching.builders import TERMS, a_mentee, a_mentor, a_pool, entrant
from tests.matching.plain_solver import solve_plainly

TOPICS_ONLY = replace(TERMS, weights={"topics": 30})


def ask(pool: Pool, mentor: int, mentee: int) -> WhyNot:
    return why_not(pool, (UUID(int=mentor), UUID(int=mentee)), solve_plainly)


def a_teacher(number: int, **levels: int) -> Candidate:
    return a_mentor(number, offers=tuple(Offer(topic, level) for topic, level in levels.items()))


def test_a_pair_of_the_round_is_said_to_be_one() -> None:
    answer = ask(a_pool(a_mentor(1), a_mentee(2)), 1, 2)

    assert (answer.verdict, answer.reason, answer.before) == (Verdict.MATCHED, None, None)
    assert answer.why is not None
    assert answer.why.score == 65
    assert sentences(answer, "en") == ("The two are matched in this round.",)
    assert sentences(answer, "ru") == ("Эти двое — пара этого раунда.",)


def test_a_hard_rule_is_named() -> None:
    answer = ask(a_pool(a_mentor(1, level=6), a_mentee(2)), 1, 2)

    assert answer == WhyNot(Verdict.FORBIDDEN, "level_gap")
    assert sentences(answer, "en") == (
        "The two cannot be matched: the levels of the two are not as far apart as the programme asks, or too far.",
    )
    assert sentences(answer, "ru") == (
        "Эти двое не могут быть парой: разница уровней не та, что задана программой: мала или велика.",
    )


def test_the_price_is_who_falls_out_and_what_is_lost_on_each_level() -> None:
    # Mentor 1 alone can teach 12; with 11 in that place mentor 2 has nobody.
    pool = a_pool(
        a_teacher(1, ai=4, crm=4),
        a_teacher(2, ai=2),
        a_mentee(11),
        a_mentee(12, needs=(Need("crm", 1, 1),)),
        terms=TOPICS_ONLY,
    )

    answer = ask(pool, 1, 11)

    assert answer.verdict is Verdict.PRICE
    assert (answer.before, answer.after) == (Levels(2, 10, 40, 2), Levels(1, 30, 30, 1))
    assert answer.falls_out == (
        Loser(UUID(int=2), Side.MENTOR),
        Loser(UUID(int=12), Side.MENTEE),
    )
    assert answer.comes_in == ()
    assert sentences(answer, "en") == (
        "Mentees served one to one, counted by rounds waited: 2 before, 1 with this pair.",
        "The weakest pair one to one rises from 10 to 30 points.",
        "All pairs one to one together fall from 40 to 30 points.",
        "The pairs one to one are spread more evenly over mentors: 1 instead of 2 (sum of squared loads).",
        "1 who is matched falls out.",
    )
    assert sentences(answer, "ru") == (
        "Обучаемых с парой один на один, с учётом ожидания: было 2, с этой парой 1.",
        "Баллы самой слабой пары один на один растут: было 10, станет 30.",
        "Сумма баллов всех пар один на один падает: было 40, станет 30.",
        "Нагрузка наставников в парах один на один более ровная: 1 вместо 2 (сумма квадратов).",
        "Без пары останется 1 человек из тех, у кого она есть.",
    )


def test_a_pair_that_only_chance_left_out_costs_nothing() -> None:
    pool = a_pool(a_mentor(1), a_mentor(2), a_mentee(3))
    chosen = solve_plainly(pool).pairs[0][0].int

    answer = ask(pool, 3 - chosen, 3)

    assert answer.before == answer.after
    assert sentences(answer, "en") == (
        "It costs nothing: one to one, the round would be as good with this pair.",
        "Nobody who is matched falls out.",
    )


def test_a_pin_that_takes_the_place_is_the_reason() -> None:
    pool = a_pool(a_mentor(1), a_mentee(2), a_mentee(3))
    pool = replace(pool, pins=(Pin(UUID(int=1), UUID(int=3), Wish.LEAD),))

    assert ask(pool, 1, 2) == WhyNot(Verdict.FORBIDDEN, "pinned")
    assert ask(pool, 1, 3).verdict is Verdict.MATCHED


def with_a_private_reason(kind: str) -> Pool:
    """Two who fit, but for one private reason each time another."""
    mentor, mentee = entrant(a_mentor(1)), entrant(a_mentee(2))
    one, other = mentor.candidate.person_id, mentee.candidate.person_id
    history: tuple[HistoryEntry, ...] = ()
    match kind:
        case "the mentor avoids":
            mentor = entrant(replace(mentor.candidate, avoid=(other,)))
        case "the mentee avoids":
            mentee = entrant(replace(mentee.candidate, avoid=(one,)))
        case "declined or ended before":
            mentor = Entrant(mentor.candidate, mentor.sides, mentor.free, met=(other,))
        case "paired before":
            history = (HistoryEntry(one, other),)
        case "rated badly":
            history = (HistoryEntry(one, other, rated_by_mentor=1, rated_by_mentee=2),)
    return replace(a_pool(mentor, mentee), history=history)


@pytest.mark.parametrize(
    "kind",
    [
        "the mentor avoids",
        "the mentee avoids",
        "declined or ended before",
        "paired before",
        "rated badly",
    ],
)
def test_all_private_reasons_read_the_same(kind: str) -> None:
    answer = ask(with_a_private_reason(kind), 1, 2)

    assert answer == WhyNot(Verdict.FORBIDDEN, "not_available")
    assert sentences(answer, "en") == ("The two cannot be matched: not available.",)
    assert sentences(answer, "ru") == ("Эти двое не могут быть парой: недоступно.",)


def test_every_rule_has_words_in_every_language() -> None:
    codes = [code for code, _ in RULES]

    assert all(rule(code, language) for code in codes for language in LANGUAGES)
    assert rule("attribute_time_zone_equal", "en") == (
        "a rule of the programme is not met: time zone, the same."
    )
    assert rule("attribute_languages_contains", "ru") == (
        "не выполнено правило программы: языки, у наставника есть всё, что у обучаемого."
    )


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    entrants = []
    for number in range(1, draw(st.integers(2, 7)) + 1):
        make = a_mentor if draw(st.booleans()) else a_mentee
        entrants.append(
            replace(
                entrant(
                    make(
                        number,
                        level=draw(st.integers(1, 7)),
                        capacity=draw(st.integers(0, 2)),
                        motivation=draw(st.integers(1, 5)),
                        languages=draw(st.sampled_from([("en",), ("ru",), ("en", "ru")])),
                    )
                ),
                waited=draw(st.integers(0, 2)),
            )
        )
    return a_pool(*entrants)


@settings(max_examples=60, deadline=None)
@given(pools(), st.data())
def test_forcing_a_pair_never_makes_a_round_better(pool: Pool, data: st.DataObject) -> None:
    mentors = [one.candidate.id for one in pool.entrants if Side.MENTOR in one.sides]
    mentees = [one.candidate.id for one in pool.entrants if Side.MENTEE in one.sides]
    if not (mentors and mentees):
        return
    pairing = data.draw(st.sampled_from(mentors)), data.draw(st.sampled_from(mentees))

    answer = why_not(pool, pairing, solve_plainly)

    if answer.before is None or answer.after is None:
        assert answer.verdict is not Verdict.PRICE
        return
    one, other = (
        (told.served, told.least or 0, told.total, -told.squares)
        for told in (answer.after, answer.before)
    )
    assert one <= other
