"""Proposals and pairs: both sides answer, time runs out, a pair ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.matching.domain import errors
from services.matching.domain.candidates import Side
from services.matching.domain.declines import Decline, Reason, told
from services.matching.domain.pairs import Ending, Pair, PairState, Step
from services.matching.domain.ports import Unit

AT_ONCE = 200
# From here on the two are together, or have said no; a wish for each other has to be a new one.
_WISH_HEARD = (PairState.FORMED, PairState.DECLINED, PairState.EXPIRED)
RUNNING_OR_OVER = (PairState.FORMED, PairState.ENDED)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the volunteers that one person is."""

    volunteer_ids: frozenset[UUID]


def keep(unit: Unit, step: Step) -> Pair:
    """Store what was decided and tell it; a step without a fact changed nothing."""
    if not step.facts:
        return step.pair
    pair = replace(step.pair, changed_at=unit.now)
    unit.pairs.put(pair)
    if pair.state in _WISH_HEARD:
        unit.pins.remove(pair.programme_id, (pair.mentor_id, pair.mentee_id))
        unit.wishes.fulfilled((pair.mentor_id, pair.mentee_id))
    unit.publish(*step.facts)
    return pair


async def accept(unit: Unit, caller: Caller, pair_id: UUID) -> Pair:
    """The caller's side says yes."""
    pair, side = await _own(unit, caller, pair_id)
    programme = await unit.programmes.get(pair.programme_id)
    if programme is None or programme.terms is None:
        raise errors.programme_unknown()
    return keep(unit, pair.accept(side, unit.now, programme.terms))


async def decline(unit: Unit, caller: Caller, pair_id: UUID, reason: Reason | None = None) -> Pair:
    """The caller's side says no; both are free again. The reason is kept beside the pair, never told with it."""
    pair, side = await _own(unit, caller, pair_id)
    declined = keep(unit, pair.decline(side, unit.now))
    if reason is not None:
        whose = pair.mentor_id if side is Side.MENTOR else pair.mentee_id
        unit.declines.add(Decline(pair.id, pair.programme_id, whose, reason))
    return declined


async def count_declines(unit: Unit, programme_id: UUID) -> Mapping[str, int]:
    """Reasons that were given often enough to point at nobody."""
    return told(await unit.declines.count(programme_id))


async def end_pair(unit: Unit, caller: Caller, pair_id: UUID, ending: Ending) -> Pair:
    """Either side ends a running pair; both are free again."""
    pair, _ = await _own(unit, caller, pair_id)
    return keep(unit, pair.end(ending))


async def list_proposals(unit: Unit, caller: Caller) -> Sequence[Pair]:
    """The caller's open proposals."""
    return await unit.pairs.of_volunteers(caller.volunteer_ids, [PairState.PROPOSED])


async def list_pairs(unit: Unit, caller: Caller) -> Sequence[Pair]:
    """The caller's pairs, running and over."""
    return await unit.pairs.of_volunteers(caller.volunteer_ids, RUNNING_OR_OVER)


async def list_programme_pairs(
    unit: Unit, programme_id: UUID, after: UUID | None, limit: int
) -> Sequence[Pair]:
    """A page of a programme's pairs, running and over."""
    return await unit.pairs.in_programme(programme_id, RUNNING_OR_OVER, after=after, limit=limit)


async def expire_due(unit: Unit) -> int:
    """Proposals that nobody, or only one side, answered in time; returns how many."""
    due = await unit.pairs.due(AT_ONCE)
    for pair in due:
        keep(unit, pair.expire())
    return len(due)


async def _own(unit: Unit, caller: Caller, pair_id: UUID) -> tuple[Pair, Side]:
    pair = await unit.pairs.get(pair_id)
    if pair is None:
        raise errors.pair_unknown()
    return pair, pair.side_of(caller.volunteer_ids)
