"""A file of the HR directory: what a row must be, and what is wrong with a file."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from csv import Error, reader
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from services.enrollment.domain.csv_text import (
    DELIMITERS,
    Line,
    Record,
    Unreadable,
    lines_of,
    records_of,
    text_of,
)
from services.enrollment.domain.directory import (
    LONGEST_EMAIL,
    TOP_LEVEL,
    Employee,
    Layout,
    find_loops,
    is_email,
    is_time_zone,
)
from services.enrollment.domain.staging import Outcome

REQUIRED = ("staff_number", "email", "level")
OPTIONAL = ("manager", "dotted", "name", "unit", "site", "profession", "time_zone", "language")
LISTED = 10_000
"""How many problems a report lists; beyond that it counts."""

_LIMITS = {"staff_number": 64, "manager": LONGEST_EMAIL, "email": LONGEST_EMAIL, "name": 200}
_OTHER_LIMIT = 300
_JOINERS = "\u200c\u200d"
"""Invisible, and yet letters of Persian, Hindi and other names."""


@dataclass(frozen=True, slots=True)
class BadCell:
    """What is wrong, where; never the value itself. `column` is "" where it is the whole row."""

    line: int
    column: str
    code: str


@dataclass(frozen=True, slots=True)
class Row:
    """A good row with its line."""

    line: int
    employee: Employee


@dataclass(frozen=True, slots=True)
class UnknownManager:
    """A staff number that somebody reports to and nobody has; the line that names it first."""

    line: int
    id: str


@dataclass(slots=True)
class ImportReport:
    """What became of a file. Of its problems the first 10,000 are listed; bad rows are all counted.

    `applied` is False where nothing was stored: after a dry run, or because of bad rows when all or
    nothing was asked for.
    """

    rows: int = 0
    good: int = 0
    bad_total: int = 0
    bad: list[BadCell] = field(default_factory=list)
    unknown_managers: list[UnknownManager] = field(default_factory=list)
    loops: list[list[str]] = field(default_factory=list)
    applied: bool = False
    joined: int = 0
    changed: int = 0
    renumbered: int = 0
    """Known by their address, under a new staff number."""
    left: int = 0
    leavers: list[str] = field(default_factory=list)
    """Staff numbers of those who are not in the file any more; the first 10,000."""
    leavers_kept: int = 0
    """Not in the file either, and kept since bad rows may be theirs."""

    def show(self, outcome: Outcome) -> None:
        """It is stored, and this is what it changed."""
        self.applied = True
        self.joined, self.changed = outcome.joined, outcome.changed
        self.renumbered, self.left = outcome.renumbered, outcome.left
        self.leavers = list(outcome.leavers)

    def count(self, row: Row | BadCell) -> None:
        """Take one row into account."""
        self.rows += 1
        if isinstance(row, Row):
            self.good += 1
            return
        self.bad_total += 1
        if len(self.bad) < LISTED:
            self.bad.append(row)


def read_directory(chunks: Iterable[bytes], layout: Layout) -> Iterator[Row | BadCell]:
    """The rows of a file, one by one. Raises Unreadable where it is no such file."""
    scale = {plain(grade): level for grade, level in layout.level_scale.items()}
    layout = replace(layout, level_scale=scale)
    lines = lines_of(text_of(chunks, layout.encoding))
    delimiter, positions, width = _header(lines, layout)
    staff_numbers: set[str] = set()
    emails: set[str] = set()
    empty = True
    for record in records_of(lines, delimiter):
        empty = False
        row = _row(record, positions, width, layout)
        if isinstance(row, Row):
            row = _once(row, staff_numbers, emails, layout)
        yield row
    if empty:
        raise Unreadable("no_rows", "The file has a header and no rows; send at least one.")


@dataclass(frozen=True, slots=True)
class Survey:
    """What a whole file says: its report, its good staff numbers, and whose they are by address where that is asked for."""

    report: ImportReport
    staff_numbers: frozenset[str]
    by_email: Mapping[str, str]


def examine(chunks: Iterable[bytes], layout: Layout) -> ImportReport:
    """Read the whole file and store nothing."""
    return survey(chunks, layout).report


def survey(chunks: Iterable[bytes], layout: Layout) -> Survey:
    """Read the whole file, to know it before anything of it is stored."""
    report = ImportReport()
    managers: dict[str, tuple[str, ...]] = {}
    by_email: dict[str, str] = {}
    named_at: dict[str, int] = {}
    for row in read_directory(chunks, layout):
        report.count(row)
        if not isinstance(row, Row):
            continue
        one = row.employee
        managers[one.staff_number] = (one.manager or "", *one.dotted)
        if layout.manager_by == "email":
            by_email[one.email] = one.staff_number
        for name in managers[one.staff_number]:
            named_at.setdefault(name, row.line)
    unknown = (name for name in named_at if name and by_email.get(name, name) not in managers)
    report.unknown_managers = [
        UnknownManager(named_at[name], name) for name in islice(unknown, LISTED)
    ]
    direct = {one: by_email.get(above[0], above[0]) for one, above in managers.items()}
    report.loops = find_loops(direct)[:LISTED]
    return Survey(report, frozenset(managers), by_email)


def _header(lines: Iterator[Line], layout: Layout) -> tuple[str, dict[str, int], int]:
    first = next((line for line in lines if line.text is None or line.text.strip()), None)
    if first is None or first.text is None:
        raise Unreadable("header_missing", "The first line is no header; begin with column names.")
    wanted = {name: plain(header) for name, header in layout.columns.items()}
    best: list[str] = []
    for delimiter in (layout.delimiter,) if layout.delimiter else DELIMITERS:
        try:
            names = [plain(name) for name in next(reader([first.text], delimiter=delimiter))]
        except Error:
            continue
        if all(wanted[name] in names for name in REQUIRED):
            return delimiter, _positions(names, wanted), len(names)
        best = max(best, names, key=len)
    missing = [layout.columns[name] for name in REQUIRED if wanted[name] not in best]
    raise Unreadable(
        "header_missing",
        f"The header lacks {', '.join(missing)}; name the file's own columns in the mapping.",
    )


def _positions(names: list[str], wanted: Mapping[str, str]) -> dict[str, int]:
    doubled = [name for name in wanted.values() if names.count(name) > 1]
    if doubled:
        raise Unreadable(
            "header_doubled", "A column of the mapping stands in the header twice; keep one."
        )
    return {name: names.index(header) for name, header in wanted.items() if header in names}


def plain(header: str) -> str:
    """A header or a grade without what people vary: case and spaces."""
    return " ".join(header.split()).casefold()


def _row(record: Record, positions: Mapping[str, int], width: int, layout: Layout) -> Row | BadCell:
    if record.problem:
        return BadCell(record.line, "", record.problem)
    if len(record.cells) != width:
        return BadCell(record.line, "", "ragged_row")
    cells = {name: record.cells[position] for name, position in positions.items()}
    values: dict[str, str] = {}
    for name, cell in cells.items():
        value, problem = checked(name, cell)
        if problem:
            return BadCell(record.line, layout.columns[name], problem)
        values[name] = value
    level = _level(values.pop("level"), layout.level_scale)
    if level is None:
        return BadCell(record.line, layout.columns["level"], "bad_level")
    dotted = tuple(filter(None, re.split(r"\s*[;,|]\s*", values.pop("dotted", ""))))
    fields: Any = values  # each of them text, as the fields beside level are
    return Row(record.line, Employee(level=level, dotted=dotted, **fields))


def checked(name: str, raw: str) -> tuple[str, str | None]:
    """The cell as it is stored, or the code of what is wrong with it.

    A cell that begins with = + - or @ is text like any other; line breaks become spaces, so that
    nothing of it can ever end a mail header.
    """
    value = unicodedata.normalize("NFC", " ".join(raw.split()))
    if not value.isascii() or not value.isprintable():
        if any(unicodedata.category(sign)[0] == "C" and sign not in _JOINERS for sign in value):
            return "", "control_character"
        if "\N{REPLACEMENT CHARACTER}" in value:
            return "", "lost_character"
    if len(value) > _LIMITS.get(name, _OTHER_LIMIT):
        return "", "too_long"
    if name in REQUIRED and not value:
        return "", "empty"
    check = _CHECKS.get(name)
    return check(value) if check and value else (value, None)


def _email(value: str) -> tuple[str, str | None]:
    return value.lower(), None if is_email(value) else "bad_email"


def _manager(value: str) -> tuple[str, str | None]:
    return value.lower() if "@" in value else value, None


def _time_zone(value: str) -> tuple[str, str | None]:
    return value, None if is_time_zone(value) else "unknown_time_zone"


def _language(value: str) -> tuple[str, str | None]:
    code = value.lower().replace("_", "-").split("-")[0]
    return code, None if re.fullmatch("[a-z]{2}", code) else "bad_language"


_CHECKS: Mapping[str, Callable[[str], tuple[str, str | None]]] = {
    "email": _email,
    "manager": _manager,
    "dotted": _manager,
    "time_zone": _time_zone,
    "language": _language,
}


def _level(value: str, scale: Mapping[str, int]) -> int | None:
    if scale:
        return scale.get(plain(value))
    level = int(value) if re.fullmatch("[0-9]{1,2}", value) else 0
    return level if 1 <= level <= TOP_LEVEL else None


def _once(row: Row, staff_numbers: set[str], emails: set[str], layout: Layout) -> Row | BadCell:
    employee = row.employee
    if employee.staff_number in staff_numbers:
        return BadCell(row.line, layout.columns["staff_number"], "staff_number_twice")
    if employee.email in emails:
        return BadCell(row.line, layout.columns["email"], "email_twice")
    staff_numbers.add(employee.staff_number)
    emails.add(employee.email)
    return row
