"""Sprints: one task, two hours of one of the next days, closed the same day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from services.matching.domain.candidates import Profile
from services.matching.domain.weeks import DAY, Slot, week_of

HOURS = 2
MINUTES = HOURS * 60
"""What is kept free for a sprint; the two may go on for as long as both like."""

LONGEST = timedelta(hours=4)
"""A sprint that began so long ago is over, and both are free."""

WITHIN_DAYS = 7
"""How far ahead a sprint is looked for where the programme sets no other limit: every weekly window comes once."""


@dataclass(frozen=True, slots=True)
class Sprint:
    """A mentor and a mentee (volunteer ids) at a time, UTC."""

    mentor_id: UUID
    mentee_id: UUID
    starts_at: datetime

    @property
    def day(self) -> date:
        """The day on which it takes a place of both."""
        return self.starts_at.date()

    @property
    def slot(self) -> Slot:
        """Its hours as a window of the week, UTC."""
        at = self.starts_at
        return Slot(at.weekday(), at.hour * 60 + at.minute, MINUTES)


def days_ahead(on: date, within: int) -> tuple[date, ...]:
    """The days on which a sprint may be: from tomorrow on, so many; 0 sets the usual limit."""
    return tuple(on + timedelta(days=ahead) for ahead in range(1, (within or WITHIN_DAYS) + 1))


def free_times(profile: Profile, days: Sequence[date]) -> int:
    """The free minutes of these days in UTC, a bit for each; the first bit is midnight of the first day.

    Each day has its own offset, so the days around a change of the clocks are right, too.
    """
    candidate, free = profile.candidate, 0
    for number, day in enumerate(days):
        week = week_of(candidate.slots, candidate.time_zone, day)
        free |= (week >> day.weekday() * DAY & (1 << DAY) - 1) << number * DAY
    for start in profile.booked:
        first = datetime.combine(days[0], time(), UTC)
        free &= ~_shifted((1 << MINUTES) - 1, int((start - first).total_seconds() // 60))
    return free


def is_free(profile: Profile, start: datetime) -> bool:
    """Whether somebody still has the hours of a sprint that starts then."""
    days = days_ahead(start.date() - timedelta(days=1), 2)
    minute = start.hour * 60 + start.minute
    needed = (1 << MINUTES) - 1 << minute
    return free_times(profile, days) & needed == needed


def starts_in(free: int, first: date) -> Iterator[datetime]:
    """When a sprint could start: with each free window, and every two hours from there as long as it lasts."""
    midnight = datetime.combine(first, time(), UTC)
    position = 0
    while free:
        gap = (free & -free).bit_length() - 1
        position, free = position + gap, free >> gap
        length = (~free & -~free).bit_length() - 1
        for start in range(0, length - MINUTES + 1, MINUTES):
            yield midnight + timedelta(minutes=position + start)
        position, free = position + length, free >> length


def _shifted(bits: int, minutes: int) -> int:
    return bits << minutes if minutes >= 0 else bits >> -minutes
