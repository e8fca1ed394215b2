"""Rounds: requested by a lead, solved by whichever worker claims them, turned into proposals."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from services.matching.domain import errors
from services.matching.domain.candidates import Candidate, Side
from services.matching.domain.drafts import Draft
from services.matching.domain.pools import Waiter, affected, pool_of, waiters, waiting
from services.matching.domain.ports import Unit
from services.matching.domain.rounds import ATTEMPTS, Outcome, Pool, Round
from services.matching.domain.routines import Cause, Release
from services.matching.domain.terms import Terms
from services.matching.handlers.named import round_of, terms_to_propose_by
from services.matching.handlers.releasing import (
    ask_again,
    ask_all,
    records_of,
    records_with_waits,
    terms_or_end,
)
from services.matching.handlers.shadows import compare, records_before


@dataclass(frozen=True, slots=True)
class RequestRound:
    """A lead wants a round for a cohort; `correlation_id` names the request."""

    programme_id: UUID
    cohort_id: UUID
    correlation_id: UUID
    release: Release = Release.BY_LEAD


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's hold on a round; a newer claim has a greater fence."""

    round_id: UUID
    fence: int


async def request_round(
    unit: Unit, command: RequestRound, cause: Cause = Cause.LEAD, freed: tuple[UUID, ...] = ()
) -> Round:
    """Put a round on the list of what workers solve; one per programme at a time."""
    await terms_to_propose_by(unit, command.programme_id, command.cohort_id)
    standing = await unit.rounds.open_in(command.programme_id)
    if standing is not None:
        _make_room(unit, standing, cause)
    round_ = Round(
        id=unit.new_id(),
        programme_id=command.programme_id,
        cohort_id=command.cohort_id,
        correlation_id=command.correlation_id,
        requested_at=unit.now,
        release=command.release,
        cause=cause,
        freed=freed,
    )
    unit.rounds.add(round_)
    unit.note("round.requested", round_id=round_.id, programme_id=round_.programme_id, cause=cause)
    return round_


def _make_room(unit: Unit, standing: Round, cause: Cause) -> None:
    """A round of all takes in whom a rematch would match again, so nobody waits for that one."""
    gone = None if cause is Cause.REMATCH else standing.give_way()
    if gone is None:
        raise errors.round_running()
    unit.drafts.remove(gone.id)
    unit.rounds.save(gone)
    unit.note("round.discarded", round_id=gone.id, programme_id=gone.programme_id)


async def read_round(unit: Unit, programme_id: UUID, round_id: UUID) -> Round:
    """A round of this programme."""
    return await round_of(unit, programme_id, round_id)


async def list_rounds(
    unit: Unit, programme_id: UUID, before: UUID | None, limit: int
) -> list[Round]:
    """A page of the programme's rounds, the newest first: drafts that started by themselves are found here."""
    return await unit.rounds.in_programme(programme_id, before=before, limit=limit)


async def count_waiting(unit: Unit, programme_id: UUID) -> Mapping[Side, int]:
    """How many of each side the next round would take in, over all open cohorts of the programme."""
    people = await _who_may_wait(unit, programme_id)
    return waiting(people, await records_of(unit, programme_id, people))


async def list_waiting(
    unit: Unit, programme_id: UUID, after: UUID | None, limit: int
) -> list[Waiter]:
    """A page of those who wait, by id: since when, and how many rounds have left them over."""
    people = await _who_may_wait(unit, programme_id)
    records = await records_with_waits(unit, programme_id, people)
    # Somebody in both roles stands on two lines; a page is cut between volunteers.
    page = [one for one in people if after is None or one.id > after]
    page = sorted(page, key=lambda one: one.id)
    since = await unit.candidates.known_since([one.id for one in page])
    found = waiters(page, records, since)
    last = {one.volunteer_id for one in found[:limit]}
    return [one for one in found if one.volunteer_id in last]


async def _who_may_wait(unit: Unit, programme_id: UUID) -> list[Candidate]:
    programme = await unit.programmes.get(programme_id)
    if programme is None:
        raise errors.programme_unknown()
    people: list[Candidate] = []
    for cohort_id in programme.open_cohorts:
        people += await unit.candidates.in_cohort(programme_id, cohort_id)
    return people


async def list_unfinished(unit: Unit) -> list[Round]:
    """The rounds that wait for a worker or are with one, the oldest first; drafts wait for nobody."""
    return await unit.rounds.unfinished()


async def start_round(unit: Unit, claim: Claim) -> Pool | None:
    """Take a round up and gather who takes part; None where it is over or must be given up."""
    round_ = await _known(unit, claim)
    if not round_.to_solve:
        return None
    programme = await unit.programmes.get(round_.programme_id)
    started = round_.start(claim.fence)
    terms = terms_or_end(programme, round_)
    if isinstance(terms, str) or started.attempts > ATTEMPTS:
        _give_up(unit, started, claim, terms if isinstance(terms, str) else "worker_died")
        return None
    started = replace(started, weights=terms.weights)
    unit.rounds.save(started)
    unit.note("round.started", round_id=round_.id, fence=claim.fence, attempt=started.attempts)
    return await _pool(unit, started, terms)


async def finish_round(unit: Unit, claim: Claim, outcome: Outcome) -> None:
    """Keep the solver's answer as a draft, or turn it into proposals, as far as it is still allowed."""
    round_ = await _known(unit, claim)
    unit.programmes.claim(round_.programme_id, by=round_.id)
    terms = terms_or_end(await unit.programmes.get(round_.programme_id), round_)
    if isinstance(terms, str):
        _give_up(unit, round_, claim, terms)
    elif round_.shadow is not None:
        await compare(unit, round_, claim.fence, outcome)
    elif round_.cause is Cause.REMATCH and not outcome.matches:
        unit.rounds.save(round_.find_nothing(claim.fence))
        unit.note("round.discarded", round_id=round_.id, programme_id=round_.programme_id)
    elif round_.release is Release.BY_LEAD:
        drafted = round_.draft(claim.fence, outcome)
        unit.rounds.save(drafted)
        unit.drafts.put(Draft(round_.id, replace(outcome, report=None)))
        unit.note("round.drafted", round_id=round_.id, pairs=drafted.matched, fence=claim.fence)
    else:
        outcome, asked = await ask_again(unit, round_, terms, outcome)
        _, completed = round_.complete(claim.fence, outcome)
        ask_all(unit, completed, terms, outcome, asked)


async def fail_round(unit: Unit, claim: Claim, failure: str) -> None:
    """Give a round up; the lead sees why and may start another."""
    _give_up(unit, await _known(unit, claim), claim, failure)


def _give_up(unit: Unit, round_: Round, claim: Claim, failure: str) -> None:
    unit.rounds.save(round_.fail(claim.fence, failure))
    unit.note("round.failed", level=logging.ERROR, round_id=round_.id, reason=failure)


async def _pool(unit: Unit, round_: Round, terms: Terms) -> Pool:
    """Who takes part; who was freed until now waits in it, and needs no further round for that."""
    people = await unit.candidates.in_cohort(round_.programme_id, round_.cohort_id)
    if round_.shadow is not None:
        before = await records_before(unit, round_, people)
        return pool_of(round_.id, round_.shadow.terms, unit.now.date(), people, before)
    records = await records_with_waits(unit, round_.programme_id, people)
    if round_.cause is Cause.REMATCH:
        people = list(affected(round_, people, records))
    else:
        unit.pairs.rematched(round_.cohort_id)
    return pool_of(round_.id, terms, unit.now.date(), people, records)


async def _known(unit: Unit, claim: Claim) -> Round:
    round_ = await unit.rounds.get(claim.round_id)
    if round_ is None:
        raise errors.round_unknown()
    return round_
