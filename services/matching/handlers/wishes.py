"""Pins by the lead, and wishes that become one once both sides have asked."""

from dataclasses import dataclass
from uuid import UUID

from services.matching.domain import errors
from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Candidate, Side
from services.matching.domain.pools import lasting_rule
from services.matching.domain.ports import Unit
from services.matching.domain.rounds import Pin, Wish
from services.matching.domain.terms import Terms
from services.matching.domain.wishes import AskedFor, agreed
from services.matching.handlers.pairs import Caller
from services.matching.handlers.releasing import records_of


@dataclass(frozen=True, slots=True)
class Standing:
    """A pin as it stands today: the rule that forbids it, if one does."""

    pin: Pin
    forbidden_by: str | None


@dataclass(frozen=True, slots=True)
class OwnWish:
    """A wish as its wisher sees it; that the other asks, too, is told once both do."""

    wish: AskedFor
    agreed: bool


async def set_pin(unit: Unit, programme_id: UUID, pair: Pairing) -> Pin:
    """Pin two for the next rounds. Raises Conflict with the code of the hard rule that forbids them."""
    terms = await _terms(unit, programme_id)
    sides = await _sides(unit, programme_id, pair)
    if sides is None:
        raise errors.volunteer_unknown()
    rule = await _rule(unit, programme_id, sides, terms)
    if rule is not None:
        raise errors.forbidden(rule)
    unit.pins.put(programme_id, pair)
    return Pin(*pair, Wish.LEAD)


async def remove_pin(unit: Unit, programme_id: UUID, pair: Pairing) -> None:
    """Take a pin back; what both sides wish themselves stays."""
    unit.pins.remove(programme_id, pair)


async def list_pins(unit: Unit, programme_id: UUID) -> list[Standing]:
    """All pins of a programme, and which rule has come to forbid one."""
    terms, found = await _terms(unit, programme_id), []
    for pin in (await records_of(unit, programme_id, ())).pins:
        sides = await _sides(unit, programme_id, (pin.mentor_id, pin.mentee_id))
        rule = await _rule(unit, programme_id, sides, terms) if sides else "not_active"
        found.append(Standing(pin, rule))
    return found


async def ask_for(unit: Unit, caller: Caller, other_id: UUID, side: Side) -> OwnWish:
    """Ask for another volunteer of one's programme. No rule is asked here: its answer would tell of the other."""
    other = await unit.candidates.get(other_id)
    own = [one for one in await unit.candidates.of(caller.volunteer_ids) if _beside(one, other)]
    if other is None or not own:
        raise errors.volunteer_unknown()
    wish = AskedFor(other.programme_id, own[0].id, other_id, side)
    if side not in own[0].roles:
        raise errors.side_not_yours()
    unit.wishes.put(wish)
    return await _seen(unit, caller, wish)


async def take_back(unit: Unit, caller: Caller, other_id: UUID) -> None:
    """Ask for this volunteer no more."""
    for id_ in sorted(caller.volunteer_ids):
        unit.wishes.remove(id_, other_id)


async def list_wishes(unit: Unit, caller: Caller) -> list[OwnWish]:
    """What the caller asks for."""
    wishes = await unit.wishes.about(caller.volunteer_ids)
    both = agreed(wishes)
    return [
        OwnWish(one, one.pair in both) for one in wishes if one.wisher_id in caller.volunteer_ids
    ]


async def _seen(unit: Unit, caller: Caller, wish: AskedFor) -> OwnWish:
    both = agreed(await unit.wishes.about(caller.volunteer_ids))
    return OwnWish(wish, wish.pair in both)


def _beside(one: Candidate, other: Candidate | None) -> bool:
    return other is not None and one.programme_id == other.programme_id and one.id != other.id


async def _terms(unit: Unit, programme_id: UUID) -> Terms:
    programme = await unit.programmes.get(programme_id)
    if programme is None or programme.terms is None:
        raise errors.programme_unknown()
    return programme.terms


async def _sides(
    unit: Unit, programme_id: UUID, pair: Pairing
) -> tuple[Candidate, Candidate] | None:
    found = {one.id: one for one in await unit.candidates.of(pair)}
    sides = [found[id_] for id_ in pair if id_ in found]
    here = [one for one in sides if one.programme_id == programme_id]
    return (here[0], here[1]) if len(here) == len(pair) else None


async def _rule(
    unit: Unit, programme_id: UUID, sides: tuple[Candidate, Candidate], terms: Terms
) -> str | None:
    records = await records_of(unit, programme_id, sides)
    return lasting_rule(*sides, terms, unit.now.date(), records)
