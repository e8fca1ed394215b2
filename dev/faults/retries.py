"""Which mails are still to be tried again: the mail server was away, and its pause is not over."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dev.faults.cluster import MAIL_RETRY_SECONDS
from dev.faults.loading import row_of

RETRIED = "delivery.retried"
SETTLED = frozenset({"delivery.sent", "delivery.failed", "delivery.suppressed", "delivery.unknown"})
_ABOUT_DELIVERIES = b'"delivery.'


class Retries:
    """Reads the logs of notifications, from where it last stopped.

    A pause is counted from when its line was found, not by the line's clock, which a fault may have set wrong. Once it
    is over the mail no longer counts, whether or not a line says what became of it: a worker that was killed may have
    left none.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._read: dict[Path, int] = {}
        self._settled: set[str] = set()
        self._pauses: dict[str, tuple[int, float]] = {}

    def waiting(self, moment: float) -> list[str]:
        """The reminders whose pause is not over at this moment, in seconds of the caller's clock."""
        for line in self._new_lines():
            self._take(line, moment)
        return [
            id_
            for id_, (_, until) in self._pauses.items()
            if until > moment and id_ not in self._settled
        ]

    def _take(self, line: dict[str, Any], moment: float) -> None:
        id_ = line.get("reminder_id", "")
        event = line.get("event")
        if event in SETTLED:
            self._settled.add(id_)
        elif event == RETRIED:
            attempts = line["attempts"]
            if attempts > self._pauses.get(id_, (0, 0.0))[0]:
                pause = MAIL_RETRY_SECONDS * 2.0 ** (attempts - 1)
                self._pauses[id_] = (attempts, moment + pause)

    def _new_lines(self) -> Iterator[dict[str, Any]]:
        for file in sorted(self._logs.glob("notifications-*.log")):
            with file.open("rb") as log:
                log.seek(self._read.get(file, 0))
                content = log.read()
            whole = content[: content.rfind(b"\n") + 1]
            self._read[file] = self._read.get(file, 0) + len(whole)
            for text in whole.splitlines():
                if _ABOUT_DELIVERIES in text and (line := row_of(text)) is not None:
                    yield line
