"""A notice: something to tell a person that is about no pair, and the reminders that come of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5

from services.notifications.domain.pairs import Origin
from services.notifications.domain.reminders import NAMESPACE, Kind, Reminder

MORNING = time(6)
"""In UTC, when leads are told of the day before, and reminded of the next."""
KEPT_FOR = timedelta(days=7)
"""What is older is told to nobody: it was told, or nobody was there to read it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What an event asks us to tell. Without a `person_id` it is for the leads of the programme."""

    id: UUID
    kind: Kind
    programme_id: UUID
    person_id: UUID | None
    told_at: datetime
    origin: Origin
    topic: str | None = None
    answer_by: date | None = None
    not_before: datetime | None = None

    @property
    def due(self) -> datetime:
        """When it is to be told; at once where that time has passed."""
        return max(self.told_at, self.not_before or self.told_at)

    def is_old(self, now: datetime) -> bool:
        """Whether it is too late to tell it."""
        return now - self.due > KEPT_FOR


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A notice is moot, for a reason (a code). Without a `person_id` it was for the leads."""

    notice_id: UUID
    kind: Kind
    programme_id: UUID
    person_id: UUID | None
    reason: str

    @property
    def reminder_id(self) -> UUID | None:
        """The reminder that a notice to one person may have become."""
        if self.person_id is None:
            return None
        return _identity(self.kind, str(self.notice_id), self.person_id)


def morning_of(day: date) -> datetime:
    """When mails of the morning go out on a day."""
    return datetime.combine(day, MORNING, UTC)


def addressed(notice: Notice, readers: Iterable[UUID], mail_domain: str) -> list[Reminder]:
    """A reminder for each reader."""
    return [_reminder(notice, person_id, mail_domain) for person_id in readers]


def _reminder(notice: Notice, person_id: UUID, mail_domain: str) -> Reminder:
    due, about = notice.due, str(notice.id)
    if notice.not_before:
        # A gap that opens again, and a conversation that is moved, is told of on another day once more.
        about = f"{notice.id}/{notice.not_before.date()}"
    if notice.kind is Kind.CONCERN_RAISED:
        # One mail for all doubts of a day, and on the next: the hour could tell whose a doubt is.
        next_day = notice.told_at.date() + timedelta(days=1)
        due, about = morning_of(next_day), f"{notice.programme_id}/{next_day}"
    identity = _identity(notice.kind, about, person_id)
    return Reminder(
        id=identity,
        kind=notice.kind,
        pair_id=None,
        programme_id=notice.programme_id,
        volunteer_id=None,
        side=None,
        session_id=None,
        due=due,
        message_id=f"<{identity}@{mail_domain}>",
        origin=notice.origin,
        person_id=person_id,
        topic=notice.topic,
        answer_by=notice.answer_by,
        notice_id=notice.id,
    )


def _identity(kind: Kind, about: str, person_id: UUID) -> UUID:
    return uuid5(NAMESPACE, f"{kind}/{about}/{person_id}")
