"""What mentees show of what mentors would like to see, a block of mentors against all mentees."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from services.matching.domain import exposure
from services.matching.domain.candidates import Candidate
from services.matching.solver.proof.sheet import hot, numbered, whole


class Sights:
    """Wishes of mentors, by kind: what height shows, what another country shows, what a unit shows."""

    def __init__(self, mentors: Sequence[Candidate], mentees: Sequence[Candidate]) -> None:
        wanted = [exposure.wishes(one) for one in mentors]
        units = {unit: exposure.of_unit(unit) for unit in {one.unit for one in mentees}}
        self._levels = whole(one.level for one in mentors), whole(one.level for one in mentees)
        self._zones = numbered(
            [one.time_zone for one in mentors], [one.time_zone for one in mentees]
        )
        self._count = whole(map(len, wanted))
        self._high = whole(len(one & exposure.BY_LEVEL) for one in wanted)
        self._abroad = whole(exposure.ABROAD in one for one in wanted)
        self._units = hot(wanted, [units[one.unit] for one in mentees])

    def shown(self, block: slice) -> tuple[Any, Any]:
        """[mentors of the block, mentees]: steps reached, and per mentor the steps that there are."""
        most = exposure.LEVELS_ENOUGH
        above = np.clip(self._levels[1][None, :] - self._levels[0][block, None], 0, most)
        abroad = self._zones[0][block, None] != self._zones[1][None, :]
        seen = np.rint(self._units[0][block] @ self._units[1].T).astype(np.int64)
        seen += self._abroad[block, None] * abroad
        reached = above * self._high[block, None] + most * seen
        count = self._count[block, None]
        # Who wishes nothing sees half of it.
        return np.where(count > 0, reached, 1), np.where(count > 0, most * count, 2)
