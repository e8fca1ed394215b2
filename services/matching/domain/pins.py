"""Pins: which can be kept, and which rule forbids the others. A wish never outranks a rule."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from services.matching.domain.candidates import Profile
from services.matching.domain.hard_rules import obstacle
from services.matching.domain.rounds import Pin, Pool, RefusedPin, Wish

NOT_WAITING = "not_waiting"
"""One of the two does not take part in the round on that side."""
NO_PLACE = "no_capacity"

Profiles = Mapping[UUID, Profile]


def settle(
    pool: Pool, mentors: Profiles, mentees: Profiles
) -> tuple[tuple[Pin, ...], tuple[RefusedPin, ...]]:
    """The pins to keep, each pair once, and the others with a code.

    Where there are more than places, the lead's come first, then in the order of their ids.
    """
    left = {id_: profile.free for id_, profile in (*mentors.items(), *mentees.items())}
    kept: dict[UUID, Pin] = {}
    refused: list[RefusedPin] = []
    for pin in _in_order(pool):
        code = _refusal(pin, pool, mentors, mentees)
        if code is None and (pin.mentee_id in kept or not _has_place(left, pin)):
            code = NO_PLACE
        if code is not None:
            refused.append(RefusedPin(pin, code))
            continue
        kept[pin.mentee_id] = pin
        left[pin.mentor_id] -= 1
        left[pin.mentee_id] -= 1
    return tuple(kept.values()), tuple(refused)


def _in_order(pool: Pool) -> Iterator[Pin]:
    seen: set[tuple[UUID, UUID]] = set()
    by_order = sorted(
        pool.pins, key=lambda pin: (pin.by is not Wish.LEAD, pin.mentor_id, pin.mentee_id)
    )
    for pin in by_order:
        if (pin.mentor_id, pin.mentee_id) not in seen:
            seen.add((pin.mentor_id, pin.mentee_id))
            yield pin


def _refusal(pin: Pin, pool: Pool, mentors: Profiles, mentees: Profiles) -> str | None:
    mentor, mentee = mentors.get(pin.mentor_id), mentees.get(pin.mentee_id)
    if mentor is None or mentee is None:
        return NOT_WAITING
    return obstacle(mentor, mentee, pool.terms)


def _has_place(left: Mapping[UUID, int], pin: Pin) -> bool:
    return left[pin.mentor_id] > 0 and left[pin.mentee_id] > 0
