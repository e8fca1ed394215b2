"""The table of a round says of every combination what the plain rules and the plain score say of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.candidates import Entrant, Need, Offer, Side
from services.matching.domain.hard_rules import codes, obstacle
from services.matching.domain.past import profiles_of
from services.matching.domain.rounds import HistoryEntry, Pin, Pool, Wish
from services.matching.domain.score import PARTS, scarcity_of, score, worth
from services.matching.domain.terms import AttributeRule, FormatTerms
from services.matching.domain.weeks import FULL, Slot, common_minutes, week_of
from services.matching.solver.optimum.task import Shared
from services.matching.solver.run import decide
from services.matching.solver.table import table_of
from services.matching.solver.weeks import Weeks
from tests.matching.builders import (
    COHORT,
    ROUND,
    TERMS,
    a_mentee,
    a_mentor,
    a_pool,
    entrant,
)


def bits(slots: Iterable[Slot]) -> int:
    """A week in UTC."""
    return week_of(slots, "UTC", SUMMER)


ATTRIBUTES = ("unit", "site", "level", "time_zone", "languages", "hobbies", "topics", "shoe_size")
RELATIONS = ("equal", "different", "contains", "rhymes")
ZONES = (
    "UTC",
    "Europe/Berlin",
    "Asia/Kolkata",
    "America/St_Johns",
    "Pacific/Auckland",
    "Nowhere/X",
)
SUMMER, WINTER = date(2026, 7, 15), date(2026, 1, 14)


def silent(step: str, done: int, total: int) -> None:
    """Progress that nobody follows."""


def differences(pool: Pool) -> list[Any]:
    """Where the table says anything else than the reference does."""
    table = table_of(pool, silent)
    mentors, mentees = profiles_of(pool, Side.MENTOR), profiles_of(pool, Side.MENTEE)
    scarcity = scarcity_of(mentors.values(), mentees.values())
    found: list[Any] = []
    removed: dict[tuple[Side, int], Counter[str]] = defaultdict(Counter)
    for row, mentee in enumerate(mentees.values()):
        allowed, sides = table.sides(row)
        told = dict(
            zip(
                allowed.tolist(),
                zip(sides.mentee, sides.mentor, sides.whole, strict=True),
                strict=True,
            )
        )
        for column, mentor in enumerate(mentors.values()):
            code = obstacle(mentor, mentee, pool.terms)
            if code is not None:
                removed[Side.MENTEE, row][code] += 1
                removed[Side.MENTOR, column][code] += 1
                expected: tuple[int, Any] = (-1, None)
            else:
                own = worth(score(mentor, mentee, pool.terms, scarcity))
                expected = (own.total, (own.mentee, own.mentor, own.whole))
            if (int(table.points[row, column]), told.get(column)) != expected:
                found.append((mentor.candidate.id, mentee.candidate.id, code, expected))
    for side, there in ((Side.MENTOR, mentors), (Side.MENTEE, mentees)):
        found += [
            (side, place, table.removals(side, place), dict(removed[side, place]))
            for place in range(len(there))
            if table.removals(side, place) != dict(removed[side, place])
        ]
    return found


def chance(*usual: Any, rarely: Any) -> st.SearchStrategy[Any]:
    """Mostly what lets a pair be, now and then what does not."""
    return st.sampled_from([*usual * 4, rarely])


codes_of = st.sampled_from
topics = codes_of(["ai", "crm", "green", "law"])
hobbies = st.lists(codes_of([f"hobby{number}" for number in range(70)]), max_size=6)
slots = st.builds(Slot, st.integers(0, 6), st.integers(0, 1439), st.integers(15, 1440))
weeks = st.lists(slots | st.just(Slot(6, 1380, 180)), min_size=1, max_size=3).map(tuple) | st.just(
    tuple(Slot(day, 0, 1440) for day in range(7))
)
minutes = st.integers(1, 40) | st.integers(1, 4000)
any_week = st.lists(
    st.builds(Slot, st.integers(0, 6), st.integers(0, 1439), minutes), max_size=6
).map(bits) | st.just(FULL)
few_weeks = st.lists(weeks, min_size=1, max_size=3)
numbers = st.integers(1, 8)
people = numbers.map(lambda number: UUID(int=0x1000 + number))
chains = st.lists(people | st.just(UUID(int=0x9999)), unique=True, max_size=4).map(tuple)
histories = st.lists(
    st.builds(HistoryEntry, people, people, st.none() | numbers, st.none() | st.integers(1, 5)),
    max_size=4,
).map(tuple)
rules = st.lists(
    st.builds(
        AttributeRule,
        st.sampled_from(ATTRIBUTES),
        st.sampled_from(RELATIONS),
        st.none() | st.integers(1, 9) | st.integers(1, 9),
    ),
    max_size=3,
).map(tuple)


@st.composite
def volunteers(draw: st.DrawFn, number: int, some_weeks: list[Any]) -> Entrant:
    likely = st.sampled_from([True, True, True, True, True, True, False])
    candidate = a_mentor(
        number,
        status=draw(chance("active", rarely="paused")),
        until=draw(chance(None, rarely=SUMMER)),
        cohort_id=draw(chance(COHORT, rarely=UUID(int=9))),
        roles=draw(st.sampled_from([("mentor",), ("mentee",), ("mentor", "mentee")])),
        offers=tuple(draw(st.lists(st.builds(Offer, topics, st.integers(1, 5)), max_size=3))),
        needs=tuple(
            draw(
                st.lists(st.builds(Need, topics, st.integers(1, 3), st.integers(0, 4)), max_size=3)
            )
        ),
        formats=draw(chance(("one_to_one",), ("group", "sprint", "one_to_one"), rarely=("group",))),
        hours_per_month=draw(chance(4, rarely=0)),
        capacity=draw(st.integers(0, 3)),
        slots=draw(st.sampled_from(some_weeks)),
        time_zone=draw(st.sampled_from(ZONES)),
        languages=draw(chance(("en",), ("ru", "en"), rarely=("ru",))),
        hobbies=tuple(draw(hobbies)),
        motivation=draw(st.integers(1, 5)),
        openness=draw(st.integers(1, 5)),
        unit=draw(st.sampled_from(["", "Sales", "IT and Finance", "Отдел продаж"])),
        site=draw(st.sampled_from(["", "Leeds", "Berlin"])),
        level=draw(st.integers(1, 9)),
        managers=draw(st.just(()) | chains),
        managers_complete=draw(likely),
        direct_managers=draw(st.just(()) | chains),
        near_managers=draw(st.just(()) | chains),
        avoid=draw(chance((), rarely=(UUID(int=0x1001), UUID(int=0x1002)))),
        exposure=tuple(
            draw(
                st.lists(
                    st.sampled_from(
                        ["strategy", "leadership", "finance", "customers", "technology"]
                    )
                    | st.sampled_from(["international", "of_a_later_version"]),
                    unique=True,
                )
            )
        ),
    )
    return entrant(candidate, met=draw(chance((), rarely=(UUID(int=0x1003),))))


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    some_weeks = draw(few_weeks)
    entrants = [
        draw(volunteers(number, some_weeks)) for number in range(1, draw(st.integers(2, 8)) + 1)
    ]
    terms = replace(
        TERMS,
        level_gap=draw(st.integers(0, 3)),
        level_gap_max=draw(st.none() | st.integers(3, 6)),
        any_direction=draw(st.booleans()),
        other_unit=draw(st.booleans()),
        other_site=draw(st.booleans()),
        common_slot_minutes=draw(st.sampled_from([15, 60, 480])),
        need_floor=draw(st.integers(1, 2)),
        weights={
            part: draw(st.integers(0, 1000)) for part in draw(st.sets(st.sampled_from(PARTS)))
        },
        attribute_rules=draw(rules),
        formats=(FormatTerms("one_to_one", 2, 90), FormatTerms("group", 3, 90)),
    )
    pins = draw(
        st.lists(
            st.builds(
                Pin,
                numbers.map(lambda number: UUID(int=number)),
                numbers.map(lambda number: UUID(int=number)),
                st.sampled_from(Wish),
            ),
            max_size=4,
        )
    )
    on = draw(st.sampled_from([SUMMER, WINTER]))
    return Pool(ROUND, on, terms, tuple(entrants), tuple(pins), draw(histories))


def test_the_optimum_is_asked_with_all_that_it_needs() -> None:
    """2 teaches and learns; 1 has two places; 4 has waited twice."""
    middle = a_mentee(2, roles=("mentor", "mentee"), offers=(Offer("crm", 5),), level=5)
    top = replace(entrant(a_mentee(4, needs=(Need("crm", 1, 0),), level=9)), waited=2)
    pool = a_pool(a_mentor(1, capacity=2), middle, a_mentee(3), top)

    task = table_of(pool, silent).task((Pin(UUID(int=1), UUID(int=3), Wish.LEAD),))
    assert [one.int for one in task.mentors] == [1, 2]
    assert [one.int for one in task.mentees] == [2, 3, 4]
    assert (task.points >= 0).tolist() == [[True, False], [True, False], [False, True]]
    assert task.worth.tolist() == [1, 1, 3]
    assert task.places.tolist() == [2, 1]
    assert task.shared == (Shared(row=0, column=1, places=1),)
    assert task.pins == ((1, 0),)


def test_both_sides_of_a_pair_are_told_and_of_all_pairs_row_by_row() -> None:
    """Topics 40 of 40, availability 5 of 10, motivation 10 of 20; availability 5; scarcity a third of 10."""
    table = table_of(a_pool(a_mentor(1), a_mentor(2, level=6), a_mentee(3)), silent)

    (wish,) = table.wishes()
    assert (wish.mentee.tolist(), wish.mentor.tolist()) == ([55, -1], [5, -1])
    placed = table.placed([(0, 0)])
    assert (placed.mentee_points.tolist(), placed.mentor_points.tolist()) == ([55], [5])
    assert table.points.tolist() == [[63, -1]]
    assert table.removals(Side.MENTOR, 1) == {"level_gap": 1}
    assert table.possible(Side.MENTOR).tolist() == [True, False]


def test_a_table_takes_two_bytes_a_pair_where_that_is_enough() -> None:
    people = (a_mentor(1), a_mentee(2))
    usual = table_of(a_pool(*people), silent)
    heavy = table_of(a_pool(*people, terms=replace(TERMS, weights={"topics": 40_000})), silent)

    assert (usual.points.dtype.itemsize, heavy.points.dtype.itemsize) == (2, 4)
    assert heavy.points.tolist() == [[40_000]]


@settings(max_examples=150, deadline=None)
@given(pools())
def test_the_table_and_the_reference_agree_in_every_cell_and_every_reason(pool: Pool) -> None:
    assert differences(pool) == []


@settings(max_examples=100, deadline=None)
@given(pools())
def test_no_rule_and_no_pin_ever_leads_to_a_forbidden_pair(pool: Pool) -> None:
    outcome = decide(pool, silent)
    profiles = profiles_of(pool)
    pairs = {(match.mentor_id, match.mentee_id) for match in outcome.matches}

    for mentor, mentee in pairs:
        assert obstacle(profiles[mentor], profiles[mentee], pool.terms) is None
    taken = Counter(one for pair in pairs for one in pair)
    assert all(count <= profiles[one].free for one, count in taken.items())
    assert len({mentee for _, mentee in pairs}) == len(pairs)
    refused = {(one.pin.mentor_id, one.pin.mentee_id) for one in outcome.refused_pins}
    assert {(pin.mentor_id, pin.mentee_id) for pin in pool.pins} <= refused | pairs
    reasons = {one.reason for one in outcome.unmatched}
    reasons |= {one.reason for one in outcome.refused_pins}
    known = {*codes(pool.terms), "outcompeted", "no_mentors", "no_mentees", "not_waiting"}
    assert reasons <= known


@settings(max_examples=200, deadline=None)
@given(st.lists(any_week, min_size=1, max_size=6), any_week)
def test_common_minutes_of_one_with_many_are_those_of_two(many: list[int], one: int) -> None:
    told = Weeks(many).common(one).tolist()

    assert told == [common_minutes(one, other) for other in many]
