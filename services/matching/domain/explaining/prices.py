"""Why not that one: the rule that forbids the two, or what the pairs one to one would lose with them."""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Side
from services.matching.domain.composition import ORDER, left_after
from services.matching.domain.explaining.parts import PairReasons, reasons_of
from services.matching.domain.explaining.solving import Levels, Solve, Solved
from services.matching.domain.hard_rules import obstacle
from services.matching.domain.past import profiles_of
from services.matching.domain.pins import settle
from services.matching.domain.rounds import Match, Pin, Pool, Wish
from services.matching.domain.score import scarcity_of, score
from services.matching.domain.terms import PARTNERSHIP

PINNED = "pinned"
"""No rule forbids the two, but pins take the places that they would need."""
PAIRED_OTHERWISE = "paired_otherwise"
"""With the pin the two would be a pair in another format, the other way round."""


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

    `why` are the parts of the score that the two have together, where no rule forbids them; of a partnership, which is
    scored both ways, there are none. `format` is the one in which two are a pair, where that is not one to one. The
    levels are those of the pairs one to one; who falls out or comes in is seen over all formats, and `recomposed` says
    whether others of these would be put together in another way.
    """

    verdict: Verdict
    reason: str | None = None
    why: PairReasons | None = None
    before: Levels | None = None
    after: Levels | None = None
    falls_out: tuple[Loser, ...] = ()
    comes_in: tuple[Loser, ...] = ()
    format: str | None = None
    recomposed: bool = False


def why_not(pool: Pool, pairing: Pairing, solve: Solve) -> WhyNot:
    """Why a mentor and a mentee of the pool are no pair of its best answer. Raises KeyError for a stranger."""
    forced = replace(pool, pins=(*pool.pins, Pin(*pairing, Wish.LEAD)))
    reason = _forbidden(pool, forced, pairing)
    # Who may not be paired one to one may be a pair in another format: that takes solving.
    composes = any(pool.terms.of(format_) for format_ in ORDER)
    before = solve(pool) if reason is None or composes else None
    met = before.other_match(pairing) if before else None
    if met is not None:
        return WhyNot(Verdict.MATCHED, why=_composed(pool, met), format=met.format)
    if reason is not None or before is None:
        return WhyNot(Verdict.FORBIDDEN, reason)
    if pairing in before.pairs:
        return WhyNot(Verdict.MATCHED, why=_together(left_after(pool, before.composed), pairing))
    after = solve(forced)
    if pairing not in after.pairs:
        return WhyNot(Verdict.FORBIDDEN, PAIRED_OTHERWISE)
    return WhyNot(
        Verdict.PRICE,
        why=_together(left_after(forced, after.composed), pairing),
        before=before.levels,
        after=after.levels,
        falls_out=_losers(before.matched - after.matched),
        comes_in=_losers(after.matched - before.matched),
        recomposed=_others(before) != _others(after),
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
    """Why these two one to one; `pool` are those whom the other formats have left."""
    mentors, mentees = profiles_of(pool, Side.MENTOR), profiles_of(pool, Side.MENTEE)
    mentor, mentee = mentors[pairing[0]], mentees[pairing[1]]
    scarcity = scarcity_of(mentors.values(), mentees.values())
    return reasons_of(mentor, mentee, pool.terms, score(mentor, mentee, pool.terms, scarcity))


def _composed(pool: Pool, match: Match) -> PairReasons | None:
    if match.format == PARTNERSHIP:
        return None
    profiles = profiles_of(pool)
    two = profiles[match.mentor_id], profiles[match.mentee_id]
    return reasons_of(*two, pool.terms, match.points)


def _others(solved: Solved) -> frozenset[tuple[UUID, UUID, str]]:
    return frozenset((one.mentor_id, one.mentee_id, one.format) for one in solved.composed)


def _pair(pin: Pin) -> Pairing:
    return pin.mentor_id, pin.mentee_id


def _losers(them: frozenset[tuple[UUID, Side]]) -> tuple[Loser, ...]:
    return tuple(Loser(*one) for one in sorted(them))
