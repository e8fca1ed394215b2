"""The trail that leads from a request through every event it causes.

`traceparent` is carried as it came (W3C Trace Context), so that a tracing system sees one trace.
"""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from structlog.typing import EventDict, WrappedLogger

from shared.chassis.ids import new_id
from shared.contracts.envelope import Envelope

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


def trail_of(envelope: Envelope) -> Trail:
    """The trail of whatever an event causes."""
    return Trail(envelope.correlation_id, envelope.id, envelope.traceparent)


def start_anew() -> None:
    """From here on this task follows a trail of its own: nothing leads back to what it followed."""
    _TRAIL.set(new_trail())


class following:  # noqa: N801 - it is used as a verb, and a generator costs each event three times as much
    """Everything logged and published inside belongs to the trail: `with following(trail):`."""

    __slots__ = ("_token", "_trail")

    def __init__(self, trail: Trail) -> None:
        self._trail = trail

    def __enter__(self) -> None:
        self._token = _TRAIL.set(self._trail)

    def __exit__(self, *_: object) -> None:
        _TRAIL.reset(self._token)


def name_trail(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """For logs: the identifiers of the trail. Made into text for a line only, as most events write none."""
    trail = _TRAIL.get()
    if trail is None:
        return event
    causation = str(trail.causation_id) if trail.causation_id else None
    return {"correlation_id": str(trail.correlation_id), "causation_id": causation, **event}
