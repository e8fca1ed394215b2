"""Weekly windows in real time zones, laid over one another.

A week is an integer with a bit per minute, Monday 00:00 UTC being bit 0; it wraps around.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = 24 * 60
WEEK = 7 * DAY
FULL = (1 << WEEK) - 1
SHORTEST = 15


@dataclass(frozen=True, slots=True)
class Slot:
    """A weekly window; weekday 0 is Monday. It may run over midnight."""

    weekday: int
    start_minute: int
    minutes: int


def week_of(slots: Iterable[Slot], time_zone: str, on: date) -> int:
    """The free minutes in UTC, with the zone's offset of that day; nobody is free in an unknown zone."""
    return _week_of(tuple(slots), time_zone, on)


# In a large pool many name the same slots.
@lru_cache(maxsize=4096)
def _week_of(slots: tuple[Slot, ...], time_zone: str, on: date) -> int:
    offset = _offset_minutes(time_zone, on)
    if offset is None:
        return 0
    week = 0
    for slot in slots:
        start = (slot.weekday * DAY + slot.start_minute - offset) % WEEK
        bits = ((1 << slot.minutes) - 1) << start
        week |= (bits | bits >> WEEK) & FULL
    return week


def common_windows(one: int, other: int) -> tuple[Slot, ...]:
    """What both have free, in UTC, as windows of 15 minutes to a day, in the order of the week."""
    return tuple(_windows(one & other))


def common_minutes(one: int, other: int) -> int:
    """Minutes of a week that both have free; crumbs below 15 minutes do not count."""
    return sum(window.minutes for window in _windows(one & other))


def runs(week: int) -> tuple[tuple[int, int], ...]:
    """What is free without a gap, as first minute and length in minutes; it may run over the week's end."""
    return tuple(_runs(week))


def starts_of(week: int) -> frozenset[int]:
    """The minutes of the week with which free time begins; 0 for a week that is free all over."""
    return frozenset(_bits(_starts(week)))


def free_from(week: int, minutes: int) -> int:
    """The minutes of the week from which on so many are free in one piece, a bit for each."""
    long, free = 1, week
    while long < minutes:
        more = min(long, minutes - long)
        free &= _rotated(free, more)
        long += more
    return free


def _starts(week: int) -> int:
    # A week without a gap has no beginning: start it on Monday.
    return week & ~_rotated(week, WEEK - 1) if week != FULL else 1


def _bits(week: int) -> Iterator[int]:
    while week:
        yield _lowest(week)
        week &= week - 1


@lru_cache(maxsize=1024)
def _offset_minutes(time_zone: str, on: date) -> int | None:
    try:
        zone = ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError):
        return None
    offset = datetime.combine(on, time(12), zone).utcoffset()
    return None if offset is None else int(offset.total_seconds() // 60)


def _windows(week: int) -> Iterator[Slot]:
    for begin, whole in _runs(week):
        start, length = begin, whole
        while length >= SHORTEST:
            minutes = min(length, DAY)
            yield Slot(start // DAY, start % DAY, minutes)
            start, length = (start + minutes) % WEEK, length - minutes


def _runs(week: int) -> Iterator[tuple[int, int]]:
    for start in _bits(_starts(week)):
        ahead = _rotated(week, start)
        yield start, _lowest(~ahead) if ahead != FULL else WEEK


def _rotated(week: int, minutes: int) -> int:
    """The week seen from that minute on."""
    return (week >> minutes | week << (WEEK - minutes)) & FULL


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1
