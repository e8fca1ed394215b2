"""The optimum of a task: five levels, each the best that the ones before allow, and the claims that prove it."""

import numpy as np

from services.matching.domain.matching import Tell
from services.matching.solver.optimum.board import Board
from services.matching.solver.optimum.branching import breaking
from services.matching.solver.optimum.claims import certificate_of, certificate_of_trees
from services.matching.solver.optimum.edges import Index
from services.matching.solver.optimum.flow import NOBODY
from services.matching.solver.optimum.levels import LEVELS, Search, solve_levels
from services.matching.solver.optimum.objective import objective_of
from services.matching.solver.optimum.task import Certificate, Solution, Task
from services.matching.solver.optimum.ties import settle


def solve(task: Task, tell: Tell) -> Solution:
    """The best answer there is, whatever the order of the input.

    Raises Invalid where pins contradict each other, ArithmeticError where the numbers are too great or too
    many people stand in their own way.
    """
    chosen, certificate = _solve(task, Board.of(task), tell)
    tell("optimum", LEVELS, LEVELS)
    rows = np.flatnonzero(chosen != NOBODY)
    open_ = zip(rows.tolist(), chosen[rows].tolist(), strict=True)
    pairs = tuple(sorted((*task.pins, *open_)))
    return Solution(pairs, objective_of(task, pairs), certificate)


def _solve(task: Task, board: Board, tell: Tell) -> tuple[Index, Certificate]:
    """First as if two roles of one person were two people; only if that breaks their limit, the longer way."""
    search = Search(board)
    ceiling = min((int(task.points[pin]) for pin in task.pins), default=None)
    levels = solve_levels(search, ceiling, tell)
    chosen = settle(task, board, levels.best)
    if not any(breaking(board, chosen)):
        return chosen, certificate_of(task, board, levels)
    # It takes half a second to load HiGHS, and hardly anybody stands in their own way.
    from services.matching.solver.optimum.roles import (  # noqa: PLC0415
        settle_roles,
        solve_roles,
    )

    trees = solve_roles(search, ceiling, tell)
    return settle_roles(task, board, trees), certificate_of_trees(task, trees)
