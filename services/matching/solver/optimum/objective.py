"""How good an answer is, in all five levels."""

from collections.abc import Iterable

import numpy as np

from services.matching.solver.optimum.marks import digest
from services.matching.solver.optimum.task import Objective, Task


def objective_of(task: Task, pairs: Iterable[tuple[int, int]]) -> Objective:
    """How good these pairs (row, column) are."""
    them = list(pairs)
    rows = np.array([row for row, _ in them], dtype=np.int64)
    columns = np.array([column for _, column in them], dtype=np.int64)
    points = task.points[rows, columns].astype(np.int64)
    squares = np.bincount(columns, minlength=len(task.mentors)).astype(np.int64) ** 2
    return Objective(
        served=int(task.worth[rows].sum()),
        least=int(points.min()) if them else None,
        total=int(points.sum()),
        squares=int(squares.sum()),
        digest=digest(task, them),
    )
