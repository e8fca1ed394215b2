"""The order of pairs that nobody can choose."""

from uuid import UUID

import numpy as np

from services.matching.solver.optimum.marks import ascending, mark, ranks
from tests.matching.solver.optimum.oracle import a_task

TASK = a_task(np.zeros((40, 50), dtype=np.int64))


def test_a_mark_is_the_hash_of_round_mentor_and_mentee() -> None:
    """By sha256sum of 00000000-0000-0000-0000-00000000c000:...0100:...0200."""
    assert mark(TASK, (0, 0)).hex().startswith("49783b23")


def test_pairs_come_in_ascending_order_of_their_marks() -> None:
    rows, columns = np.nonzero(TASK.points == 0)
    found = list(ascending(TASK, rows, columns))

    assert sorted(found) == list(range(2000))
    marks = [mark(TASK, (int(rows[one]), int(columns[one]))) for one in found]
    assert marks == sorted(marks)


def test_equal_marks_keep_their_order() -> None:
    twice = np.array([3, 1, 3])

    first, second = [one for one in ascending(TASK, twice, np.array([2, 2, 2])) if twice[one] == 3]
    assert (first, second) == (0, 2)


def test_ranks_are_places_in_an_order_of_the_round() -> None:
    people = [UUID(int=number) for number in range(20)]

    assert sorted(ranks(TASK, people).tolist()) == list(range(20))
    assert ranks(TASK, people).tolist() != list(range(20))
    turned = ranks(TASK, people[::-1])
    assert turned.tolist()[::-1] == ranks(TASK, people).tolist()
