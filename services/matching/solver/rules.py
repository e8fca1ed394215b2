"""The hard rules for one mentee and all mentors at once, in the order of `domain/hard_rules`, which says why.

What both say of a pair is the same.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.candidates import Need, Profile
from services.matching.domain.hard_rules import RULES, codes
from services.matching.domain.terms import Terms
from services.matching.solver.attributes import Attributes
from services.matching.solver.columns import Mentors, Where

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
        self._inactive = self._told(~mentors.active)
        self._busy, self._full = self._told(mentors.busy), self._told(mentors.full)
        self._formats = terms.pair_formats
        # Many mentees ask the same; what few ask alike is not kept for long, as it would only take memory.
        self._intake = lru_cache(maxsize=32)(self._intake_of)
        self._gap = lru_cache(maxsize=32)(self._gap_of)
        self._need = lru_cache(maxsize=64)(self._need_of)
        self._language = lru_cache(maxsize=64)(self._language_of)
        self._format = lru_cache(maxsize=32)(self._format_of)
        self._slot = lru_cache(maxsize=4)(self._slot_of)
        self._rules: tuple[tuple[int, Callable[[Profile], Mask]], ...] = tuple(
            (self._place[code], getattr(self, f"_{code}")) for code, _ in RULES
        )
        self._demands = tuple((self._place[one.code], one) for one in terms.attribute_demands)

    def forbidden(self, mentee: Profile) -> Iterator[tuple[int, Mask]]:
        """Rule by rule: its place in `codes`, and whom it forbids; left out where that is nobody."""
        for place, rule in self._rules:
            mask = rule(mentee)
            if mask is not self._none:
                yield place, mask
        for place, demand in self._demands:
            yield place, ~self._attributes.holds(demand, mentee)

    def _told(self, mask: Mask) -> Mask:
        """The mask, or the one that `forbidden` leaves out."""
        return mask if mask.any() else self._none

    def _not_active(self, mentee: Profile) -> Mask:
        return self._inactive if mentee.active else self._all

    def _other_cohort(self, mentee: Profile) -> Mask:
        one = mentee.candidate
        return self._intake((one.programme_id, one.cohort_id))

    def _intake_of(self, intake: tuple[UUID, UUID]) -> Mask:
        return self._told(~self._mentors.intake.same(intake))

    def _same_person(self, mentee: Profile) -> Mask:
        return self._marked(self._mentors.of_person, [mentee.candidate.person_id])

    def _no_hours(self, mentee: Profile) -> Mask:
        return self._all if mentee.candidate.hours_per_month <= 0 else self._busy

    def _no_capacity(self, mentee: Profile) -> Mask:
        return self._all if mentee.free <= 0 else self._full

    def _not_available(self, mentee: Profile) -> Mask:
        refusing = self._marked(self._mentors.refusing, [mentee.candidate.person_id])
        return self._either(refusing, self._marked(self._mentors.of_person, mentee.unavailable))

    def _level_gap(self, mentee: Profile) -> Mask:
        return self._gap(mentee.candidate.level)

    def _gap_of(self, level: int) -> Mask:
        gap = level - self._mentors.level
        if self._terms.any_direction:
            gap = np.abs(gap)
        forbidden: Mask = gap < self._terms.level_gap
        if self._terms.level_gap_max is not None:
            forbidden |= gap > self._terms.level_gap_max
        return self._told(forbidden)

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
        above = self._marked(self._mentors.of_person, mentee.chain)
        return self._either(self._marked(below, [own.person_id]), above)

    def _same_manager(self, mentee: Profile) -> Mask:
        return self._marked(self._mentors.of_manager, mentee.direct)

    def _need_not_covered(self, mentee: Profile) -> Mask:
        return self._need(mentee.candidate.first_needs)

    def _need_of(self, needs: tuple[Need, ...]) -> Mask:
        floor = max(self._terms.need_floor, 1)
        covered = self._none.copy()
        for need in needs:
            covered |= self._mentors.proficiency[need.topic] >= need.level + floor
        return self._told(~covered)

    def _no_common_format(self, mentee: Profile) -> Mask:
        return self._format(mentee.formats & self._formats)

    def _format_of(self, formats: frozenset[str]) -> Mask:
        forbidden: Mask = self._mentors.formats.common(formats) == 0
        return self._told(forbidden)

    def _no_common_language(self, mentee: Profile) -> Mask:
        return self._language(mentee.languages)

    def _language_of(self, languages: frozenset[str]) -> Mask:
        forbidden: Mask = self._mentors.languages.common(languages) == 0
        return self._told(forbidden)

    def _no_common_slot(self, mentee: Profile) -> Mask:
        return self._slot(mentee.week)

    def _slot_of(self, week: int) -> Mask:
        return self._told(self._mentors.weeks.common(week) < self._terms.common_slot_minutes)

    def _marked(self, where: Where, keys: Iterable[UUID]) -> Mask:
        """The mentors who have to do with one of these."""
        found = [where[key] for key in keys if key in where]
        if not found:
            return self._none
        mask = self._none.copy()
        for columns in found:
            mask[columns] = True
        return mask

    def _either(self, one: Mask, other: Mask) -> Mask:
        if one is self._none:
            return other
        return one if other is self._none else one | other
