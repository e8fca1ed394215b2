"""How an answer looks to each of its people: ranks, and pairs who would rather have each other.

One pass over the rows of a round, vectorised over its mentors, so that it holds for tables that fit no memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

NOBODY = -1
"""In place of points, where a rule forbids."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """One mentee and all mentors: points of the mentee's side, and of each mentor's; -1 where a rule forbids."""

    row: int
    mentee: NDArray[Any]
    mentor: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Placed:
    """The chosen pairs, one per place of four arrays of one length: mentee, mentor, and the points of each side."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    mentee_points: NDArray[np.int64]
    mentor_points: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Regard:
    """Per pair, the rank of its mentor for the mentee and the other way round; and how many pairs block.

    A rank is 1 + how many allowed others this side has more points with. A pair blocks where the rules allow it and
    both sides would take each other: for a free place, or for more points than with a partner they have
    (D. Gale and L. S. Shapley, College Admissions and the Stability of Marriage, 1962).
    """

    mentor_in_mentees: NDArray[np.int64]
    mentee_in_mentors: NDArray[np.int64]
    blocking: int


def regard(
    placed: Placed,
    free_rows: NDArray[np.bool_],
    free_columns: NDArray[np.bool_],
    wishes: Iterable[Wishes],
) -> Regard:
    """Ranks and blocking pairs; `free_*` say who would take one more without giving anybody up."""
    holds, asks = _holds(placed, free_rows), _asks(placed, free_columns)
    place_of = np.full(len(free_rows), NOBODY)
    place_of[placed.rows] = np.arange(len(placed.rows))
    mentor_in_mentees = np.ones(len(placed.rows), dtype=np.int64)
    mentee_in_mentors = np.ones(len(placed.rows), dtype=np.int64)
    blocking = 0
    for wish in wishes:
        # What is forbidden has -1 points: never more than a pair's, and never more than nobody at all.
        rather = wish.mentee > holds[wish.row]
        if place_of[wish.row] != NOBODY:
            mentor_in_mentees[place_of[wish.row]] += np.count_nonzero(rather)
        mentee_in_mentors += wish.mentor[placed.columns] > placed.mentor_points
        blocking += int(np.count_nonzero(rather & (wish.mentor > asks)))
    return Regard(mentor_in_mentees, mentee_in_mentors, blocking)


def _holds(placed: Placed, free_rows: NDArray[np.bool_]) -> NDArray[np.int64]:
    """What a mentee has already: a mentor is wanted only for more. Who has no place wants nobody."""
    has = np.where(free_rows, NOBODY, np.iinfo(np.int64).max)
    has[placed.rows] = placed.mentee_points
    return has


def _asks(placed: Placed, free_columns: NDArray[np.bool_]) -> NDArray[np.int64]:
    """What a mentor has with the mentee it would give up first; a free place asks for nothing."""
    asks = np.full(len(free_columns), np.iinfo(np.int64).max)
    np.minimum.at(asks, placed.columns, placed.mentor_points)
    return np.where(free_columns, NOBODY, asks)
