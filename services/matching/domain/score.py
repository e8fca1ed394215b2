"""How good an allowed pair is: whole points in parts, so that every machine finds the same.

Each part is a share of its weight in the programme's policy, rounded down; a part without a weight counts
nothing. Some parts are worth something to the mentee, some to the mentor, some to both of them or to the whole.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from services.matching.domain import exposure
from services.matching.domain.attributes import holds
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
LEAST_WANTED = 4
"""One more than the last priority: what a need counts is this less its priority."""
GRADES = 4
"""Motivation and openness are 1-5: so many steps from none to all."""
WHOLE = 1000
"""A share of a weight is told in thousandths."""

OF_MENTEE = ("topics", "hobbies", "availability", "motivation", "distance")
OF_MENTOR = ("exposure", "hobbies", "availability", "openness")
OF_THE_WHOLE = ("scarcity", "attributes", "feedback")


@dataclass(frozen=True, slots=True)
class Worth:
    """What a pair is worth to its mentee, to its mentor, and beyond the two; hobbies and time to both."""

    mentee: int
    mentor: int
    whole: int

    @property
    def total(self) -> int:
        """The score of the pair."""
        return self.mentee + self.mentor + self.whole


def worth(points: Mapping[str, int]) -> Worth:
    """The sides of a score in parts."""
    mentee, mentor, whole = (
        sum(points.get(part, 0) for part in parts) for parts in (OF_MENTEE, OF_MENTOR, OF_THE_WHOLE)
    )
    return Worth(mentee, mentor, whole)


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
    shares = {part: share(mentor, mentee, terms) for part, share in _PARTS.items()}
    shares["scarcity"] = _scarcity(mentor, mentee, scarcity)
    return {part: points_of(share, terms.weights.get(part, 0)) for part, share in shares.items()}


def points_of(share: Share, weight: int) -> int:
    """The points of a share of a weight, rounded down."""
    reached, most = share
    return max(weight, 0) * min(reached, most) // most


def shares_of(
    points: Mapping[str, int], weights: Mapping[str, int], *, ways: int = 1
) -> dict[str, int]:
    """The parts in thousandths of their weight, by name; where `ways` is 2 the points of two directions add up.

    A part without a weight has none, and one that has more points than its weight allows was not weighed by it.
    """
    found = {
        part: WHOLE * points[part] // (weight * ways)
        for part, weight in sorted(weights.items())
        if weight > 0 and part in points
    }
    return {part: share for part, share in found.items() if share <= WHOLE}


def _topics(mentor: Profile, mentee: Profile, _: Terms) -> Share:
    """Coverage of all needs; a need of priority 1 counts three times one of priority 3."""
    weighed = [
        (LEAST_WANTED - need.priority, mentor.covers(need)) for need in mentee.candidate.needs
    ]
    reached = sum(weight * max(0, min(gap, GAP_ENOUGH)) for weight, gap in weighed)
    return reached, max(1, GAP_ENOUGH * sum(weight for weight, _ in weighed))


def _hobbies(mentor: Profile, mentee: Profile, _: Terms) -> Share:
    return len(shared_hobbies(mentor, mentee)), HOBBIES_ENOUGH


def _availability(mentor: Profile, mentee: Profile, terms: Terms) -> Share:
    return (
        common_minutes(mentor.week, mentee.week),
        max(1, SLOTS_ENOUGH * terms.common_slot_minutes),
    )


def _motivation(mentor: Profile, _: Profile, __: Terms) -> Share:
    """The junior's drive."""
    return mentor.candidate.motivation - 1, GRADES


def _openness(_: Profile, mentee: Profile, __: Terms) -> Share:
    """The executive's readiness to listen."""
    return mentee.candidate.openness - 1, GRADES


def _distance(mentor: Profile, mentee: Profile, _: Terms) -> Share:
    one, other = mentor.candidate, mentee.candidate
    return (one.unit != other.unit) + (one.site != other.site), 2


def _exposure(mentor: Profile, mentee: Profile, _: Terms) -> Share:
    return exposure.shown(mentor.candidate, mentee.candidate)


def _attributes(mentor: Profile, mentee: Profile, terms: Terms) -> Share:
    """Of the points of all rules on attributes, those of the rules that are kept."""
    points = [
        (rule.points or 0, holds(rule, mentor.candidate, mentee.candidate))
        for rule in terms.attribute_wishes
    ]
    return sum(own for own, kept in points if kept), max(1, sum(own for own, _ in points))


def _feedback(mentor: Profile, _: Profile, __: Terms) -> Share:
    """What the mentor was rated by those whom they taught before."""
    return mentor.earned


def _scarcity(mentor: Profile, mentee: Profile, scarcity: Scarcity) -> Share:
    """The scarcest of the first needs that this mentor covers."""
    covered = [
        scarcity.get(need.topic, (0, 1))
        for need in mentee.candidate.first_needs
        if mentor.covers(need) >= 1
    ]
    return max(covered, key=lambda share: share[0] / share[1], default=(0, 1))


_PARTS: Mapping[str, Callable[[Profile, Profile, Terms], Share]] = {
    "topics": _topics,
    "hobbies": _hobbies,
    "availability": _availability,
    "motivation": _motivation,
    "distance": _distance,
    "exposure": _exposure,
    "openness": _openness,
    "attributes": _attributes,
    "feedback": _feedback,
}
PARTS = (*_PARTS, "scarcity")
