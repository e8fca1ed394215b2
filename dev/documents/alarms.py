"""The table of alarms, from the rules over metrics and from the queries over logs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from deploy.alerts.ask import queries

RULES = Path("deploy/alerts/obverse.rules.yml")
PAGE = "docs/operations/runbook.md"
_HEAD = "| alarm | | means | raised when | first action |\n| --- | --- | --- | --- | --- |\n"


def alarms(root: Path) -> str:
    """A line per alarm, those that only logs can raise last.

    Raises ValueError where metrics and logs do not have the same alarms.
    """
    by_logs = queries("logs.sql")
    rows = []
    for rule in _rules(root):
        name = rule["alert"]
        if name not in by_logs:
            raise ValueError(f"{name} has no query in logs.sql")
        notes = {**rule["annotations"], "severity": rule["labels"]["severity"]}
        rows.append(_row(name, notes, _condition(rule)))
    known = {rule["alert"] for rule in _rules(root)}
    for name, query in by_logs.items():
        if name not in known:
            notes = dict(note.split(": ", 1) for note in query.notes if ": " in note)
            if not notes.keys() >= {"severity", "summary", "first_action", "runbook"}:
                raise ValueError(f"{name} is in logs.sql only and does not say what it means")
            rows.append(_row(name, notes, "by logs only"))
    return _HEAD + "".join(rows)


def _rules(root: Path) -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load((root / RULES).read_text(encoding="utf-8"))["groups"]:
        yield from group["rules"]


def _condition(rule: dict[str, Any]) -> str:
    expression = " ".join(rule["expr"].split()).replace("|", "\\|")
    return f"`{expression}`" + (f" for {rule['for']}" if "for" in rule else "")


def _row(name: str, notes: dict[str, str], condition: str) -> str:
    anchor = notes["runbook"].removeprefix(PAGE)
    action = f"{notes['first_action']} [More]({anchor})"
    return f"| {name} | {notes['severity']} | {notes['summary']} | {condition} | {action} |\n"
