"""Whether a due reminder is sent, and what follows from the mail server's answer.

Both are decided on the database's time and on what was consumed when the reminder was claimed.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.notifications.domain.pairs import (
    Contact,
    Origin,
    Pair,
    SessionState,
    Standing,
    Volunteer,
)
from services.notifications.domain.quiet import Quiet
from services.notifications.domain.reminders import AT_LEAST_ONCE, IN_PERSON, Kind, Reminder, State

HARD_BOUNCES_ALLOWED = 2
ABOUT_PROPOSAL = frozenset({Kind.PROPOSAL, Kind.PROPOSAL_REMINDER})
NAMES_PARTNER = frozenset({Kind.PROPOSAL, Kind.PROPOSAL_REMINDER, Kind.INTRODUCTION})


@dataclass(frozen=True, slots=True)
class Pace:
    """How patiently mails are sent. A claim lasts for `lease`; pauses double from `first_pause` on."""

    lease: timedelta = timedelta(minutes=2)
    first_pause: timedelta = timedelta(seconds=10)
    longest_pause: timedelta = timedelta(hours=1)
    give_up_after: timedelta = timedelta(hours=24)
    look_again: timedelta = timedelta(seconds=5)

    def pause(self, attempts: int, spread: float) -> timedelta:
        """The pause after this many attempts; `spread` from 0 to 1 keeps reminders apart."""
        doubled: timedelta = self.first_pause * 2 ** min(attempts - 1, 30)
        return min(doubled, self.longest_pause) * (0.5 + spread / 2)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known when a reminder is claimed."""

    pair: Pair | None = None
    volunteer: Volunteer | None = None
    reader: Contact | None = None
    partner: Contact | None = None
    quiet: Quiet | None = None


class Answer(StrEnum):
    """What the mail server made of a message."""

    ACCEPTED = "accepted"
    NOT_NOW = "not_now"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    """The connection broke after the message was handed over."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer, with the server's code or a word of ours; never its text, which may name people.

    `bounced` means that the address itself was refused.
    """

    answer: Answer
    code: str
    bounced: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """The fact that a reminder is final; `state` says how it ended."""

    reminder_id: UUID
    programme_id: UUID
    kind: Kind
    state: State
    origin: Origin


@dataclass(frozen=True, slots=True)
class Step:
    """A reminder as it is from now on, and when to look at it again (None when it is final)."""

    reminder: Reminder
    look_at: datetime | None

    @property
    def fact(self) -> Settled | None:
        """What there is to tell."""
        r = self.reminder
        if not r.state.final:
            return None
        return Settled(r.id, r.programme_id, r.kind, r.state, r.origin)


def claim(reminder: Reminder, known: Knowledge, pace: Pace, now: datetime) -> Step:
    """Decide on a due reminder: send it, wait for what is missing, or settle it."""
    if reminder.state is State.SENDING:  # the worker that had claimed it is gone
        reminder = replace(reminder, doubtful=True)
    reason = moot(reminder, known.pair, now) or _unwelcome(reminder, known)
    if reason:
        return _settle(reminder, State.SUPPRESSED, reason, now)
    if reminder.doubtful and reminder.kind not in AT_LEAST_ONCE:
        return _settle(reminder, State.UNKNOWN, "at_most_once", now)
    if reminder.doubtful and _too_old(reminder, pace, now):
        return _settle(reminder, State.UNKNOWN, "gave_up", now)
    if not _complete(reminder, known):
        waiting = replace(reminder, state=State.WAITING, reason="not_known_yet")
        return Step(waiting, now + pace.look_again)
    if quiet_until := _quiet_until(reminder, known, now):
        return Step(replace(reminder, state=State.WAITING, reason="quiet_hours"), quiet_until)
    sending = replace(
        reminder,
        state=State.SENDING,
        reason=None,
        fence=reminder.fence + 1,
        attempts=reminder.attempts + 1,
        first_tried_at=reminder.first_tried_at or now,
    )
    return Step(sending, now + pace.lease)


def follow_up(
    reminder: Reminder, outcome: Outcome, pace: Pace, now: datetime, spread: float
) -> Step:
    """What follows from the answer to a reminder that was being sent."""
    match outcome.answer:
        case Answer.ACCEPTED:
            return _settle(replace(reminder, doubtful=False), State.SENT, outcome.code, now)
        case Answer.REFUSED:
            return _settle(reminder, State.FAILED, outcome.code, now)
        case Answer.NO_ANSWER:
            reminder = replace(reminder, doubtful=True)
            if reminder.kind not in AT_LEAST_ONCE:
                return _settle(reminder, State.UNKNOWN, "at_most_once", now)
    if _too_old(reminder, pace, now):
        return _settle(reminder, State.FAILED, "gave_up", now)
    waiting = replace(reminder, state=State.WAITING, reason=outcome.code)
    return Step(waiting, now + pace.pause(reminder.attempts, spread))


def overtake(reminder: Reminder, pair: Pair, now: datetime) -> Step | None:
    """Settle a waiting reminder as soon as it is known to be moot."""
    reason = moot(reminder, pair, now)
    return _settle(reminder, State.SUPPRESSED, reason, now) if reason else None


def cease(reminder: Reminder, now: datetime, reason: str) -> Step:
    """What waits is not sent any more, as its reader was erased, or for another reason (a code)."""
    return _settle(reminder, State.SUPPRESSED, reason, now)


def moot(reminder: Reminder, pair: Pair | None, now: datetime) -> str | None:
    """Why there is nothing to tell any more, as a code."""
    if pair is None:
        return None
    match reminder.kind:
        case Kind.PROPOSAL | Kind.PROPOSAL_REMINDER:
            return _proposal_is_moot(reminder, pair, now)
        case Kind.INTRODUCTION:
            return "pair_ended" if pair.ended else None
        case Kind.SESSION_REMINDER:
            return _session_is_moot(reminder, pair, now)
        case _:
            return None  # it is about no pair


def _proposal_is_moot(reminder: Reminder, pair: Pair, now: datetime) -> str | None:
    if pair.closed:
        return "proposal_closed"
    if pair.formed or reminder.side in pair.answered:
        return "answered"
    return "expired" if pair.proposal and now >= pair.proposal.expires_at else None


def _session_is_moot(reminder: Reminder, pair: Pair, now: datetime) -> str | None:
    if pair.ended:
        return "pair_ended"
    session = pair.session(reminder.session_id)
    if session is None:
        return None
    if session.state is not SessionState.PLANNED:
        return f"session_{session.state}"
    return "too_late" if now >= session.starts_at else None


def _unwelcome(reminder: Reminder, known: Knowledge) -> str | None:
    standing = known.volunteer.standing if known.volunteer else Standing.ACTIVE
    if standing in (Standing.WITHDRAWN, Standing.ERASED):
        return standing.value
    # Who pauses keeps the pair and must know the partner; everything else can wait or is over.
    if standing is Standing.PAUSED and reminder.kind is not Kind.INTRODUCTION:
        return "paused"
    if known.reader and known.reader.bounces >= HARD_BOUNCES_ALLOWED:
        return "bounced_before"
    return None


def _complete(reminder: Reminder, known: Knowledge) -> bool:
    if reminder.kind in IN_PERSON:
        return known.reader is not None
    if known.pair is None or known.reader is None:
        return False
    if reminder.kind in NAMES_PARTNER:
        return known.partner is not None and known.pair.proposal is not None
    return known.pair.session(reminder.session_id) is not None


def _quiet_until(reminder: Reminder, known: Knowledge, now: datetime) -> datetime | None:
    """Until when it is quiet where the reader is, unless what is told of would be over by then."""
    if known.quiet is None or known.reader is None:
        return None
    until = known.quiet.ends(now, known.reader.time_zone)
    pair = known.pair
    session = pair.session(reminder.session_id) if pair else None
    proposal = pair.proposal if pair and reminder.kind in ABOUT_PROPOSAL else None
    over = session.starts_at if session else proposal.expires_at if proposal else None
    return None if until is None or (over is not None and over <= until) else until


def _too_old(reminder: Reminder, pace: Pace, now: datetime) -> bool:
    first = reminder.first_tried_at
    return first is not None and now - first >= pace.give_up_after


def _settle(reminder: Reminder, state: State, reason: str, now: datetime) -> Step:
    """What may have arrived is neither failed nor suppressed: it is unknown."""
    if reminder.doubtful and state is not State.SENT:
        state = State.UNKNOWN
    return Step(replace(reminder, state=state, reason=reason, settled_at=now), None)
