"""The report of a solved round, from its table and its optimum."""

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.candidates import Side
from services.matching.domain.reports import Origin, Proof, Report, Standing, report_of
from services.matching.solver import wire
from services.matching.solver.answers import Answer
from services.matching.solver.optimum.task import Task
from services.matching.solver.summary import Placed, regard
from services.matching.solver.table import Table

KIND = "dual_bounds"
"""Prices that bound every level of the objective; optimum/task.py says how they are checked."""
LIBRARIES = ("numpy", "scipy")

Pairs = Sequence[tuple[int, int]]


def report_on(answer: Answer, seconds: float) -> Report:
    """The report; `seconds` are those of rules, points and optimum."""
    table, reached = answer.table, answer.objective
    them, blocking = standings(table, answer.task, answer.pairs)
    sides = {
        side: [profile.candidate for profile in there.values()]
        for side, there in ((Side.MENTOR, table.mentors), (Side.MENTEE, table.mentees))
    }
    proof = Proof(
        reached.served,
        reached.least,
        reached.total,
        reached.squares,
        reached.digest,
        KIND if answer.certificate is not None else "",
    )
    hashes = wire.input_hash(table.pool), wire.policy_hash(table.pool.terms)
    return report_of(sides, them, blocking, proof, Origin(*hashes, solver_version(), seconds))


def standings(table: Table, task: Task, pairs: Pairs) -> tuple[list[Standing], int]:
    """The pairs (row, column) as their sides see them, and how many others block."""
    placed = table.placed(pairs)
    seen = regard(placed, *free_places(task, placed), table.wishes())
    told = zip(
        pairs,
        placed.mentor_points.tolist(),
        placed.mentee_points.tolist(),
        seen.mentee_in_mentors.tolist(),
        seen.mentor_in_mentees.tolist(),
        strict=True,
    )
    return [
        Standing(task.mentors[column], task.mentees[row], int(task.points[row, column]), *rest)
        for (row, column), *rest in told
    ], seen.blocking


def free_places(task: Task, placed: Placed) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which mentees and which mentors would take one more; who is both has one number of places for both."""
    loads = np.bincount(placed.columns, minlength=len(task.mentors))
    rows, columns = np.ones(len(task.mentees), np.bool_), loads < task.places
    rows[placed.rows] = False
    for one in task.shared:
        if loads[one.column] + (not rows[one.row]) >= one.places:
            rows[one.row] = columns[one.column] = False
    return rows, columns


def solver_version() -> str:
    """What solved it: the libraries that the answer rests on."""
    return ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
