"""What an explanation asks of the solver: the same round again, a little different."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Side
from services.matching.domain.rounds import Match, Pool, Unmatched
from services.matching.domain.terms import PARTNERSHIP


@dataclass(frozen=True, slots=True)
class Levels:
    """How good the pairs one to one of an answer are, level by level: more is better, but for `squares`.

    `served`: matched mentees, each counted 1 + rounds waited; `least`: the least score of a pair, None without
    one; `total`: the sum of all scores; `squares`: the sum of the squared loads of mentors.
    """

    served: int
    least: int | None
    total: int
    squares: int


@dataclass(frozen=True, slots=True)
class Solved:
    """The answer of a pool: the best pairs one to one, what was composed in other formats, and who found nobody."""

    levels: Levels
    pairs: tuple[Pairing, ...]
    unmatched: tuple[Unmatched, ...]
    composed: tuple[Match, ...] = ()

    @property
    def matched(self) -> frozenset[tuple[UUID, Side]]:
        """Who has a partner in whatever format, and on which side."""
        mentors = {(mentor, Side.MENTOR) for mentor, _ in self.pairs}
        mentees = {(mentee, Side.MENTEE) for _, mentee in self.pairs}
        others = {place for match in self.composed for place in match.places}
        return frozenset(mentors | mentees | others)

    def other_match(self, pairing: Pairing) -> Match | None:
        """The two as they were composed in another format, if they were."""
        both_ways = pairing, pairing[::-1]
        for match in self.composed:
            two = match.mentor_id, match.mentee_id
            if two == pairing or (match.format == PARTNERSHIP and two in both_ways):
                return match
        return None


Solve = Callable[[Pool], Solved]
"""Solves a pool to the end, its pins kept."""

Removed = Mapping[tuple[UUID, Side], Mapping[str, int]]
"""Per volunteer and side how often which rule forbade a combination, as the first that did."""
