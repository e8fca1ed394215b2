"""Why two were paired: the parts of their score, each with what stands behind it.

What is private has no part of its own: how the two see themselves and what earlier feedback says of the mentor
count as one sum, from which none of them can be read. No avoid-list and no earlier answer has any points.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain.candidates import Profile
from services.matching.domain.score import (
    OF_MENTEE,
    OF_MENTOR,
    OF_THE_WHOLE,
    shared_hobbies,
    shared_topics,
)
from services.matching.domain.terms import Terms
from services.matching.domain.weeks import common_minutes


class Whose(StrEnum):
    """For whom a part counts. Hobbies and common time count once for each side."""

    MENTEE = "mentee"
    MENTOR = "mentor"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind a part: a `count` of things and their names, or a `case` that has words of its own."""

    case: str = ""
    count: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score: points of so many that could be had, and what stands behind it."""

    whose: Whose
    part: str
    points: int
    most: int
    behind: Behind


@dataclass(frozen=True, slots=True)
class PairReasons:
    """All parts of a pair's score; their points sum up to it."""

    score: int
    reasons: tuple[Reason, ...]


CONFIDENTIAL = "confidential"
IN_CONFIDENCE = frozenset({"motivation", "openness", "feedback"})


def reasons_of(
    mentor: Profile, mentee: Profile, terms: Terms, points: Mapping[str, int]
) -> PairReasons:
    """Why these two: `points` are those of `score`. A part without a weight is not told."""
    told = [
        Reason(whose, part, points.get(part, 0), weight, _behind(part, points, mentor, mentee))
        for whose, parts in _BY_WHOM
        for part in parts
        if (weight := terms.weights.get(part, 0)) > 0
    ]
    reasons = [reason for reason in told if reason.part not in IN_CONFIDENCE]
    hidden = [reason for reason in told if reason.part in IN_CONFIDENCE]
    if hidden:
        points_, most = sum(one.points for one in hidden), sum(one.most for one in hidden)
        reasons.append(Reason(Whose.BOTH, CONFIDENTIAL, points_, most, Behind("some")))
    return PairReasons(sum(reason.points for reason in reasons), tuple(reasons))


def shown(points: Mapping[str, int]) -> dict[str, int]:
    """Points per part as a lead may read them: what is private counts as one sum."""
    hidden = [part for part in points if part in IN_CONFIDENCE]
    told = {part: count for part, count in points.items() if part not in IN_CONFIDENCE}
    return told | {CONFIDENTIAL: sum(points[part] for part in hidden)} if hidden else told


def _behind(part: str, points: Mapping[str, int], mentor: Profile, mentee: Profile) -> Behind:
    find = _BEHIND.get(part)
    if find is not None:
        return find(mentor, mentee)
    return Behind("some" if points.get(part, 0) > 0 else "none")


def _topics(mentor: Profile, mentee: Profile) -> Behind:
    topics = shared_topics(mentor, mentee)
    return Behind(count=len(topics), names=topics)


def _hobbies(mentor: Profile, mentee: Profile) -> Behind:
    return Behind(count=len(shared_hobbies(mentor, mentee)))


def _availability(mentor: Profile, mentee: Profile) -> Behind:
    return Behind(count=common_minutes(mentor.week, mentee.week))


def _distance(mentor: Profile, mentee: Profile) -> Behind:
    one, other = mentor.candidate, mentee.candidate
    return Behind(_DISTANCES[one.unit != other.unit, one.site != other.site])


_BY_WHOM = (
    (Whose.MENTEE, OF_MENTEE),
    (Whose.MENTOR, OF_MENTOR),
    (Whose.BOTH, OF_THE_WHOLE),
)
_DISTANCES = {
    (False, False): "neither",
    (True, False): "unit",
    (False, True): "site",
    (True, True): "both",
}
_BEHIND: Mapping[str, Callable[[Profile, Profile], Behind]] = {
    "topics": _topics,
    "hobbies": _hobbies,
    "availability": _availability,
    "distance": _distance,
}
