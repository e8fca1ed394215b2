"""Asks log files of Obverse: which alarms they raise, and the questions of the runbook.

    python ask.py alarms LOGS...                 what should alarm now; ends with code 1 if something does
    python ask.py where-is-event --id ID LOGS... a question of questions.sql; `python ask.py` lists them

Needs this folder and the package duckdb, nothing else of the project. LOGS are files or patterns, JSON lines, one
file per process. `--at` looks as if it were then (UTC, as 2026-11-24T14:41:30; `end` is the last line), for logs
of a while ago. `--json` gives JSON lines.
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

HERE = Path(__file__).parent
_NAMED = re.compile(
    r"^-- (?:alert|question): (?P<name>\S+)\n(?P<text>.*?;)$", re.MULTILINE | re.DOTALL
)
_INTERVAL = re.compile(r"INTERVAL (\d+) (SECOND|MINUTE)")
_SECONDS = {"SECOND": 1, "MINUTE": 60}

Row = dict[str, Any]


@dataclass(frozen=True)
class Query:
    """One named query; `notes` are the comment lines above it."""

    name: str
    sql: str
    notes: Sequence[str]


def queries(file: str) -> dict[str, Query]:
    """The named queries of a file beside this one."""
    text = (HERE / file).read_text(encoding="utf-8")
    found = {}
    for match in _NAMED.finditer(text):
        notes = [line[3:] for line in match["text"].splitlines() if line.startswith("-- ")]
        found[match["name"]] = Query(match["name"], match["text"], notes)
    return found


class Logs:
    """Log files, read once; `shorten` divides every duration of the queries, for drills."""

    def __init__(self, files: Sequence[str], at: str | None = None, shorten: float = 1.0) -> None:
        self._shorten = shorten
        self._base = duckdb.connect()
        self._base.execute("SET VARIABLE files = ?", [list(files)])
        self._base.execute("SET TimeZone = 'UTC'")
        self._run((HERE / "prepare.sql").read_text(encoding="utf-8"))
        moment = {None: "now() AT TIME ZONE 'UTC'", "end": "(SELECT max(ts) FROM logs)"}
        self._base.execute(
            f"SET VARIABLE moment = {moment.get(at, '?::TIMESTAMP')}", [] if at in moment else [at]
        )
        self._base.execute("DELETE FROM logs WHERE ts > moment()")

    def ask(self, query: Query, sought: str = "") -> list[Row]:
        """The rows of a query."""
        self._base.execute("SET VARIABLE sought = ?", [sought])
        self._base.execute(
            "CREATE OR REPLACE TEMP MACRO sought() AS getvariable('sought')::VARCHAR"
        )
        answer = self._run(query.sql)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def alarms(self) -> dict[str, list[Row]]:
        """The alarms that these logs raise, each with its rows."""
        asked = {name: self.ask(query) for name, query in queries("logs.sql").items()}
        return {name: rows for name, rows in asked.items() if rows}

    def _run(self, sql: str) -> duckdb.DuckDBPyConnection:
        return self._base.execute(_INTERVAL.sub(self._shortened, sql))

    def _shortened(self, found: re.Match[str]) -> str:
        seconds = int(found[1]) * _SECONDS[found[2]] / self._shorten
        return f"to_seconds({seconds:g})"


def main(arguments: Sequence[str]) -> int:
    """The command; 0, or 1 where an alarm is raised."""
    questions = queries("questions.sql")
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "name", choices=["alarms", *questions], metavar="NAME", help=_listed(questions)
    )
    parser.add_argument("logs", nargs="+", metavar="LOGS")
    parser.add_argument(
        "--id", default="", help="event, correlation, pair, reminder or volunteer id"
    )
    parser.add_argument("--at", help="when to look: a time in UTC, or `end`; now if not given")
    parser.add_argument("--json", action="store_true", help="JSON lines")
    given = parser.parse_args(arguments)
    logs = Logs(given.logs, given.at)
    if given.name == "alarms":
        raised = logs.alarms()
        rows = [{"alarm": name} | row for name, found in raised.items() for row in found]
        _show(rows, as_json=given.json, nothing="no alarm")
        return 1 if rows else 0
    _show(logs.ask(questions[given.name], given.id), as_json=given.json, nothing="nothing found")
    return 0


def _listed(questions: dict[str, Query]) -> str:
    lines = [
        "alarms: what should alarm now",
        *(f"{q.name}: {q.notes[0]}" for q in questions.values()),
    ]
    return "\n".join(lines)


def _show(rows: Sequence[Row], *, as_json: bool, nothing: str) -> None:
    if not rows:
        print(nothing, file=sys.stderr)
    for row in rows:
        if as_json:
            print(json.dumps(row, default=str))
        else:
            print("  ".join(f"{name}={value}" for name, value in row.items() if value is not None))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
