"""Tables of what operators meet: log events, metrics and settings, each read from the code that has it."""

import ast
import importlib
import inspect
import itertools
import textwrap
from collections.abc import Iterable, Sequence
from enum import Enum
from pathlib import Path

from pydantic.fields import FieldInfo

from dev.documents.meanings import COMMON
from shared.chassis.line_counts import LineCounts
from shared.chassis.log_events import CHASSIS_EVENTS, LogEvent
from shared.chassis.metrics import Metrics
from shared.chassis.settings import ServiceSettings, variable

SERVICES = ("enrollment", "matching", "notifications", "reporting")
_PROCESS = ("process_", "python_")


def log_events(_: Path) -> str:
    """Every log event, by who writes it."""
    parts: list[tuple[str, tuple[LogEvent, ...]]] = [("Every service", CHASSIS_EVENTS)]
    for name in SERVICES:
        table: tuple[LogEvent, ...] = importlib.import_module(
            f"services.{name}.log_events"
        ).LOG_EVENTS
        parts.append((name.capitalize(), table))
    return "\n".join(f"### {title}\n\n{_of_events(events)}" for title, events in parts)


def metrics(_: Path) -> str:
    """Every instrument of our own, with its labels."""
    rows = []
    for family in Metrics().registry.collect():
        if family.name.startswith(_PROCESS):
            continue
        name = family.name + ("_total" if family.type == "counter" else "")
        labels = ", ".join(_labels(family.name))
        rows.append((f"`{name}`", family.type, labels, family.documentation))
    return _markdown(("metric", "kind", "labels", "says"), rows)


def settings(_: Path) -> str:
    """Every setting: those of all services, then what each adds or decides otherwise."""
    common = ServiceSettings.model_fields
    parts = [f"## Every service\n\n{_of_settings(ServiceSettings, common)}"]
    for name in SERVICES:
        own: type[ServiceSettings] = importlib.import_module(f"services.{name}.settings").Settings
        fields = {key: field for key, field in own.model_fields.items() if _differs(key, field)}
        table = _of_settings(own, fields) if fields else "Nothing more.\n"
        parts.append(f"## {name.capitalize()}\n\n{table}")
    return "\n".join(parts)


def meaning(owner: type[ServiceSettings], name: str, field: FieldInfo) -> str:
    """What a setting is for: its docstring in the class, else the line of dev/documents/meanings.py.

    Raises LookupError where neither says it.
    """
    for cls in inspect.getmro(owner):
        if cls is not object and issubclass(cls, ServiceSettings) and name in _docstrings(cls):
            return _docstrings(cls)[name]
    if field.description:
        return field.description
    return COMMON[name]


def _of_events(events: Iterable[LogEvent]) -> str:
    rows = [
        (f"`{event.name}`", event.level, event.meaning, event.action)
        for event in sorted(events, key=lambda event: event.name)
    ]
    return _markdown(("event", "level", "means", "first action"), rows)


def _labels(name: str) -> tuple[str, ...]:
    if name == LineCounts.name:
        return LineCounts.labels
    attribute = name.removeprefix("obverse_")
    return tuple(getattr(Metrics(), attribute)._labelnames)  # noqa: SLF001 - nothing public tells them


def _differs(name: str, field: FieldInfo) -> bool:
    common = ServiceSettings.model_fields.get(name)
    return common is None or common.default != field.default


def _of_settings(owner: type[ServiceSettings], fields: dict[str, FieldInfo]) -> str:
    rows = [
        (f"`{variable(name, field)}`", _default(field), meaning(owner, name, field))
        for name, field in fields.items()
    ]
    return _markdown(("variable", "default", "what for"), rows)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.default
    if value is None:
        return "not set"
    if isinstance(value, frozenset):
        return f"`{','.join(sorted(map(_plain, value)))}`"
    return f"`{_plain(value)}`"


def _plain(value: object) -> str:
    return str(value.value) if isinstance(value, Enum) else str(value)


def _docstrings(cls: type) -> dict[str, str]:
    """The strings that stand right below a field, as sentences."""
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    statements: Sequence[ast.stmt] = body.body if isinstance(body, ast.ClassDef) else ()
    found = {}
    for field, after in itertools.pairwise(statements):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            found[field.target.id] = " ".join(str(after.value.value).split())
    return found


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [
        head,
        ["---"] * len(head),
        *([cell.replace("|", "\\|") for cell in row] for row in rows),
    ]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
