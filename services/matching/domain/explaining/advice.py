"""What would help: for the round, and for everybody who is left. Measured by solving again, never guessed.

What a relaxation could allow at most is counted first, among the combinations that its rule alone stands behind;
what could allow nothing is not solved, and of the rest only as many as there is effort for.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.candidates import Entrant, Side
from services.matching.domain.explaining.relaxing import (
    Kind,
    Relaxation,
    offers,
    personal_offers,
    relaxed,
)
from services.matching.domain.explaining.solving import Removed, Solve, Solved
from services.matching.domain.matching import OUTCOMPETED
from services.matching.domain.rounds import Pool, Unmatched

PEOPLE_MOST = 1000
OFFERS_PER_PERSON = 3


@dataclass(frozen=True, slots=True)
class Effort:
    """How often may be solved again: for the round, and for single people in all."""

    round: int
    people: int


@dataclass(frozen=True, slots=True)
class Gain:
    """A relaxation of the round, and how many more mentees are matched with it (fewer: below 0)."""

    relaxation: Relaxation
    more: int


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody without a partner: the reason, and the cheapest relaxation that was seen to bring one."""

    volunteer_id: UUID
    side: Side
    reason: str
    relaxation: Relaxation | None


@dataclass(frozen=True, slots=True)
class Advice:
    """What would help. `people` has 1,000 at most: mentees before mentors, who waited longest before others."""

    round: tuple[Gain, ...]
    people: tuple[Left, ...]


def advise(pool: Pool, solve: Solve, removed: Removed, effort: Effort) -> Advice:
    """Advice on the pool: the greatest gain first, among equals the cheapest. `removed` is the pool's own."""
    before = solve(pool)
    tried = {
        relaxation: solve(relaxed(pool, relaxation))
        for relaxation in _promising(offers(pool), before, removed)[: effort.round]
    }
    gains = [Gain(one, _mentees(after) - _mentees(before)) for one, after in tried.items()]
    gains.sort(key=lambda gain: (-gain.more, gain.relaxation.cost))
    return Advice(
        round=tuple(gain for gain in gains if gain.more > 0),
        people=tuple(_people(pool, before, tried, _Own(solve, removed, effort.people))),
    )


def _mentees(solved: Solved) -> int:
    return len(solved.pairs)


def _promising(found: Sequence[Relaxation], before: Solved, removed: Removed) -> list[Relaxation]:
    """Those that allow anything at all: the most combinations of unmatched people first."""
    left = {(one.volunteer_id, one.side) for one in before.unmatched}
    outcompeted = sum(
        one.reason == OUTCOMPETED and one.side is Side.MENTEE for one in before.unmatched
    )
    promise = {}
    for one in found:
        extra = outcompeted if one.kind is Kind.CAPACITY else 0
        promise[one] = (
            _forbidden(one, removed, left) + extra,
            _forbidden(one, removed, removed) + extra,
        )
    return sorted(
        (one for one in found if promise[one] > (0, 0)),
        key=lambda one: (tuple(-count for count in promise[one]), one.cost),
    )


def _forbidden(
    relaxation: Relaxation,
    removed: Removed,
    who: Collection[tuple[UUID, Side]],
) -> int:
    return sum(
        removed.get(one, {}).get(code, 0) for one in who for code in relaxation.works_against
    )


def _people(
    pool: Pool, before: Solved, tried: Mapping[Relaxation, Solved], own: "_Own"
) -> Iterator[Left]:
    entrants = {entrant.candidate.id: entrant for entrant in pool.entrants}
    matched = {
        relaxation: after.matched
        for relaxation, after in tried.items()
        if len(after.pairs) > len(before.pairs)
    }
    for one in _in_order(before.unmatched, entrants):
        who = (one.volunteer_id, one.side)
        helped = [relaxation for relaxation, those in matched.items() if who in those]
        found = min(helped, key=lambda relaxation: relaxation.cost, default=None)
        if found is None:
            found = own.change(pool, entrants[one.volunteer_id], one.side)
        yield Left(one.volunteer_id, one.side, one.reason, found)


@dataclass(slots=True)
class _Own:
    """What single people could change themselves, as long as there is effort left for it."""

    solve: Solve
    removed: Removed
    solves: int

    def change(self, pool: Pool, entrant: Entrant, side: Side) -> Relaxation | None:
        """The cheapest that brings this one a partner, of those that allow a combination at all."""
        who = (entrant.candidate.id, side)
        possible = [
            one for one in personal_offers(pool, entrant) if _forbidden(one, self.removed, [who])
        ]
        for one in possible[:OFFERS_PER_PERSON]:
            if self.solves <= 0:
                return None
            self.solves -= 1
            if who in self.solve(relaxed(pool, one)).matched:
                return one
        return None


def _in_order(
    unmatched: Collection[Unmatched], entrants: Mapping[UUID, Entrant]
) -> list[Unmatched]:
    def place(one: Unmatched) -> tuple[bool, int, UUID]:
        return (
            one.side is Side.MENTOR,
            -entrants[one.volunteer_id].waited,
            one.volunteer_id,
        )

    return sorted(unmatched, key=place)[:PEOPLE_MOST]
