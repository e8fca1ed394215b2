"""Stable pairs: nobody is left who would rather have each other."""

import numpy as np

from services.matching.solver.optimum.stable import solve_stable
from services.matching.solver.optimum.task import Task
from shared.chassis.refusals import Invalid
from tests.matching.solver.optimum.cases import random_task
from tests.matching.solver.optimum.oracle import Answer, a_task, answers, within

Side = list[list[int]]


def stable(task: Task, of_mentees: Side, of_mentors: Side) -> Answer:
    return solve_stable(
        task, np.array(of_mentees, dtype=np.int16), np.array(of_mentors, dtype=np.int16)
    )


def test_the_mentees_get_the_best_that_is_stable() -> None:
    """Both sides want crosswise: whoever proposes is served first (Gale & Shapley's first example)."""
    task = a_task([[5, 5], [5, 5]])

    assert stable(task, [[2, 1], [1, 2]], [[1, 2], [2, 1]]) == ((0, 0), (1, 1))


def test_a_mentor_leaves_somebody_for_a_better_one() -> None:
    task = a_task([[5, 5], [5, 5]])

    assert stable(task, [[2, 1], [2, 1]], [[1, 1], [2, 1]]) == ((0, 1), (1, 0))


def test_stable_may_leave_somebody_alone_whom_the_optimum_serves() -> None:
    task = a_task([[9, 5], [5, -1]])

    assert stable(task, [[4, 2], [2, -1]], [[5, 3], [3, -1]]) == ((0, 0),)


def test_a_pin_is_kept_though_both_would_rather_have_others() -> None:
    task = a_task([[5, 5], [5, 5]], pins=[(0, 1)])

    assert stable(task, [[2, 1], [1, 2]], [[2, 1], [1, 2]]) == ((0, 1), (1, 0))


def test_somebody_in_both_roles_learns_and_teaches_within_one_limit() -> None:
    """Row 0 and column 1 are one person: with one place they learn, with two they do both."""
    for places, expected in ((1, ((0, 0),)), (2, ((0, 0), (1, 1)))):
        task = a_task([[5, -1], [-1, 5]], places=[1, places], shared=[(0, 1, places)])
        assert stable(task, [[3, -1], [-1, 3]], [[3, -1], [-1, 3]]) == expected


def test_a_place_for_learning_that_nobody_fills_is_for_teaching() -> None:
    task = a_task([[-1, -1], [-1, 5]], shared=[(0, 1, 1)])

    assert stable(task, [[-1, -1], [-1, 3]], [[-1, -1], [-1, 3]]) == ((1, 1),)


def test_no_two_are_left_who_would_both_rather_have_each_other() -> None:
    for seed in range(300):
        task = random_task(seed, (0, 9))
        random = np.random.default_rng(seed)
        sides = [random.integers(0, 4, task.points.shape) for _ in range(2)]
        try:
            found = solve_stable(task, sides[0].astype(np.int16), sides[1].astype(np.int16))
        except Invalid:
            continue
        assert set(task.pins) <= set(found)
        assert blocking(task, found, sides[0].tolist(), sides[1].tolist()) == [], seed


def test_shared_people_keep_to_their_limit() -> None:
    for seed in range(300):
        task = random_task(seed, (0, 6), shared=True)
        try:
            found = solve_stable(task, task.points, task.points)
        except Invalid:
            continue
        assert all(within(one, found) for one in task.shared)
        assert found in set(answers(task))


def blocking(
    task: Task, found: Answer, of_mentees: Side, of_mentors: Side
) -> list[tuple[int, int]]:
    """Pairs, apart from pinned people's, in which both have somebody they like less, or a free place."""
    mentor_of = dict(found)
    mentees_of = {
        column: [row for row, there in found if there == column]
        for column in range(len(task.mentors))
    }
    pinned = set(task.pins)

    def rather(row: int, column: int) -> bool:
        held = mentor_of.get(row)
        if held is not None and of_mentees[row][held] >= of_mentees[row][column]:
            return False
        mine = mentees_of[column]
        if len(mine) < task.places[column]:
            return True
        least = of_mentors[row][column]
        return any(of_mentors[one][column] < least for one in mine if (one, column) not in pinned)

    return [
        (row, column)
        for row, column in np.argwhere(task.points >= 0).tolist()
        if row not in dict(task.pins) and rather(row, column)
    ]
