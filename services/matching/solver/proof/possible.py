"""An exact look where strong components only suspect: is there an equally good answer with one of these pairs?

It is asked of an integer programme, and only where somebody teaches and learns: there one person's places in
both roles take from one another, which cycles do not see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array

from services.matching.solver.proof.case import Case, Cell
from services.matching.solver.proof.sheet import Numbers


@dataclass(frozen=True, slots=True)
class Question:
    """Pairs that may be there, those that must, and those of which one must."""

    mentors: Numbers
    mentees: Numbers
    standing: frozenset[Cell]
    one_of: frozenset[Cell]


def is_possible(case: Case, question: Question) -> bool:
    """Whether an answer as good in the first four levels has all of the one and one of the other.

    Variables are the pairs, and each place of each mentor: the k-th costs 2 * k - 1.
    """
    pairs = len(question.mentors)
    seats = [(j, k) for j, places in enumerate(case.places.tolist()) for k in range(1, places + 1)]
    size = pairs + len(seats)
    cells = list(zip(question.mentors.tolist(), question.mentees.tolist(), strict=True))
    lowest = np.zeros(size)
    lowest[:pairs] = [cell in question.standing for cell in cells]
    limits = [
        *_people(case, question, seats, size),
        *_levels(case, question, seats, size),
        _row([cell in question.one_of for cell in cells], size, low=1),
    ]
    answer = milp(
        np.zeros(size), integrality=np.ones(size), bounds=Bounds(lowest, 1), constraints=limits
    )
    return bool(answer.success)


def _people(
    case: Case, question: Question, seats: Sequence[Cell], size: int
) -> list[LinearConstraint]:
    """A mentee has one pair at most, a mentor as many as places are taken, and who is both has one capacity."""
    pairs = np.arange(len(question.mentors))
    mentees = _matrix(question.mentees, pairs, (len(case.worth), size))
    mentors = _matrix(question.mentors, pairs, (len(case.places), size))
    seat_owners = np.array([j for j, _ in seats], np.int64)
    taken = _matrix(seat_owners, np.arange(len(pairs), size), mentors.shape)
    limits = [
        LinearConstraint(mentees, ub=np.where(case.pinned, 0, 1)),
        LinearConstraint(mentors - taken, lb=-case.pinned_loads, ub=-case.pinned_loads),
    ]
    for j, i, places in case.shared:
        both = mentors[[j]] + mentees[[i]]
        limits.append(
            LinearConstraint(both, ub=places - int(case.pinned_loads[j]) - int(case.pinned[i]))
        )
    return limits


def _levels(
    case: Case, question: Question, seats: Sequence[Cell], size: int
) -> list[LinearConstraint]:
    """As many served, as many points, and no more squares, less what the pins bring."""
    served = case.served - sum(int(case.worth[i]) for _, i in case.pins)
    total = case.total - sum(int(case.scores[pin]) for pin in case.pins)
    costs = np.zeros(size)
    costs[len(question.mentors) :] = [2 * k - 1 for _, k in seats]
    return [
        _row(case.worth[question.mentees], size, low=served, high=served),
        _row(case.scores[question.mentors, question.mentees], size, low=total, high=total),
        LinearConstraint(costs, ub=case.squares),
    ]


def _row(values: Any, size: int, *, low: float, high: float = np.inf) -> LinearConstraint:
    row = np.zeros(size)
    row[: len(values)] = values
    return LinearConstraint(row, lb=low, ub=high)


def _matrix(rows: Numbers, columns: Numbers, shape: tuple[int, int]) -> Any:
    return csr_array(coo_array((np.ones(len(rows)), (rows, columns)), shape=shape))
