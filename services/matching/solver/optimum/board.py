"""The task less its pins: what is still open, and what each mentor may still take."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.errors import pins_conflict
from services.matching.solver.optimum.task import Points, Shared, Task, Whole


@dataclass(frozen=True, slots=True)
class Board:
    """The rows that are open, and for each column the pinned pairs (`base`) and the most there may be.

    `best` is [rows], the highest points of a row in a column with a place left; -1 where there is none, and
    for rows that are not open: pinned, or of somebody whose places the pins of the other role take. `shared`
    holds those whose two roles can still get in each other's way, by their index in the task. No answer's
    sum of squared loads is above `most_squares`: n loads of at most m are n * m at the most.
    """

    points: Points
    worth: Whole
    open: NDArray[np.bool_]
    base: Whole
    limit: Whole
    best: Whole
    shared: tuple[tuple[int, Shared], ...]
    most_squares: int

    @classmethod
    def of(cls, task: Task) -> "Board":
        """The board; raises Invalid where the pins contradict each other, or a person's places."""
        base, limit = _places(task)
        open_ = np.ones(len(task.mentees), dtype=np.bool_)
        open_[[row for row, _ in task.pins]] = False
        for one in task.shared:
            open_[one.row] &= one.places > base[one.column]
        usable = limit > base
        best = np.full(len(task.mentees), -1, dtype=np.int64)
        if usable.any():
            for row in np.flatnonzero(open_):
                best[row] = task.points[row].max(where=usable, initial=-1)
        shared = tuple(
            (index, one)
            for index, one in enumerate(task.shared)
            if open_[one.row] and limit[one.column] >= one.places
        )
        height = len(task.mentees)
        most = height * min(height, int(task.places.max(initial=0)))
        return cls(task.points, task.worth, open_, base, limit, best, shared, most)


def _places(task: Task) -> tuple[Whole, Whole]:
    """Per column the pinned pairs, and the most that the person may take with the pins of both roles."""
    rows = Counter(row for row, _ in task.pins)
    taken = Counter(column for _, column in task.pins)
    base = np.array([taken[column] for column in range(len(task.mentors))], dtype=np.int64)
    limit = np.array(task.places, dtype=np.int64)
    for one in task.shared:
        limit[one.column] = min(limit[one.column], one.places - rows[one.row])
    if any(count > 1 for count in rows.values()):
        raise pins_conflict("A mentee is pinned to more than one mentor: keep one of these pins.")
    if any(task.points[pin] < 0 for pin in task.pins):
        raise pins_conflict("A pin names a pair that a hard rule forbids: take it out.")
    if (base > limit).any():
        raise pins_conflict("Somebody has more pins than free places: take one of them out.")
    return base, limit
