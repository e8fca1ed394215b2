"""Questions about a round: asked by its lead or by the round itself, answered by whichever worker claims them."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Side
from services.matching.domain.explaining.answers import Answer
from services.matching.domain.rounds import Pool

LARGEST = 15 * 1024 * 1024
"""Bytes of a pool that is kept; a document of MongoDB holds 16 MiB."""
BYTES_OF_ID = 32
WAITING_MOST = 50
"""So many questions about a round may wait for an answer; each may solve it twice."""
ATTEMPTS = 3
"""How often a question is taken up again after its worker died, before it counts as failed."""


class Topic(StrEnum):
    """What is asked: why two are a pair or not, or what would help who is left."""

    WHY_NOT = "why_not"
    ADVICE = "advice"


class QuestionState(StrEnum):
    """Where a question stands."""

    ASKED = "asked"
    ANSWERED = "answered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Its id follows from what is asked, so that the same is asked and solved once."""

    id: UUID
    programme_id: UUID
    round_id: UUID
    correlation_id: UUID
    asked_at: datetime
    topic: Topic
    mentor_id: UUID | None = None
    mentee_id: UUID | None = None
    state: QuestionState = QuestionState.ASKED
    attempts: int = 0
    failure: str | None = None
    answer: Answer | None = None

    @property
    def pairing(self) -> Pairing | None:
        """The two it is about."""
        if self.mentor_id is None or self.mentee_id is None:
            return None
        return self.mentor_id, self.mentee_id

    def take_up(self) -> "Question":
        """A worker tries it; once too often, and it has failed."""
        if self.attempts >= ATTEMPTS:
            return self.fail("worker_died")
        return replace(self, attempts=self.attempts + 1)

    def answered(self, answer: Answer) -> "Question":
        """With its answer."""
        return replace(self, state=QuestionState.ANSWERED, answer=answer)

    def fail(self, failure: str) -> "Question":
        """Given up; asking again tries again."""
        return replace(self, state=QuestionState.FAILED, failure=failure)

    def again(self, asked_at: datetime) -> "Question":
        """Asked once more after it failed."""
        return replace(self, state=QuestionState.ASKED, attempts=0, failure=None, asked_at=asked_at)


@dataclass(frozen=True, slots=True)
class KeptPool:
    """The pool of a round as it is kept for questions: packed, and whom it holds.

    `people` are all persons who stand anywhere in it, so that it can be found and deleted for each of them.
    """

    round_id: UUID
    programme_id: UUID
    packed: bytes
    people: tuple[UUID, ...]
    mentors: tuple[UUID, ...]
    mentees: tuple[UUID, ...]

    @property
    def volunteers(self) -> frozenset[UUID]:
        """Who takes part in it."""
        return frozenset((*self.mentors, *self.mentees))

    @property
    def too_large(self) -> bool:
        """Whether it fits into no document."""
        ids = len(self.people) + len(self.mentors) + len(self.mentees)
        return len(self.packed) + BYTES_OF_ID * ids > LARGEST


def kept(pool: Pool, programme_id: UUID, packed: bytes) -> KeptPool:
    """The pool with those who can be asked about, and those to whom it belongs."""
    candidates = [entrant.candidate for entrant in pool.entrants]
    people = {one.person_id for one in candidates}
    people.update(*((*one.managers, *one.avoid) for one in candidates))
    people.update(*(entrant.met for entrant in pool.entrants))
    people.update(*((entry.mentor_id, entry.mentee_id) for entry in pool.history))
    mentors, mentees = (
        tuple(sorted(one.candidate.id for one in pool.entrants if side in one.sides))
        for side in (Side.MENTOR, Side.MENTEE)
    )
    return KeptPool(pool.round_id, programme_id, packed, tuple(sorted(people)), mentors, mentees)


def question_id(round_id: UUID, pairing: Pairing | None = None) -> UUID:
    """The id of the question about these two; without them, of the one for advice."""
    return uuid5(round_id, "advice" if pairing is None else f"{pairing[0]}:{pairing[1]}")
