"""A pair from the proposal to its end. Both sides say yes, or there is no pair."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

from services.matching.domain.candidates import Candidate, Side
from services.matching.domain.errors import pair_not_running, pair_unknown, proposal_over
from services.matching.domain.rounds import Match
from services.matching.domain.score import shares_of
from services.matching.domain.terms import PARTNERSHIP, Terms
from services.matching.domain.weeks import Slot

Sides = tuple[Candidate, Candidate]
"""Mentor and mentee."""


LATEST = datetime.max.replace(tzinfo=UTC)


class PairState(StrEnum):
    """Where a pair stands."""

    PROPOSED = "proposed"
    FORMED = "formed"
    ENDED = "ended"
    DECLINED = "declined"
    EXPIRED = "expired"
    VOIDED = "voided"


LIVE = (PairState.PROPOSED, PairState.FORMED)
"""States in which a pair takes a place of both people."""

NOT_AGAIN = (*LIVE, PairState.ENDED, PairState.DECLINED, PairState.EXPIRED)
"""States after which the same two are not proposed again. A voided proposal was nobody's answer."""


class Ending(StrEnum):
    """How a pair ended."""

    COMPLETED = "completed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a pair: the volunteer, and the person whose capacity is used."""

    volunteer_id: UUID
    person_id: UUID

    @classmethod
    def of(cls, candidate: Candidate) -> "Party":
        """The candidate as a side."""
        return cls(candidate.id, candidate.person_id)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two volunteers who are asked to work together, do, or did.

    `days` is how long they were asked for: a programme that changes meanwhile changes nothing in that.
    `round_id` None: the lead chose them by hand. `rematch`: it came to nothing, and its two are to be matched again.
    `changed_at` is when it came to its present state, UTC; None for pairs of the first releases.
    """

    id: UUID
    round_id: UUID | None
    programme_id: UUID
    cohort_id: UUID
    mentor: Party
    mentee: Party
    format: str
    days: int
    topics: tuple[str, ...]
    hobby: str | None
    slots: tuple[Slot, ...]
    points: Mapping[str, int]
    expires_at: datetime
    state: PairState = PairState.PROPOSED
    accepted: tuple[Side, ...] = ()
    until: date | None = None
    ending: Ending | None = None
    group_id: UUID | None = None
    group_least: int = 0
    """The least number of pairs without which the group is none."""
    counted_out: bool = False
    """Whether its group was looked at after this pair was over."""
    starts_at: datetime | None = None
    """When a sprint starts, UTC."""
    rematch: bool = False
    changed_at: datetime | None = None
    shares: Mapping[str, int] = field(default_factory=dict)
    """The parts of its score in thousandths of their weight, as it was when the two were asked."""
    rated_by_mentor: int | None = None
    rated_by_mentee: int | None = None
    """From 1 to 5, what each side last said of the pair; None where they did not."""

    @property
    def parties(self) -> tuple[Party, Party]:
        """Mentor and mentee."""
        return self.mentor, self.mentee

    @property
    def mentor_id(self) -> UUID:
        """The volunteer who gives."""
        return self.mentor.volunteer_id

    @property
    def mentee_id(self) -> UUID:
        """The volunteer who receives."""
        return self.mentee.volunteer_id

    @property
    def day(self) -> date | None:
        """The day on which alone it takes a place of both, UTC; None where it lasts."""
        return None if self.starts_at is None else self.starts_at.date()

    @property
    def shrinks(self) -> bool:
        """Whether its group has become smaller by it, and was not looked at since."""
        return self.group_id is not None and not self.live and not self.counted_out

    @property
    def live(self) -> bool:
        """Whether the pair takes a place of both people."""
        return self.state in LIVE

    def side_of(self, volunteer_ids: Collection[UUID]) -> Side:
        """The side that is one of these volunteers; raises NotFound when it is another's pair."""
        if self.mentor_id in volunteer_ids:
            return Side.MENTOR
        if self.mentee_id in volunteer_ids:
            return Side.MENTEE
        raise pair_unknown()

    def sides_of(self, volunteer_id: UUID) -> frozenset[Side]:
        """The sides on which this volunteer has found somebody: in a partnership both teach and both learn."""
        if volunteer_id not in (self.mentor_id, self.mentee_id):
            return frozenset()
        if self.format == PARTNERSHIP:
            return frozenset(Side)
        return frozenset({Side.MENTOR if volunteer_id == self.mentor_id else Side.MENTEE})

    def accept(self, side: Side, now: datetime, terms: Terms) -> "Step":
        """One side says yes; the second yes forms the pair. A yes that was said before is no change."""
        if self.live and side in self.accepted:
            return Step(self)
        self._check_open(now)
        accepted = replace(self, accepted=(*self.accepted, side))
        if len(accepted.accepted) < len(Side):
            return Step(accepted, ProposalAccepted(accepted, side))
        today = now.date() if self.starts_at is None else self.starts_at.date()
        until = terms.last_day(self.days, today)
        formed = replace(accepted, state=PairState.FORMED, until=until)
        return Step(formed, ProposalAccepted(formed, side), PairFormed(formed, until))

    def decline(self, side: Side, now: datetime) -> "Step":
        """One side says no, also after a yes, as long as the other has not answered."""
        self._check_open(now)
        declined = replace(self, state=PairState.DECLINED, rematch=True)
        return Step(declined, ProposalDeclined(declined, side))

    def expire(self) -> "Step":
        """Nobody, or only one side, answered in time."""
        expired = replace(self, state=PairState.EXPIRED, rematch=True)
        return Step(expired, ProposalExpired(expired))

    def void(self) -> "Step":
        """Overtaken by a change before both sides answered."""
        voided = replace(self, state=PairState.VOIDED, rematch=True)
        return Step(voided, ProposalVoided(voided))

    def end(self, ending: Ending) -> "Step":
        """A running pair is over."""
        if self.state is not PairState.FORMED:
            raise pair_not_running()
        ended = replace(self, state=PairState.ENDED, ending=ending)
        return Step(ended, PairEnded(ended, ending))

    def leave(self) -> "Step":
        """One side has left the programme: a proposal is void, a running pair is stopped."""
        return self.end(Ending.STOPPED) if self.state is PairState.FORMED else self.void()

    def _check_open(self, now: datetime) -> None:
        if self.state is not PairState.PROPOSED:
            raise proposal_over(self.state)
        if now >= self.expires_at:
            raise proposal_over(PairState.EXPIRED)


@dataclass(frozen=True, slots=True)
class PairFact:
    """What every fact about a pair carries: the pair as it is after it."""

    pair: Pair


class ProposalMade(PairFact):
    """Two volunteers are asked."""


@dataclass(frozen=True, slots=True)
class ProposalAccepted(PairFact):
    """One side said yes."""

    side: Side


@dataclass(frozen=True, slots=True)
class ProposalDeclined(PairFact):
    """One side said no."""

    side: Side


class ProposalExpired(PairFact):
    """Time ran out."""


class ProposalVoided(PairFact):
    """Overtaken by events."""


@dataclass(frozen=True, slots=True)
class PairFormed(PairFact):
    """Both said yes."""

    until: date


@dataclass(frozen=True, slots=True)
class PairEnded(PairFact):
    """Both are free again."""

    ending: Ending


class Step:
    """A pair after a decision, with the facts to tell."""

    def __init__(self, pair: Pair, *facts: PairFact) -> None:
        self.pair = pair
        self.facts = facts


def propose(
    pair_id: UUID, round_id: UUID | None, match: Match, sides: Sides, terms: Terms, now: datetime
) -> Step:
    """A match of a round, or of the lead's own hand, becomes a question to both, on the terms of now.

    The weights of the terms are those that its points were computed with.
    """
    pair = Pair(
        id=pair_id,
        round_id=round_id,
        programme_id=sides[0].programme_id,
        cohort_id=sides[0].cohort_id,
        mentor=Party.of(sides[0]),
        mentee=Party.of(sides[1]),
        format=match.format,
        days=terms.days_of(match.format),
        topics=match.topics,
        hobby=match.hobby,
        slots=match.slots,
        points=match.points,
        # There is nothing left to answer once a sprint was to have begun.
        expires_at=min(now + terms.proposals_wait, match.starts_at or LATEST),
        group_id=match.group_id,
        group_least=terms.group_least if match.group_id else 0,
        starts_at=match.starts_at,
        shares=shares_of(match.points, terms.weights, ways=2 if match.format == PARTNERSHIP else 1),
    )
    return Step(pair, ProposalMade(pair))
