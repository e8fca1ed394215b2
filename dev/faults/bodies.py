"""What the load sends: who leads, a programme, and meetings that are never at the same time."""

from datetime import UTC, datetime, timedelta
from typing import Any

REMINDER_HOURS = 24
LEAD: dict[str, Any] = {"subject": "programme-lead", "roles": ("lead", "directory", "ops")}
"""What the token of the one who leads the programme says."""


def span(number: int, *, ahead: bool) -> dict[str, Any]:
    """Some time of its own: the first ahead is to be announced a moment from now, each held one lies before the last."""
    moment = datetime.now(UTC)
    if ahead:
        starts_at = moment + timedelta(hours=REMINDER_HOURS + 2 * (number - 1), seconds=4)
        return {"starts_at": starts_at.isoformat(timespec="seconds"), "minutes": 60}
    held_at = moment - timedelta(hours=2 * number)
    return {"held_at": held_at.isoformat(timespec="seconds"), "minutes": 45, "mood": 4}


def programme() -> dict[str, Any]:
    """One whose pairs are told of a meeting a day before it."""
    start = datetime.now(UTC).date()
    end = start + timedelta(days=180)
    days = {"starts_on": start.isoformat(), "ends_on": end.isoformat()}
    return days | {
        "title": "Reverse mentoring",
        "languages": ["en", "ru"],
        "formats": [{"format": "one_to_one"}],
        "reminders": {"session_hours_before": [REMINDER_HOURS]},
        "cohort": days | {"size_cap": 10_000},
    }
