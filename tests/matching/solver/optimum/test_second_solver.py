"""Above what can be tried one by one: the first four levels against integer programmes, one after the other."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from services.matching.solver.optimum.solve import solve
from services.matching.solver.optimum.task import Task
from tests.matching.solver.optimum.cases import random_task
from tests.matching.solver.optimum.oracle import proves, silent


@dataclass
class Programme:
    """A variable per allowed pair, then one per place of each mentor."""

    task: Task

    def __post_init__(self) -> None:
        task = self.task
        self.pairs = np.argwhere(task.points >= 0)
        self.seats = [
            (column, number)
            for column, places in enumerate(task.places.tolist())
            for number in range(1, places + 1)
        ]
        count = len(self.pairs) + len(self.seats)
        self.low, self.high = np.zeros(count), np.ones(count)
        self.limits: list[LinearConstraint] = []
        for row in range(len(task.mentees)):
            self.limit(self.line(self.pairs[:, 0] == row), 0, 1)
        for column in range(len(task.mentors)):
            seats = [-1.0 if seat == column else 0.0 for seat, _ in self.seats]
            self.limit(self.line(self.pairs[:, 1] == column, seats), 0, 0)
        for one in task.shared:
            both = (self.pairs[:, 0] == one.row) + (self.pairs[:, 1] == one.column) * 1
            self.limit(self.line(both), 0, one.places)
        for pin in task.pins:
            self.low[np.flatnonzero((self.pairs == pin).all(axis=1))] = 1

    def line(self, of_pairs: Any, of_seats: Any = None) -> Any:
        seats = np.zeros(len(self.seats)) if of_seats is None else np.array(of_seats, float)
        return np.concatenate((np.asarray(of_pairs, float), seats))

    def limit(self, line: Any, low: float, high: float) -> None:
        self.limits.append(LinearConstraint(line, low, high))

    def most(self, line: Any, high: Any = None) -> int | None:
        """The most that there is of this, None where there is no answer."""
        answer = milp(
            -line,
            integrality=np.ones(len(line)),
            bounds=Bounds(self.low, self.high if high is None else high),
            constraints=self.limits,
            options={"mip_rel_gap": 0},
        )
        return None if answer.status == 2 else round(-answer.fun)


def four_levels(task: Task) -> tuple[int, int, int, int] | None:
    """Served, least, total and squares, None where the pins leave no answer."""
    programme = Programme(task)
    points = task.points[programme.pairs[:, 0], programme.pairs[:, 1]].astype(float)
    worth = programme.line(task.worth[programme.pairs[:, 0]])
    served = programme.most(worth)
    if served is None:
        return None
    programme.limit(worth, served, served)
    for least in sorted(set(points.tolist()), reverse=True):
        high = programme.line((points >= least) | (programme.low[: len(points)] > 0))
        high[len(points) :] = 1
        # Below the least score of a pin nothing is gained by a floor above it.
        pinned = min(points[programme.low[: len(points)] > 0], default=least)
        if least <= pinned and programme.most(worth, high) == served:
            programme.high = high
            break
    total = programme.most(programme.line(points))
    assert total is not None
    programme.limit(programme.line(points), total, total)
    odd = [2.0 * number - 1 for _, number in programme.seats]
    squares = programme.most(-programme.line(points * 0, odd))
    assert squares is not None
    return served, int(least), total, -squares


@pytest.mark.parametrize("shared", [False, True])
def test_thirty_on_a_side_the_first_four_levels_are_those_of_integer_programmes(
    shared: bool,
) -> None:
    for seed in range(8):
        task = random_task(seed, (25, 30), shared=shared)
        levels = four_levels(task)
        if levels is None:
            continue
        solution = solve(task, silent)
        found = solution.objective

        assert (found.served, found.least, found.total, found.squares) == levels, seed
        assert proves(task, solution), seed
