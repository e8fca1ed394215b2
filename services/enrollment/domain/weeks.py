"""Weekly slots in real time zones, laid over one another as matching does it.

A week is an integer with a bit per minute, Monday 00:00 UTC being bit 0; it wraps around.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from services.enrollment.domain.volunteers import Slot

DAY = 24 * 60
WEEK = 7 * DAY
FULL = (1 << WEEK) - 1
SHORTEST = 15
"""Minutes; what two have in common for less than that does not count."""


def week_of(slots: Iterable[Slot], time_zone: str, on: date) -> int:
    """The free minutes in UTC, with the zone's offset of that day. Raises KeyError for no IANA zone."""
    offset = datetime.combine(on, time(12), ZoneInfo(time_zone)).utcoffset()
    ahead = int(offset.total_seconds() // 60) if offset else 0
    week = 0
    for slot in slots:
        start = (slot.weekday * DAY + slot.start_minute - ahead) % WEEK
        bits = ((1 << slot.minutes) - 1) << start
        week |= (bits | bits >> WEEK) & FULL
    return week


def common_minutes(one: int, other: int) -> int:
    """Minutes of a week that both have free, in windows of at least 15 minutes."""
    both = one & other
    begins = both
    for _ in range(SHORTEST - 1):
        begins = both & _later(begins, WEEK - 1)
    windows = 0
    for minutes in range(SHORTEST):
        windows |= _later(begins, minutes)
    return windows.bit_count()


def _later(week: int, minutes: int) -> int:
    return (week << minutes | week >> (WEEK - minutes)) & FULL
