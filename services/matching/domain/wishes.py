"""Wishes: who asks for whom. Nobody reads one before both have asked; then the two are pinned."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Side
from services.matching.domain.rounds import Pin, Wish


@dataclass(frozen=True, slots=True)
class AskedFor:
    """One volunteer asks for another; `side` is the asking one's own in the pair that is wished."""

    programme_id: UUID
    wisher_id: UUID
    other_id: UUID
    side: Side

    @property
    def pair(self) -> Pairing:
        """Mentor and mentee of the pair that is wished."""
        them = (self.wisher_id, self.other_id)
        return them if self.side is Side.MENTOR else (self.other_id, self.wisher_id)


def agreed(wishes: Iterable[AskedFor]) -> set[Pairing]:
    """The pairs that both sides wish."""
    askers: dict[Pairing, set[UUID]] = {}
    for wish in wishes:
        askers.setdefault(wish.pair, set()).add(wish.wisher_id)
    return {pair for pair, who in askers.items() if who.issuperset(pair)}


def pinned(pins: Iterable[Pin], wishes: Iterable[AskedFor]) -> tuple[Pin, ...]:
    """All pins, in the order of the two; what both sides wish themselves stands before the lead's own."""
    by = {(pin.mentor_id, pin.mentee_id): pin.by for pin in pins}
    by |= dict.fromkeys(agreed(wishes), Wish.BOTH)
    return tuple(Pin(*pair, who) for pair, who in sorted(by.items()))
