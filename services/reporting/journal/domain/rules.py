"""What may be planned, reported and said of a pair, and when two reports are about one meeting.

One meeting is written down once, though each side may report it: two sessions of a pair whose times overlap
are the same session.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.reporting.journal.domain import errors
from services.reporting.journal.domain.model import (
    Cancelled,
    Entry,
    Feedback,
    Held,
    Opinion,
    Pair,
    Planned,
    Session,
    Side,
    Span,
    State,
)

PLANS_AHEAD_DAYS = 366
BEFORE_THE_PAIR_HOURS = 24  # a first talk may come before both have answered the proposal
SESSIONS_AT_MOST = 500
FEEDBACK_DAYS = 90


@dataclass(frozen=True, slots=True)
class Report:
    """What one side says about a meeting."""

    span: Span
    topics: tuple[str, ...]
    mood: int | None


def plan(pair: Pair, span: Span, *, session_id: UUID, now: datetime) -> Entry:
    """A new session, or the planned one that overlaps it. Times are in UTC.

    Raises Conflict for a pair that has ended or keeps too many sessions, Invalid for a time that is not ahead.
    """
    if pair.ended_at is not None:
        raise errors.pair_ended()
    if not now < span.starts_at <= now + timedelta(days=PLANS_AHEAD_DAYS):
        raise errors.not_ahead(PLANS_AHEAD_DAYS)
    if same := pair.at_that_time(span, State.PLANNED):
        return Entry(same, None)
    _check_room(pair)
    session = Session(session_id, State.PLANNED, span)
    return Entry(session, Planned(pair.members, session))


def cancel(pair: Pair, session_id: UUID) -> Entry:
    """The session, cancelled; cancelling it again changes nothing.

    Raises NotFound, or Conflict for a session that was held.
    """
    session = _existing(pair, session_id)
    if session.state is State.HELD:
        raise errors.already_held()
    if session.state is State.CANCELLED:
        return Entry(session, None)
    cancelled = Session(session_id, State.CANCELLED, session.span)
    return Entry(cancelled, Cancelled(pair.members, cancelled))


def report_planned(pair: Pair, session_id: UUID, report: Report, *, now: datetime) -> Entry:
    """A planned session was held. Raises NotFound, Conflict or Invalid."""
    session = _existing(pair, session_id)
    if session.state is State.CANCELLED:
        raise errors.was_cancelled()
    if session.state is State.HELD:
        return Entry(session, None)
    return _hold(pair, session_id, report, now)


def report_unplanned(pair: Pair, report: Report, *, new_id: UUID, now: datetime) -> Entry:
    """The pair met. Where a planned session overlaps, that is the one that was held.

    Raises Conflict or Invalid.
    """
    planned = pair.at_that_time(report.span, State.PLANNED)
    return _hold(pair, planned.session_id if planned else new_id, report, now)


def give_feedback(pair: Pair, side: Side, opinion: Opinion, *, now: datetime) -> Feedback:
    """What one side thinks of the pair, while it runs and until `FEEDBACK_DAYS` after its end.

    Raises Conflict.
    """
    if pair.ended_at is not None and now > pair.ended_at + timedelta(days=FEEDBACK_DAYS):
        raise errors.feedback_closed(FEEDBACK_DAYS)
    return Feedback(side, opinion, now)


def _hold(pair: Pair, session_id: UUID, report: Report, now: datetime) -> Entry:
    _check_time(pair, report.span.starts_at, now)
    if same := pair.at_that_time(report.span, State.HELD):
        return Entry(same, None)
    if pair.session(session_id) is None:
        _check_room(pair)
    session = Session(session_id, State.HELD, report.span, report.topics, report.mood)
    return Entry(session, Held(pair.members, session))


def _check_time(pair: Pair, held_at: datetime, now: datetime) -> None:
    if held_at > now:
        raise errors.not_yet()
    if pair.ended_at is not None and held_at > pair.ended_at:
        raise errors.pair_ended()
    earliest = timedelta(hours=BEFORE_THE_PAIR_HOURS)
    if pair.formed_at is not None and held_at < pair.formed_at - earliest:
        raise errors.before_the_pair(BEFORE_THE_PAIR_HOURS)


def _check_room(pair: Pair) -> None:
    if len(pair.sessions) >= SESSIONS_AT_MOST:
        raise errors.journal_full(SESSIONS_AT_MOST)


def _existing(pair: Pair, session_id: UUID) -> Session:
    session = pair.session(session_id)
    if session is None:
        raise errors.no_such_session()
    return session
