"""The report of a round: its figures typed by hand, its ranks against a plain count."""

from itertools import product
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.candidates import Side
from services.matching.domain.fields import Level, Stage
from services.matching.domain.reports import (
    Found,
    Group,
    Load,
    Origin,
    Proof,
    Ranks,
    Spread,
    Standing,
    groups,
    ranks,
    report_of,
    spread,
)
from services.matching.solver.summary import Placed, Wishes, regard
from tests.matching.builders import a_mentee, a_mentor

PROOF = Proof(2, 90, 190, 4, "ab" * 32, "dual")
ORIGIN = Origin("0" * 64, "f" * 64, "1", 0.5)


def a_standing(mentor: int, mentee: int, **but: int) -> Standing:
    told = {
        "score": 90,
        "mentor_points": 40,
        "mentee_points": 50,
        "mentor_rank": 1,
        "mentee_rank": 2,
    }
    return Standing(UUID(int=mentor), UUID(int=mentee), **(told | but))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([], None),
        ([7], Spread(7, 7, 7)),
        ([3, 1, 2], Spread(1, 1, 2)),
        ([4, 3, 2, 1], Spread(1, 1, 2)),
        ([*range(1, 21)], Spread(1, 2, 10)),
        ([*range(1, 22)], Spread(1, 3, 11)),
    ],
)
def test_worst_tenth_percentile_and_median_are_values_that_occur(
    values: list[int], told: Spread | None
) -> None:
    assert spread(values) == told


def test_ranks_tell_how_near_everybody_came_to_the_own_best() -> None:
    assert ranks([1, 4, 1, 3, 2]) == Ranks(first=2, first_three=4, median=2, worst=4)
    assert ranks([]) is None


def test_groups_below_five_are_shown_together() -> None:
    members = [("sales", [10])] * 6 + [("legal", None)] * 3 + [("it", [20])] * 2

    assert groups(members) == (Group("sales", 6, 6, 10), Group(None, 5, 2, None))


def test_a_small_group_alone_takes_the_least_of_the_others_with_it() -> None:
    members = [("sales", [10])] * 9 + [("legal", [30])] * 5 + [("it", [20])] * 2

    assert groups(members) == (Group("sales", 9, 9, 10), Group(None, 7, 7, 30))


def test_of_fewer_than_five_in_all_nothing_is_told() -> None:
    assert groups([("sales", [10])] * 4) == ()


def test_a_median_is_told_where_five_are_matched() -> None:
    assert groups([("it", [1])] * 4 + [("it", None)]) == (Group("it", 5, 4, None),)
    assert groups([("it", [1, 9])] * 3 + [("it", [5])] * 2) == (Group("it", 5, 5, 5),)


def test_a_report_counts_and_names_nobody() -> None:
    mentors = [a_mentor(1), a_mentor(2), a_mentor(3)]
    mentees = [a_mentee(11), a_mentee(12), a_mentee(13), a_mentee(14), a_mentee(15)]
    chosen = [
        a_standing(1, 11),
        a_standing(1, 12, score=100, mentee_points=60, mentor_rank=3, mentee_rank=1),
        a_standing(2, 13, score=95, mentor_points=45, mentor_rank=2),
    ]

    report = report_of(
        {Side.MENTOR: mentors, Side.MENTEE: mentees}, Found(chosen, 4), PROOF, ORIGIN
    )

    assert (report.pairs, report.blocking_pairs) == (3, 4)
    assert report.scores == Spread(90, 90, 95)
    assert report.load == (Load(0, 1), Load(1, 1), Load(2, 1))
    assert (report.mentors.people, report.mentors.matched) == (3, 2)
    assert report.mentors.spread == Spread(40, 40, 40)
    assert report.mentors.ranks == Ranks(first=1, first_three=3, median=2, worst=3)
    assert report.mentors.equity.unit == ()
    assert (report.mentees.people, report.mentees.matched) == (5, 3)
    assert report.mentees.spread == Spread(50, 50, 50)
    assert report.mentees.ranks == Ranks(first=1, first_three=3, median=2, worst=2)
    assert report.mentees.equity.level == (Group("7", 5, 3, None),)
    assert (report.proof, report.origin) == (PROOF, ORIGIN)


def test_people_and_loads_are_counted_over_all_formats_and_points_one_to_one() -> None:
    mentors = [a_mentor(1), a_mentor(2)]
    mentees = [a_mentee(number) for number in (11, 12, 13, 14, 15, 16)]
    others = [(UUID(int=2), Side.MENTOR), (UUID(int=12), Side.MENTEE)] * 2
    others[-1] = (UUID(int=13), Side.MENTEE)
    stage = Stage("group", 1, 2, (Level("served", 2, 2),), pairs=2)
    found = Found([a_standing(1, 11)], 0, others, (stage,))

    report = report_of({Side.MENTOR: mentors, Side.MENTEE: mentees}, found, PROOF, ORIGIN)

    assert (report.pairs, report.scores) == (3, Spread(90, 90, 90))
    assert report.load == (Load(1, 1), Load(2, 1))
    assert (report.mentors.people, report.mentors.matched) == (2, 2)
    assert (report.mentees.people, report.mentees.matched) == (6, 3)
    assert report.mentees.equity.level == (Group("7", 6, 3, None),)
    assert report.mentees.ranks == Ranks(first=0, first_three=1, median=2, worst=2)
    assert report.stages == (stage,)


def test_a_median_of_points_needs_five_who_have_points() -> None:
    assert groups([("it", [7])] * 4 + [("it", [])] * 4) == (Group("it", 8, 8, None),)
    assert groups([("it", [7])] * 5 + [("it", [])]) == (Group("it", 6, 6, 7),)


def test_a_round_without_a_pair_has_a_report_too() -> None:
    report = report_of({Side.MENTOR: [], Side.MENTEE: [a_mentee(1)]}, Found([], 0), PROOF, ORIGIN)

    assert (report.pairs, report.scores, report.load) == (0, None, ())
    assert (report.mentees.people, report.mentees.matched, report.mentees.ranks) == (1, 0, None)


def told_by(mentee: list[list[int]], mentor: list[list[int]]) -> list[Wishes]:
    return [
        Wishes(row, np.array(mentee[row], dtype=np.int32), np.array(mentor[row], dtype=np.int32))
        for row in range(len(mentee))
    ]


def placed(pairs: list[tuple[int, int]], wishes: list[Wishes]) -> Placed:
    return Placed(
        np.array([row for row, _ in pairs], dtype=np.int64),
        np.array([column for _, column in pairs], dtype=np.int64),
        np.array([wishes[row].mentee[column] for row, column in pairs], dtype=np.int64),
        np.array([wishes[row].mentor[column] for row, column in pairs], dtype=np.int64),
    )


def test_two_who_would_rather_have_each_other_block_and_their_ranks_say_why() -> None:
    # Mentee 0 and mentor 1 both have more points with each other than with whom they got.
    wishes = told_by([[5, 9], [4, 6]], [[5, 8], [7, 3]])

    seen = regard(
        placed([(0, 0), (1, 1)], wishes), np.array([False, False]), np.array([False, False]), wishes
    )

    assert seen.mentor_in_mentees.tolist() == [2, 1]
    assert seen.mentee_in_mentors.tolist() == [2, 2]
    assert seen.blocking == 1


def test_a_free_place_blocks_with_whoever_wants_it_more() -> None:
    wishes = told_by([[5, 9]], [[5, 0]])
    chosen = placed([(0, 0)], wishes)

    assert regard(chosen, np.array([False]), np.array([False, True]), wishes).blocking == 1
    assert regard(chosen, np.array([False]), np.array([False, False]), wishes).blocking == 0


@st.composite
def answers(
    draw: st.DrawFn,
) -> tuple[list[list[int]], list[list[int]], list[int | None], list[int]]:
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    points = st.integers(0, 6)
    mentee = [[draw(points) for _ in range(columns)] for _ in range(rows)]
    mentor = [[draw(points) for _ in range(columns)] for _ in range(rows)]
    partner: list[int | None] = []
    for row in range(rows):
        for column in range(columns):
            if draw(st.booleans()):
                mentee[row][column] = mentor[row][column] = -1
        allowed = [column for column in range(columns) if mentee[row][column] >= 0]
        partner.append(draw(st.sampled_from([None, *allowed])))
    spare = [draw(st.integers(0, 1)) for _ in range(columns)]
    return mentee, mentor, partner, spare


@given(answers())
def test_ranks_and_blocking_pairs_are_what_a_plain_count_finds(
    case: tuple[list[list[int]], list[list[int]], list[int | None], list[int]],
) -> None:
    mentee, mentor, partner, spare = case
    chosen = [(row, column) for row, column in enumerate(partner) if column is not None]
    wishes = told_by(mentee, mentor)

    seen = regard(
        placed(chosen, wishes),
        np.array([column is None for column in partner]),
        np.array([places > 0 for places in spare]),
        wishes,
    )

    assert seen.mentor_in_mentees.tolist() == [
        1 + sum(value > mentee[row][column] for value in mentee[row]) for row, column in chosen
    ]
    assert seen.mentee_in_mentors.tolist() == [
        1 + sum(line[column] > mentor[row][column] for line in mentor) for row, column in chosen
    ]
    blocking = 0
    for row, column in product(range(len(mentee)), range(len(spare))):
        now = partner[row]
        keeps = -1 if now is None else mentee[row][now]
        worst = min((mentor[r][c] for r, c in chosen if c == column), default=10**9)
        wants = mentor[row][column] > (-1 if spare[column] else worst)
        blocking += mentee[row][column] > keeps and wants
    assert seen.blocking == blocking
