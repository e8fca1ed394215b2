"""MongoDB behind the ports: one unit of work, and the indexes that it needs."""

import logging
from uuid import UUID

from services.notifications.domain.reminders import Reminder
from services.notifications.domain.sending import Settled
from services.notifications.store.documents import CHANGED, NOTICES, OPEN, PAIRS, REMINDERS
from services.notifications.store.knowledge import Knowledge, Pairs
from services.notifications.store.notices import Notices
from services.notifications.store.reminders import Reminders
from services.notifications.translation import outgoing
from shared.chassis.correlation import Trail, following
from shared.chassis.transactions import Index, Tx

INDEXES = (
    Index(REMINDERS, [("look_at", 1)], partial=OPEN),
    Index(REMINDERS, [("pair_id", 1), ("state", 1)]),
    Index(REMINDERS, [("volunteer_id", 1), ("due", -1)]),
    Index(REMINDERS, [("programme_id", 1), ("kind", 1), ("state", 1)]),
    Index(REMINDERS, [("person_id", 1), ("due", -1)]),
    Index(PAIRS, [("programme_id", 1)], partial=CHANGED),
    Index(NOTICES, [("told_at", 1)]),
)


class Unit:
    """One unit of work."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.knowledge = Knowledge(tx)
        self.pairs = Pairs(tx)
        self.notices = Notices(tx)
        self.reminders = Reminders(tx)

    def publish(self, fact: Settled) -> None:
        """Tell it, on the trail of what set it off."""
        contract, key = outgoing(fact)
        with following(trail_of(fact)):
            self._tx.publish(contract, key)

    def note(self, event: str, reminder: Reminder, *, level: int = logging.INFO) -> None:
        """One line, on the trail of what set it off; ids and codes only."""
        with following(trail_of(reminder)):
            self._tx.note(
                event,
                level=level,
                reminder_id=str(reminder.id),
                kind=reminder.kind,
                pair_id=_text(reminder.pair_id),
                volunteer_id=_text(reminder.volunteer_id),
                due=reminder.due.isoformat(timespec="milliseconds"),
                attempts=reminder.attempts,
                reason=reminder.reason,
            )


def _text(id_: UUID | None) -> str | None:
    return str(id_) if id_ else None


def trail_of(about: Reminder | Settled) -> Trail:
    """The trail that a reminder and all that becomes of it belong to."""
    origin = about.origin
    return Trail(origin.correlation_id, origin.causation_id, origin.traceparent)
