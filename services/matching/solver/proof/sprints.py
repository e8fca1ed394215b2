"""Sprints of a report: on one of the next days, in hours that both have free, and no more than somebody can take."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from services.matching.domain.candidates import Candidate
from services.matching.domain.terms import SPRINT
from services.matching.solver.proof.breaches import Breach
from services.matching.solver.proof.part import Part, about
from services.matching.solver.proof.weeks import arcs_of

_HOURS = 2
_LENGTH = timedelta(hours=_HOURS)
_USUAL_DAYS = 7
"""So many days ahead, where the programme does not say."""
_DAY, _WEEK = 1440, 10080


def wrong_sprints(part: Part) -> Iterator[Breach]:
    """Where a sprint is at no time, at a wrong one, or one too many."""
    allowed = part.pool.terms.of(SPRINT)
    days = (allowed.cadence_days if allowed else 0) or _USUAL_DAYS
    taken: dict[UUID, list[datetime]] = defaultdict(list)
    for one in part.pairs:
        if one.starts_at is None:
            yield Breach("sprint_time", f"{about(one)}: none")
            continue
        start = one.starts_at.astimezone(UTC)
        if not _is_within(start, part.pool.on, days):
            yield Breach("sprint_day", f"{about(one)}: {start}")
        for id_ in (one.mentor_id, one.mentee_id):
            if not _has_free(part.candidate(id_), start):
                yield Breach("sprint_time", f"{about(one)}: {id_} is not free at {start}")
            taken[id_].append(start)
    entrants = part.entrants
    for id_, starts in taken.items():
        if _overlap(starts, entrants[id_].booked):
            yield Breach("sprint_overlap", str(id_))
        if _HOURS * len(starts) > int(part.candidate(id_).hours_per_month):
            yield Breach("sprint_hours", f"{id_}: {len(starts)} sprints")


def _is_within(start: datetime, on: date, days: int) -> bool:
    """Whether all of it lies on the days that follow, so many of them."""
    last_minute = start + _LENGTH - timedelta(minutes=1)
    return start.date() > on and (last_minute.date() - on).days <= days


def _has_free(one: Candidate, start: datetime) -> bool:
    """By the offset of each of the days that the two hours touch."""
    if start != start.replace(second=0, microsecond=0):
        return False
    begin = start.hour * 60 + start.minute
    end = begin + 60 * _HOURS
    pieces = [(start.date(), begin, min(end, _DAY))]
    if end > _DAY:
        pieces.append((start.date() + timedelta(days=1), 0, end - _DAY))
    return all(_holds(one, *piece) for piece in pieces)


def _holds(one: Candidate, day: date, begin: int, end: int) -> bool:
    first = day.weekday() * _DAY
    return any(
        free <= first + begin + turn and first + end + turn <= until
        for free, until in arcs_of(one.slots, one.time_zone, day)
        for turn in (0, _WEEK)
    )


def _overlap(starts: list[datetime], booked: Iterable[datetime]) -> bool:
    own = any(later - earlier < _LENGTH for earlier, later in pairwise(sorted(starts)))
    return own or any(abs(one - other) < _LENGTH for one in starts for other in booked)
