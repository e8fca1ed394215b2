"""What the optimum is asked for, what it answers, and what it claims of the answer.

Rows are mentees and columns are mentors, both in ascending order of volunteer id.
"""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.int16] | NDArray[np.int32]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shared:
    """Somebody in both roles: the pairs of the row and of the column together are at most `places`."""

    row: int
    column: int
    places: int


@dataclass(frozen=True, slots=True)
class Task:
    """Whom to pair.

    `points` is [mentees, mentors]: -1 where a rule forbids the pair, else its score (>= 0). `worth` is
    [mentees], 1 + rounds waited; `places` is [mentors], pairs that a mentor may take. `pins` are pairs
    (row, column) that must be in the answer; they are allowed by all rules.
    """

    round_id: UUID
    mentors: tuple[UUID, ...]
    mentees: tuple[UUID, ...]
    points: Points
    worth: Whole
    places: Whole
    shared: tuple[Shared, ...] = ()
    pins: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Objective:
    """How good an answer is, the first level first.

    `served` is the sum of worth over matched mentees (most), `least` the least score of a pair (most; None
    without pairs), `total` the sum of scores (most), `squares` the sum of squared loads of mentors (least),
    `digest` the SHA-256 (hex) over the ascending marks of the pairs, put one after the other. Of answers
    that are equal in the first four, the one whose ascending list of marks is lexicographically least.
    """

    served: int
    least: int | None
    total: int
    squares: int
    digest: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """Prices that bound all answers which keep the `decisions`; whole numbers, one per row, column, shared.

    A decision (index into `Task.shared`, yes or no) says whether that person is matched as a mentee.
    """

    decisions: tuple[tuple[int, bool], ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    shared: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """An upper bound of a * served + b * total - d * squares, where `weights` is (a, b, d), all >= 0.

    It holds for every answer that has all pins, beside them only allowed pairs with at least `floor` points,
    and nobody above their places. The leaves are those of a binary tree of decisions, left to right: at each
    inner node the next decision of all leaves below names one person, and both answers are there; without
    `Task.shared` there is one leaf without decisions. So the bound is the greatest of the leaves' bounds.

    The bound of a leaf with the prices u (rows), p (columns) and r (shared) is

        sum over pins (i, j) of a * worth[i] + b * points[i, j]   -   d * sum over j of base[j] ** 2
        + sum of u[i] over the rows without a pin that are not decided no
        + sum over j of the sum over k = base[j] + 1 .. limit[j] of max(0, p[j] - d * (2 * k - 1))
        + sum of r[s] * (places of s - base[column of s]) over those undecided and without a pinned row

    with base[j] the pins of column j, and limit[j] = places[j], for the column of somebody shared at most
    their places, and one less when their row is pinned or decided yes (a limit below base[j] counts as
    base[j]: no such answer exists). It holds when

    - u[i] + p[j] + r[i] + r[j] >= a * worth[i] + b * points[i, j] for each allowed pair with at least
      `floor` points whose row has no pin and is not decided no, where r of a row or a column is the price of
      the person who is shared, undecided and without a pinned row, and 0 for all others;
    - u[i] >= 0 unless the row is decided yes; r[s] >= 0; p[j] may be any whole number.

    This is weak duality of linear programming (Schrijver, Combinatorial Optimization, 2003, ch. 17 and 21);
    the k-th place of a mentor costs 2 * k - 1 because 1 + 3 + ... + (2 * k - 1) = k ** 2.
    """

    floor: int
    weights: tuple[int, int, int]
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A claim for each of the first four levels of an answer's `Objective`; no solver need be trusted.

    With Q = rows * min(rows, greatest of `places`), which no answer's squares exceed, the answer is best when

    - `served` has floor 0 and a bound < a * (served + 1) - d * Q;
    - `least` has floor least + 1 and a bound < a * served - d * Q: with better pairs only, not as many are
      served. It is None where there is no pair at all, or a pin has the least score;
    - `total` has the floor least (0 without pairs) and a bound < a * served + b * (total + 1) - d * Q;
    - `squares` has the same floor and a bound < a * served + b * total - d * (squares - 1). It may be the
      same claim as `total`.

    The fifth level is seen on the pairs that some best answer may have: those whose price is exact.
    """

    served: Claim
    least: Claim | None
    total: Claim
    squares: Claim


@dataclass(frozen=True, slots=True)
class Solution:
    """The best pairs (row, column), ascending by row, and the proof that none are better."""

    pairs: tuple[tuple[int, int], ...]
    objective: Objective
    certificate: Certificate
