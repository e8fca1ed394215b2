"""Compares the log lines that the code writes with the tables that promise them."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.chassis.log_events import LogEvent
from tests.architecture.sources import Source, dotted

_METHODS = {
    "debug": "debug",
    "info": "info",
    "warning": "warning",
    "error": "error",
    "exception": "error",
}
_EVENT = re.compile(r"[a-z_]+\.[a-z_]+")


@dataclass(frozen=True)
class Line:
    """A place that writes a log line; `pattern` matches its event's name, `level` is None if decided at run time."""

    place: str
    pattern: str
    level: str | None


def written(source: Source) -> Iterator[Line]:
    """The log lines of a file whose names stand in the call, in whole or in part."""
    for call in source.calls:
        if not isinstance(call.func, ast.Attribute):
            continue
        owner, method = dotted(call.func.value), call.func.attr
        if owner.rpartition(".")[2] in {"log", "_log"} and method in {*_METHODS, "log"}:
            name = call.args[1 if method == "log" else 0] if call.args else None
            level = _METHODS.get(method)
        elif method == "note" and call.args:
            name, level = call.args[0], _level_of_note(call)
        else:
            continue
        if name is not None and (pattern := _pattern(name)):
            yield Line(source.at(call, "").strip(), pattern, level)


def mentioned(source: Source) -> frozenset[str]:
    """The texts of a file that may name a log event, except in the table itself."""
    listed = {
        id(argument)
        for call in source.calls
        if dotted(call.func) == "LogEvent"
        for argument in call.args
    }
    return frozenset(
        node.value
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in listed
        and _EVENT.fullmatch(node.value)
    )


def unlisted(sources: Sequence[Source], listed: Mapping[str, LogEvent]) -> Iterator[str]:
    """Lines that no table promises, or promises at another level."""
    lines = [line for source in sources for line in written(source)]
    whole = {line.pattern for line in lines}
    for line in lines:
        fitting = [event for event in listed.values() if re.fullmatch(line.pattern, event.name)]
        if not fitting:
            yield f"{line.place} {line.pattern} is not listed"
        for event in fitting:
            # A name in parts may fit events that other lines write in whole, and at their own level.
            is_its_own = line.pattern == re.escape(event.name) or re.escape(event.name) not in whole
            if is_its_own and line.level not in (None, event.level):
                yield f"{line.place} {event.name} is {line.level} here and {event.level} in the list"


def unwritten(sources: Sequence[Source], listed: Sequence[LogEvent]) -> Iterator[str]:
    """Names that a table promises and nothing writes."""
    names = frozenset[str]().union(*map(mentioned, sources))
    patterns = [line.pattern for source in sources for line in written(source)]
    for event in listed:
        if event.name in names:
            continue
        if not any(re.fullmatch(pattern, event.name) for pattern in patterns):
            yield f"{event.name} is listed and never written"


def _pattern(name: ast.expr) -> str | None:
    if isinstance(name, ast.Constant) and isinstance(name.value, str):
        return re.escape(name.value)
    if isinstance(name, ast.JoinedStr):
        parts = [
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+"
            for part in name.values
        ]
        return "".join(parts)
    return None


def _level_of_note(call: ast.Call) -> str | None:
    for keyword in call.keywords:
        if keyword.arg == "level":
            constant = dotted(keyword.value).removeprefix("logging.").lower()
            return constant if constant in _METHODS else None
    return "info"
