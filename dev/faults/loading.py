"""Reads the folder of a run into a `History`. What a killed process left half-written is passed over."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from dev.faults.history import (
    Command,
    Fault,
    History,
    Letter,
    Line,
    Mail,
    Offset,
    Passing,
    Reads,
    Record,
    Sample,
)
from dev.faults.journal import UNKNOWN

CONTACT_TOPIC = "obverse-internal.enrollment.contact.v1"
TALKATIVE = "http.request"
"""Most lines of a log, and none that is judged by what it says."""
_SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def load(folder: Path) -> History:
    """Everything that the run left; what is missing is empty."""
    records = [record for file in sorted(folder.glob("topics/*.jsonl")) for record in _topic(file)]
    return History(
        commands=_commands(folder / "journal.jsonl"),
        records=records,
        lines=[line for file in sorted(folder.glob("logs/*.log")) for line in _log(file)],
        mails=[_mail(row) for row in _rows(folder / "mails" / "accepted.jsonl")],
        faults=[_fault(row) for row in _rows(folder / "injected.jsonl")],
        passings=list(_passings(folder / "passages")),
        samples=[s for file in sorted(folder.glob("metrics/*.txt")) for s in _samples(file)],
        offsets=list(_offsets(_document(folder / "offsets.json"))),
        reads=_reads(_document(folder / "reads.json")),
        phases=_phases(_document(folder / "phases.json")),
        personal=[*_planted(records), *_document(folder / "personal.json").get("personal", [])],
        letters=_letters(folder / "letters.json"),
        directory=_document(folder / "directory.json"),
        texts=Texts(folder),
    )


def seconds(moment: Any) -> float:
    """A moment as seconds since the epoch, from a number or from ISO 8601."""
    if isinstance(moment, (int, float)):
        return float(moment)
    return datetime.fromisoformat(str(moment)).timestamp()


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file, a line each; a line that was cut off is no row."""
    if not file.exists():
        return
    with file.open(encoding="utf-8", errors="replace") as lines:
        yield from (row for text in lines if (row := row_of(text)) is not None)


def row_of(text: str | bytes) -> dict[str, Any] | None:
    """The JSON object of a line; None where it is none, or was cut off."""
    try:
        row = json.loads(text)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _document(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def _commands(file: Path) -> list[Command]:
    """Each command with the last that was written of it; one without an outcome is unknown."""
    latest: dict[str, dict[str, Any]] = {}
    for row in _rows(file):
        known = {name: value for name, value in row.items() if value is not None}
        latest[row["id"]] = latest.get(row["id"], {}) | known
    return [_command(row) for row in latest.values()]


def _command(row: dict[str, Any]) -> Command:
    done_at = row.get("done_at")
    return Command(
        id=row["id"],
        at=seconds(row["at"]),
        method=row.get("method", "POST"),
        path=row["path"],
        correlation_id=row.get("correlation_id", ""),
        outcome=row.get("outcome", UNKNOWN),
        status=row.get("status"),
        name=row.get("command", ""),
        who=row.get("who", ""),
        key=row.get("key", ""),
        done_at=None if done_at is None else seconds(done_at),
        subject={name: str(value) for name, value in row.get("subject", {}).items()},
        answer=row.get("answer"),
    )


def _topic(file: Path) -> Iterator[Record]:
    for row in _rows(file):
        value = row["value"]
        yield Record(
            file.stem,
            row["partition"],
            row["offset"],
            row["key"],
            row["headers"],
            value,
            _data(value),
        )


def _data(value: str | None) -> Any:
    try:
        return None if value is None else json.loads(value)
    except (ValueError, RecursionError):
        return None


def _log(file: Path) -> Iterator[Line]:
    for row in _rows(file):
        if "event" in row and "ts" in row and row["event"] != TALKATIVE:
            yield Line(file.stem, row["event"], seconds(row["ts"]), row)


def _mail(row: dict[str, Any]) -> Mail:
    return Mail(seconds(row["at"]), row["message_id"], row["number"], row.get("recipient_hash", ""))


def _fault(row: dict[str, Any]) -> Fault:
    return Fault(
        at=seconds(row["at"]),
        fault=row["fault"],
        target=str(row.get("target", "")),
        landed=row.get("class") or "",
        pid=row.get("pid"),
        detail=row.get("detail"),
    )


def _passings(folder: Path) -> Iterator[Passing]:
    """Of each process the first time at each place, and the last of all: they are very many.

    The name of a file ends in the id of its process.
    """
    for file in sorted(folder.glob("*.jsonl")):
        service, *_, pid = file.stem.split("-")
        first: dict[str, Passing] = {}
        last = None
        for row in _rows(file):
            last = Passing(int(pid), service, seconds(row["at"]), row["passage"])
            first.setdefault(last.passage, last)
        yield from first.values()
        if last is not None and first[last.passage] is not last:
            yield last


def _samples(file: Path) -> Iterator[Sample]:
    for text in file.read_text(encoding="utf-8").splitlines():
        found = None if text.startswith("#") else _SAMPLE.match(text)
        if found:
            labels = dict(_LABEL.findall(found["labels"] or ""))
            yield Sample(file.stem, found["name"], labels, float(found["value"]))


def _offsets(document: dict[str, dict[str, dict[str, Any]]]) -> Iterator[Offset]:
    for group, places in document.items():
        for place, found in places.items():
            topic, _, partition = place.rpartition(":")
            yield Offset(group, topic, int(partition), found["committed"], found["end"])


def _letters(file: Path) -> list[Letter] | None:
    return [Letter(**row) for row in _document(file)] if file.exists() else None


def _reads(document: dict[str, dict[str, Any] | None]) -> Reads:
    """What was not answered is left out."""
    answered = {
        name: {key: answer for key, answer in (answers or {}).items() if answer is not None}
        for name, answers in document.items()
    }
    return cast("Reads", answered)


def _phases(document: dict[str, Any]) -> dict[str, float]:
    """Moments and lengths, both in seconds."""
    return {name: seconds(value) for name, value in document.items() if value is not None}


def _planted(records: list[Record]) -> Iterator[str]:
    """Names and addresses of everybody whom the directory told of."""
    contacts = [r.data for r in records if r.topic == CONTACT_TOPIC and isinstance(r.data, dict)]
    yield from sorted({str(data[part]) for data in contacts for part in ("name", "email")})


class Texts(Mapping[str, str]):
    """Logs and metrics by their names, each read when it is asked for: together they may not fit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = [
            str(file.relative_to(folder))
            for kind in ("logs/*.log", "metrics/*.txt")
            for file in sorted(folder.glob(kind))
        ]

    def __getitem__(self, name: str) -> str:
        return (self._folder / name).read_text(encoding="utf-8", errors="replace")

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
