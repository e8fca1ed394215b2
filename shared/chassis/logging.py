"""Logs: one JSON line per record on stdout, ours and those of libraries, free of personal data.

A record is an event name and identifiers. What looks like a person or a secret is masked or left out, and an
exception is told by its type and place, because its message may quote what somebody sent.
"""

import logging
import re
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import structlog
from aiokafka.errors import KafkaError
from pymongo.errors import ConnectionFailure, OperationFailure
from structlog.stdlib import ExtraAdder, LoggerFactory, ProcessorFormatter, add_log_level
from structlog.typing import EventDict, Processor, WrappedLogger

from shared.chassis.correlation import name_trail
from shared.chassis.line_counts import LINES
from shared.chassis.log_events import LogEvent
from shared.chassis.repeats import Repeats

# They tell of every message and every heartbeat below this level.
TALKATIVE = ("aiokafka", "asyncio", "httpcore", "httpx", "pymongo", "uvicorn")
LONGEST_TEXT = 1_000
FRAMES = 12
OWN_FRAMES = 3
HOUSE = Path(__file__).resolve().parents[2]

PRIVATE_KEYS = frozenset(
    [
        "name",
        "first_name",
        "last_name",
        "full_name",
        "display_name",
        "given_name",
        "family_name",
        "email",
        "mail",
        "address",
        "to",
        "recipient",
        "body",
        "payload",
        "value",
        "data",
        "text",
        "note",
        "password",
        "secret",
        "token",
        "authorization",
        "headers",
    ]
)
_MASKS = (
    (re.compile(r"[^\s@<>\"'=:,;(\[{/]+@[^\s@<>\"'=:,;)\]}/]+\.[^\s@<>\"'=:,;)\]}/.]+"), "[email]"),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]+", re.IGNORECASE), r"\1 [secret]"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"(\w://)[^/\s@]+@"), r"\1[secret]@"),
)
# Their messages name hosts and ports, which whoever mends the connection needs.
_TELLING = (OSError, ConnectionFailure, KafkaError)


def configure_logging(
    service: str, level: str, events: Mapping[str, LogEvent], out: TextIO | None = None
) -> None:
    """Set up logging for this process; the same again replaces what was before."""
    LINES.expect(events)
    ours: list[Processor] = [
        name_trail,
        add_log_level,
        structlog.stdlib.add_logger_name,
        _lift_extra,
        _Listed(events),
        ProcessorFormatter.wrap_for_formatter,
    ]
    theirs: list[Processor] = [
        name_trail,
        add_log_level,
        structlog.stdlib.add_logger_name,
        ExtraAdder(),
        _lift_extra,
        _library_message,
    ]
    finish: list[Processor] = [
        ProcessorFormatter.remove_processors_meta,
        _tell_exception,
        redact,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        _Arranged(service),
        structlog.processors.JSONRenderer(),
    ]
    handler = logging.StreamHandler(out or sys.stdout)
    handler.addFilter(Repeats())
    handler.setFormatter(ProcessorFormatter(processors=finish, foreign_pre_chain=theirs))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=ours,
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def mask(text: str) -> str:
    """The text without addresses, tokens and passwords, cut to a length that a log can bear."""
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text[: LONGEST_TEXT * 2])
    return text[:LONGEST_TEXT]


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Leave out what is private by its name, at any depth, and mask what looks private in texts."""
    return {
        key: _clean(value) for key, value in event.items() if str(key).lower() not in PRIVATE_KEYS
    }


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        return redact(None, "", dict(value))
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return mask(str(value))


class _Listed:
    """A name that no table lists is a mistake, not a reason to lose the line."""

    def __init__(self, events: Mapping[str, LogEvent]) -> None:
        self._events = events

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        if event.get("event") not in self._events:
            event["unlisted"] = True
        LINES.add(str(event.get("event")))
        return event


_FIRST = ("ts", "level", "event", "service", "logger", "correlation_id", "causation_id")


class _Arranged:
    """The fields that every line has come first, in one order."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        first = {name: event.pop(name, None) for name in _FIRST} | {"service": self._service}
        return {key: value for key, value in (first | dict(event)).items() if value is not None}


def _lift_extra(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    extra = event.pop("extra", None)
    event.pop("color_message", None)  # uvicorn's second copy of its text, for terminals
    return {**extra, **event} if isinstance(extra, Mapping) else event


def _library_message(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["message"] = event["event"]
    event["event"] = "library.message"
    LINES.add("library.message")
    return event


def _tell_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = _story(error)
    return event


def _story(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    # A library may be deep: where we called it is told, too.
    ours = [frame for frame in frames[:-FRAMES] if _is_ours(frame.filename)][-OWN_FRAMES:]
    told = [*ours, *frames[-FRAMES:]]
    story: dict[str, Any] = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in told],
    }
    if isinstance(error, OperationFailure) and error.code is not None:
        story["code"] = error.code
    if isinstance(error, _TELLING):
        story["message"] = str(error)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        story["cause"] = f"{type(cause).__module__}.{type(cause).__qualname__}"
    return story


def _is_ours(filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(HOUSE) and "site-packages" not in path.parts
