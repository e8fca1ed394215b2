"""Reads the JSON lines that a service wrote."""

import json
from pathlib import Path
from typing import Any


def lines_of(log: Path) -> list[dict[str, Any]]:
    """All lines; a line that is no JSON fails the test, because operations could not read it."""
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def on_the_trail(log: Path, correlation_id: str) -> list[dict[str, Any]]:
    """The lines of one trail: written under its id, or of a batch that holds it."""
    return [
        line
        for line in lines_of(log)
        if line.get("correlation_id") == correlation_id
        or correlation_id in line.get("correlation_ids", [])
    ]
