"""The trail that leads from a request through every event it causes.

`traceparent` is carried as it came (W3C Trace Context), so that a tracing system sees one trace.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from structlog.typing import EventDict, WrappedLogger

from shared.chassis.ids import new_id

_TRACEPARENT = re.compile(r"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")


@dataclass(frozen=True, slots=True)
class Trail:
    """`correlation_id` names what started it all, `causation_id` the step just before."""

    correlation_id: UUID
    causation_id: UUID | None
    traceparent: str | None


_TRAIL: ContextVar[Trail | None] = ContextVar("trail", default=None)


def current_trail() -> Trail:
    """The trail of this task; a new one where nothing was followed."""
    return _TRAIL.get() or new_trail()


def new_trail(traceparent: str | None = None) -> Trail:
    """The start of a trail; a malformed `traceparent` is replaced by a new one."""
    if not traceparent or not _TRACEPARENT.match(traceparent):
        traceparent = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
    return Trail(new_id(), None, traceparent)


@contextmanager
def following(trail: Trail) -> Iterator[None]:
    """Everything logged and published inside belongs to the trail."""
    token = _TRAIL.set(trail)
    try:
        yield
    finally:
        _TRAIL.reset(token)


def name_trail(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """For logs: the identifiers of the trail. Made into text for a line only, as most events write none."""
    trail = _TRAIL.get()
    if trail is None:
        return event
    causation = str(trail.causation_id) if trail.causation_id else None
    return {"correlation_id": str(trail.correlation_id), "causation_id": causation, **event}
