"""Are there two who would both rather have each other? Asked where a policy wants pairs that nobody would leave."""

from collections.abc import Iterator

import numpy as np

from services.matching.domain.rounds import Pool
from services.matching.solver.proof.bound import blocks
from services.matching.solver.proof.breaches import Breach, breaches
from services.matching.solver.proof.case import Case
from services.matching.solver.proof.scores import FORBIDDEN
from services.matching.solver.proof.sheet import Numbers, Sides
from services.matching.solver.proof.worth import FOR_MENTEE, FOR_MENTOR, Counts, Worth

_NOBODY = -1
"""What somebody free has: less than any allowed pair."""
_NEVER = np.iinfo(np.int64).max
"""What somebody has who takes nobody: more than any pair."""


def blocking(pool: Pool, sides: Sides, case: Case) -> Iterator[Breach]:
    """Pairs that block. Who is in both roles, and places that pins take, are no matter of wishes."""
    worth = Worth(pool, sides)
    has, asks = _held(case, worth)
    return breaches("blocking_pair", _blocking(sides, case, worth, (has, asks)))


def _blocking(
    sides: Sides, case: Case, worth: Worth, held: tuple[Numbers, Numbers]
) -> Iterator[str]:
    has, asks = held
    mentors, mentees = tuple(sides.column), tuple(sides.row)
    for block in blocks(case):
        stop = min(block.stop, len(mentors))
        minutes = worth.minutes(block.start, stop)
        rather = case.scores[block] != FORBIDDEN
        rather &= worth.points(block.start, stop, minutes, FOR_MENTEE) > has
        rather &= worth.points(block.start, stop, minutes, FOR_MENTOR) > asks[block, None]
        for j, i in np.argwhere(rather):
            yield f"{mentors[block.start + j]} with {mentees[i]}"


def _held(case: Case, worth: Worth) -> tuple[Numbers, Numbers]:
    """What each mentee has, and what each mentor would give up first, in points of their own side."""
    has = np.full(len(case.worth), _NOBODY, np.int64)
    asks = np.where(case.loads < case.places, _NOBODY, _NEVER)
    for mentor, mentee in set(case.pairs) - set(case.pins):
        has[mentee] = _points(worth, mentor, mentee, FOR_MENTEE)
        if asks[mentor] != _NOBODY:
            asks[mentor] = min(asks[mentor], _points(worth, mentor, mentee, FOR_MENTOR))
    has[case.pinned] = _NEVER
    for mentor, mentee, _ in case.shared:
        has[mentee] = asks[mentor] = _NEVER
    return has, asks


def _points(worth: Worth, mentor: int, mentee: int, counts: Counts) -> int:
    minutes = worth.minutes(mentor, mentor + 1)
    return int(worth.points(mentor, mentor + 1, minutes, counts)[0, mentee])
