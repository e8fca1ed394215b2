"""Between the published language and the domain: contracts come in as candidates and terms, facts go out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.matching.domain import pairs
from services.matching.domain.candidates import Candidate, Need, Offer, Side
from services.matching.domain.declines import FEW
from services.matching.domain.explaining.parts import shown
from services.matching.domain.pairs import Pair, PairFact
from services.matching.domain.ports import Fact
from services.matching.domain.rounds import Round, RoundCompleted
from services.matching.domain.terms import AttributeRule, FormatTerms, Terms
from services.matching.domain.weeks import Slot
from shared.contracts.base import Contract
from shared.contracts.enrollment.v1 import (
    CandidateChanged,
    MatchingPolicy,
    ProgrammeTerms,
    WeeklySlot,
)
from shared.contracts.matching import v1
from shared.contracts.reporting.v1 import AnswerGiven

CANDIDATE_FIELDS = CandidateChanged.model_fields
TERMS_FIELDS = {**MatchingPolicy.model_fields, "formats": ProgrammeTerms.model_fields["formats"]}
"""What is read of a volunteer and of a policy, for those who want to know that nothing else was written."""


def candidate(data: CandidateChanged) -> Candidate:
    """The volunteer as matching keeps it."""
    return Candidate(
        id=data.volunteer_id,
        person_id=data.person_id,
        programme_id=data.programme_id,
        cohort_id=data.cohort_id,
        status=data.status,
        roles=tuple(data.roles),
        offers=tuple(Offer(one.topic, one.proficiency) for one in data.offers),
        needs=tuple(Need(one.topic, one.priority, one.level) for one in data.needs),
        formats=tuple(data.formats),
        hours_per_month=data.hours_per_month,
        capacity=data.capacity,
        slots=tuple(Slot(one.weekday, one.start_minute, one.minutes) for one in data.slots),
        time_zone=data.time_zone,
        languages=tuple(data.languages),
        hobbies=tuple(data.hobbies),
        motivation=data.motivation,
        openness=data.openness,
        **_place(data),
        avoid=tuple(data.avoid),
        exposure=tuple(data.exposure),
        has_task=data.has_task,
        until=data.until,
    )


def _place(data: CandidateChanged) -> dict[str, Any]:
    """Where the directory has them."""
    return {
        "unit": data.unit,
        "site": data.site,
        "level": data.level,
        "managers": tuple(data.managers),
        "managers_complete": data.managers_complete,
        "direct_managers": tuple(data.direct_managers),
        "near_managers": tuple(data.near_managers),
    }


def terms(data: ProgrammeTerms) -> Terms:
    """What the programme asks of its pairs."""
    return Terms(
        formats=tuple(
            FormatTerms(one.format, one.people_min, one.days, one.people_max, one.cadence_days)
            for one in data.formats
        ),
        level_gap=data.matching.level_gap,
        common_slot_minutes=data.matching.common_slot_minutes,
        weights=data.matching.weights,
        proposal_expires_hours=data.reminders.proposal_expires_hours,
        ends_on=data.ends_on,
        any_direction=data.matching.direction == "any",
        level_gap_max=data.matching.level_gap_max,
        other_unit=data.matching.other_unit,
        other_site=data.matching.other_site,
        need_floor=data.matching.need_floor,
        attribute_rules=tuple(
            AttributeRule(one.attribute, one.relation, one.points)
            for one in data.matching.attribute_rules
        ),
        stable=data.matching.stable,
    )


def rating(data: AnswerGiven) -> tuple[Side, int] | None:
    """Which side rated the pair how; None for answers to other questions, and what a later version may ask."""
    sides = [side for side in Side if side == data.side]
    given = data.scores.get("rating")
    if data.kind != "feedback" or not sides or given is None:
        return None
    return sides[0], given


def read_candidate(told: Mapping[str, Any]) -> Candidate:
    """The volunteer from the data of a `candidate.changed`; raises pydantic's ValidationError."""
    return candidate(CandidateChanged.model_validate(told))


def read_terms(told: Mapping[str, Any]) -> Terms:
    """The policy from the data of a `programme.opened`; raises pydantic's ValidationError."""
    return terms(ProgrammeTerms.model_validate(told))


def outgoing(fact: Fact) -> tuple[Contract, str]:
    """The fact as others read it, and its key."""
    if isinstance(fact, RoundCompleted):
        return _round(fact.round), str(fact.round.id)
    return _pair_fact(fact), str(fact.pair.id)


def log_line(fact: Fact) -> tuple[str, dict[str, Any]]:
    """The fact as one line of the log: its name and ids."""
    if isinstance(fact, RoundCompleted):
        done = fact.round
        return "round.completed", {"round_id": done.id, "pairs": done.matched, "fence": done.fence}
    of_round = {"round_id": fact.pair.round_id} if fact.pair.round_id else {}
    return _LOG_NAMES[type(fact)], {"pair_id": fact.pair.id, **of_round}


_LOG_NAMES: dict[type[PairFact], str] = {
    pairs.ProposalMade: "proposal.made",
    pairs.ProposalAccepted: "proposal.accepted",
    pairs.ProposalDeclined: "proposal.declined",
    pairs.ProposalExpired: "proposal.expired",
    pairs.ProposalVoided: "proposal.voided",
    pairs.PairFormed: "pair.formed",
    pairs.PairEnded: "pair.ended",
}


def _round(done: Round) -> Contract:
    return v1.RoundCompleted(
        round_id=done.id,
        programme_id=done.programme_id,
        cohort_id=done.cohort_id,
        mentors=_few_or_count(done.mentors),
        mentees=_few_or_count(done.mentees),
        matched=_few_or_count(done.matched),
        unmatched={reason: _few_or_count(count) for reason, count in done.unmatched.items()},
        input_hash=done.input_hash,
        policy_hash=done.policy_hash,
    )


def _few_or_count(count: int) -> str:
    return f"<{FEW}" if 0 < count < FEW else str(count)


def _pair_fact(fact: PairFact) -> Contract:
    pair = fact.pair
    ids = _ids(pair)
    both = ids | {"mentor_id": pair.mentor_id, "mentee_id": pair.mentee_id}
    contract: Contract
    match fact:
        case pairs.ProposalAccepted(side=side):
            contract = v1.ProposalAccepted(**ids, side=side)
        case pairs.ProposalDeclined(side=side):
            contract = v1.ProposalDeclined(**ids, side=side)
        case pairs.ProposalExpired():
            contract = v1.ProposalExpired(**ids)
        case pairs.ProposalVoided():
            contract = v1.ProposalVoided(**ids)
        case pairs.PairFormed(until=until):
            contract = v1.PairFormed(
                **both, format=pair.format, group_id=pair.group_id, until=until
            )
        case pairs.PairEnded(ending=ending):
            contract = v1.PairEnded(**both, outcome=ending)
        case _:
            contract = _made(pair)
    return contract


def _made(pair: Pair) -> Contract:
    return v1.ProposalMade(
        **_ids(pair),
        round_id=pair.round_id,
        mentor_id=pair.mentor_id,
        mentee_id=pair.mentee_id,
        format=pair.format,
        topics=list(pair.topics),
        hobby=pair.hobby,
        slots=[
            WeeklySlot(weekday=one.weekday, start_minute=one.start_minute, minutes=one.minutes)
            for one in pair.slots
        ],
        score=shown(pair.points),
        expires_at=pair.expires_at,
        group_id=pair.group_id,
        starts_at=pair.starts_at,
    )


def _ids(pair: Pair) -> dict[str, UUID]:
    return {"pair_id": pair.id, "programme_id": pair.programme_id, "cohort_id": pair.cohort_id}
