"""The report of a solved round, from its table and its optimum."""

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.candidates import Candidate, Side
from services.matching.domain.reports import Found, Origin, Proof, Report, Standing, report_of
from services.matching.domain.rounds import Pool
from services.matching.solver import wire
from services.matching.solver.answers import Decision
from services.matching.solver.optimum.task import Task
from services.matching.solver.summary import Placed, regard
from services.matching.solver.table import Table

KIND = "dual_bounds"
"""Prices that bound every level of the objective; optimum/task.py says how they are checked."""
LIBRARIES = ("numpy", "scipy", "ortools")

Pairs = Sequence[tuple[int, int]]


def report_on(decision: Decision) -> Report:
    """The report of a whole round."""
    answer, pool = decision.answer, decision.pool
    reached = answer.objective
    proof = Proof(
        reached.served,
        reached.least,
        reached.total,
        reached.squares,
        reached.digest,
        KIND if answer.certificate is not None else "",
    )
    hashes = wire.input_hash(pool), wire.policy_hash(pool.terms)
    origin = Origin(*hashes, solver_version(), decision.seconds)
    return report_of(sides_of(pool), found_in(decision), proof, origin)


def sides_of(pool: Pool) -> dict[Side, list[Candidate]]:
    """All who take part on each side, in whatever format."""
    return {side: [one.candidate for one in pool.entrants if side in one.sides] for side in Side}


def found_in(decision: Decision) -> Found:
    """The pairs one to one as their sides see them, and who found somebody in another format."""
    answer, composed = decision.answer, decision.composed
    them, blocking = standings(answer.table, answer.task, answer.pairs)
    others = tuple(place for match in composed.matches for place in match.places)
    return Found(them, blocking, others, composed.stages)


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
