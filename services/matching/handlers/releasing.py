"""The matches of a round become proposals, as far as they are still allowed: the same for draft and at once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from services.matching.domain.candidates import Candidate
from services.matching.domain.pairs import propose
from services.matching.domain.pools import confirmed, pool_of
from services.matching.domain.ports import Unit
from services.matching.domain.records import Records
from services.matching.domain.rounds import Outcome, Round, RoundCompleted
from services.matching.domain.terms import Programme, Terms
from services.matching.domain.wishes import pinned
from services.matching.handlers.pairs import keep

Asked = Mapping[UUID, Candidate]
"""Those who are picked, by volunteer id, as they are now."""


def terms_or_end(programme: Programme | None, round_: Round) -> Terms | str:
    """The terms to pair by, or why nobody is paired."""
    if programme is None or programme.terms is None:
        return "programme_closed"
    return programme.shut(round_.cohort_id) or programme.terms


async def records_of(unit: Unit, programme_id: UUID, candidates: Iterable[Candidate]) -> Records:
    """What is kept of these beside their profiles, but for the rounds they waited."""
    pairs = await unit.pairs.of_people({one.person_id for one in candidates})
    lead, both = (
        await unit.pins.in_programme(programme_id),
        await unit.wishes.in_programme(programme_id),
    )
    return Records(tuple(pairs), pins=pinned(lead, both))


async def records_with_waits(
    unit: Unit, programme_id: UUID, candidates: Iterable[Candidate]
) -> Records:
    """What is kept of these beside their profiles, and which rounds have left them over."""
    records = await records_of(unit, programme_id, candidates)
    return replace(records, left_over=await unit.rounds.left_over(programme_id))


async def ask_again(
    unit: Unit, round_: Round, terms: Terms, outcome: Outcome
) -> tuple[Outcome, Asked]:
    """The outcome less what is not allowed any more. Holds all who are picked until the unit of work ends."""
    matched = {id_ for match in outcome.matches for id_ in (match.mentor_id, match.mentee_id)}
    candidates = {one.id: one for one in await unit.candidates.of(matched)}
    unit.candidates.claim({one.person_id for one in candidates.values()}, by=round_.id)
    records = await records_of(unit, round_.programme_id, candidates.values())
    pool = pool_of(round_.id, terms, unit.now.date(), candidates.values(), records)
    return confirmed(outcome, pool), candidates


def ask_all(
    unit: Unit, completed: RoundCompleted, terms: Terms, outcome: Outcome, asked: Asked
) -> Round:
    """Make the proposals, and keep and tell that the round is over."""
    done = completed.round
    # Asked on the terms of now, and weighed by those of the round.
    by = replace(terms, weights=done.weights)
    for match in outcome.matches:
        sides = asked[match.mentor_id], asked[match.mentee_id]
        keep(unit, propose(unit.new_id(), done.id, match, sides, by, unit.now))
    unit.rounds.save(done, outcome)
    unit.publish(completed)
    return done
