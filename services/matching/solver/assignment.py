"""The exact assignment, by SciPy: first as many matched mentees as can be, then the most points.

The only module that imports numpy and scipy, and it is imported in the child process only.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp
from scipy.sparse import csr_array

from services.matching.domain.assignment import Pairing, Problem


def assign(problem: Problem) -> tuple[Pairing, ...]:
    """The best pairs, in the order of the mentees.

    A table of rows and columns answers at once where nobody both teaches and learns. Who does shares one
    capacity between the two, which a table cannot say: its answer is the best one unless it breaks that, and
    only then the slower exact way is taken.
    """
    chosen = _by_table(problem)
    taken = Counter(volunteer for pairing in chosen for volunteer in pairing)
    if any(count > problem.places[volunteer] for volunteer, count in taken.items()):
        return _by_programming(problem)
    return chosen


def _by_table(problem: Problem) -> tuple[Pairing, ...]:
    """A row per mentee, a column per free place of a mentor, and a column per mentee that means nobody."""
    seats = [mentor for mentor in problem.mentors for _ in range(problem.places[mentor])]
    # One more match outweighs all points of all others. Whole numbers far below 2**53 are exact as floats.
    worth_of_a_match = 1 + max(problem.points.values(), default=0) * len(problem.mentees)
    table = np.full((len(problem.mentees), len(seats) + len(problem.mentees)), -np.inf)
    table[:, len(seats) :] = 0
    for row, mentee in enumerate(problem.mentees):
        for column, mentor in enumerate(seats):
            points = problem.points.get((mentor, mentee))
            if points is not None:
                table[row, column] = worth_of_a_match + points
    rows, columns = linear_sum_assignment(table, maximize=True)
    return tuple(
        (seats[column], problem.mentees[row])
        for row, column in zip(rows, columns, strict=True)
        if column < len(seats)
    )


def _by_programming(problem: Problem) -> tuple[Pairing, ...]:
    """The same as an integer programme with one capacity per volunteer over both roles, in two steps."""
    pairings = [
        (mentor, mentee)
        for mentee in problem.mentees
        for mentor in problem.mentors
        if (mentor, mentee) in problem.points
    ]
    people = tuple(dict.fromkeys((*problem.mentors, *problem.mentees)))
    capacity = np.array([problem.places[volunteer] for volunteer in people])
    limits = [
        LinearConstraint(_who_is_in(people, pairings), ub=capacity),
        LinearConstraint(_who_is_in(problem.mentees, [(mentee,) for _, mentee in pairings]), ub=1),
    ]
    ones = np.ones(len(pairings))
    most = _best(ones, limits).sum()
    limits.append(LinearConstraint(ones, lb=most))
    taken = _best(np.array([problem.points[pairing] for pairing in pairings]), limits)
    return tuple(pairing for pairing, is_in in zip(pairings, taken, strict=True) if is_in)


def _who_is_in(people: Sequence[UUID], pairings: Sequence[tuple[UUID, ...]]) -> Any:
    """A matrix with a row per volunteer and a column per pairing: 1 where the one is in the other."""
    rows = {volunteer: row for row, volunteer in enumerate(people)}
    places = [(rows[one], column) for column, them in enumerate(pairings) for one in them]
    row, column = np.array(places).T
    return csr_array((np.ones(len(places)), (row, column)), shape=(len(people), len(pairings)))


def _best(worth: Any, limits: Sequence[LinearConstraint]) -> Any:
    """The pairings to take, as 0 and 1; raises ArithmeticError where no optimum was proven."""
    answer = milp(
        -worth,
        integrality=np.ones(len(worth)),
        bounds=Bounds(0, 1),
        constraints=list(limits),
        options={"mip_rel_gap": 0},
    )
    if not answer.success:
        raise ArithmeticError(answer.message)
    return np.rint(answer.x).astype(int)
