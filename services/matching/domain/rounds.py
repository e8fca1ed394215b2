"""A round of matching: what goes in, what comes out, and the states between."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.matching.domain.candidates import Entrant, Side
from services.matching.domain.errors import round_taken_over
from services.matching.domain.terms import Terms
from services.matching.domain.weeks import Slot

ATTEMPTS = 3
"""How often a round is taken up again after its worker died, before it counts as failed."""


class Wish(StrEnum):
    """Who pins a pair: the lead, or both sides themselves."""

    LEAD = "lead"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Pin:
    """Two volunteers (ids) who are to be a pair if no rule forbids it."""

    mentor_id: UUID
    mentee_id: UUID
    by: Wish


@dataclass(frozen=True, slots=True)
class RefusedPin:
    """A pin that cannot be kept, with the code of the rule that forbids it."""

    pin: Pin
    reason: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An earlier pair of two people (person ids, not volunteers: it outlives a programme).

    Ratings are 1-5, None where nobody gave one. `shares`: the parts of its score, in thousandths of their
    weight then, where they are known.
    """

    mentor_id: UUID
    mentee_id: UUID
    rated_by_mentor: int | None = None
    rated_by_mentee: int | None = None
    shares: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pool:
    """All that a round is decided on; the solver sees nothing else."""

    round_id: UUID
    on: date
    terms: Terms
    entrants: tuple[Entrant, ...]
    pins: tuple[Pin, ...] = ()
    history: tuple[HistoryEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """Two who fit best, and what the proposal will say of it."""

    mentor_id: UUID
    mentee_id: UUID
    format: str
    topics: tuple[str, ...]
    hobby: str | None
    slots: tuple[Slot, ...]
    points: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A volunteer without a partner on one side, and why."""

    volunteer_id: UUID
    side: Side
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the solver answers. The hashes (SHA-256, hex) name the pool and the policy it is about."""

    matches: tuple[Match, ...]
    unmatched: tuple[Unmatched, ...]
    input_hash: str
    policy_hash: str
    refused_pins: tuple[RefusedPin, ...] = ()

    def without(self, dropped: Collection[Match], reason: str) -> "Outcome":
        """The outcome less some matches; who has no other partner left is unmatched for that reason."""
        kept = tuple(match for match in self.matches if match not in dropped)
        busy = {match.mentor_id for match in kept}
        mentors = {match.mentor_id for match in dropped} - busy
        late = [Unmatched(match.mentee_id, Side.MENTEE, reason) for match in dropped]
        late += [Unmatched(mentor, Side.MENTOR, reason) for mentor in sorted(mentors)]
        return replace(self, matches=kept, unmatched=(*self.unmatched, *late))

    def count(self, side: Side) -> int:
        """How many took part on this side."""
        matched = {
            match.mentor_id if side is Side.MENTOR else match.mentee_id for match in self.matches
        }
        return len(matched) + sum(one.side is side for one in self.unmatched)


class RoundState(StrEnum):
    """Where a round stands."""

    REQUESTED = "requested"
    SOLVING = "solving"
    COMPLETED = "completed"
    FAILED = "failed"


OPEN = (RoundState.REQUESTED, RoundState.SOLVING)


@dataclass(frozen=True, slots=True)
class Round:
    """One run of matching over all who wait in a cohort.

    `fence` is the number of the claim under which it is solved: only the holder of the newest may finish it.
    """

    id: UUID
    programme_id: UUID
    cohort_id: UUID
    correlation_id: UUID
    requested_at: datetime
    state: RoundState = RoundState.REQUESTED
    fence: int = 0
    attempts: int = 0
    mentors: int = 0
    mentees: int = 0
    matched: int = 0
    unmatched: Mapping[str, int] = field(default_factory=dict)
    failure: str | None = None
    input_hash: str = ""
    policy_hash: str = ""

    @property
    def open(self) -> bool:
        """Whether it is still to be solved."""
        return self.state in OPEN

    def start(self, fence: int) -> "Round":
        """Taken up by a worker; raises Conflict when a newer claim holds it or it is over."""
        if not self.open or fence < self.fence:
            raise round_taken_over()
        return replace(self, state=RoundState.SOLVING, fence=fence, attempts=self.attempts + 1)

    def complete(self, fence: int, outcome: Outcome) -> tuple["Round", "RoundCompleted"]:
        """Solved; raises Conflict when the round was taken over meanwhile."""
        self._check(fence)
        done = replace(
            self,
            state=RoundState.COMPLETED,
            mentors=outcome.count(Side.MENTOR),
            mentees=outcome.count(Side.MENTEE),
            matched=len(outcome.matches),
            unmatched=dict(sorted(Counter(one.reason for one in outcome.unmatched).items())),
            input_hash=outcome.input_hash,
            policy_hash=outcome.policy_hash,
        )
        return done, RoundCompleted(done)

    def fail(self, fence: int, failure: str) -> "Round":
        """Given up; raises Conflict when the round was taken over meanwhile."""
        self._check(fence)
        return replace(self, state=RoundState.FAILED, failure=failure)

    def _check(self, fence: int) -> None:
        if self.state is not RoundState.SOLVING or fence != self.fence:
            raise round_taken_over()


@dataclass(frozen=True, slots=True)
class RoundCompleted:
    """A round ended with its proposals."""

    round: Round
