"""What is wrong with a file that somebody gave, said with its line and a code."""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong. `line` counts from 1, None is the file as a whole; `where` names the field."""

    line: int | None
    code: str
    where: str = ""

    def __str__(self) -> str:
        place = "the file" if self.line is None else f"line {self.line}"
        return f"{place}: {self.where}: {self.code}" if self.where else f"{place}: {self.code}"


class BadInput(Exception):
    """A file that cannot be used; `flaws` says why, in the order of its lines."""

    def __init__(self, name: str, flaws: tuple[Flaw, ...]) -> None:
        super().__init__(f"{name} has {len(flaws)} flaws")
        self.name = name
        self.flaws = flaws


def flaws_of(error: ValidationError, line: int | None = None) -> tuple[Flaw, ...]:
    """What pydantic found, a flaw for each field."""
    return tuple(
        Flaw(line, one["type"], ".".join(str(part) for part in one["loc"]))
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    )


def an_object(text: str | bytes) -> dict[str, Any] | None:
    """The JSON object, or None where the text is none."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
