"""What may be offered to relax: a closed list, each as a change of the pool that is solved again.

Nothing private is on it and no rule on reporting lines, so neither can ever be offered.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from services.matching.domain.candidates import Candidate, Entrant, Side
from services.matching.domain.rounds import Pool
from services.matching.domain.terms import Terms
from services.matching.domain.weeks import SHORTEST

MINUTES_LESS = (15, 30)
LANGUAGES_OFFERED = 3


class Kind(StrEnum):
    """What is relaxed, the least that is asked of people first; this is what "cheapest" means."""

    SLOT_MINUTES = "slot_minutes"
    FORMAT = "format"
    NEED_FLOOR = "need_floor"
    LEVEL_GAP = "level_gap"
    LEVEL_GAP_MAX = "level_gap_max"
    OTHER_SITE = "other_site"
    OTHER_UNIT = "other_unit"
    ATTRIBUTE = "attribute"
    LANGUAGE = "language"
    CAPACITY = "capacity"


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One change. `value` is what a number becomes, or a language, a format, the code of an attribute rule.

    `who` is the volunteer who changes something; None: the policy, or everybody.
    """

    kind: Kind
    value: str = ""
    who: UUID | None = None

    @property
    def cost(self) -> tuple[int, int, str]:
        """The order of cheapness: by kind, of minutes the more that are still asked for."""
        number = -int(self.value) if self.kind is Kind.SLOT_MINUTES else 0
        return tuple(Kind).index(self.kind), number, self.value

    @property
    def works_against(self) -> tuple[str, ...]:
        """The codes of the rules that it weakens; it allows nothing that another rule forbids."""
        return (self.value,) if self.kind is Kind.ATTRIBUTE else _AGAINST[self.kind]


def offers(pool: Pool) -> tuple[Relaxation, ...]:
    """All that may be offered for the round as a whole, the cheapest first."""
    found = [*_of_terms(pool.terms), *_of_people(pool), Relaxation(Kind.CAPACITY, "1")]
    return tuple(sorted(found, key=lambda one: one.cost))


def personal_offers(pool: Pool, who: Entrant) -> tuple[Relaxation, ...]:
    """All that this one could change to find a partner, the cheapest first."""
    mine = who.candidate
    found = [
        replace(one, who=mine.id)
        for one in _of_people(pool)
        if one.value not in (*mine.languages, *mine.formats)
    ]
    found.append(Relaxation(Kind.CAPACITY, "1", mine.id))
    return tuple(sorted(found, key=lambda one: one.cost))


def relaxed(pool: Pool, relaxation: Relaxation) -> Pool:
    """The pool as it would be."""
    if relaxation.kind in _ON_TERMS:
        return replace(pool, terms=_ON_TERMS[relaxation.kind](pool.terms, relaxation.value))
    change = _ON_ENTRANTS[relaxation.kind]
    return replace(
        pool,
        entrants=tuple(
            change(entrant, relaxation)
            if relaxation.who in (None, entrant.candidate.id)
            else entrant
            for entrant in pool.entrants
        ),
    )


def _of_terms(terms: Terms) -> Iterator[Relaxation]:
    for less in MINUTES_LESS:
        if terms.common_slot_minutes - less >= SHORTEST:
            yield Relaxation(Kind.SLOT_MINUTES, str(terms.common_slot_minutes - less))
    if terms.need_floor > 1:
        yield Relaxation(Kind.NEED_FLOOR, str(terms.need_floor - 1))
    if terms.level_gap > 0:
        yield Relaxation(Kind.LEVEL_GAP, str(terms.level_gap - 1))
    if terms.level_gap_max is not None:
        yield Relaxation(Kind.LEVEL_GAP_MAX, str(terms.level_gap_max + 1))
    if terms.other_site:
        yield Relaxation(Kind.OTHER_SITE)
    if terms.other_unit:
        yield Relaxation(Kind.OTHER_UNIT)
    for rule in terms.attribute_rules:
        if rule.points is None:
            yield Relaxation(Kind.ATTRIBUTE, rule.code)


def _of_people(pool: Pool) -> Iterator[Relaxation]:
    for format_ in sorted(pool.terms.pair_formats):
        yield Relaxation(Kind.FORMAT, format_)
    spoken = Counter(code for one in pool.entrants for code in set(one.candidate.languages))
    for language in sorted(spoken, key=lambda code: (-spoken[code], code))[:LANGUAGES_OFFERED]:
        yield Relaxation(Kind.LANGUAGE, language)


def _without_rule(terms: Terms, code: str) -> Terms:
    return replace(
        terms, attribute_rules=tuple(rule for rule in terms.attribute_rules if rule.code != code)
    )


def _with_language(entrant: Entrant, relaxation: Relaxation) -> Entrant:
    languages = _with(entrant.candidate.languages, relaxation.value)
    return replace(entrant, candidate=replace(entrant.candidate, languages=languages))


def _with_format(entrant: Entrant, relaxation: Relaxation) -> Entrant:
    formats = _with(entrant.candidate.formats, relaxation.value)
    return replace(entrant, candidate=replace(entrant.candidate, formats=formats))


def _with_place(entrant: Entrant, relaxation: Relaxation) -> Entrant:
    """One place more: for everybody who teaches, or for one person, who gives an hour, too."""
    if relaxation.who is None:
        more = Side.MENTOR in entrant.sides
        return replace(entrant, free=entrant.free + 1) if more else entrant
    return replace(entrant, free=entrant.free + 1, candidate=_with_hour(entrant.candidate))


def _with_hour(candidate: Candidate) -> Candidate:
    return replace(candidate, hours_per_month=max(1.0, candidate.hours_per_month))


def _with(codes: tuple[str, ...], code: str) -> tuple[str, ...]:
    return codes if code in codes else (*codes, code)


_ON_TERMS: Mapping[Kind, Callable[[Terms, str], Terms]] = {
    Kind.SLOT_MINUTES: lambda terms, value: replace(terms, common_slot_minutes=int(value)),
    Kind.NEED_FLOOR: lambda terms, value: replace(terms, need_floor=int(value)),
    Kind.LEVEL_GAP: lambda terms, value: replace(terms, level_gap=int(value)),
    Kind.LEVEL_GAP_MAX: lambda terms, value: replace(terms, level_gap_max=int(value)),
    Kind.OTHER_SITE: lambda terms, _: replace(terms, other_site=False),
    Kind.OTHER_UNIT: lambda terms, _: replace(terms, other_unit=False),
    Kind.ATTRIBUTE: _without_rule,
}
_ON_ENTRANTS: Mapping[Kind, Callable[[Entrant, Relaxation], Entrant]] = {
    Kind.LANGUAGE: _with_language,
    Kind.FORMAT: _with_format,
    Kind.CAPACITY: _with_place,
}
_AGAINST: Mapping[Kind, tuple[str, ...]] = {
    Kind.SLOT_MINUTES: ("no_common_slot",),
    Kind.FORMAT: ("no_common_format",),
    Kind.NEED_FLOOR: ("need_not_covered",),
    Kind.LEVEL_GAP: ("level_gap",),
    Kind.LEVEL_GAP_MAX: ("level_gap",),
    Kind.OTHER_SITE: ("same_site",),
    Kind.OTHER_UNIT: ("same_unit",),
    Kind.LANGUAGE: ("no_common_language",),
    Kind.CAPACITY: ("no_capacity", "no_hours"),
}
