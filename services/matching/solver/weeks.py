"""Common minutes of one week with many, the same whole minutes as `domain/weeks.common_minutes`.

People name few different weeks, so each different one is compared once. A run is a stretch without a gap,
(first minute, end); one that goes over the week's end has an end beyond it, and meets others a week later or
earlier, too.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.weeks import DAY, FULL, SHORTEST, WEEK, common_minutes, runs

Minutes = NDArray[np.int16]


class Weeks:
    """The weeks of many people, an integer with a bit per minute each."""

    def __init__(self, weeks: Sequence[int]) -> None:
        # The more runs a week has, the earlier it stands: the n-th runs are those of the first so many weeks.
        known = {week: _ends(week) for week in set(weeks)}
        different = sorted(known, key=lambda week: (-len(known[week]), week))
        place = {week: number for number, week in enumerate(different)}
        self._place = np.array([place[week] for week in weeks], np.int32)
        ends = [known[week] for week in different]
        nth: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for own in ends:
            for number, run in enumerate(own):
                nth[number].append(run)
        self._nth = [np.array(own, np.int16).T.copy() for own in nth.values()]
        over = [(at, run) for at, own in enumerate(ends) for run in own if run[1] > WEEK]
        self._over = np.array([run for _, run in over], np.int16).reshape(-1, 2).T
        self._over_at = np.array([at for at, _ in over], np.int64)
        self._full = place.get(FULL)
        self._own = np.array([common_minutes(week, week) for week in different], np.int16)
        # Rows come in the order of their weeks; more than the last ones would only take memory.
        self.common = lru_cache(maxsize=4)(self._common)

    def _common(self, week: int) -> Minutes:
        """Minutes in common with each of the people."""
        if week == FULL:
            return self._own[self._place]
        found = np.zeros(len(self._own), np.int16)
        for start, end in _ends(week):
            for starts, stops in self._nth:
                found[: len(starts)] += _overlap(starts, stops, start, end)
                if end > WEEK:
                    found[: len(starts)] += _overlap(starts, stops, start - WEEK, end - WEEK)
            starts, stops = self._over
            found[self._over_at] += _overlap(starts, stops, start + WEEK, end + WEEK)
        if self._full is not None:
            found[self._full] = common_minutes(week, week)
        return found[self._place]


def _ends(week: int) -> tuple[tuple[int, int], ...]:
    # A week without a gap has no run that begins anywhere; it has in common whatever the other has.
    return () if week == FULL else tuple((start, start + length) for start, length in runs(week))


def _overlap(starts: Minutes, stops: Minutes, start: int, end: int) -> Minutes:
    shared: Minutes = np.minimum(stops, np.int16(end)) - np.maximum(starts, np.int16(start))
    if end - start <= DAY:
        shared *= shared >= SHORTEST
        return shared
    # What is longer than a day counts by days, and the rest of it is a crumb like any other.
    shared = np.maximum(shared, np.int16(0))
    rest = shared % np.int16(DAY)
    shared -= np.where(rest < SHORTEST, rest, np.int16(0))
    return shared
