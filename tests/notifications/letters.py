"""Letters and reminders with fixed values, for the tests."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.notifications.domain.letters import Letter
from services.notifications.domain.pairs import (
    Contact,
    Origin,
    Session,
    SessionState,
    Side,
    TopicLabels,
    Window,
)
from services.notifications.domain.reminders import Kind, Reminder

PAIR = UUID("00000000-0000-7000-8000-00000000000a")
PROGRAMME = UUID("00000000-0000-7000-8000-00000000000b")
MENTOR = UUID("00000000-0000-7000-8000-000000000001")
MENTEE = UUID("00000000-0000-7000-8000-000000000002")
MENTOR_PERSON = UUID("00000000-0000-7000-8000-000000000011")
MENTEE_PERSON = UUID("00000000-0000-7000-8000-000000000012")
SESSION = UUID("00000000-0000-7000-8000-0000000000aa")
ORIGIN = Origin(UUID("00000000-0000-7000-8000-0000000000cc"))

ANNA = Contact(MENTOR_PERSON, "Anna Petrova", "anna@example.org", "en", "Europe/Berlin")
VIKTOR = Contact(MENTEE_PERSON, "Viktor Lang", "viktor@example.org", "ru", "Europe/Moscow")

TOPICS = (
    TopicLabels("Artificial intelligence", "Искусственный интеллект"),
    TopicLabels("Social media", "Социальные сети"),
)
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)  # a Monday


def letter(kind: Kind, side: Side = Side.MENTOR, **changes: Any) -> Letter:
    """A letter to Anna, or to Viktor as the mentee."""
    reader, partner = (ANNA, VIKTOR) if side is Side.MENTOR else (VIKTOR, ANNA)
    starts_at = datetime(2026, 11, 9, 8, 30, tzinfo=UTC)
    whole = Letter(
        kind=kind,
        side=side,
        reader=reader,
        partner=partner,
        topics=TOPICS,
        hobby="chess",
        windows=(Window(0, 450, 90), Window(3, 1380, 60)),
        windows_found_on=date(2026, 11, 2),
        answer_by=datetime(2026, 11, 6, 16, 0, tzinfo=UTC),
        until=date(2027, 2, 5),
        session=Session(SESSION, starts_at, 45, SessionState.PLANNED, ORIGIN),
        written_at=NOW,
    )
    return replace(whole, **changes)


def reminder(kind: Kind = Kind.INTRODUCTION, **changes: Any) -> Reminder:
    """A reminder to Anna that waits to be sent."""
    whole = Reminder(
        id=UUID("00000000-0000-7000-8000-0000000000dd"),
        kind=kind,
        pair_id=PAIR,
        programme_id=PROGRAMME,
        volunteer_id=MENTOR,
        side=Side.MENTOR,
        session_id=SESSION if kind is Kind.SESSION_REMINDER else None,
        due=NOW,
        message_id="<00000000-0000-7000-8000-0000000000dd@obverse.test>",
        origin=ORIGIN,
    )
    return replace(whole, **changes)
