"""Rounds: requested by a lead, solved by whichever worker claims them, turned into proposals."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain import errors
from services.matching.domain.candidates import Candidate, Side
from services.matching.domain.pairs import propose
from services.matching.domain.pools import confirmed, pool_of, waiting
from services.matching.domain.ports import Unit
from services.matching.domain.rounds import ATTEMPTS, Outcome, Pool, Round
from services.matching.domain.terms import Programme, Terms
from services.matching.handlers.pairs import keep


@dataclass(frozen=True, slots=True)
class RequestRound:
    """A lead wants a round for a cohort; `correlation_id` names the request."""

    programme_id: UUID
    cohort_id: UUID
    correlation_id: UUID


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's hold on a round; a newer claim has a greater fence."""

    round_id: UUID
    fence: int


async def request_round(unit: Unit, command: RequestRound) -> Round:
    """Put a round on the list of what workers solve; one per programme at a time."""
    programme = await unit.programmes.get(command.programme_id)
    if programme is None or programme.terms is None:
        raise errors.programme_unknown()
    if programme.closed:
        raise errors.programme_closed()
    if programme.terms.ends_on < unit.now.date():
        raise errors.programme_over()
    if command.cohort_id not in programme.cohorts:
        raise errors.cohort_unknown()
    if command.cohort_id in programme.closed_cohorts:
        raise errors.cohort_closed()
    if await unit.rounds.open_in(programme.id):
        raise errors.round_running()
    round_ = Round(
        id=unit.new_id(),
        programme_id=programme.id,
        cohort_id=command.cohort_id,
        correlation_id=command.correlation_id,
        requested_at=unit.now,
    )
    unit.rounds.add(round_)
    unit.note("round.requested", round_id=round_.id, programme_id=programme.id)
    return round_


async def read_round(unit: Unit, programme_id: UUID, round_id: UUID) -> Round:
    """A round of this programme."""
    round_ = await unit.rounds.get(round_id)
    if round_ is None or round_.programme_id != programme_id:
        raise errors.round_unknown()
    return round_


async def count_waiting(unit: Unit, programme_id: UUID) -> Mapping[Side, int]:
    """How many of each side the next round would take in, over all open cohorts of the programme."""
    programme = await unit.programmes.get(programme_id)
    if programme is None:
        raise errors.programme_unknown()
    people: list[Candidate] = []
    for cohort_id in programme.open_cohorts:
        people += await unit.candidates.in_cohort(programme_id, cohort_id)
    pairs = await unit.pairs.of_people({one.person_id for one in people})
    return waiting(people, pairs)


async def list_unfinished(unit: Unit) -> list[Round]:
    """The rounds that wait for a worker or are with one, the oldest first."""
    return await unit.rounds.unfinished()


async def start_round(unit: Unit, claim: Claim) -> Pool | None:
    """Take a round up and gather who takes part; None where it is over or must be given up."""
    round_ = await _known(unit, claim)
    if not round_.open:
        return None
    programme = await unit.programmes.get(round_.programme_id)
    started = round_.start(claim.fence)
    terms = _terms(programme, round_)
    if isinstance(terms, str) or started.attempts > ATTEMPTS:
        _give_up(unit, started, claim, terms if isinstance(terms, str) else "worker_died")
        return None
    unit.rounds.save(started)
    unit.note("round.started", round_id=round_.id, fence=claim.fence, attempt=started.attempts)
    candidates = await unit.candidates.in_cohort(round_.programme_id, round_.cohort_id)
    return await _pool(unit, started, terms, candidates)


async def finish_round(unit: Unit, claim: Claim, outcome: Outcome) -> None:
    """Turn the solver's answer into proposals, as far as it is still allowed."""
    round_ = await _known(unit, claim)
    unit.programmes.claim(round_.programme_id, by=round_.id)
    programme = await unit.programmes.get(round_.programme_id)
    terms = _terms(programme, round_)
    if isinstance(terms, str):
        return _give_up(unit, round_, claim, terms)
    matched = {id_ for match in outcome.matches for id_ in (match.mentor_id, match.mentee_id)}
    candidates = {one.id: one for one in await unit.candidates.of(matched)}
    unit.candidates.claim({one.person_id for one in candidates.values()}, by=round_.id)
    outcome = confirmed(outcome, await _pool(unit, round_, terms, candidates.values()))
    done, fact = round_.complete(claim.fence, outcome)
    for match in outcome.matches:
        sides = candidates[match.mentor_id], candidates[match.mentee_id]
        keep(unit, propose(unit.new_id(), done, match, sides, terms, unit.now))
    unit.rounds.save(done, outcome)
    unit.publish(fact)
    return None


async def fail_round(unit: Unit, claim: Claim, failure: str) -> None:
    """Give a round up; the lead sees why and may start another."""
    _give_up(unit, await _known(unit, claim), claim, failure)


def _give_up(unit: Unit, round_: Round, claim: Claim, failure: str) -> None:
    unit.rounds.save(round_.fail(claim.fence, failure))
    unit.note("round.failed", level=logging.ERROR, round_id=round_.id, reason=failure)


def _terms(programme: Programme | None, round_: Round) -> Terms | str:
    """The terms to pair by, or why nobody is paired."""
    if programme is None or programme.terms is None:
        return "programme_closed"
    return programme.shut(round_.cohort_id) or programme.terms


async def _known(unit: Unit, claim: Claim) -> Round:
    round_ = await unit.rounds.get(claim.round_id)
    if round_ is None:
        raise errors.round_unknown()
    return round_


async def _pool(unit: Unit, round_: Round, terms: Terms, candidates: Iterable[Candidate]) -> Pool:
    candidates = tuple(candidates)
    pairs = await unit.pairs.of_people({one.person_id for one in candidates})
    return pool_of(round_, terms, unit.now.date(), candidates, pairs)
