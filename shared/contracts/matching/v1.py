"""Matching's events, major version 1: rounds, proposals and pairs."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.contracts.base import (
    Code,
    Contract,
    FewOrCount,
    Format,
    Id,
    Moment,
    Sha256,
    Side,
    known,
)
from shared.contracts.enrollment.v1 import WeeklySlot


class RoundCompleted(Contract):
    """One run of matching ended. Counts of people below five are not told."""

    round_id: Id
    programme_id: Id
    cohort_id: Id
    mentors: FewOrCount
    mentees: FewOrCount
    matched: FewOrCount
    unmatched: Annotated[dict[Code, FewOrCount], Field(description="reason to count")]
    input_hash: Annotated[Sha256, Field(description="of the pool")]
    policy_hash: Annotated[Sha256, Field(description="of the policy")]


class ProposalFact(Contract):
    """What every fact about a proposal says."""

    pair_id: Id
    programme_id: Id
    cohort_id: Id


class ProposalMade(ProposalFact):
    """Two volunteers are asked whether they want to work together."""

    round_id: Annotated[Id | None, Field(description="null where the lead chose the two")]
    mentor_id: Id
    mentee_id: Id
    format: Format
    topics: Annotated[list[Code], Field(description="offered by one, wanted by the other")]
    hobby: Code | None
    slots: Annotated[list[WeeklySlot], Field(description="common windows, UTC")]
    score: Annotated[dict[Code, int], Field(description="points per part")]
    expires_at: Moment
    group_id: Annotated[Id | None, Field(description="the same for all pairs of a group")] = None
    starts_at: Annotated[Moment | None, Field(description="when a sprint starts")] = None


class ProposalAccepted(ProposalFact):
    """One side said yes."""

    side: Side


class ProposalDeclined(ProposalFact):
    """One side said no; the reason is told to nobody."""

    side: Side


class ProposalExpired(ProposalFact):
    """Nobody, or only one side, answered in time."""


class ProposalVoided(ProposalFact):
    """Overtaken by events: a side left or paused, or has no room any more."""


class PairFormed(Contract):
    """Both sides said yes."""

    pair_id: Id
    programme_id: Id
    cohort_id: Id
    mentor_id: Id
    mentee_id: Id
    format: Format
    group_id: Id | None
    until: date


class PairEnded(Contract):
    """A pair is over and both sides are free again."""

    pair_id: Id
    programme_id: Id
    cohort_id: Id
    mentor_id: Id
    mentee_id: Id
    outcome: Annotated[str, known("completed", "stopped")]
