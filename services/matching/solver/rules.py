"""The hard rules for one mentee and all mentors at once, in the order of `domain/hard_rules`, which says why.

What both say of a pair is the same.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.candidates import Profile
from services.matching.domain.hard_rules import RULES, codes
from services.matching.domain.terms import Terms
from services.matching.solver.attributes import Attributes
from services.matching.solver.columns import NOBODY, Mentors, Where

Mask = NDArray[np.bool_]
"""A bool per mentor: whether the rule forbids."""


class Rules:
    """The rules of a programme over its mentors. `codes` are all that can be a reason, in their order."""

    def __init__(self, mentors: Mentors, attributes: Attributes, terms: Terms) -> None:
        self._mentors = mentors
        self._terms = terms
        self._attributes = attributes
        self.codes: Sequence[str] = codes(terms)
        self._place = {code: number for number, code in enumerate(self.codes)}
        self._none = np.zeros(len(mentors), bool)
        self._all = np.ones(len(mentors), bool)
        self._gap = lru_cache(maxsize=32)(self._gap_of)
        self._language = lru_cache(maxsize=64)(self._language_of)
        self._format = lru_cache(maxsize=32)(self._format_of)
        self._rules: tuple[tuple[int, Callable[[Profile], Mask]], ...] = tuple(
            (self._place[code], getattr(self, f"_{code}")) for code, _ in RULES
        )

    def forbidden(self, mentee: Profile) -> Iterator[tuple[int, Mask]]:
        """Rule by rule: its place in `codes`, and whom it forbids."""
        for place, rule in self._rules:
            yield place, rule(mentee)
        for demand in self._terms.attribute_demands:
            yield self._place[demand.code], ~self._attributes.holds(demand, mentee)

    def _not_active(self, mentee: Profile) -> Mask:
        return ~self._mentors.active if mentee.active else self._all

    def _other_cohort(self, mentee: Profile) -> Mask:
        one = mentee.candidate
        return ~self._mentors.intake.same((one.programme_id, one.cohort_id))

    def _same_person(self, mentee: Profile) -> Mask:
        return self._at(self._mentors.of_person, mentee)

    def _no_hours(self, mentee: Profile) -> Mask:
        return self._all if mentee.candidate.hours_per_month <= 0 else self._mentors.busy

    def _no_capacity(self, mentee: Profile) -> Mask:
        return self._all if mentee.free <= 0 else self._mentors.full

    def _not_available(self, mentee: Profile) -> Mask:
        mask = self._at(self._mentors.refusing, mentee)
        for person in mentee.unavailable:
            mask[self._mentors.of_person.get(person, NOBODY)] = True
        return mask

    def _level_gap(self, mentee: Profile) -> Mask:
        return self._gap(mentee.candidate.level)

    def _gap_of(self, level: int) -> Mask:
        gap = level - self._mentors.level
        if self._terms.any_direction:
            gap = np.abs(gap)
        forbidden: Mask = gap < self._terms.level_gap
        if self._terms.level_gap_max is not None:
            forbidden |= gap > self._terms.level_gap_max
        return forbidden

    def _same_unit(self, mentee: Profile) -> Mask:
        unit = mentee.candidate.unit
        return self._mentors.unit.same(unit) if self._terms.other_unit and unit else self._none

    def _same_site(self, mentee: Profile) -> Mask:
        site = mentee.candidate.site
        return self._mentors.site.same(site) if self._terms.other_site and site else self._none

    def _reporting_line(self, mentee: Profile) -> Mask:
        own = mentee.candidate
        at_the_top = not own.managers and own.managers_complete
        below = self._mentors.near_below if at_the_top else self._mentors.below
        mask = self._at(below, mentee)
        for person in mentee.chain:
            mask[self._mentors.of_person.get(person, NOBODY)] = True
        return mask

    def _same_manager(self, mentee: Profile) -> Mask:
        mask = self._none.copy()
        for manager in mentee.direct:
            mask[self._mentors.of_manager.get(manager, NOBODY)] = True
        return mask

    def _need_not_covered(self, mentee: Profile) -> Mask:
        floor = max(self._terms.need_floor, 1)
        covered = self._none.copy()
        for need in mentee.candidate.first_needs:
            covered |= self._mentors.proficiency[need.topic] >= need.level + floor
        return ~covered

    def _no_common_format(self, mentee: Profile) -> Mask:
        return self._format(mentee.formats & self._terms.pair_formats)

    def _format_of(self, formats: frozenset[str]) -> Mask:
        forbidden: Mask = self._mentors.formats.common(formats) == 0
        return forbidden

    def _no_common_language(self, mentee: Profile) -> Mask:
        return self._language(mentee.languages)

    def _language_of(self, languages: frozenset[str]) -> Mask:
        forbidden: Mask = self._mentors.languages.common(languages) == 0
        return forbidden

    def _no_common_slot(self, mentee: Profile) -> Mask:
        return self._mentors.weeks.common(mentee.week) < self._terms.common_slot_minutes

    def _at(self, where: Where, mentee: Profile) -> Mask:
        mask = self._none.copy()
        mask[where.get(mentee.candidate.person_id, NOBODY)] = True
        return mask
