"""All scores of a pool, made by other formulas than those that the solver's answer came from."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.rounds import Pool
from services.matching.solver.proof.ruling import Ruling
from services.matching.solver.proof.sheet import Sides
from services.matching.solver.proof.worth import Worth

Scores = NDArray[np.int32]
"""[mentors, mentees]: the score of each pair, FORBIDDEN where a rule forbids it."""

Tell = Callable[[str, int, int], None]
"""Progress: the step, how many are done, of how many."""

FORBIDDEN = -1
_CELLS = 1 << 22
"""So many pairs are looked at together."""


def scores_of(pool: Pool, sides: Sides, tell: Tell) -> Scores:
    """The scores of all mentors with all mentees."""
    ruling, worth = Ruling(pool, sides), Worth(pool, sides)
    scores = np.full((len(sides.mentors), len(sides.mentees)), FORBIDDEN, np.int32)
    step = max(1, _CELLS // max(1, len(sides.mentees)))
    for start in range(0, len(scores), step):
        tell("scores", start, len(scores))
        stop = min(start + step, len(scores))
        minutes = worth.minutes(start, stop)
        mask = ruling.allowed(start, stop) & (minutes >= pool.terms.common_slot_minutes)
        np.copyto(
            scores[start:stop],
            worth.points(start, stop, minutes),
            where=mask,
            casting="same_kind",
        )
    tell("scores", len(scores), len(scores))
    return scores
