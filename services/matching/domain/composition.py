"""The format fits the need: who is looked at for which format, in which order, and who is left for the next one.

What somebody prefers is the first of the formats they named that the programme allows. Partnerships come first, for
those who both prefer one; then sprints, for mentees who prefer one and bring a task; then groups, for mentees who prefer
one, or would take one and want a topic most that more want than there are places to learn it; the rest is one to one.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.matching.domain.candidates import Candidate, Entrant, Profile, Side
from services.matching.domain.hard_rules import RULES, obstacle
from services.matching.domain.places import Places
from services.matching.domain.rounds import Match, Pool
from services.matching.domain.terms import GROUP, PARTNERSHIP, SPRINT, Terms

ORDER = (PARTNERSHIP, SPRINT, GROUP)
"""One after the other, and one to one for the rest."""

NOT_COVERED = "need_not_covered"
_RULES = dict(RULES)


def preferred(candidate: Candidate, terms: Terms) -> str | None:
    """The format that somebody would like best of those that the programme allows."""
    allowed = {one.format for one in terms.formats}
    return next((format_ for format_ in candidate.formats if format_ in allowed), None)


def hindrance(format_: str, mentor: Profile, mentee: Profile, terms: Terms) -> str | None:
    """The code of the rule that forbids the two in this format, or None.

    A partnership has its junior as the mentor: what is said of levels and reporting lines is asked of the two as
    of any pair, and beside it the mentor's first need is covered by the mentee.
    """
    code = obstacle(mentor, mentee, terms.in_format(format_))
    if code is not None or format_ != PARTNERSHIP:
        return code
    return NOT_COVERED if _RULES[NOT_COVERED](mentee, mentor, terms) else None


def looked_at(pool: Pool, format_: str) -> Pool:
    """Those of the pool who take part when this format is composed, on its terms.

    Whoever is in a pin takes no part with the place that the pin needs: what was wished for by name goes first.
    """
    sides = _SIDES[format_](pool)
    pinned = Counter(id_ for pin in pool.pins for id_ in (pin.mentor_id, pin.mentee_id))
    waiting_for_pin = {pin.mentee_id for pin in pool.pins}
    entrants = []
    for one in pool.entrants:
        id_ = one.candidate.id
        taking = tuple(
            side
            for side in one.sides
            if side in sides(one) and not (side is Side.MENTEE and id_ in waiting_for_pin)
        )
        free = one.free - pinned[id_]
        if taking and free > 0:
            entrants.append(replace(one, sides=taking, free=free))
    if format_ == PARTNERSHIP:
        entrants = [one for one in entrants if len(one.sides) == len(Side)]
    return replace(pool, terms=pool.terms.in_format(format_), entrants=tuple(entrants))


def left_after(pool: Pool, matches: Collection[Match]) -> Pool:
    """The pool without what these matches took: mentees who found somebody, and places.

    The same two do not meet again in the round.
    """
    places = Places({one.candidate.id: one.free for one in pool.entrants})
    for match in matches:
        places.take(match)
    taught = {match.mentor_id for match in matches}
    served = {id_ for match in matches for id_, side in match.places if side is Side.MENTEE}
    people = {one.candidate.id: one.candidate.person_id for one in pool.entrants}
    entrants = []
    for one in pool.entrants:
        id_ = one.candidate.id
        free = places.left(id_)
        gone = {Side.MENTEE} if id_ in served else set()
        if id_ in taught and free <= 0:
            gone.add(Side.MENTOR)
        sides = tuple(side for side in one.sides if side not in gone)
        if sides:
            met = {people[other] for match in matches for other in _partners(match, id_)}
            booked = (*one.booked, *_starts(matches, id_))
            met_now = tuple(sorted({*one.met, *met}))
            entrants.append(replace(one, sides=sides, free=free, met=met_now, booked=booked))
    return replace(pool, entrants=tuple(entrants))


def _partners(match: Match, id_: UUID) -> tuple[UUID, ...]:
    two = match.mentor_id, match.mentee_id
    return tuple(other for other in two if other != id_) if id_ in two else ()


def _starts(matches: Collection[Match], id_: UUID) -> tuple[datetime, ...]:
    return tuple(
        match.starts_at
        for match in matches
        if match.starts_at is not None and id_ in (match.mentor_id, match.mentee_id)
    )


Sides = Callable[[Entrant], frozenset[Side]]
BOTH, NONE = frozenset(Side), frozenset[Side]()


def _partnership(pool: Pool) -> Sides:
    return lambda one: BOTH if preferred(one.candidate, pool.terms) == PARTNERSHIP else NONE


def _sprint(pool: Pool) -> Sides:
    def sides(one: Entrant) -> frozenset[Side]:
        candidate = one.candidate
        with_a_task = candidate.has_task and preferred(candidate, pool.terms) == SPRINT
        return _teaching(candidate, SPRINT) | (frozenset({Side.MENTEE}) if with_a_task else NONE)

    return sides


def _group(pool: Pool) -> Sides:
    scarce = scarce_topics(pool)

    def sides(one: Entrant) -> frozenset[Side]:
        candidate = one.candidate
        wants = {need.topic for need in candidate.first_needs}
        learns = preferred(candidate, pool.terms) == GROUP or (
            GROUP in candidate.formats and bool(wants & scarce)
        )
        return _teaching(candidate, GROUP) | (frozenset({Side.MENTEE}) if learns else NONE)

    return sides


def scarce_topics(pool: Pool) -> frozenset[str]:
    """The topics that more mentees want most than mentors who offer them have places."""
    wanted: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for one in pool.entrants:
        if Side.MENTEE in one.sides:
            wanted.update({need.topic for need in one.candidate.first_needs})
        if Side.MENTOR in one.sides:
            for topic in {offer.topic for offer in one.candidate.offers}:
                places[topic] += max(one.free, 0)
    return frozenset(topic for topic, count in wanted.items() if count > places[topic])


def _teaching(candidate: Candidate, format_: str) -> frozenset[Side]:
    return frozenset({Side.MENTOR}) if format_ in candidate.formats else NONE


_SIDES: Mapping[str, Callable[[Pool], Sides]] = {
    PARTNERSHIP: _partnership,
    SPRINT: _sprint,
    GROUP: _group,
}
