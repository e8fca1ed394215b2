"""Who may never be paired. A rule that forbids has a code, and the first one that does is the reason.

Rules come before any score: a forbidden combination is no candidate at all. What is private (an avoid-list, an
earlier no) has one code, `not_available`, so that a reason tells nothing of it.
"""

from collections.abc import Callable

from services.matching.domain.attributes import holds
from services.matching.domain.candidates import Profile
from services.matching.domain.terms import Terms
from services.matching.domain.weeks import common_minutes

SAME_PERSON = "same_person"

Rule = Callable[[Profile, Profile, Terms], bool]


def _not_active(mentor: Profile, mentee: Profile, _: Terms) -> bool:
    return not (mentor.active and mentee.active)


def _other_cohort(mentor: Profile, mentee: Profile, _: Terms) -> bool:
    one, other = mentor.candidate, mentee.candidate
    return (one.programme_id, one.cohort_id) != (other.programme_id, other.cohort_id)


def _same_person(mentor: Profile, mentee: Profile, _: Terms) -> bool:
    return mentor.candidate.person_id == mentee.candidate.person_id


def _no_hours(mentor: Profile, mentee: Profile, _: Terms) -> bool:
    return min(mentor.candidate.hours_per_month, mentee.candidate.hours_per_month) <= 0


def _no_capacity(mentor: Profile, mentee: Profile, _: Terms) -> bool:
    return min(mentor.free, mentee.free) <= 0


def _not_available(mentor: Profile, mentee: Profile, _: Terms) -> bool:
    return (
        mentee.candidate.person_id in mentor.unavailable
        or mentor.candidate.person_id in mentee.unavailable
    )


def _level_gap(mentor: Profile, mentee: Profile, terms: Terms) -> bool:
    gap = mentee.candidate.level - mentor.candidate.level
    if terms.any_direction:
        gap = abs(gap)
    return gap < terms.level_gap or (terms.level_gap_max is not None and gap > terms.level_gap_max)


def _same_unit(mentor: Profile, mentee: Profile, terms: Terms) -> bool:
    return terms.other_unit and _same(mentor.candidate.unit, mentee.candidate.unit)


def _same_site(mentor: Profile, mentee: Profile, terms: Terms) -> bool:
    return terms.other_site and _same(mentor.candidate.site, mentee.candidate.site)


def _same(one: str, other: str) -> bool:
    # Where the directory says nothing of somebody, nothing is known to be the same.
    return one == other != ""


def _reporting_line(mentor: Profile, mentee: Profile, _: Terms) -> bool:
    # Everybody reports to the one at the top in the end. There the line is two levels deep, or the top post
    # would find no mentor.
    at_the_top = not mentee.candidate.managers and mentee.candidate.managers_complete
    below = mentor.near_chain if at_the_top else mentor.chain
    return mentee.candidate.person_id in below or mentor.candidate.person_id in mentee.chain


def _same_manager(mentor: Profile, mentee: Profile, _: Terms) -> bool:
    return not mentor.direct.isdisjoint(mentee.direct)


def _need_not_covered(mentor: Profile, mentee: Profile, terms: Terms) -> bool:
    floor = max(terms.need_floor, 1)
    return not any(mentor.covers(need) >= floor for need in mentee.candidate.first_needs)


def _no_common_format(mentor: Profile, mentee: Profile, terms: Terms) -> bool:
    return not (mentor.formats & mentee.formats & terms.pair_formats)


def _no_common_language(mentor: Profile, mentee: Profile, _: Terms) -> bool:
    return not (mentor.languages & mentee.languages)


def _no_common_slot(mentor: Profile, mentee: Profile, terms: Terms) -> bool:
    return common_minutes(mentor.week, mentee.week) < terms.common_slot_minutes


RULES: tuple[tuple[str, Rule], ...] = (
    ("not_active", _not_active),
    ("other_cohort", _other_cohort),
    (SAME_PERSON, _same_person),
    ("no_hours", _no_hours),
    ("no_capacity", _no_capacity),
    ("not_available", _not_available),
    ("level_gap", _level_gap),
    ("same_unit", _same_unit),
    ("same_site", _same_site),
    ("reporting_line", _reporting_line),
    ("same_manager", _same_manager),
    ("need_not_covered", _need_not_covered),
    ("no_common_format", _no_common_format),
    ("no_common_language", _no_common_language),
    ("no_common_slot", _no_common_slot),
)


def obstacle(mentor: Profile, mentee: Profile, terms: Terms) -> str | None:
    """The code of the first rule that forbids the two, or None when they may be paired.

    What a programme demands of attributes is asked last, in the policy's order.
    """
    usual = next((code for code, forbids in RULES if forbids(mentor, mentee, terms)), None)
    if usual is not None:
        return usual
    two = mentor.candidate, mentee.candidate
    return next((rule.code for rule in terms.attribute_demands if not holds(rule, *two)), None)


def codes(terms: Terms) -> tuple[str, ...]:
    """The codes of all rules of a programme, in the order in which they are asked."""
    demands = tuple(rule.code for rule in terms.attribute_demands)
    return tuple(dict.fromkeys((*(code for code, _ in RULES), *demands)))
