"""A reminder: one message about one thing to one volunteer or person, and the plan that makes those about pairs.

Its id and its Message-ID follow from what it is about, so planning twice changes nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from services.notifications.domain.pairs import Origin, Pair, Policy, Session, Side

NAMESPACE = UUID("5c0f4c1e-3a57-4d6b-9a53-0b1f6f0f9d3a")

PROPOSAL_ITEM = "proposal"
INTRODUCTION_ITEM = "introduction"


class Kind(StrEnum):
    """What a reminder is about."""

    PROPOSAL = "proposal"
    PROPOSAL_REMINDER = "proposal_reminder"
    INTRODUCTION = "introduction"
    SESSION_REMINDER = "session_reminder"
    CONCERN_RAISED = "concern_raised"
    REPLY_READY = "reply_ready"
    INVITATION = "invitation"
    CONFIRMATION = "confirmation"
    GAP_OPENED = "gap_opened"
    DIALOGUE_AHEAD = "dialogue_ahead"
    COMPROMISE_DUE = "compromise_due"


IN_PERSON = frozenset(
    {
        Kind.CONCERN_RAISED,
        Kind.REPLY_READY,
        Kind.INVITATION,
        Kind.CONFIRMATION,
        Kind.GAP_OPENED,
        Kind.DIALOGUE_AHEAD,
        Kind.COMPROMISE_DUE,
    }
)
"""To a person, about no pair."""

AT_LEAST_ONCE = frozenset(
    {
        Kind.PROPOSAL,
        Kind.INTRODUCTION,
        Kind.SESSION_REMINDER,
        Kind.CONCERN_RAISED,
        Kind.REPLY_READY,
        Kind.CONFIRMATION,
        Kind.DIALOGUE_AHEAD,
        Kind.COMPROMISE_DUE,
    }
)
"""Sent again when nobody knows whether it arrived. The others are held, as once too often is worse than once
too little: the ladder has further rungs, an invitation is no duty, and the report shows what gaps there are."""


class State(StrEnum):
    """Where a reminder stands; WAITING and SENDING are open, the others are final."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"

    @property
    def final(self) -> bool:
        """Nothing follows."""
        return self not in (State.WAITING, State.SENDING)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One occurrence: about a pair, to one side of it, or to a person alone.

    `doubtful` means that an earlier attempt may have arrived. `fence` counts the claims, so that a worker
    that was overtaken records nothing.
    """

    id: UUID
    kind: Kind
    pair_id: UUID | None
    programme_id: UUID
    volunteer_id: UUID | None
    side: Side | None
    session_id: UUID | None
    due: datetime
    message_id: str
    origin: Origin
    state: State = State.WAITING
    reason: str | None = None
    doubtful: bool = False
    fence: int = 0
    attempts: int = 0
    first_tried_at: datetime | None = None
    settled_at: datetime | None = None
    person_id: UUID | None = None
    topic: str | None = None
    answer_by: date | None = None
    notice_id: UUID | None = None


def plan(pair: Pair, policy: Policy, mail_domain: str, now: datetime) -> list[Reminder]:
    """The reminders of everything about a pair that has none yet. `now` is the database's time."""
    return [
        _reminder(pair, occurrence, side, volunteer_id, mail_domain)
        for occurrence in _occurrences(pair, policy, now)
        for side, volunteer_id in pair.volunteers.items()
    ]


def items_to_plan(pair: Pair) -> frozenset[str]:
    """What `plan` looks at; afterwards it belongs to the `planned` of the pair."""
    if len(pair.volunteers) < len(Side):
        return frozenset()
    items = {str(session.id) for session in pair.sessions}
    items |= {PROPOSAL_ITEM} if pair.proposal else set()
    items |= {INTRODUCTION_ITEM} if pair.formed else set()
    return frozenset(items - pair.planned)


@dataclass(frozen=True, slots=True)
class _Occurrence:
    kind: Kind
    name: str
    due: datetime
    origin: Origin
    session_id: UUID | None = None


def _occurrences(pair: Pair, policy: Policy, now: datetime) -> Iterator[_Occurrence]:
    items = items_to_plan(pair)
    if pair.proposal and PROPOSAL_ITEM in items:
        proposal = pair.proposal
        yield _Occurrence(Kind.PROPOSAL, "once", now, proposal.origin)
        for hours in sorted(set(policy.proposal_hours_after)):
            due = proposal.made_at + timedelta(hours=hours)
            # A rung that has passed is left out: the proposal itself goes out only now.
            if now < due < proposal.expires_at:
                yield _Occurrence(Kind.PROPOSAL_REMINDER, f"{hours:g}h", due, proposal.origin)
    if pair.formed and INTRODUCTION_ITEM in items:
        yield _Occurrence(Kind.INTRODUCTION, "once", now, pair.formed.origin)
    for session in pair.sessions:
        if str(session.id) in items:
            yield from _before(session, policy.session_hours_before, now)


def _before(
    session: Session, hours_before: Iterable[float], now: datetime
) -> Iterator[_Occurrence]:
    """Those ahead, and of those whose time has passed only the last: it goes at once."""
    dues = [(session.starts_at - timedelta(hours=h), f"{h:g}h") for h in set(hours_before)]
    passed = sorted(due for due in dues if due[0] <= now)[-1:]
    ahead = sorted(due for due in dues if due[0] > now)
    for due, name in (*passed, *ahead):
        yield _Occurrence(Kind.SESSION_REMINDER, name, due, session.origin, session.id)


def _reminder(
    pair: Pair, occurrence: _Occurrence, side: Side, volunteer_id: UUID, mail_domain: str
) -> Reminder:
    about = f"{pair.id}/{occurrence.session_id or ''}/{volunteer_id}/{occurrence.name}"
    identity = uuid5(NAMESPACE, f"{occurrence.kind}/{about}")
    return Reminder(
        id=identity,
        kind=occurrence.kind,
        pair_id=pair.id,
        programme_id=pair.programme_id,
        volunteer_id=volunteer_id,
        side=side,
        session_id=occurrence.session_id,
        due=occurrence.due,
        message_id=f"<{identity}@{mail_domain}>",
        origin=occurrence.origin,
    )
