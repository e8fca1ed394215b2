"""The lead forms, ends and replaces by hand, at any time and under all hard rules."""

from dataclasses import dataclass
from uuid import UUID

from services.matching.domain import errors
from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Side
from services.matching.domain.drafts import chosen
from services.matching.domain.pairs import Ending, Pair, propose
from services.matching.domain.pools import pool_of
from services.matching.domain.ports import Unit
from services.matching.handlers.named import terms_to_propose_by
from services.matching.handlers.pairs import keep
from services.matching.handlers.releasing import records_of


@dataclass(frozen=True, slots=True)
class PairOf:
    """A pair of this programme."""

    programme_id: UUID
    pair_id: UUID


async def propose_by_hand(unit: Unit, programme_id: UUID, them: Pairing) -> Pair:
    """Ask a mentor and a mentee whom the lead chose. Raises Conflict with the code of the rule that forbids them."""
    id_ = unit.new_id()
    sides = {one.id: one for one in await unit.candidates.of(them)}
    if len(sides) < len(set(them)) or any(
        one.programme_id != programme_id for one in sides.values()
    ):
        raise errors.volunteer_unknown()
    mentor, mentee = (sides[one] for one in them)
    # Held until the end: whoever else would use a place of these two looks again.
    unit.programmes.claim(programme_id, by=id_)
    unit.candidates.claim({mentor.person_id, mentee.person_id}, by=id_)
    terms = await terms_to_propose_by(unit, programme_id, mentor.cohort_id)
    candidates = await unit.candidates.in_cohort(programme_id, mentor.cohort_id)
    records = await records_of(unit, programme_id, candidates)
    pool = pool_of(id_, terms, unit.now.date(), candidates, records)
    match = chosen(pool, them, candidates)
    return keep(unit, propose(id_, None, match, (mentor, mentee), terms, unit.now))


async def end_by_lead(unit: Unit, which: PairOf, ending: Ending) -> Pair:
    """End a running pair; both are free again."""
    return keep(unit, (await _known(unit, which)).end(ending))


async def replace_side(unit: Unit, which: PairOf, side: Side, volunteer_id: UUID) -> Pair:
    """End a running pair and ask the one who stays and somebody new, or do neither."""
    pair = await end_by_lead(unit, which, Ending.STOPPED)
    them = (volunteer_id, pair.mentee_id) if side is Side.MENTOR else (pair.mentor_id, volunteer_id)
    return await propose_by_hand(unit, which.programme_id, them)


async def _known(unit: Unit, which: PairOf) -> Pair:
    pair = await unit.pairs.get(which.pair_id)
    if pair is None or pair.programme_id != which.programme_id:
        raise errors.pair_unknown()
    return pair
