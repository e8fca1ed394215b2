"""The mentors of a round as numpy columns: what the rules and the score read of all of them at once."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.candidates import Profile
from services.matching.solver.weeks import Weeks
from services.matching.solver.words import Words

Where = Mapping[Any, NDArray[np.int64]]
"""Of a person or another key: the columns of the mentors who have to do with it, in ascending order."""


@dataclass(frozen=True, slots=True)
class Codes:
    """One text each as a number; a text that no mentor has is -1."""

    numbers: Mapping[Any, int]
    column: NDArray[np.int32]

    @classmethod
    def of(cls, texts: Sequence[Any]) -> "Codes":
        """The numbers of these texts."""
        numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        return cls(numbers, np.array([numbers[text] for text in texts], np.int32))

    def same(self, text: Any) -> NDArray[np.bool_]:
        """Who has this text."""
        found: NDArray[np.bool_] = self.column == self.numbers.get(text, -1)
        return found


@dataclass(frozen=True, slots=True)
class Mentors:
    """Columns in ascending order of the mentors' ids; `proficiency` is per topic that a mentee wants."""

    profiles: tuple[Profile, ...]
    active: NDArray[np.bool_]
    busy: NDArray[np.bool_]
    full: NDArray[np.bool_]
    level: NDArray[np.int32]
    intake: Codes
    unit: Codes
    site: Codes
    zone: Codes
    proficiency: Mapping[str, NDArray[np.int16]]
    formats: Words
    languages: Words
    hobbies: Words
    weeks: Weeks
    of_person: Where
    of_manager: Where
    below: Where
    near_below: Where
    refusing: Where

    def __len__(self) -> int:
        return len(self.profiles)


def columns(mentors: Sequence[Profile], mentees: Sequence[Profile]) -> Mentors:
    """The columns; of what only mentors have to do with nothing is kept that no mentee can ask for."""
    people = {mentee.candidate.person_id for mentee in mentees}
    own = [mentor.candidate for mentor in mentors]

    def words(values: Callable[[Profile], Collection[str]]) -> Words:
        asked = {value for mentee in mentees for value in values(mentee)}
        return Words.of([set(values(mentor)) for mentor in mentors], asked)

    return Mentors(
        profiles=tuple(mentors),
        active=np.array([mentor.active for mentor in mentors], bool),
        busy=np.array([one.hours_per_month <= 0 for one in own], bool),
        full=np.array([mentor.free <= 0 for mentor in mentors], bool),
        level=np.array([one.level for one in own], np.int32),
        intake=Codes.of([(one.programme_id, one.cohort_id) for one in own]),
        unit=Codes.of([one.unit for one in own]),
        site=Codes.of([one.site for one in own]),
        zone=Codes.of([one.time_zone for one in own]),
        proficiency=_proficiency(mentors, mentees),
        formats=words(lambda one: one.formats),
        languages=words(lambda one: one.languages),
        hobbies=words(lambda one: one.candidate.hobbies),
        weeks=Weeks([mentor.week for mentor in mentors]),
        of_person=_where([one.person_id] for one in own),
        of_manager=_where(mentor.direct for mentor in mentors),
        below=_where(mentor.chain & people for mentor in mentors),
        near_below=_where(mentor.near_chain & people for mentor in mentors),
        refusing=_where(mentor.unavailable & people for mentor in mentors),
    )


def _proficiency(
    mentors: Sequence[Profile], mentees: Iterable[Profile]
) -> Mapping[str, NDArray[np.int16]]:
    wanted = {need.topic for mentee in mentees for need in mentee.candidate.needs}
    found = {topic: np.zeros(len(mentors), np.int16) for topic in sorted(wanted)}
    for column, mentor in enumerate(mentors):
        for topic, proficiency in mentor.proficiency.items():
            if topic in found:
                found[topic][column] = proficiency
    return found


def _where(keys: Iterable[Iterable[UUID]]) -> Where:
    places: dict[UUID, list[int]] = defaultdict(list)
    for column, own in enumerate(keys):
        for key in own:
            places[key].append(column)
    return {key: np.array(own, np.int64) for key, own in places.items()}
