"""A rule on an attribute, a block of mentors against all mentees."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.attributes import values
from services.matching.domain.candidates import Candidate, Side
from services.matching.domain.terms import AttributeRule
from services.matching.solver.proof.sheet import hot, whole

Mask = NDArray[np.bool_]


class Relations:
    """Where one rule is kept. One of a later version is kept nowhere."""

    def __init__(
        self, rule: AttributeRule, mentors: Sequence[Candidate], mentees: Sequence[Candidate]
    ) -> None:
        mine = [values(one, rule.attribute, Side.MENTOR) for one in mentors]
        theirs = [values(one, rule.attribute, Side.MENTEE) for one in mentees]
        self._relation = "" if None in mine else rule.relation
        self._hot = hot([one or () for one in mine], [one or () for one in theirs])
        self._sizes = whole(len(one or ()) for one in mine), whole(len(one or ()) for one in theirs)

    def kept(self, block: slice) -> Mask:
        """[mentors of the block, mentees]: counted by what both have of what each has."""
        both = self._hot[0][block] @ self._hot[1].T
        mine, theirs = self._sizes[0][block, None], self._sizes[1][None, :]
        kept: Mask
        match self._relation:
            case "different":
                kept = both == 0
            case "contains":
                kept = (both == theirs) & (theirs > 0)
            case "equal":
                kept = (both == theirs) & (both == mine) & (mine > 0)
            case _:
                kept = np.zeros(both.shape, np.bool_)
        return kept
