"""Why not that one: the rule that forbids the two, or what the round would lose with them."""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Side
from services.matching.domain.explaining.parts import PairReasons, reasons_of
from services.matching.domain.explaining.solving import Levels, Solve
from services.matching.domain.hard_rules import obstacle
from services.matching.domain.past import profiles_of
from services.matching.domain.pins import settle
from services.matching.domain.rounds import Pin, Pool, Wish
from services.matching.domain.score import scarcity_of, score

PINNED = "pinned"
"""No rule forbids the two, but pins take the places that they would need."""


class Verdict(StrEnum):
    """What there is to say of two: they are a pair, may not be one, or could be one at a price."""

    MATCHED = "matched"
    FORBIDDEN = "forbidden"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class Loser:
    """A volunteer who has a partner on this side, and would have none."""

    volunteer_id: UUID
    side: Side


@dataclass(frozen=True, slots=True)
class WhyNot:
    """The answer. `reason` is the code of the rule that forbids; the levels are there for a price.

    `why` are the parts of the score that the two have together, where no rule forbids them.
    """

    verdict: Verdict
    reason: str | None = None
    why: PairReasons | None = None
    before: Levels | None = None
    after: Levels | None = None
    falls_out: tuple[Loser, ...] = ()
    comes_in: tuple[Loser, ...] = ()


def why_not(pool: Pool, pairing: Pairing, solve: Solve) -> WhyNot:
    """Why a mentor and a mentee of the pool are no pair of its best answer. Raises KeyError for a stranger."""
    forced = replace(pool, pins=(*pool.pins, Pin(*pairing, Wish.LEAD)))
    reason = _forbidden(pool, forced, pairing)
    if reason is not None:
        return WhyNot(Verdict.FORBIDDEN, reason)
    before, why = solve(pool), _together(pool, pairing)
    if pairing in before.pairs:
        return WhyNot(Verdict.MATCHED, why=why)
    after = solve(forced)
    return WhyNot(
        Verdict.PRICE,
        why=why,
        before=before.levels,
        after=after.levels,
        falls_out=_losers(before.matched - after.matched),
        comes_in=_losers(after.matched - before.matched),
    )


def _forbidden(pool: Pool, forced: Pool, pairing: Pairing) -> str | None:
    mentors, mentees = profiles_of(pool, Side.MENTOR), profiles_of(pool, Side.MENTEE)
    rule = obstacle(mentors[pairing[0]], mentees[pairing[1]], pool.terms)
    if rule is not None:
        return rule
    # The pins of the round are kept first: a question takes no place from them.
    before, after = (
        {_pair(pin) for pin in settle(one, mentors, mentees)[0]} for one in (pool, forced)
    )
    return None if after == before | {pairing} else PINNED


def _together(pool: Pool, pairing: Pairing) -> PairReasons:
    mentors, mentees = profiles_of(pool, Side.MENTOR), profiles_of(pool, Side.MENTEE)
    mentor, mentee = mentors[pairing[0]], mentees[pairing[1]]
    scarcity = scarcity_of(mentors.values(), mentees.values())
    return reasons_of(mentor, mentee, pool.terms, score(mentor, mentee, pool.terms, scarcity))


def _pair(pin: Pin) -> Pairing:
    return pin.mentor_id, pin.mentee_id


def _losers(them: frozenset[tuple[UUID, Side]]) -> tuple[Loser, ...]:
    return tuple(Loser(*one) for one in sorted(them))
