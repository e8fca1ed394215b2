"""Stable pairs, where a programme would rather have these: no two are left who would both have each other.

Mentees propose and mentors keep the best so far: deferred acceptance (D. Gale and L. S. Shapley, College
Admissions and the Stability of Marriage, 1962). Of all stable answers it is the best one for each mentee.
"""

import heapq
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from services.matching.solver.optimum.board import Board
from services.matching.solver.optimum.marks import ranks
from services.matching.solver.optimum.task import Task, Whole

SidePoints = NDArray[np.int16] | NDArray[np.int32]


def solve_stable(
    task: Task, of_mentees: SidePoints, of_mentors: SidePoints
) -> tuple[tuple[int, int], ...]:
    """Pairs (row, column), ascending by row; both tables are [mentees, mentors], each side's own points.

    Pins come first. Of equal wishes the one with the lower rank of the round goes first. Somebody in both
    roles keeps one place for learning; if nobody can have them as a mentee, it is for teaching after all,
    and they do not learn. So nobody blocks but, perhaps, somebody in both roles. Raises Invalid where pins
    contradict each other.
    """
    board = Board.of(task)
    limit = board.limit.copy()
    for _, one in board.shared:
        limit[one.column] = one.places - 1
    hall = _Hall(task, of_mentees, of_mentors, limit - board.base)
    hall.settle(np.flatnonzero(board.open))
    left = [one for _, one in board.shared if hall.place_of(one.row) is None]
    if left:
        rows = board.open.copy()
        for one in left:
            limit[one.column] += 1
            rows[one.row] = False
        hall = _Hall(task, of_mentees, of_mentors, limit - board.base)
        hall.settle(np.flatnonzero(rows))
    return tuple(sorted((*task.pins, *hall.pairs())))


@dataclass(slots=True)
class _Mentor:
    room: int
    kept: list[tuple[int, int]] = field(default_factory=list)


class _Hall:
    """Mentees who ask one mentor after the other, and mentors who keep whom they like most."""

    def __init__(
        self, task: Task, of_mentees: SidePoints, of_mentors: SidePoints, room: Whole
    ) -> None:
        self._allowed, self._usable = task.points, room > 0
        self._of_mentees, self._of_mentors = of_mentees, of_mentors
        self._rows, self._columns = ranks(task, task.mentees), ranks(task, task.mentors)
        self._mentors = [_Mentor(int(places)) for places in room]
        self._asked: dict[int, int] = {}

    def settle(self, rows: NDArray[np.int64]) -> None:
        """All of these ask until each is kept or has nobody left to ask."""
        waiting = rows.tolist()
        while waiting:
            row = waiting.pop()
            column = self._next(row)
            if column is None:
                continue
            mentor = self._mentors[column]
            heapq.heappush(mentor.kept, (self._wish(row, column), row))
            if len(mentor.kept) > mentor.room:
                waiting.append(heapq.heappop(mentor.kept)[1])

    def place_of(self, row: int) -> int | None:
        """The column that keeps this row."""
        return next((column for kept, column in self.pairs() if kept == row), None)

    def pairs(self) -> list[tuple[int, int]]:
        """Who is kept by whom: (row, column)."""
        return [
            (row, column) for column, mentor in enumerate(self._mentors) for _, row in mentor.kept
        ]

    def _next(self, row: int) -> int | None:
        """The column that the row wants most of those not asked yet."""
        width = len(self._columns)
        wish = self._of_mentees[row].astype(np.int64) * width + (width - 1 - self._columns)
        there = (self._allowed[row] >= 0) & self._usable
        if row in self._asked:
            there &= wish < self._asked[row]
        if not there.any():
            return None
        column = int(np.where(there, wish, -1).argmax())
        self._asked[row] = int(wish[column])
        return column

    def _wish(self, row: int, column: int) -> int:
        height = len(self._rows)
        return int(self._of_mentors[row, column]) * height + height - 1 - int(self._rows[row])
