"""What the load wrote down: one file of commands, written before each is sent and after its outcome is known.

Two lines share an `id`: the intent has the outcome null, the later line has one of OUTCOMES. A command
whose intent stands alone is unknown, as is one whose last outcome says so; an unknown one is tried again
under its key after the heal, and then has one line more.

Commands and what `subject` names (all ids as text; what the command creates is added by its outcome):
import, draft_programme, answer_readiness (nothing), open_programme (programme_id, cohort_id), enrol (programme_id, staff_number, volunteer_id),
pause, resume, withdraw (programme_id, volunteer_id), round (programme_id, cohort_id, round_id),
accept, decline (programme_id, volunteer_id, pair_id), plan, cancel, report (pair_id, session_id, volunteer_id).
`answer` is the body that the service gave, `tries` all statuses on the way there (0: no answer at all).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

OK, REFUSED, UNKNOWN = "ok", "refused", "unknown"
OUTCOMES = (OK, REFUSED, UNKNOWN)


@dataclass
class Command:
    """One command of the load, as it stands in the journal."""

    id: str
    who: str
    command: str
    service: str
    method: str
    path: str
    key: str
    correlation_id: str
    subject: dict[str, str] = field(default_factory=dict)
    at: str = ""
    done_at: str | None = None
    outcome: str | None = None
    status: int | None = None
    tries: list[int] = field(default_factory=list)
    answer: Any = None


class Lines:
    """A file of JSON lines, each flushed as it is written."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def write(self, line: Mapping[str, Any]) -> None:
        """Append one."""
        self._file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")

    def close(self) -> None:
        """No more lines."""
        self._file.close()


class Journal:
    """journal.jsonl of a run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines = Lines(path)
        self.commands: dict[str, Command] = {}

    def intend(self, command: Command) -> None:
        """Before it is sent."""
        command.at = now()
        self.commands[command.id] = command
        self._lines.write(asdict(command))

    def settle(self, command: Command, outcome: str) -> None:
        """After its outcome is known, or given up for now."""
        command.outcome, command.done_at = outcome, now()
        self._lines.write(asdict(command))

    def unknown(self) -> list[Command]:
        """What is to be tried again."""
        return [one for one in self.commands.values() if one.outcome in (None, UNKNOWN)]

    def close(self) -> None:
        """No more commands."""
        self._lines.close()


def write_document(path: Path, document: Any) -> None:
    """Write one JSON document for people to read."""
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False, default=str))


def now() -> str:
    """The moment, as all files of a run write it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
