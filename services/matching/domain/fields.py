"""Who takes part in one format of a round, which of them may be paired in it, and how well it was composed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Profile

MARK_BYTES = 3


@dataclass(frozen=True, slots=True)
class Level:
    """One aim of a search: what was reached, and what nothing can exceed (or, of a cost, fall below)."""

    name: str
    value: int
    bound: int

    @property
    def gap(self) -> int:
        """How far from the best the answer can be at most; 0 is proven best."""
        return abs(self.bound - self.value)


@dataclass(frozen=True, slots=True)
class Stage:
    """How one format was composed: who was looked at, what each aim has reached, and how many pairs came of it.

    `unseen` is how many allowed pairs were left aside in a large pool; the levels are about the others.
    """

    format: str
    mentors: int
    mentees: int
    levels: tuple[Level, ...]
    unseen: int = 0
    pairs: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """Mentors and mentees by volunteer id, and the points of each pair that no rule forbids.

    `worth` is 1 and the rounds waited, per mentee; whoever is not named there counts 1.
    """

    round_id: UUID
    mentors: Mapping[UUID, Profile]
    mentees: Mapping[UUID, Profile]
    points: Mapping[Pairing, int]
    worth: Mapping[UUID, int]

    @property
    def people(self) -> Mapping[UUID, Profile]:
        """Everybody, each once; a place that is taken in one role is taken in the other."""
        return {**self.mentors, **self.mentees}

    def worth_of(self, mentee_id: UUID) -> int:
        """What it counts that this mentee finds somebody."""
        return self.worth.get(mentee_id, 1)


def mark(round_id: UUID, mentor_id: UUID, mentee_id: UUID) -> int:
    """The first 24 bits of the pair's SHA-256: what decides between equals, and what nobody can choose."""
    text = f"{round_id}:{mentor_id}:{mentee_id}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:MARK_BYTES])
