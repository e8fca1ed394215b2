"""The optimum where the answer can be seen by hand."""

from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest

from services.matching.solver.optimum.solve import solve
from services.matching.solver.optimum.task import Shared, Task
from shared.chassis.refusals import Invalid
from tests.matching.solver.optimum.cases import random_task
from tests.matching.solver.optimum.oracle import Pair, a_task, proves, silent


def pairs(task: Task) -> tuple[Pair, ...]:
    solution = solve(task, silent)
    assert proves(task, solution)
    return solution.pairs


def test_one_forbidden_combination_of_two_by_two_still_gives_two_pairs() -> None:
    """The trap of a well-known peer: the best pair first would leave the other two alone."""
    assert pairs(a_task([[9, 5], [5, -1]])) == ((0, 1), (1, 0))


def test_who_waited_longer_goes_first() -> None:
    assert pairs(a_task([[9], [1]], worth=[1, 2])) == ((1, 0),)


def test_the_least_pair_counts_before_the_sum() -> None:
    """9 + 1 is more than 4 + 4, but 1 is less than 4."""
    assert pairs(a_task([[9, 4], [4, 1]])) == ((0, 1), (1, 0))


def test_the_sum_counts_where_the_least_pair_is_the_same() -> None:
    assert pairs(a_task([[9, 3], [4, 3]])) == ((0, 0), (1, 1))


def test_mentors_share_the_work_where_the_scores_allow_it() -> None:
    task = a_task([[5, 5, -1], [5, 5, 5]], places=[2, 2, 1])
    solution = solve(task, silent)

    assert solution.objective.squares == 2
    assert solution.objective.total == 10


def test_a_better_score_outweighs_a_lighter_load() -> None:
    assert pairs(a_task([[6, 5], [6, 5]], places=[2, 2])) == ((0, 0), (1, 0))


def test_of_equal_answers_the_one_with_the_least_marks() -> None:
    """Marks begin, by sha256sum: (0, 0) 4978, (0, 1) 15d3, (1, 0) 1f6b, (1, 1) 9512."""
    task = a_task([[5, 5], [5, 5]])
    solution = solve(task, silent)

    assert solution.pairs == ((0, 1), (1, 0))
    assert solution.objective.digest == (
        "8fc90ccf26c767e04d1cec609743d828c6ed58496cb105141ce1433118acd046"
    )


def test_a_pin_is_in_the_answer_whatever_it_costs() -> None:
    task = a_task([[9, 1], [1, -1]], pins=[(0, 0)])

    assert pairs(task) == ((0, 0),)
    assert pairs(replace(task, pins=())) == ((0, 1), (1, 0))


@pytest.mark.parametrize(
    ("pins", "words"),
    [
        ([(0, 0), (0, 1)], "A mentee is pinned to more than one mentor: keep one of these pins."),
        ([(0, 0), (1, 0)], "Somebody has more pins than free places: take one of them out."),
        ([(1, 1)], "A pin names a pair that a hard rule forbids: take it out."),
    ],
)
def test_pins_that_cannot_be_kept_together_are_refused_in_words(
    pins: list[Pair], words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        solve(a_task([[5, 5], [5, -1]], pins=pins), silent)

    assert (refused.value.code, refused.value.detail) == ("pins_conflict", words)


def test_pins_of_both_roles_take_the_same_places() -> None:
    task = a_task([[5, -1], [-1, 5]], shared=[(0, 1, 1)], pins=[(0, 0), (1, 1)])
    with pytest.raises(Invalid):
        solve(task, silent)


def test_who_teaches_and_learns_shares_one_place_between_both() -> None:
    """Row 0 and column 1 are one person with one place: both pairs would be two."""
    apart = a_task([[5, -1], [-1, 7]])
    one_person = replace(apart, shared=(Shared(0, 1, 1),))

    assert pairs(apart) == ((0, 0), (1, 1))
    assert pairs(one_person) == ((1, 1),)


def test_three_in_a_ring_who_have_one_place_each_give_one_pair() -> None:
    """Each teaches the next one; the relaxation says one and a half, so this needs branches."""
    ring = a_task([[-1, -1, 5], [5, -1, -1], [-1, 5, -1]], shared=[(i, i, 1) for i in range(3)])
    solution = solve(ring, silent)

    assert solution.objective.served == 1
    assert proves(ring, solution)


def test_an_all_forbidden_person_is_left_and_no_error() -> None:
    assert pairs(a_task([[-1, -1], [3, -1]])) == ((1, 0),)


@pytest.mark.parametrize(
    "task",
    [
        a_task(np.zeros((0, 0), dtype=np.int64)),
        a_task(np.zeros((0, 3), dtype=np.int64)),
        a_task(np.zeros((3, 0), dtype=np.int64)),
        a_task([[-1, -1], [-1, -1]]),
        a_task([[5, 5]], places=[0, 0]),
    ],
)
def test_nobody_to_pair_is_an_answer_without_pairs(task: Task) -> None:
    solution = solve(task, silent)

    assert solution.pairs == ()
    assert (solution.objective.served, solution.objective.least) == (0, None)
    assert proves(task, solution)


def test_numbers_beyond_64_bits_are_refused_in_words_and_never_wrong() -> None:
    task = a_task(np.full((3, 3), 9), worth=[1 << 58, 1, 1])
    with pytest.raises(ArithmeticError, match="more than 64 bits can hold"):
        solve(task, silent)


def test_great_scores_do_not_overflow() -> None:
    points = np.array([[30_000, 29_999], [29_999, 1]], dtype=np.int16)
    task = replace(a_task([[1, 1], [1, 1]], worth=[50, 50]), points=points)

    assert pairs(task) == ((0, 1), (1, 0))


def test_the_order_of_the_people_changes_no_pair() -> None:
    """Rows and columns turned round by giving the ids in another order."""
    for seed in range(40):
        task = random_task(seed, (5, 20), shared=seed % 2 == 1)
        random = np.random.default_rng(seed)
        rows, columns = (random.permutation(size) for size in task.points.shape)
        turned = Task(
            task.round_id,
            tuple(task.mentors[column] for column in columns),
            tuple(task.mentees[row] for row in rows),
            task.points[np.ix_(rows, columns)],
            task.worth[rows],
            task.places[columns],
            tuple(
                Shared(_place(rows, one.row), _place(columns, one.column), one.places)
                for one in task.shared
            ),
            tuple((_place(rows, row), _place(columns, column)) for row, column in task.pins),
        )
        assert _people(task) == _people(turned)


def test_progress_is_told_level_by_level() -> None:
    told: list[tuple[str, int, int]] = []
    solve(a_task([[5]]), lambda *step: told.append(step))

    assert told == [("optimum", level, 5) for level in (0, 1, 2, 4, 5)]


def _place(order: np.ndarray, old: int) -> int:
    return int(np.flatnonzero(order == old)[0])


def _people(task: Task) -> set[tuple[UUID, UUID]] | str:
    try:
        found = solve(task, silent).pairs
    except Invalid as refused:
        return refused.code
    return {(task.mentors[column], task.mentees[row]) for row, column in found}
