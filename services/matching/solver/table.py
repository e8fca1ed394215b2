"""All combinations of a round at once: points where a pair is allowed, else which rule forbids how often."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.candidates import Profile, Side
from services.matching.domain.matching import Tell
from services.matching.domain.past import profiles_of
from services.matching.domain.rounds import Pin, Pool
from services.matching.domain.score import Scarcity, scarcity_of, score, worth
from services.matching.solver.attributes import Attributes
from services.matching.solver.columns import columns
from services.matching.solver.optimum.task import Shared, Task
from services.matching.solver.points import Score, Sides
from services.matching.solver.rules import Rules
from services.matching.solver.summary import Placed, Wishes

FORBIDDEN = -1
_BLOCK = 255
"""So many rows are counted in bytes before they are added up."""


@dataclass(frozen=True, slots=True)
class Table:
    """The pairs of a pool; rows are mentees and columns mentors, both in ascending order of their ids.

    `points` is the score of a pair (`domain/score.worth(...).total`), -1 where a rule forbids it. `removed` says
    per side, row or column and place in `codes` how many the rule forbade as the first one.
    """

    pool: Pool
    mentors: dict[UUID, Profile]
    mentees: dict[UUID, Profile]
    scarcity: Scarcity
    points_of: Score
    codes: tuple[str, ...]
    points: NDArray[np.int16] | NDArray[np.int32]
    removed: dict[Side, NDArray[np.int32]]

    def possible(self, side: Side) -> NDArray[np.bool_]:
        """Per row or column, whether there is anybody who is allowed."""
        others = self.mentees if side is Side.MENTOR else self.mentors
        possible: NDArray[np.bool_] = self.removed[side].sum(axis=1) < len(others)
        return possible

    def task(self, pins: Sequence[Pin]) -> Task:
        """What the optimum is asked; `pins` are those that can be kept."""
        columns = {id_: column for column, id_ in enumerate(self.mentors)}
        rows = {id_: row for row, id_ in enumerate(self.mentees)}
        waited = {one.candidate.id: one.waited for one in self.pool.entrants}
        return Task(
            round_id=self.pool.round_id,
            mentors=tuple(columns),
            mentees=tuple(rows),
            points=self.points,
            worth=np.array([1 + waited[id_] for id_ in rows], np.int64),
            places=np.array([max(0, one.free) for one in self.mentors.values()], np.int64),
            shared=tuple(
                Shared(row, columns[id_], max(0, self.mentees[id_].free))
                for id_, row in rows.items()
                if id_ in columns
            ),
            pins=tuple(sorted((rows[pin.mentee_id], columns[pin.mentor_id]) for pin in pins)),
        )

    def sides(self, row: int) -> tuple[NDArray[np.intp], Sides]:
        """The columns of the mentors allowed for this mentee, and what each of the pairs is worth."""
        allowed = np.flatnonzero(self.points[row] >= 0)
        mentee = list(self.mentees.values())[row]
        return allowed, self.points_of.sides(mentee, allowed)

    def wishes(self) -> Iterator[Wishes]:
        """Row by row what each side has of each pair; -1 where a rule forbids it."""
        for row in range(len(self.mentees)):
            allowed, sides = self.sides(row)
            both = np.full((2, len(self.mentors)), FORBIDDEN, np.int32)
            both[:, allowed] = sides.mentee, sides.mentor
            yield Wishes(row, both[0], both[1])

    def placed(self, pairs: Sequence[tuple[int, int]]) -> Placed:
        """The chosen pairs (row, column) with the points of each side."""
        mentors, mentees = list(self.mentors.values()), list(self.mentees.values())
        worths = [
            worth(score(mentors[column], mentees[row], self.pool.terms, self.scarcity))
            for row, column in pairs
        ]
        return Placed(
            np.array([row for row, _ in pairs], np.int64),
            np.array([column for _, column in pairs], np.int64),
            np.array([own.mentee for own in worths], np.int64),
            np.array([own.mentor for own in worths], np.int64),
        )

    def removals(self, side: Side, place: int) -> dict[str, int]:
        """Of the row or column at this place: how many a rule forbade, by its code."""
        counts = self.removed[side][place]
        return {self.codes[code]: int(counts[code]) for code in np.flatnonzero(counts)}


def table_of(pool: Pool, tell: Tell) -> Table:
    """The table of a pool; tells of each mentee as the step `rules`."""
    mentors, mentees = profiles_of(pool, Side.MENTOR), profiles_of(pool, Side.MENTEE)
    sides = tuple(mentors.values()), tuple(mentees.values())
    scarcity = scarcity_of(*sides)
    known = columns(*sides)
    attributes = Attributes(pool.terms.attribute_rules, *sides)
    rules = Rules(known, attributes, pool.terms)
    points_of = Score(known, attributes, pool.terms, scarcity)
    narrow = points_of.most <= np.iinfo(np.int16).max
    shape = len(mentees), len(mentors)
    points = np.full(shape, FORBIDDEN, np.int16 if narrow else np.int32)
    counts = _Counts(shape, len(rules.codes))
    # Mentees with the same week come one after the other, since what they have in common is kept for a while.
    order = sorted(range(len(mentees)), key=lambda row: (sides[1][row].week, row))
    for done, row in enumerate(order):
        tell("rules", done, len(mentees))
        allowed = _sift(rules, sides[1][row], row, counts)
        if len(allowed):
            points[row, allowed] = points_of.sides(sides[1][row], allowed).total
    tell("rules", len(mentees), len(mentees))
    counts.add_up()
    removed = {Side.MENTOR: counts.of_mentors, Side.MENTEE: counts.of_mentees}
    return Table(pool, mentors, mentees, scarcity, points_of, tuple(rules.codes), points, removed)


class _Counts:
    def __init__(self, shape: tuple[int, int], codes: int) -> None:
        mentees, mentors = shape
        self.of_mentees = np.zeros((mentees, codes), np.int32)
        self.of_mentors = np.zeros((mentors, codes), np.int32)
        self._block = np.zeros((codes, mentors), np.uint8)
        self._rows = 0

    def row_done(self) -> None:
        self._rows += 1
        if self._rows == _BLOCK:
            self.add_up()

    def add(self, row: int, code: int, mask: NDArray[np.bool_]) -> int:
        many = int(np.count_nonzero(mask))
        if many:
            self.of_mentees[row, code] += many
            self._block[code] += mask.view(np.uint8)
        return many

    def add_up(self) -> None:
        self.of_mentors += self._block.T
        self._block[:] = 0
        self._rows = 0


def _sift(rules: Rules, mentee: Profile, row: int, counts: _Counts) -> NDArray[np.intp]:
    """The columns that no rule forbids; what the others were forbidden by is counted."""
    left = np.ones(len(counts.of_mentors), bool)
    many = len(left)
    for code, forbidden in rules.forbidden(mentee):
        hit = forbidden & left
        many -= counts.add(row, code, hit)
        left ^= hit
        if not many:
            break
    counts.row_done()
    return np.flatnonzero(left)
