"""A round of matching: what goes in, what comes out, and the states between."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.matching.domain.candidates import Entrant, Side
from services.matching.domain.errors import round_not_drafted, round_taken_over
from services.matching.domain.fields import Stage
from services.matching.domain.reports import Report
from services.matching.domain.routines import Cause, Release
from services.matching.domain.shadows import Comparison, Shadow
from services.matching.domain.terms import PARTNERSHIP, Terms
from services.matching.domain.weeks import Slot

ATTEMPTS = 3
"""How often a round is taken up again after its worker died, before it counts as failed."""

REMOVED = "removed"
"""The reason of those whose match the lead took out of a draft."""


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
    group_id: UUID | None = None
    starts_at: datetime | None = None
    """When a sprint starts, UTC."""

    @property
    def places(self) -> tuple[tuple[UUID, Side], ...]:
        """Who has found somebody on which side: in a partnership both teach and both learn."""
        two = self.mentor_id, self.mentee_id
        if self.format == PARTNERSHIP:
            return tuple((one, side) for one in two for side in Side)
        return (self.mentor_id, Side.MENTOR), (self.mentee_id, Side.MENTEE)

    @property
    def day(self) -> date | None:
        """The day on which alone it takes a place of both, UTC; None where it lasts."""
        return None if self.starts_at is None else self.starts_at.date()


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
    stages: tuple[Stage, ...] = ()
    report: Report | None = None

    def without(self, dropped: Collection[Match], reason: str) -> "Outcome":
        """The outcome less some matches; who has no other partner left is unmatched for that reason."""
        kept = tuple(match for match in self.matches if match not in dropped)
        busy = {place for match in kept for place in match.places}
        lost = dict.fromkeys(place for match in dropped for place in match.places)
        late = [Unmatched(*place, reason) for place in lost if place not in busy]
        late.sort(key=lambda one: one.side is Side.MENTOR)
        return replace(self, matches=kept, unmatched=(*self.unmatched, *late))

    def placed(self, match: Match) -> "Outcome":
        """The outcome with this match; what its mentee had before is taken out."""
        place = match.mentee_id, Side.MENTEE
        before = [one for one in self.matches if place in one.places]
        rest = self.without(before, REMOVED)
        left = (one for one in rest.unmatched if (one.volunteer_id, one.side) not in match.places)
        return replace(rest, matches=(*rest.matches, match), unmatched=tuple(left))

    def count(self, side: Side) -> int:
        """How many took part on this side."""
        places = {place for match in self.matches for place in match.places}
        return sum(place[1] is side for place in places) + sum(
            one.side is side for one in self.unmatched
        )


class RoundState(StrEnum):
    """Where a round stands."""

    REQUESTED = "requested"
    SOLVING = "solving"
    DRAFTED = "drafted"
    COMPLETED = "completed"
    DISCARDED = "discarded"
    COMPARED = "compared"
    FAILED = "failed"


TO_SOLVE = (RoundState.REQUESTED, RoundState.SOLVING)
"""States in which a worker is to take a round up."""

OPEN = (*TO_SOLVE, RoundState.DRAFTED)
"""States in which a round stands in the way of another one of its programme."""


@dataclass(frozen=True, slots=True)
class Round:
    """One run of matching over all who wait in a cohort.

    `fence` is the number of the claim under which it is solved: only the holder of the newest may finish it.
    Rounds of the first releases were all released at once. `freed` are the volunteers (ids) whose proposals came to
    nothing, where that is the cause: such a round takes in the affected part only. `weights` are those that its pairs
    are weighed by, from when a worker took it up; rounds of earlier releases do not know them.
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
    release: Release = Release.AT_ONCE
    cause: Cause = Cause.LEAD
    freed: tuple[UUID, ...] = ()
    shadow: Shadow | None = None
    weights: Mapping[str, int] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether it stands in the way of another round; a shadow asks nobody, and never does."""
        return self.state in OPEN and self.shadow is None

    @property
    def to_solve(self) -> bool:
        """Whether a worker is to take it up."""
        return self.state in TO_SOLVE

    def start(self, fence: int) -> "Round":
        """Taken up by a worker; raises Conflict when a newer claim holds it or it is over."""
        if not self.to_solve or fence < self.fence:
            raise round_taken_over()
        return replace(self, state=RoundState.SOLVING, fence=fence, attempts=self.attempts + 1)

    def draft(self, fence: int, outcome: Outcome) -> "Round":
        """Solved, for the lead to read; raises Conflict when the round was taken over meanwhile."""
        self.check_claim(fence)
        return self._counted(outcome, RoundState.DRAFTED)

    def give_way(self) -> "Round | None":
        """A round that only matches a few again makes room for a round of all; None where it may not.

        Whoever solves it is refused with its answer, like one whose claim is too old.
        """
        small = self.cause is Cause.REMATCH and self.open
        return replace(self, state=RoundState.DISCARDED) if small else None

    def find_nothing(self, fence: int) -> "Round":
        """Nobody could be matched again, which is no news to the lead; raises Conflict when it was taken over."""
        self.check_claim(fence)
        return replace(self, state=RoundState.DISCARDED)

    def compare(self, fence: int, outcome: Outcome, comparison: Comparison) -> "Round":
        """A shadow is solved; it is never released. Raises Conflict when it was taken over meanwhile."""
        self.check_claim(fence)
        if self.shadow is None:
            raise round_taken_over()
        shown = replace(self.shadow, comparison=comparison)
        return replace(self._counted(outcome, RoundState.COMPARED), shadow=shown)

    def redraft(self, outcome: Outcome) -> "Round":
        """The lead changed the draft; raises Conflict when there is none."""
        self._check_drafted()
        return self._counted(outcome, RoundState.DRAFTED)

    def complete(self, fence: int, outcome: Outcome) -> tuple["Round", "RoundCompleted"]:
        """Solved and released at once; raises Conflict when the round was taken over meanwhile."""
        self.check_claim(fence)
        done = self._counted(outcome, RoundState.COMPLETED)
        return done, RoundCompleted(done)

    def let_go(self, outcome: Outcome) -> tuple["Round", "RoundCompleted"]:
        """The lead releases the draft; raises Conflict when there is none."""
        self._check_drafted()
        done = self._counted(outcome, RoundState.COMPLETED)
        return done, RoundCompleted(done)

    def discard(self) -> "Round":
        """The lead throws the draft away; raises Conflict when there is none."""
        self._check_drafted()
        return replace(self, state=RoundState.DISCARDED)

    def fail(self, fence: int, failure: str) -> "Round":
        """Given up; raises Conflict when the round was taken over meanwhile."""
        self.check_claim(fence)
        return replace(self, state=RoundState.FAILED, failure=failure)

    def _counted(self, outcome: Outcome, state: RoundState) -> "Round":
        return replace(
            self,
            state=state,
            mentors=outcome.count(Side.MENTOR),
            mentees=outcome.count(Side.MENTEE),
            matched=len(outcome.matches),
            unmatched=dict(sorted(Counter(one.reason for one in outcome.unmatched).items())),
            input_hash=outcome.input_hash,
            policy_hash=outcome.policy_hash,
        )

    def check_claim(self, fence: int) -> None:
        """Raises Conflict unless the round is solved under this claim."""
        if self.state is not RoundState.SOLVING or fence != self.fence:
            raise round_taken_over()

    def _check_drafted(self) -> None:
        if self.state is not RoundState.DRAFTED:
            raise round_not_drafted(self.state)


@dataclass(frozen=True, slots=True)
class RoundCompleted:
    """A round ended with its proposals."""

    round: Round
