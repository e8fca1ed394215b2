"""A notice: something to tell a person that is about no pair, and the reminders that come of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from services.notifications.domain.pairs import Origin
from services.notifications.domain.reminders import NAMESPACE, Kind, Reminder

MORNING = time(6)
"""In UTC, when leads are told of the doubts of the day before."""
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

    def is_old(self, now: datetime) -> bool:
        """Whether it is too late to tell it."""
        return now - self.told_at > KEPT_FOR


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A notice to one person is moot: there is an answer by now."""

    notice_id: UUID
    kind: Kind
    person_id: UUID

    @property
    def reminder_id(self) -> UUID:
        """The reminder that the notice may have become."""
        return _identity(self.kind, str(self.notice_id), self.person_id)


def addressed(notice: Notice, readers: Iterable[UUID], mail_domain: str) -> list[Reminder]:
    """A reminder for each reader."""
    return [_reminder(notice, person_id, mail_domain) for person_id in readers]


def _reminder(notice: Notice, person_id: UUID, mail_domain: str) -> Reminder:
    due, about = notice.told_at, str(notice.id)
    if notice.kind is Kind.CONCERN_RAISED:
        # One mail for all doubts of a day, and on the next: the hour could tell whose a doubt is.
        next_day = notice.told_at.date() + timedelta(days=1)
        due = datetime.combine(next_day, MORNING, notice.told_at.tzinfo)
        about = f"{notice.programme_id}/{next_day}"
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
    )


def _identity(kind: Kind, about: str, person_id: UUID) -> UUID:
    return uuid5(NAMESPACE, f"{kind}/{about}/{person_id}")
