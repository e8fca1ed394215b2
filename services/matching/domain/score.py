"""How good an allowed pair is: whole points in parts, so that every machine finds the same.

Each part is a share of its weight in the programme's policy; a part without a weight counts nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from services.matching.domain.candidates import Profile
from services.matching.domain.terms import Terms
from services.matching.domain.weeks import common_minutes

Share = tuple[int, int]
"""Numerator and denominator, from 0 to 1."""

Scarcity = Mapping[str, Share]
"""Per topic: of those who offer it or want it most, the share that wants."""

GAP_ENOUGH = 3
HOBBIES_ENOUGH = 3
SLOTS_ENOUGH = 4


def scarcity_of(mentors: Iterable[Profile], mentees: Iterable[Profile]) -> Scarcity:
    """How scarce each topic is among those who are in the round."""
    supply = Counter(topic for mentor in mentors for topic in mentor.proficiency)
    wanted = Counter(
        topic
        for mentee in mentees
        for topic in {need.topic for need in mentee.candidate.first_needs}
    )
    return {topic: (wanted[topic], wanted[topic] + supply[topic]) for topic in wanted}


def shared_topics(mentor: Profile, mentee: Profile) -> tuple[str, ...]:
    """The topics that the one can teach the other, the most wanted first."""
    needs = sorted(mentee.candidate.needs, key=lambda need: (need.priority, need.topic))
    return tuple(dict.fromkeys(need.topic for need in needs if mentor.covers(need) >= 1))


def shared_hobbies(mentor: Profile, mentee: Profile) -> tuple[str, ...]:
    """What both like to do; the first one is named when they are introduced."""
    theirs = set(mentor.candidate.hobbies)
    return tuple(dict.fromkeys(code for code in mentee.candidate.hobbies if code in theirs))


def score(mentor: Profile, mentee: Profile, terms: Terms, scarcity: Scarcity) -> Mapping[str, int]:
    """Points per part."""
    shares = {part: share(mentor, mentee) for part, share in _PARTS.items()}
    shares["availability"] = _availability(mentor, mentee, terms)
    shares["scarcity"] = _scarcity(mentor, mentee, scarcity)
    return {
        part: max(terms.weights.get(part, 0), 0) * min(share, whole) // whole
        for part, (share, whole) in shares.items()
    }


def _topics(mentor: Profile, mentee: Profile) -> Share:
    """Coverage of all needs; a need of priority 1 counts three times one of priority 3."""
    weighed = [(4 - need.priority, mentor.covers(need)) for need in mentee.candidate.needs]
    reached = sum(weight * max(0, min(gap, GAP_ENOUGH)) for weight, gap in weighed)
    return reached, max(1, GAP_ENOUGH * sum(weight for weight, _ in weighed))


def _hobbies(mentor: Profile, mentee: Profile) -> Share:
    return len(shared_hobbies(mentor, mentee)), HOBBIES_ENOUGH


def _motivation(mentor: Profile, mentee: Profile) -> Share:
    """The junior's drive and the executive's readiness to listen, each 1-5."""
    return mentor.candidate.motivation - 1 + mentee.candidate.openness - 1, 8


def _distance(mentor: Profile, mentee: Profile) -> Share:
    one, other = mentor.candidate, mentee.candidate
    return (one.unit != other.unit) + (one.site != other.site), 2


def _availability(mentor: Profile, mentee: Profile, terms: Terms) -> Share:
    return (
        common_minutes(mentor.week, mentee.week),
        max(1, SLOTS_ENOUGH * terms.common_slot_minutes),
    )


def _scarcity(mentor: Profile, mentee: Profile, scarcity: Scarcity) -> Share:
    """The scarcest of the first needs that this mentor covers."""
    covered = [
        scarcity.get(need.topic, (0, 1))
        for need in mentee.candidate.first_needs
        if mentor.covers(need) >= 1
    ]
    return max(covered, key=lambda share: share[0] / share[1], default=(0, 1))


_PARTS: Mapping[str, Callable[[Profile, Profile], Share]] = {
    "topics": _topics,
    "hobbies": _hobbies,
    "motivation": _motivation,
    "distance": _distance,
}
PARTS = (*_PARTS, "availability", "scarcity")
