"""The points of every pair once more, a block of mentors against all mentees."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.candidates import Candidate
from services.matching.domain.rounds import Pool
from services.matching.solver.proof.relations import Relations
from services.matching.solver.proof.sheet import (
    Hot,
    Sides,
    candidates,
    firsts,
    hot,
    numbered,
    whole,
)
from services.matching.solver.proof.sights import Sights
from services.matching.solver.proof.weeks import Arcs, arcs_of, common

Whole = NDArray[np.int64]
_LEVELS = range(5)
_FULL_GAP = 3
_FULL_HOBBIES = 3
_FULL_SLOTS = 4
_STEPS = 4
"""From the least to the most motivation, openness and rating."""
_RATERS = 5
"""So many different mentees make a mentor's ratings count."""
Counts = Mapping[str, int]
"""How often each part counts."""
FOR_MENTEE: Counts = dict.fromkeys(
    ("topics", "hobbies", "availability", "motivation", "distance"), 1
)
FOR_MENTOR: Counts = dict.fromkeys(("exposure", "hobbies", "availability", "openness"), 1)
FOR_ALL: Counts = {
    part: FOR_MENTEE.get(part, 0) + FOR_MENTOR.get(part, 0) for part in (*FOR_MENTEE, *FOR_MENTOR)
} | dict.fromkeys(("scarcity", "attributes", "feedback"), 1)


class Worth:
    """Common minutes and points of a pool."""

    def __init__(self, pool: Pool, sides: Sides) -> None:
        mentors, mentees = candidates(sides.mentors), candidates(sides.mentees)
        self._terms = pool.terms
        self._weeks = _week_numbers(pool, mentors), _week_numbers(pool, mentees)
        self._minutes = common(self._weeks[0][0], self._weeks[1][0])
        self._taught = _taught(mentors, mentees)
        self._hobbies = hot([one.hobbies for one in mentors], [one.hobbies for one in mentees])
        self._drive = whole(one.motivation - 1 for one in mentors)
        self._openness = whole(one.openness - 1 for one in mentees)
        self._sights = Sights(mentors, mentees)
        self._earned = _earned(pool, mentors)
        self._wishes = [
            (rule.points, Relations(rule, mentors, mentees))
            for rule in pool.terms.attribute_rules
            if rule.points is not None
        ]
        self._homes = [
            numbered(
                [getattr(one, home) for one in mentors], [getattr(one, home) for one in mentees]
            )
            for home in ("unit", "site")
        ]
        self._scarce = list(_scarce(mentors, mentees, self._weight("scarcity")))

    def minutes(self, start: int, stop: int) -> NDArray[np.int32]:
        """[mentors from start to stop, mentees]: common free minutes of a week."""
        return np.asarray(
            self._minutes[self._weeks[0][1][start:stop, None], self._weeks[1][1][None, :]]
        )

    def points(
        self, start: int, stop: int, minutes: NDArray[np.int32], counts: Counts = FOR_ALL
    ) -> Whole:
        """[mentors from start to stop, mentees]: the score or what a side has of it, allowed or not."""
        block = slice(start, stop)
        total = np.zeros(minutes.shape, np.int64)
        for part, of_part in self._shares(block, minutes).items():
            weight = self._weight(part)
            if weight and part in counts:
                share, full = of_part()
                total += counts[part] * (weight * np.minimum(share, full) // full)
        if "scarcity" in counts and self._weight("scarcity"):
            total += self._scarcity(block, minutes.shape)
        return total

    def _weight(self, part: str) -> int:
        return max(0, self._terms.weights.get(part, 0))

    def _shares(self, block: slice, minutes: Any) -> Mapping[str, Callable[[], tuple[Any, Any]]]:
        taught, wanted, full = self._taught
        mine, theirs = self._hobbies
        slots = max(1, _FULL_SLOTS * self._terms.common_slot_minutes)
        return {
            "topics": lambda: (_counted(taught[block] @ wanted.T), full[None, :]),
            "hobbies": lambda: (_counted(mine[block] @ theirs.T), _FULL_HOBBIES),
            "availability": lambda: (minutes.astype(np.int64), slots),
            "motivation": lambda: (self._drive[block, None], _STEPS),
            "openness": lambda: (self._openness[None, :], _STEPS),
            "distance": lambda: (self._apart(block), len(self._homes)),
            "exposure": lambda: self._sights.shown(block),
            "feedback": lambda: (self._earned[0][block, None], self._earned[1][block, None]),
            "attributes": lambda: self._granted(block),
        }

    def _apart(self, block: slice) -> Any:
        return sum(
            (one[block, None] != other[None, :]).astype(np.int64) for one, other in self._homes
        )

    def _granted(self, block: slice) -> tuple[Any, int]:
        most = sum(points for points, _ in self._wishes)
        return sum(points * wish.kept(block) for points, wish in self._wishes), max(1, most)

    def _scarcity(self, block: slice, shape: tuple[int, ...]) -> Whole:
        points = np.zeros(shape, np.int64)
        # From the least points up: what is scarcer overwrites.
        for value, mine, theirs in self._scarce:
            points[mine[block] @ theirs.T > 0.5] = value
        return points


def _counted(product: Any) -> Whole:
    return np.asarray(np.rint(product), np.int64)


def _week_numbers(pool: Pool, side: Sequence[Candidate]) -> tuple[list[Arcs], Whole]:
    """The different weeks of a side, and which of them each has."""
    known: dict[Any, int] = {}
    weeks: dict[Arcs, int] = {}
    numbers = []
    for one in side:
        key = one.slots, one.time_zone
        if key not in known:
            arcs = arcs_of(*key, pool.on)
            known[key] = weeks.setdefault(arcs, len(weeks))
        numbers.append(known[key])
    return list(weeks), whole(numbers)


def _taught(mentors: Sequence[Candidate], mentees: Sequence[Candidate]) -> tuple[Hot, Hot, Whole]:
    """Per topic and level what each mentor can teach of it, what each mentee's wish weighs, and the most."""
    wished = sorted({(need.topic, need.level) for one in mentees for need in one.needs})
    columns = {wish: column for column, wish in enumerate(wished)}
    by_topic: dict[str, list[tuple[int, int]]] = {}
    for (topic, level), column in columns.items():
        by_topic.setdefault(topic, []).append((level, column))
    taught = np.zeros((len(mentors), len(columns)), np.float32)
    for place, mentor in enumerate(mentors):
        for offer in mentor.offers:
            for level, column in by_topic.get(offer.topic, ()):
                gap = min(_FULL_GAP, max(0, offer.proficiency - level))
                taught[place, column] = max(taught[place, column], gap)
    wanted = np.zeros((len(mentees), len(columns)), np.float32)
    for place, mentee in enumerate(mentees):
        for need in mentee.needs:
            wanted[place, columns[need.topic, need.level]] += 4 - need.priority
    full = np.maximum(1, _FULL_GAP * wanted.sum(axis=1)).astype(np.int64)
    return taught, wanted, full


def _scarce(
    mentors: Sequence[Candidate], mentees: Sequence[Candidate], weight: int
) -> Iterator[tuple[int, Hot, Hot]]:
    """For each number of points that scarcity gives, ascending: who teaches and who wants what brings it."""
    most = [firsts(one) for one in mentees]
    wanted = Counter(topic for those in most for topic in {topic for topic, _ in those})
    offered = Counter(topic for one in mentors for topic in {offer.topic for offer in one.offers})
    worth = {topic: weight * count // (count + offered[topic]) for topic, count in wanted.items()}
    for value in sorted(set(worth.values()) - {0}):
        mine = [
            {
                (offer.topic, level)
                for offer in one.offers
                if worth.get(offer.topic) == value
                for level in _LEVELS
                if offer.proficiency > level
            }
            for one in mentors
        ]
        yield value, *hot(mine, most)


def _earned(pool: Pool, mentors: Sequence[Candidate]) -> tuple[Whole, Whole]:
    """Of the steps that each mentor's ratings could have reached, how many they did; half below five raters."""
    reached: Counter[UUID] = Counter()
    ratings: Counter[UUID] = Counter()
    given = [line for line in pool.history if line.rated_by_mentee is not None]
    raters = Counter(mentor for mentor, _ in {(line.mentor_id, line.mentee_id) for line in given})
    for line in given:
        if line.rated_by_mentee is not None and raters[line.mentor_id] >= _RATERS:
            reached[line.mentor_id] += line.rated_by_mentee - 1
            ratings[line.mentor_id] += 1
    rated = [ratings[one.person_id] for one in mentors]
    mine = [reached[one.person_id] for one in mentors]
    return (
        whole(own if count else 1 for own, count in zip(mine, rated, strict=True)),
        whole(_STEPS * count if count else 2 for count in rated),
    )
