"""The two sides of a pool as number columns, in the order of their ids; made for the checks only."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.candidates import Candidate, Entrant, Side
from services.matching.domain.rounds import Pool

Numbers = NDArray[np.int64]
Hot = NDArray[np.float32]
"""A row per volunteer and a column per value: 1 where they have it. Products of two count exactly up to 2**24."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Who takes part as what, each in ascending order of volunteer id."""

    mentors: tuple[Entrant, ...]
    mentees: tuple[Entrant, ...]
    column: Mapping[UUID, int]
    row: Mapping[UUID, int]

    @classmethod
    def of(cls, pool: Pool) -> "Sides":
        """The sides of a pool."""
        ordered = sorted(pool.entrants, key=lambda entrant: entrant.candidate.id)
        mentors = tuple(one for one in ordered if Side.MENTOR in one.sides)
        mentees = tuple(one for one in ordered if Side.MENTEE in one.sides)
        return cls(mentors, mentees, _places(mentors), _places(mentees))


def _places(entrants: Iterable[Entrant]) -> dict[UUID, int]:
    return {entrant.candidate.id: place for place, entrant in enumerate(entrants)}


def whole(values: Iterable[int]) -> Numbers:
    """Whole numbers as a column."""
    return np.fromiter(values, np.int64)


def numbered(one: Sequence[Hashable], other: Sequence[Hashable]) -> tuple[Numbers, Numbers]:
    """The values of both sides as numbers: equal where the values are."""
    numbers: dict[Hashable, int] = {}
    for value in (*one, *other):
        numbers.setdefault(value, len(numbers))
    return whole(numbers[value] for value in one), whole(numbers[value] for value in other)


def hot(one: Sequence[Iterable[Hashable]], other: Sequence[Iterable[Hashable]]) -> tuple[Hot, Hot]:
    """What each of both sides has of all values that stand on both."""
    shared = {value for values in one for value in values} & {
        value for values in other for value in values
    }
    columns = {value: column for column, value in enumerate(sorted(shared, key=repr))}
    return _hot(one, columns), _hot(other, columns)


def _hot(sides: Sequence[Iterable[Hashable]], columns: Mapping[Hashable, int]) -> Hot:
    table = np.zeros((len(sides), len(columns)), np.float32)
    for place, values in enumerate(sides):
        for value in values:
            if value in columns:
                table[place, columns[value]] = 1
    return table


def candidates(entrants: Iterable[Entrant]) -> list[Candidate]:
    """The candidates of these."""
    return [entrant.candidate for entrant in entrants]


def by_person(entrants: Sequence[Entrant]) -> Mapping[UUID, list[int]]:
    """Where each person stands."""
    places: dict[UUID, list[int]] = defaultdict(list)
    for place, entrant in enumerate(entrants):
        places[entrant.candidate.person_id].append(place)
    return places


def cells(pairs: Iterable[tuple[int, int]]) -> tuple[Any, Any]:
    """Places (mentor, mentee) as an index into a table."""
    table = np.array(sorted(set(pairs)), np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def firsts(mentee: Candidate) -> set[tuple[str, int]]:
    """What a mentee wants most: topics with what they know of them."""
    first = min((need.priority for need in mentee.needs), default=0)
    return {(need.topic, need.level) for need in mentee.needs if need.priority == first}
