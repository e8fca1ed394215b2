"""Partnerships against every answer that there is."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.assignment import Pairing
from services.matching.domain.fields import Field
from services.matching.solver.partnership import partnerships
from tests.matching.builders import a_mentee
from tests.matching.fields import a_field, subsets


def names(chosen: tuple[Pairing, ...]) -> list[tuple[int, int]]:
    return [(mentor.int, mentee.int) for mentor, mentee in chosen]


def everybody(points: dict[tuple[int, int], int], worth: dict[int, int] | None = None) -> Field:
    people = [a_mentee(one) for one in sorted({one for pairing in points for one in pairing})]
    return a_field(people, people, points, worth)


def value(field: Field, chosen: tuple[Pairing, ...]) -> tuple[int, int, int]:
    points = [field.points[pairing] for pairing in chosen]
    worth = sum(field.worth_of(one) for pairing in chosen for one in pairing)
    return worth, min(points, default=0), sum(points)


def test_two_small_partnerships_serve_more_than_one_good_one() -> None:
    chosen, levels = partnerships(everybody({(1, 2): 3, (2, 3): 90, (3, 4): 4}))

    assert names(chosen) == [(1, 2), (3, 4)]
    assert [(level.name, level.value, level.gap) for level in levels[:3]] == [
        ("served", 4, 0),
        ("least", 3, 0),
        ("total", 7, 0),
    ]


def test_of_a_ring_of_five_one_is_left_and_that_is_not_who_waited_longest() -> None:
    ring = {(1, 2): 5, (2, 3): 5, (3, 4): 5, (4, 5): 5, (1, 5): 5}
    chosen, _ = partnerships(everybody(ring, {3: 1, 1: 4, 2: 2, 4: 2, 5: 2}))

    assert names(chosen) == [(1, 2), (4, 5)]


def test_nobody_to_work_with_is_no_partnership_and_no_error() -> None:
    assert partnerships(everybody({})) == ((), ())


@st.composite
def graphs(draw: st.DrawFn) -> Field:
    edges = [(one, other) for one in range(1, 7) for other in range(one + 1, 7)]
    chosen = draw(st.lists(st.sampled_from(edges), unique=True, max_size=9))
    points = {edge: draw(st.integers(0, 9)) for edge in chosen}
    return everybody(points, {one: draw(st.integers(1, 3)) for one in range(1, 7)})


@settings(max_examples=60, deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_no_other_answer_is_better_and_the_order_changes_nothing(
    field: Field, random: object
) -> None:
    chosen, levels = partnerships(field)
    allowed = [
        answer
        for answer in subsets(sorted(field.points))
        if max(Counter(one for pairing in answer for one in pairing).values(), default=0) <= 1
    ]
    turned = list(field.points.items())
    random.shuffle(turned)  # type: ignore[attr-defined]
    again = Field(field.round_id, field.mentors, field.mentees, dict(turned), field.worth)

    assert chosen in allowed
    assert value(field, chosen) == max(value(field, answer) for answer in allowed)
    assert all(level.gap == 0 for level in levels)
    assert partnerships(again) == (chosen, levels)
