"""What enrollment tells, and what follows from it for proposals and pairs."""

from uuid import UUID

from services.matching.domain.candidates import Candidate, Entrant, Profile
from services.matching.domain.hard_rules import obstacle
from services.matching.domain.pairs import LIVE, Pair, PairState
from services.matching.domain.pools import load
from services.matching.domain.ports import Unit
from services.matching.domain.terms import Terms
from services.matching.handlers.pairs import keep


async def learn_terms(unit: Unit, programme_id: UUID, terms: Terms) -> None:
    """A programme was opened or changed; what is proposed already stays proposed."""
    unit.programmes.put_terms(programme_id, terms)


async def learn_cohort(unit: Unit, programme_id: UUID, cohort_id: UUID) -> None:
    """A cohort was opened."""
    unit.programmes.put_cohort(programme_id, cohort_id)


async def close_programme(unit: Unit, programme_id: UUID) -> None:
    """Nobody is paired here any more: open proposals are void, running pairs go on to their end."""
    unit.programmes.close(programme_id)
    states = [PairState.PROPOSED]
    for pair in await unit.pairs.in_programme(programme_id, states, after=None, limit=0):
        keep(unit, pair.void())


async def learn_candidate(unit: Unit, candidate: Candidate) -> None:
    """A volunteer changed. Who leaves frees the partner; a proposal that is not allowed any more is void."""
    unit.candidates.put(candidate)
    live = [PairState.PROPOSED, PairState.FORMED]
    for pair in await unit.pairs.of_volunteers([candidate.id], live):
        if candidate.withdrawn:
            keep(unit, pair.leave())
        elif pair.state is PairState.PROPOSED and await _overtaken(unit, pair, candidate):
            keep(unit, pair.void())


async def forget_candidate(unit: Unit, volunteer_id: UUID) -> None:
    """A volunteer was erased: the partner is free, and nothing of them is kept to match by."""
    for pair in await unit.pairs.of_volunteers([volunteer_id], LIVE):
        keep(unit, pair.leave())
    unit.candidates.remove(volunteer_id)


async def _overtaken(unit: Unit, pair: Pair, candidate: Candidate) -> bool:
    """Whether the two could not be proposed to each other today."""
    if load(candidate.person_id, await unit.pairs.of_people([candidate.person_id])) > (
        candidate.capacity
    ):
        return True
    programme = await unit.programmes.get(pair.programme_id)
    mentor, mentee = [
        candidate if one == candidate.id else await unit.candidates.get(one)
        for one in (pair.mentor_id, pair.mentee_id)
    ]
    if programme is None or programme.terms is None or mentor is None or mentee is None:
        return False
    on = unit.now.date()
    one, other = (Profile.of(Entrant(side, (), free=1), on) for side in (mentor, mentee))
    return obstacle(one, other, programme.terms) is not None
