"""What would help: measured by solving again, from a closed list that holds nothing private."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given, settings

from services.matching.domain.candidates import Side
from services.matching.domain.explaining.advice import Advice, Effort, Gain, Left, advise
from services.matching.domain.explaining.relaxing import Kind, Relaxation, offers, relaxed
from services.matching.domain.explaining.solving import Solved
from services.matching.domain.rounds import Pool
from services.matching.domain.terms import AttributeRule
from services.matching.domain.weeks import Slot
from services.matching.texts.advice import gain, left, relaxation
from services.matching.texts.phrases import LANGUAGES
from tests.matching.builders import TERMS, a_mentee, a_mentor, a_pool, entrant
from tests.matching.plain_solver import removed_plainly, solve_plainly
from tests.matching.test_prices import pools

ENOUGH = Effort(20, 50)
PRIVATE_OR_REPORTING = {"not_available", "reporting_line", "same_manager", "manager_below"}


def advice(pool: Pool, effort: Effort = ENOUGH) -> Advice:
    return advise(pool, solve_plainly, removed_plainly(pool), effort)


def test_a_gap_that_is_too_wide_is_offered_with_what_it_brings() -> None:
    pool = a_pool(
        *(a_mentor(number, level=3) for number in (1, 2, 3)),
        *(a_mentee(number, level=4) for number in (11, 12, 13)),
    )

    told = advice(pool)

    assert told.round == (Gain(Relaxation(Kind.LEVEL_GAP, "1"), 3),)
    assert gain(told.round[0], "en") == "Allow a gap of 1 level: 3 more are matched."
    assert (
        gain(told.round[0], "ru") == "Разрешить разницу в 1 уровень: пару получат ещё 3 человека."
    )
    assert told.people[0] == Left(
        UUID(int=11), Side.MENTEE, "level_gap", Relaxation(Kind.LEVEL_GAP, "1")
    )
    assert left(told.people[0], "en") == (
        "The levels of the two are not as far apart as the programme asks, or too far.",
        "Allow a gap of 1 level: then there is a partner.",
    )


def test_the_least_that_helps_somebody_is_offered() -> None:
    short = Slot(weekday=0, start_minute=9 * 60, minutes=45)
    pool = a_pool(a_mentor(1, slots=(short,)), a_mentee(2))

    told = advice(pool)

    assert told.round == (
        Gain(Relaxation(Kind.SLOT_MINUTES, "45"), 1),
        Gain(Relaxation(Kind.SLOT_MINUTES, "30"), 1),
    )
    assert [one.relaxation for one in told.people] == [Relaxation(Kind.SLOT_MINUTES, "45")] * 2


def test_a_language_is_named_in_the_readers_own() -> None:
    pool = a_pool(a_mentor(1, languages=("en",)), a_mentee(2, languages=("ru",)))

    told = advice(pool)

    assert Gain(Relaxation(Kind.LANGUAGE, "ru"), 1) in told.round
    russian = Relaxation(Kind.LANGUAGE, "ru")
    assert relaxation(russian, "en") == "Let everybody work in this language, too: Russian"
    assert relaxation(russian, "ru") == "Пусть все работают и на этом языке: русский"


def test_who_has_no_place_is_offered_one() -> None:
    told = advice(a_pool(a_mentor(1, capacity=0), a_mentee(2)))

    assert told.round == (Gain(Relaxation(Kind.CAPACITY, "1"), 1),)


def test_who_gave_no_hours_is_offered_one_of_their_own() -> None:
    told = advice(a_pool(a_mentor(1, hours_per_month=0), a_mentee(2)))

    own = Relaxation(Kind.CAPACITY, "1", UUID(int=1))
    assert told.people == (
        Left(UUID(int=2), Side.MENTEE, "no_hours", None),
        Left(UUID(int=1), Side.MENTOR, "no_hours", own),
    )
    assert left(told.people[1], "ru") == (
        "Кто-то из двоих не указал часов.",
        "Иметь на одно место или на один час больше: тогда партнёр есть.",
    )
    assert left(told.people[0], "en") == (
        "One of the two has given no hours.",
        "No single change of those that may be offered brings a partner.",
    )


def test_a_rule_of_the_programme_can_be_done_without() -> None:
    terms = replace(TERMS, attribute_rules=(AttributeRule("site", "different"),))

    told = advice(a_pool(a_mentor(1), a_mentee(2), terms=terms))

    assert [gain(one, "en") for one in told.round] == [
        "Do without the rule: site, different: 1 more is matched."
    ]


def test_nothing_private_and_no_reporting_line_is_ever_offered() -> None:
    terms = replace(
        TERMS,
        other_unit=True,
        other_site=True,
        level_gap_max=5,
        need_floor=2,
        attribute_rules=(AttributeRule("unit", "equal"),),
    )
    found = offers(a_pool(a_mentor(1), terms=terms))

    assert {one.kind for one in found} == set(Kind)
    assert PRIVATE_OR_REPORTING.isdisjoint(code for one in found for code in one.works_against)
    assert all(relaxation(one, language) for one in found for language in LANGUAGES)


def test_who_is_kept_apart_by_a_private_reason_gets_no_offer_and_no_hint_of_it() -> None:
    avoided = a_pool(a_mentor(1, avoid=(UUID(int=0x1002),)), a_mentee(2))
    declined = a_pool(entrant(a_mentor(1), met=(UUID(int=0x1002),)), a_mentee(2))

    assert advice(avoided) == advice(declined)
    assert advice(avoided).round == ()
    assert [left(one, "en") for one in advice(avoided).people] == [
        ("Not available.", "No single change of those that may be offered brings a partner."),
        ("Not available.", "No single change of those that may be offered brings a partner."),
    ]


def test_no_more_is_solved_than_there_is_effort_for() -> None:
    solved: list[Pool] = []

    def counted(pool: Pool) -> Solved:
        solved.append(pool)
        return solve_plainly(pool)

    pool = a_pool(
        *(a_mentor(number, level=3, languages=("en",)) for number in (1, 2)),
        *(a_mentee(number, level=9, languages=("ru",)) for number in (11, 12)),
    )

    advise(pool, counted, removed_plainly(pool), Effort(round=1, people=2))

    assert len(solved) <= 1 + 1 + 2


@settings(max_examples=40, deadline=None)
@given(pools())
def test_the_gain_of_a_relaxation_is_what_solving_says(pool: Pool) -> None:
    before = len(solve_plainly(pool).pairs)

    told = advice(pool)

    for one in told.round:
        after = solve_plainly(relaxed(pool, one.relaxation))
        assert one.more == len(after.pairs) - before > 0
    for who in told.people:
        if who.relaxation is not None:
            after = solve_plainly(relaxed(pool, who.relaxation))
            assert (who.volunteer_id, who.side) in after.matched


@settings(max_examples=40, deadline=None)
@given(pools())
def test_what_is_not_tried_for_want_of_a_combination_brings_nothing(pool: Pool) -> None:
    before = solve_plainly(pool)
    outcompeted = {one.reason for one in before.unmatched} & {"outcompeted"}
    codes = {code for forbade in removed_plainly(pool).values() for code in forbade}
    for one in offers(pool):
        if codes.isdisjoint(one.works_against) and not outcompeted:
            assert len(solve_plainly(relaxed(pool, one)).pairs) == len(before.pairs)
