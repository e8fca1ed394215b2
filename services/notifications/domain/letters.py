"""What a mail says, before it is put into words of a language."""

from dataclasses import dataclass
from datetime import date, datetime

from services.notifications.domain.pairs import Contact, Session, Side, TopicLabels, Window
from services.notifications.domain.reminders import IN_PERSON, Kind, Reminder
from services.notifications.domain.sending import Knowledge


@dataclass(frozen=True, slots=True)
class Letter:
    """One reminder with all that its text needs. `written_at` is the database's time.

    `windows` are in UTC by the offsets of the day when they were found.
    """

    kind: Kind
    side: Side | None
    reader: Contact
    partner: Contact | None
    topics: tuple[TopicLabels, ...]
    hobby: str | None
    windows: tuple[Window, ...]
    windows_found_on: date
    answer_by: datetime | None
    until: date | None
    session: Session | None
    written_at: datetime


def letter_of(
    reminder: Reminder, known: Knowledge, labels: dict[str, TopicLabels], now: datetime
) -> Letter:
    """The letter of a reminder that may be sent: `known` is complete. A topic without labels shows
    its code.
    """
    pair, reader = known.pair, known.reader
    if reminder.kind in IN_PERSON and reader is not None:
        return _in_person(reminder, reader, labels, now)
    if pair is None or reader is None:
        raise ValueError("a letter needs its pair and its reader")
    proposal = pair.proposal
    topics = proposal.topics if proposal else ()
    return Letter(
        kind=reminder.kind,
        side=reminder.side,
        reader=reader,
        partner=known.partner,
        topics=tuple(labels.get(code, TopicLabels(code, code)) for code in topics),
        hobby=proposal.hobby if proposal else None,
        windows=proposal.windows if proposal else (),
        windows_found_on=(proposal.made_at if proposal else now).date(),
        answer_by=proposal.expires_at if proposal else None,
        until=pair.formed.until if pair.formed else None,
        session=pair.session(reminder.session_id),
        written_at=now,
    )


def _in_person(
    reminder: Reminder, reader: Contact, labels: dict[str, TopicLabels], now: datetime
) -> Letter:
    """Nothing but what it is about: the words themselves are read where they are kept."""
    topic = reminder.topic
    return Letter(
        kind=reminder.kind,
        side=None,
        reader=reader,
        partner=None,
        topics=(labels.get(topic, TopicLabels(topic, topic)),) if topic else (),
        hobby=None,
        windows=(),
        windows_found_on=now.date(),
        answer_by=None,
        until=reminder.answer_by,
        session=None,
        written_at=now,
    )
