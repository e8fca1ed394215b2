"""The hard rules once more, a block of mentors against all mentees.

By numbers that must differ or agree, by products of 0 and 1, and a list of cells.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.candidates import Candidate, Entrant
from services.matching.domain.rounds import Pool
from services.matching.domain.terms import Terms
from services.matching.solver.proof.private import Privacy
from services.matching.solver.proof.relations import Relations
from services.matching.solver.proof.sheet import (
    Numbers,
    Sides,
    by_person,
    candidates,
    cells,
    firsts,
    hot,
    numbered,
    whole,
)

Mask = NDArray[np.bool_]
_HIGHEST = 5
"""The highest proficiency."""


class Ruling:
    """Who may be paired, as far as it needs no points."""

    def __init__(self, pool: Pool, sides: Sides) -> None:
        mentors, mentees = candidates(sides.mentors), candidates(sides.mentees)
        self._terms = terms = pool.terms
        self._fit = _fit(sides.mentors, pool.on), _fit(sides.mentees, pool.on)
        self._levels = whole(one.level for one in mentors), whole(one.level for one in mentees)
        self._cohort = numbered(
            [(one.programme_id, one.cohort_id) for one in mentors],
            [(one.programme_id, one.cohort_id) for one in mentees],
        )
        self._differ = list(_must_differ(mentors, mentees, terms))
        self._bosses = hot([_direct(one) for one in mentors], [_direct(one) for one in mentees])
        self._common = (
            hot([_reached(one, terms) for one in mentors], [firsts(one) for one in mentees]),
            hot([one.languages for one in mentors], [one.languages for one in mentees]),
            hot(
                [_formats(one, terms) for one in mentors], [_formats(one, terms) for one in mentees]
            ),
        )
        self._demands = [
            Relations(rule, mentors, mentees)
            for rule in terms.attribute_rules
            if rule.points is None
        ]
        self._mentor_cells, self._mentee_cells = cells(
            (*_in_line(sides), *_private(sides, Privacy(pool)))
        )

    def allowed(self, start: int, stop: int) -> Mask:
        """[mentors from start to stop, mentees]: no rule forbids the two, common time left aside."""
        block = slice(start, stop)
        mask = self._fit[0][block, None] & self._fit[1][None, :]
        mask &= self._cohort[0][block, None] == self._cohort[1][None, :]
        mask &= self._gap(block)
        for one, other in self._differ:
            mask &= one[block, None] != other[None, :]
        mask &= self._bosses[0][block] @ self._bosses[1].T < 0.5
        for mine, theirs in self._common:
            mask &= mine[block] @ theirs.T > 0.5
        for demand in self._demands:
            mask &= demand.kept(block)
        first, last = np.searchsorted(self._mentor_cells, (start, stop))
        mask[self._mentor_cells[first:last] - start, self._mentee_cells[first:last]] = False
        return mask

    def _gap(self, block: slice) -> Mask:
        gap = self._levels[1][None, :] - self._levels[0][block, None]
        if self._terms.any_direction:
            gap = np.abs(gap)
        most = self._terms.level_gap_max
        enough: Mask = gap >= self._terms.level_gap
        return enough if most is None else enough & (gap <= most)


def _fit(entrants: Sequence[Entrant], on: date) -> Mask:
    return np.array([_takes_part(one, on) for one in entrants], np.bool_)


def _takes_part(entrant: Entrant, on: date) -> bool:
    one = entrant.candidate
    still_there = one.until is None or one.until > on
    return one.active and still_there and one.hours_per_month > 0 and entrant.free > 0


def _must_differ(
    mentors: Sequence[Candidate], mentees: Sequence[Candidate], terms: Terms
) -> Iterator[tuple[Numbers, Numbers]]:
    if terms.other_unit:
        yield _unequal([one.unit for one in mentors], [one.unit for one in mentees])
    if terms.other_site:
        yield _unequal([one.site for one in mentors], [one.site for one in mentees])


def _unequal(one: Sequence[Any], other: Sequence[Any]) -> tuple[Numbers, Numbers]:
    """Numbers to compare; where nothing is known, nothing is equal."""
    mine, theirs = numbered(one, other)
    mine[[not value for value in one]] = -1
    theirs[[not value for value in other]] = -2
    return mine, theirs


def _reached(mentor: Candidate, terms: Terms) -> set[tuple[str, int]]:
    """The topics with each level to which the mentor can teach them."""
    return {
        (offer.topic, level)
        for offer in mentor.offers
        for level in range(_HIGHEST)
        if offer.proficiency >= level + max(1, terms.need_floor)
    }


def _formats(one: Candidate, terms: Terms) -> set[str]:
    return {format_ for format_ in one.formats if format_ in terms.pair_formats}


def _direct(one: Candidate) -> tuple[UUID, ...]:
    return one.direct_managers or one.managers[:1]


def _in_line(sides: Sides) -> Iterator[tuple[int, int]]:
    """Those of whom one is in the other's chain of managers; below the top post it counts two steps."""
    mentors_of, mentees_of = by_person(sides.mentors), by_person(sides.mentees)
    at_the_top = [not one.managers and one.managers_complete for one in candidates(sides.mentees)]
    for mentor, one in enumerate(candidates(sides.mentors)):
        near = one.near_managers or one.managers[:2]
        for person in (*one.managers, *near):
            for mentee in mentees_of.get(person, ()):
                if person in near or not at_the_top[mentee]:
                    yield mentor, mentee
    for mentee, one in enumerate(candidates(sides.mentees)):
        for person in one.managers:
            yield from ((mentor, mentee) for mentor in mentors_of.get(person, ()))


def _private(sides: Sides, privacy: Privacy) -> Iterator[tuple[int, int]]:
    """Those of whom one is not for the other, whoever of the two that comes from."""
    mentors_of, mentees_of = by_person(sides.mentors), by_person(sides.mentees)
    for mentor, entrant in enumerate(sides.mentors):
        for person in privacy.barred_by(entrant):
            yield from ((mentor, mentee) for mentee in mentees_of.get(person, ()))
    for mentee, entrant in enumerate(sides.mentees):
        for person in privacy.barred_by(entrant):
            yield from ((mentor, mentee) for mentor in mentors_of.get(person, ()))
    for two in privacy.barred:
        for one, other in ((min(two), max(two)), (max(two), min(two))):
            for mentor in mentors_of.get(one, ()):
                yield from ((mentor, mentee) for mentee in mentees_of.get(other, ()))
