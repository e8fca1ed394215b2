"""The score for one mentee and many mentors at once, the same whole numbers as `domain/score`.

Shares have few different values, so most parts look their points up instead of dividing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.domain import exposure
from services.matching.domain.candidates import Profile
from services.matching.domain.score import (
    GAP_ENOUGH,
    GRADES,
    HOBBIES_ENOUGH,
    LEAST_WANTED,
    OF_MENTEE,
    OF_MENTOR,
    OF_THE_WHOLE,
    SLOTS_ENOUGH,
    Scarcity,
    points_of,
)
from services.matching.domain.terms import Terms
from services.matching.solver.attributes import Attributes
from services.matching.solver.columns import Mentors

Numbers = NDArray[Any]
Points = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Sides:
    """What pairs of one mentee are worth to the mentee, to the mentors, and beyond them."""

    mentee: Points
    mentor: Points
    whole: Points

    @property
    def total(self) -> Points:
        """The scores of the pairs."""
        return self.mentee + self.mentor + self.whole


class Score:
    """The parts of the score over the mentors of a programme."""

    def __init__(
        self, mentors: Mentors, attributes: Attributes, terms: Terms, scarcity: Scarcity
    ) -> None:
        self._mentors = mentors
        self._attributes = attributes
        self._weights = {part: max(points, 0) for part, points in terms.weights.items()}
        self._scarcity = scarcity
        self._table = lru_cache(maxsize=256)(self._points_up_to)
        self._minutes = max(1, SLOTS_ENOUGH * terms.common_slot_minutes)
        self._by_minutes = self._table("availability", self._minutes)
        self._by_hobbies = self._table("hobbies", HOBBIES_ENOUGH)
        self._by_distance = self._table("distance", 2)
        self._by_exposure = _by_exposure(self._weight("exposure"))
        motivation, feedback = self._weight("motivation"), self._weight("feedback")
        self._motivation = _whole(
            points_of((one.candidate.motivation - 1, GRADES), motivation)
            for one in mentors.profiles
        )
        self._feedback = _whole(points_of(one.earned, feedback) for one in mentors.profiles)
        self._wishes = _whole(_bits(exposure.wishes(one.candidate)) for one in mentors.profiles)
        self._sizes = np.bitwise_count(self._wishes).astype(np.int32)
        self._shown = lru_cache(maxsize=256)(self._shown_by)
        self._asked = terms.attribute_wishes
        whole = max(1, sum(rule.points or 0 for rule in self._asked))
        self._by_attributes = self._table("attributes", whole)
        self._parts = {part: own for part, own in self._known().items() if self._weight(part)}

    @property
    def most(self) -> int:
        """No score is above this."""
        return sum(
            self._weight(part) for parts in (OF_MENTEE, OF_MENTOR, OF_THE_WHOLE) for part in parts
        )

    def sides(self, mentee: Profile, columns: NDArray[np.intp]) -> Sides:
        """The worth of the pairs of this mentee with these mentors."""
        parts = {part: points(mentee, columns) for part, points in self._parts.items()}
        nothing = np.zeros(len(columns), np.int32)
        mentee_side, mentor_side, whole = (
            sum((parts[part] for part in side if part in parts), start=nothing)
            for side in (OF_MENTEE, OF_MENTOR, OF_THE_WHOLE)
        )
        return Sides(mentee_side, mentor_side, whole)

    def _known(self) -> Mapping[str, Callable[[Profile, Numbers], Points]]:
        return {
            "topics": self._topics,
            "hobbies": self._hobbies,
            "availability": self._availability,
            "motivation": self._motivated,
            "distance": self._distance,
            "exposure": self._exposure,
            "openness": self._openness,
            "scarcity": self._scarce,
            "attributes": self._wished,
            "feedback": self._rated,
        }

    def _weight(self, part: str) -> int:
        return self._weights.get(part, 0)

    def _points_up_to(self, part: str, most: int) -> Points:
        """The points by what is reached, up to the most that counts."""
        return _whole(points_of((reached, most), self._weight(part)) for reached in range(most + 1))

    def _topics(self, mentee: Profile, columns: Numbers) -> Points:
        needs = mentee.candidate.needs
        reached = np.zeros(len(columns), np.int32)
        for need in needs:
            gap = self._mentors.proficiency[need.topic][columns] - need.level
            reached += (LEAST_WANTED - need.priority) * np.clip(gap, 0, GAP_ENOUGH)
        most = max(1, GAP_ENOUGH * sum(LEAST_WANTED - need.priority for need in needs))
        return self._table("topics", most)[reached]

    def _hobbies(self, mentee: Profile, columns: Numbers) -> Points:
        common = self._mentors.hobbies.common(set(mentee.candidate.hobbies), columns)
        return self._by_hobbies[np.minimum(common, HOBBIES_ENOUGH)]

    def _availability(self, mentee: Profile, columns: Numbers) -> Points:
        minutes = self._mentors.weeks.common(mentee.week)[columns]
        return self._by_minutes[np.minimum(minutes, self._minutes)]

    def _distance(self, mentee: Profile, columns: Numbers) -> Points:
        same_unit = self._mentors.unit.same(mentee.candidate.unit)[columns]
        same_site = self._mentors.site.same(mentee.candidate.site)[columns]
        return self._by_distance[2 - same_unit.astype(np.int8) - same_site]

    def _motivated(self, _: Profile, columns: Numbers) -> Points:
        return self._motivation[columns]

    def _rated(self, _: Profile, columns: Numbers) -> Points:
        return self._feedback[columns]

    def _openness(self, mentee: Profile, columns: Numbers) -> Points:
        points = points_of((mentee.candidate.openness - 1, GRADES), self._weight("openness"))
        return np.full(len(columns), points, np.int32)

    def _exposure(self, mentee: Profile, columns: Numbers) -> Points:
        own = mentee.candidate
        return self._shown(own.level, _seen_in(own.unit), own.time_zone)[columns]

    def _shown_by(self, level: int, seen_there: int, zone: str) -> Points:
        """The points of all mentors with a mentee of this level, unit and zone: many have the same."""
        above = np.clip(level - self._mentors.level, 0, exposure.LEVELS_ENOUGH)
        seen = np.bitwise_count(self._wishes & seen_there).astype(np.int32)
        abroad = ~self._mentors.zone.same(zone)
        seen += abroad & (self._wishes & _bits(frozenset({exposure.ABROAD})) != 0)
        reached = above * np.bitwise_count(self._wishes & _bits(exposure.BY_LEVEL))
        points: Points = self._by_exposure[self._sizes, reached + exposure.LEVELS_ENOUGH * seen]
        return points

    def _scarce(self, mentee: Profile, columns: Numbers) -> Points:
        points = np.zeros(len(columns), np.int32)
        for need in mentee.candidate.first_needs:
            own = points_of(self._scarcity.get(need.topic, (0, 1)), self._weight("scarcity"))
            covered = self._mentors.proficiency[need.topic][columns] > need.level
            points = np.maximum(points, covered * np.int32(own))
        return points

    def _wished(self, mentee: Profile, columns: Numbers) -> Points:
        reached = np.zeros(len(columns), np.int32)
        for rule in self._asked:
            reached += (rule.points or 0) * self._attributes.holds(rule, mentee)[columns]
        return self._by_attributes[reached]


def _by_exposure(weight: int) -> Points:
    """The points by how much is wished, and how much of it is seen."""
    most = exposure.LEVELS_ENOUGH * len(exposure.KNOWN)
    rows = [[points_of((1, 2), weight)] * (most + 1)]
    for size in range(1, len(exposure.KNOWN) + 1):
        whole = exposure.LEVELS_ENOUGH * size
        rows.append([points_of((reached, whole), weight) for reached in range(most + 1)])
    return np.array(rows, np.int32)


@lru_cache(maxsize=1024)
def _seen_in(unit: str) -> int:
    return _bits(exposure.of_unit(unit))


@lru_cache(maxsize=1 << len(exposure.KNOWN))
def _bits(wishes: frozenset[str]) -> int:
    return sum(1 << bit for bit, wish in enumerate(sorted(exposure.KNOWN)) if wish in wishes)


def _whole(numbers: Any) -> Points:
    return np.fromiter(numbers, np.int32)
