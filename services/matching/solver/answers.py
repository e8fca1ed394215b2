"""A solved round, as everything that is told of it is read from."""

from dataclasses import dataclass

from services.matching.domain.rounds import Pool, RefusedPin
from services.matching.solver.compose import Composed
from services.matching.solver.optimum.task import Certificate, Objective, Task
from services.matching.solver.table import Table

Pairs = tuple[tuple[int, int], ...]
"""Places of mentee and mentor in the table."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked and found. Pairs that nobody would leave have no certificate: they need not be the best."""

    table: Table
    task: Task
    refused: tuple[RefusedPin, ...]
    pairs: Pairs
    objective: Objective
    certificate: Certificate | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A whole round: what was composed in other formats, and the answer to those who were left for one to one.

    `seconds` are those of rules, points and optimum, in all formats.
    """

    pool: Pool
    composed: Composed
    answer: Answer
    seconds: float
