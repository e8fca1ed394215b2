"""Common free minutes from arcs on the circle of the week, where the rules use a bit per minute."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.weeks import Slot

_DAY = 1440
_WEEK = 7 * _DAY
_CRUMB = 15
_MOST_CELLS = 1 << 22

Arcs = tuple[tuple[int, int], ...]
"""Free times as (start, end), minutes in UTC from Monday 00:00, apart from one another; an end may pass the week's."""


def arcs_of(slots: Iterable[Slot], time_zone: str, on: date) -> Arcs:
    """The free times with the zone's offset at noon of the day; none in an unknown zone."""
    try:
        shift = datetime(on.year, on.month, on.day, 12, tzinfo=ZoneInfo(time_zone)).utcoffset()
    except (KeyError, ValueError, OSError):
        return ()
    offset = (shift or timedelta()) // timedelta(minutes=1)
    cut: list[tuple[int, int]] = []
    for slot in slots:
        begin = (slot.weekday * _DAY + slot.start_minute - offset) % _WEEK
        end = begin + slot.minutes
        cut.append((begin, min(end, _WEEK)))
        if end > _WEEK:
            cut.append((0, end - _WEEK))
    return _joined(cut)


def _joined(pieces: Iterable[tuple[int, int]]) -> Arcs:
    """The same minutes as arcs that do not touch; the last one may run over the end of the week."""
    out: list[tuple[int, int]] = []
    for begin, end in sorted(pieces):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((begin, end))
    if len(out) > 1 and out[0][0] == 0 and out[-1][1] == _WEEK:
        (_, over), *between, (begin, _) = out
        return (*between, (begin, _WEEK + over))
    return tuple(out)


def common(one: Sequence[Arcs], other: Sequence[Arcs]) -> NDArray[np.int32]:
    """Minutes that both have free, [one, other]; pieces below 15 minutes do not count."""
    minutes = np.zeros((len(one), len(other)), np.int32)
    step = max(1, _MOST_CELLS // max(1, len(other)))
    right = _padded(other)
    for start in range(0, len(one), step):
        left = _padded(one[start : start + step])
        block = minutes[start : start + step]
        for begin, end in left:
            for begin2, end2 in right:
                for turn in (-_WEEK, 0, _WEEK):
                    block += _pieces(begin, end, begin2 + turn, end2 + turn)
    _whole_weeks(minutes, one, other)
    return minutes


def _padded(weeks: Sequence[Arcs]) -> list[tuple[Any, Any]]:
    """The first arcs of all, the second ones, and so on; who has less gets empty ones."""
    most = max(map(len, weeks), default=0)
    table = np.zeros((most, 2, len(weeks)), np.int32)
    for place, arcs in enumerate(weeks):
        for number, arc in enumerate(arcs):
            table[number, :, place] = arc
    return [(begin, end) for begin, end in table]


def _pieces(begin: Any, end: Any, begin2: Any, end2: Any) -> NDArray[np.int32]:
    both = np.minimum(end[:, None], end2[None, :]) - np.maximum(begin[:, None], begin2[None, :])
    # A piece is told in days and a rest, and a rest that is a crumb is none.
    rest = both % _DAY
    counted = np.where(rest < _CRUMB, both - rest, both)
    return np.where(both < _CRUMB, 0, counted).astype(np.int32)


def _whole_weeks(minutes: Any, one: Sequence[Arcs], other: Sequence[Arcs]) -> None:
    """Whoever is free all week has in common what the other has; cut at Monday it would be told in two."""
    whole: Arcs = ((0, _WEEK),)
    alone = [_alone(arcs) for arcs in other]
    for row, arcs in enumerate(one):
        if arcs == whole:
            minutes[row] = alone
    alone = [_alone(arcs) for arcs in one]
    for column, arcs in enumerate(other):
        if arcs == whole:
            minutes[:, column] = alone


def _alone(arcs: Arcs) -> int:
    lengths = (end - begin for begin, end in arcs)
    return sum(
        length - (length % _DAY if length % _DAY < _CRUMB else 0)
        for length in lengths
        if length >= _CRUMB
    )
