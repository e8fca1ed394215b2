"""Hours in which a programme lets nobody be reminded, by the reader's own clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one minute after midnight until another; over midnight where the second is the smaller."""

    from_minute: int
    until_minute: int

    def ends(self, now: datetime, time_zone: str) -> datetime | None:
        """When the quiet of now is over, in UTC; None where it is not quiet there."""
        there = now.astimezone(zone_of(time_zone))
        minute = there.hour * 60 + there.minute
        over_midnight = self.until_minute < self.from_minute
        after, before = minute >= self.from_minute, minute < self.until_minute
        if not ((after or before) if over_midnight else (after and before)):
            return None
        day = there.date() + timedelta(days=1 if over_midnight and after else 0)
        hour, minute = divmod(self.until_minute, 60)
        end = datetime(day.year, day.month, day.day, hour, minute, tzinfo=there.tzinfo)
        # An hour that the clocks skip may lie behind us already.
        return max(end.astimezone(UTC), now)


def zone_of(name: str) -> ZoneInfo:
    """The reader's zone; UTC where its name means nothing to us."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, a path outside, a directory
        return ZoneInfo("UTC")
