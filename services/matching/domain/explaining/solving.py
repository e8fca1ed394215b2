"""What an explanation asks of the solver: the same round again, a little different."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Side
from services.matching.domain.rounds import Pool, Unmatched


@dataclass(frozen=True, slots=True)
class Levels:
    """How good an answer is, level by level: more is better, but for `squares`.

    `served`: matched mentees, each counted 1 + rounds waited; `least`: the least score of a pair, None without
    one; `total`: the sum of all scores; `squares`: the sum of the squared loads of mentors.
    """

    served: int
    least: int | None
    total: int
    squares: int


@dataclass(frozen=True, slots=True)
class Solved:
    """The best answer of a pool."""

    levels: Levels
    pairs: tuple[Pairing, ...]
    unmatched: tuple[Unmatched, ...]

    @property
    def matched(self) -> frozenset[tuple[UUID, Side]]:
        """Who has a partner, and on which side."""
        mentors = {(mentor, Side.MENTOR) for mentor, _ in self.pairs}
        return frozenset(mentors | {(mentee, Side.MENTEE) for _, mentee in self.pairs})


Solve = Callable[[Pool], Solved]
"""Solves a pool to the end, its pins kept."""

Removed = Mapping[tuple[UUID, Side], Mapping[str, int]]
"""Per volunteer and side how often which rule forbade a combination, as the first that did."""
