"""Whose turn it is: what becomes of a message by the cursor of its key, before any handler runs."""

import logging
from collections.abc import Iterable, Mapping

from shared.chassis import dead_letters, waiting
from shared.chassis.cursors import Cursor
from shared.chassis.messages import Incoming
from shared.chassis.transactions import Tx


class Turns:
    """Decides for one consumer group, and writes down what waits or is dead."""

    def __init__(self, group: str) -> None:
        self._group = group

    def decide(
        self, tx: Tx, item: Incoming, after: dict[str, Cursor], newest: Mapping[str, int]
    ) -> str | None:
        """What becomes of one message; None if it is its turn to take effect.

        `newest` is the last sequence per key that comes with it, of topics that hold states.
        """
        if item.envelope is None or item.lane is None or item.topic is None:
            return self._bury(tx, item, holds=False)
        cursor, sequence, ordered = after[item.lane], item.envelope.sequence, not item.topic.state
        if sequence <= cursor.sequence:
            return self._old(tx, item, cursor)
        if ordered and sequence == cursor.held_at:
            return "duplicate"
        if ordered and (cursor.held_at is not None or sequence > cursor.sequence + 1):
            waiting.keep(tx, item)
            self._tell(tx, item, "intake.message_waiting", logging.WARNING)
            after[item.lane] = cursor._replace(waiting=True)
            return "waiting"
        if item.flaw:
            held = cursor._replace(held_at=sequence)
            after[item.lane] = held if ordered else cursor.moved_to(item)
            return self._bury(tx, item, holds=ordered)
        after[item.lane] = cursor.moved_to(item)
        is_last = sequence >= newest.get(item.lane, 0)
        return None if is_last else "superseded"

    def _old(self, tx: Tx, item: Incoming, cursor: Cursor) -> str:
        """A message from before the cursor: harmless, unless it claims a place that another has."""
        envelope = item.envelope
        if envelope is None or envelope.sequence < cursor.sequence:
            return "duplicate"
        if envelope.id == cursor.id and item.message.digest() == cursor.digest:
            return "duplicate"
        return self._bury(tx, item._replace(flaw="id_conflict"), holds=False)

    def _bury(self, tx: Tx, item: Incoming, *, holds: bool) -> str:
        dead_letters.keep(tx, item, holds=holds)
        self._tell(tx, item, "intake.message_dead_lettered", logging.ERROR)
        return "dead_lettered"

    def _tell(self, tx: Tx, item: Incoming, event: str, level: int) -> None:
        """One line for a message that did not simply take effect."""
        tx.note(
            event,
            level=level,
            group=self._group,
            place=item.message.place,
            reason=item.flaw,
            event_id=str(item.envelope.id) if item.envelope else None,
        )


def newest_states(incoming: Iterable[Incoming]) -> dict[str, int]:
    """Per key of a state topic the last state that can be read: it replaces those before it."""
    newest: dict[str, int] = {}
    for item in incoming:
        if item.topic and item.topic.state and item.lane and item.envelope and not item.flaw:
            newest[item.lane] = max(newest.get(item.lane, 0), item.envelope.sequence)
    return newest
