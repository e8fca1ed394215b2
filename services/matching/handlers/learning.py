"""What enrollment tells, and what follows from it for proposals and pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.candidates import Candidate, Entrant, Profile
from services.matching.domain.composition import hindrance
from services.matching.domain.pairs import LIVE, Pair, PairState
from services.matching.domain.pools import load
from services.matching.domain.ports import Unit
from services.matching.domain.sprints import is_free
from services.matching.domain.terms import Programme, Terms
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
    for pair in await _proposed(unit, programme_id):
        keep(unit, pair.void())


async def close_cohort(unit: Unit, programme_id: UUID, cohort_id: UUID) -> None:
    """Nobody of this cohort is paired any more: its open proposals are void, its running pairs go on."""
    unit.programmes.close_cohort(programme_id, cohort_id)
    for pair in await _proposed(unit, programme_id):
        if pair.cohort_id == cohort_id:
            keep(unit, pair.void())


@dataclass(slots=True)
class Known:
    """What candidates who change together are judged by: read once, and kept up as they are judged."""

    pairs: dict[UUID, Pair]
    candidates: Mapping[UUID, Candidate]
    programmes: Mapping[UUID, Programme]

    def live(self, candidate: Candidate) -> list[Pair]:
        """The open proposals and running pairs of a candidate."""
        return [
            pair
            for pair in self.pairs.values()
            if pair.live and candidate.id in (pair.mentor_id, pair.mentee_id)
        ]


async def look_up(unit: Unit, candidates: Sequence[Candidate]) -> Known:
    """Keep the new states of these volunteers, and read what they have to do with: few reads for many."""
    for candidate in candidates:
        unit.candidates.put(candidate)
    live = await unit.pairs.of_volunteers([one.id for one in candidates], LIVE)
    proposed = [pair for pair in live if pair.state is PairState.PROPOSED]
    if not proposed:
        return Known({pair.id: pair for pair in live}, {}, {})
    of_people = await unit.pairs.of_people({one.person_id for one in candidates})
    sides = {side for pair in proposed for side in (pair.mentor_id, pair.mentee_id)}
    return Known(
        {pair.id: pair for pair in (*live, *of_people)},
        {one.id: one for one in await unit.candidates.of(sides)},
        await unit.programmes.of({pair.programme_id for pair in proposed}),
    )


def learn_candidate(unit: Unit, candidate: Candidate, known: Known) -> None:
    """A volunteer changed. Who leaves frees the partner; a proposal that is not allowed any more is void."""
    for pair in known.live(candidate):
        if candidate.withdrawn:
            known.pairs[pair.id] = keep(unit, pair.leave())
        elif pair.state is PairState.PROPOSED and _overtaken(unit, pair, candidate, known):
            known.pairs[pair.id] = keep(unit, pair.void())


async def forget_candidate(unit: Unit, volunteer_id: UUID) -> None:
    """A volunteer was erased: the partner is free, and nothing of them is kept to match by."""
    candidate = await unit.candidates.get(volunteer_id)
    if candidate is not None:
        # A round that is about to be kept with this one looks again.
        unit.programmes.claim(candidate.programme_id, by=volunteer_id)
    for pair in await unit.pairs.of_volunteers([volunteer_id], LIVE):
        keep(unit, pair.leave())
    unit.candidates.remove(volunteer_id)


async def _proposed(unit: Unit, programme_id: UUID) -> list[Pair]:
    states = [PairState.PROPOSED]
    return await unit.pairs.in_programme(programme_id, states, after=None, limit=0)


def _overtaken(unit: Unit, pair: Pair, candidate: Candidate, known: Known) -> bool:
    """Whether the two could not be proposed to each other today."""
    if load(candidate.person_id, known.pairs.values()) > candidate.capacity:
        return True
    programme = known.programmes.get(pair.programme_id)
    mentor, mentee = (known.candidates.get(one) for one in (pair.mentor_id, pair.mentee_id))
    if programme is None or programme.terms is None or mentor is None or mentee is None:
        return False
    on = unit.now.date()
    one, other = (Profile.of(Entrant(side, (), free=1), on) for side in (mentor, mentee))
    if hindrance(pair.format, one, other, programme.terms) is not None:
        return True
    start = pair.starts_at
    return start is not None and not (is_free(one, start) and is_free(other, start))
