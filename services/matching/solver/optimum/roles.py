"""The five levels where somebody's two roles share their places, and the best answer without that breaks it."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from services.matching.domain.matching import Tell
from services.matching.solver.optimum.board import Board
from services.matching.solver.optimum.branching import Branching, Trees, candidates
from services.matching.solver.optimum.edges import Index
from services.matching.solver.optimum.flow import NOBODY
from services.matching.solver.optimum.levels import (
    LEVELS,
    SERVED,
    Search,
    highest_floor,
    lowest,
    weights_of,
)
from services.matching.solver.optimum.marks import ascending
from services.matching.solver.optimum.prices import loads, value_of
from services.matching.solver.optimum.task import Task

AT_ONCE = 16
"""Marks that one integer programme decides: weights up to 2**15, far from what its tolerance (1e-6) blurs."""


def solve_roles(search: Search, ceiling: int | None, tell: Tell) -> Trees:
    """The best answer of the open rows in four levels; `ceiling` is the least score of a pin.

    Each question is asked with all levels in one goal, though the first would do for some: with fewer equal
    answers there are fewer halves.
    """
    board, weights = search.board, weights_of(search.board)
    branching = Branching(board, search.edges, search.dice)
    served = branching.best((0, weights), np.full(len(board.worth), NOBODY, dtype=np.int64))
    reached = value_of(board, served.chosen, SERVED)
    # What serves as many is above this whatever its loads, and what serves fewer is not whatever its points.
    fewer = weights.served * reached - weights.squares * board.most_squares - 1
    tell("optimum", 1, LEVELS)
    known = {lowest(board, served.chosen): served.chosen}

    def reaches(floor: int) -> int | None:
        tree = branching.above((floor, weights), fewer)
        if tree.value == fewer:
            return None
        known[found := lowest(board, tree.chosen)] = tree.chosen
        return found

    between = lowest(board, served.chosen), int(board.best.max(initial=0))
    floor = highest_floor(between, ceiling, reaches)
    beyond = (floor + 1, weights)
    proof = (beyond, branching.above(beyond, fewer)) if reached and floor != ceiling else None
    tell("optimum", 2, LEVELS)
    highest = max(known, key=lambda least: -1 if least is None else least)
    best = branching.best((floor, weights), known[highest])
    tell("optimum", 4, LEVELS)
    return Trees(((0, weights), served), proof, ((floor, weights), best))


def settle_roles(task: Task, board: Board, trees: Trees) -> Index:
    """Per row its column in the best answer with the least marks: marks in batches, by integer programmes."""
    goal, tree = trees.best
    rows, columns = candidates(tree, goal)
    programme = _Programme(board, rows, columns, tree.chosen)
    order = ascending(task, rows, columns).tolist()
    for at, place in enumerate(order):
        if programme.open(place) and not programme.take(place):
            after = (one for one in order[at:] if programme.open(one))
            programme.decide(list(islice(after, AT_ONCE)))
    return programme.chosen


class _Programme:
    """All best answers as an integer programme (HiGHS): a variable per pair that may be in one, and per place."""

    def __init__(self, board: Board, rows: Index, columns: Index, chosen: Index) -> None:
        self._board, self._rows, self._columns = board, rows, columns
        self.chosen = chosen
        width = len(board.base)
        room = np.minimum(board.limit - board.base, np.bincount(columns, minlength=width))
        self._seats = np.repeat(np.arange(width), room)
        first = np.cumsum(room) - room
        self._odd = (
            2 * (board.base[self._seats] + np.arange(len(self._seats)) - first[self._seats]) + 1
        )
        self._low = np.zeros(len(rows) + len(self._seats))
        self._high = np.ones(len(rows) + len(self._seats))
        self._limits = self._constraints()

    def open(self, place: int) -> bool:
        """Whether the pair is neither taken nor left."""
        return bool(self._low[place] < self._high[place])

    def take(self, place: int) -> bool:
        """Takes the pair where the answer at hand has it."""
        if self.chosen[self._rows[place]] != self._columns[place]:
            return False
        row = self._rows == self._rows[place]
        self._high[: len(row)][row] = 0
        self._low[place] = self._high[place] = 1
        return True

    def decide(self, places: Sequence[int]) -> None:
        """Takes of these pairs, the first one outweighing all after it, what a best answer can have."""
        worth = np.zeros(len(self._low))
        worth[list(places)] = -(2.0 ** np.arange(len(places) - 1, -1, -1))
        answer = milp(
            worth,
            integrality=np.ones(len(worth)),
            bounds=Bounds(self._low, self._high),
            constraints=self._limits,
            options={"mip_rel_gap": 0},
        )
        if not answer.success:
            raise ArithmeticError(f"the order of marks was not decided: {answer.message}")
        taken = np.rint(answer.x[: len(self._rows)]).astype(np.bool_)
        self.chosen = np.full(len(self._board.worth), NOBODY, dtype=np.int64)
        self.chosen[self._rows[taken]] = self._columns[taken]
        for place in places:
            if not self.take(place):
                self._high[place] = 0

    def _constraints(self) -> list[LinearConstraint]:
        """Rows, places, persons, and the first four levels as the answer at hand has them."""
        board, rows, columns = self._board, self._rows, self._columns
        of_row, of_column = self._sums(rows, len(board.worth)), self._sums(columns, len(board.base))
        seats = csr_array(
            (np.ones(len(self._seats)), (self._seats, np.arange(len(self._seats)))),
            shape=(len(board.base), len(self._seats)),
        )
        there = np.flatnonzero(self.chosen != NOBODY)
        squares = (loads(board, self.chosen) ** 2 - board.base**2).sum()
        points = board.points[rows, columns].astype(np.float64)
        total = board.points[there, self.chosen[there]].astype(np.int64).sum()
        parts = [
            (of_row, None, 0, 1),
            (of_column, -seats, 0, 0),
            (self._line(board.worth[rows]), None, board.worth[there].sum(), np.inf),
            (self._line(points), None, total, np.inf),
            (None, self._line(self._odd), 0, squares),
        ]
        if board.shared:
            both = [of_row[[one.row]] + of_column[[one.column]] for _, one in board.shared]
            room = [one.places - board.base[one.column] for _, one in board.shared]
            parts.append((vstack(both), None, 0, np.array(room)))
        return [
            LinearConstraint(self._wide(pairs, places), low, high)
            for pairs, places, low, high in parts
        ]

    def _sums(self, of: Index, size: int) -> Any:
        return csr_array((np.ones(len(of)), (of, np.arange(len(of)))), shape=(size, len(of)))

    def _line(self, values: NDArray[Any]) -> Any:
        return csr_array(values.reshape(1, -1).astype(np.float64))

    def _wide(self, pairs: Any, places: Any) -> Any:
        """Side by side, with zeros where one is missing."""
        height = (pairs if pairs is not None else places).shape[0]
        left = pairs if pairs is not None else csr_array((height, len(self._rows)))
        right = places if places is not None else csr_array((height, len(self._seats)))
        return csr_array(vstack((left.T, right.T)).T)
