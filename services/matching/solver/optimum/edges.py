"""The pairs that the solver looks at: the best of each mentee at first, and what prices ask for later."""

import numpy as np
from numpy.typing import NDArray

from services.matching.solver.optimum.board import Board
from services.matching.solver.optimum.task import Whole

Index = NDArray[np.int64]

OF_EACH_ROW = 16
_NOISE_BITS = 12
_SEED = 20
_FINE = 16
_BLOCK = 256
_CELLS = 1 << 15


class Edges:
    """Allowed pairs of open rows, without repetition, in ascending order of column, then row."""

    def __init__(self, board: Board, rows: Index, columns: Index) -> None:
        self._board = board
        self._keys = np.zeros(0, dtype=np.int64)
        self.add(rows, columns)

    def add(self, rows: Index, columns: Index) -> None:
        """Takes these in, too."""
        height = len(self._board.worth)
        keys = np.sort(np.concatenate((self._keys, columns * height + rows)))
        self._keys = keys[np.diff(keys, prepend=-1) > 0]
        self.rows = self._keys % height
        self.columns = self._keys // height
        self.points = self._board.points[self.rows, self.columns].astype(np.int64)

    def __len__(self) -> int:
        return len(self._keys)


class Dice:
    """Which of equal pairs are looked at first: spread over the columns, and the same in every run."""

    def __init__(self, width: int) -> None:
        random = np.random.default_rng(_SEED)
        once = random.integers(0, 1 << _NOISE_BITS, width, dtype=np.int64)
        self._twice = np.concatenate((once, once))
        self._width = max(1, width)

    def of_rows(self, rows: Index, columns: Index, gain: Whole, count: int) -> tuple[Index, Index]:
        """Of each row the `count` columns of the highest gain [rows, columns]; -1 is none at all."""
        starts = rows * 7919 % self._width
        key = (gain << _NOISE_BITS) + self._twice[starts[:, np.newaxis] + columns]
        first = max(0, len(columns) - count)
        places = np.argpartition(key, first, axis=1)[:, first:]
        there = np.take_along_axis(gain, places, axis=1) >= 0
        return np.repeat(rows, there.sum(axis=1)), columns[places[there]]

    def best(self, row: int, columns: Index, gain: Whole, count: int) -> Index:
        """The `count` columns of the highest gain (below 2**50); equal ones are drawn."""
        if len(columns) <= count:
            return columns
        start = row * 7919 % self._width
        key = (gain << _NOISE_BITS) + self._twice[columns + start]
        return columns[np.argpartition(key, len(key) - count)[-count:]]


def best_of_each_row(board: Board, dice: Dice) -> Edges:
    """The best pairs of each open mentee: by points, and by points above what the mentor has on average.

    The first are the ones where there are mentors enough, the second where even the least wanted are needed.
    """
    usable = board.limit > board.base
    average = _average(board)
    below = average.max(initial=0) - average
    open_ = np.flatnonzero(board.best >= 0)
    rows, columns = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    at_once = rows_at_once(len(usable))
    for start in range(0, len(open_), at_once):
        some = open_[start : start + at_once]
        seen = board.points[some]
        allowed = (seen >= 0) & usable
        there = np.flatnonzero(allowed.any(axis=0))
        points = seen[:, there].astype(np.int64)
        for gain in (points, points * _FINE + below[there]):
            of_those = np.where(allowed[:, there], gain, -1)
            row, column = dice.of_rows(some, there, of_those, OF_EACH_ROW)
            rows.append(row)
            columns.append(column)
    return Edges(board, np.concatenate(rows), np.concatenate(columns))


def rows_at_once(width: int) -> int:
    """So many rows of the table are looked at together: few calls, and what is at hand fits the cache."""
    return max(1, _CELLS // max(1, width))


def _average(board: Board) -> Whole:
    """Per column, `_FINE` times the mean of its allowed points."""
    total, count = np.zeros_like(board.base), np.zeros_like(board.base)
    for start in range(0, len(board.worth), _BLOCK):
        block = board.points[start : start + _BLOCK]
        total += np.maximum(block, 0).sum(axis=0, dtype=np.int64)
        count += np.count_nonzero(block >= 0, axis=0)
    mean: Whole = _FINE * total // np.maximum(count, 1)
    return mean
