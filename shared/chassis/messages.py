"""A Kafka record as the topic edge sees it, and what can be read of it. Pure.

Named tuples, as the cursors are: one of each is made per event, at a quarter of a frozen dataclass' cost.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from shared.chassis.outbox import MAX_VALUE_BYTES, lane
from shared.chassis.transactions import Tx
from shared.contracts.base import Contract
from shared.contracts.catalogue import CATALOGUE, EventType, Topic
from shared.contracts.envelope import (
    Envelope,
    Event,
    Headers,
    UnreadableData,
    UnreadableEnvelope,
    from_headers,
    from_value,
)

Handler = Callable[[Tx, Event[Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Together:
    """A route that takes all its events of a batch at once, after what else the batch holds.

    For state topics whose handler has to look up much: it does so once. It follows each event's trail itself,
    by `following(trail_of(event))`.
    """

    handler: Callable[[Tx, Sequence[Event[Any]]], Awaitable[None]]

    async def alone(self, tx: Tx, event: Event[Any]) -> None:
        """The same for one event, as a route of single events has it."""
        await self.handler(tx, [event])


Routes = Mapping[type[Contract], Handler | Together]
Removal = Callable[[Tx, str], Awaitable[None]]
Removals = Mapping[type[Contract], Removal]
"""What follows from the tombstone of a key, by the contract of its state topic."""
_Known = tuple["Message", Envelope, Topic | None, str]

LONGEST_KEY = 800  # bytes; a key stands in ce_subject, which has at most 200 characters
_MAJOR = re.compile(r"\.v\d+$")
_FAMILIES = {_MAJOR.sub("", name) for name in CATALOGUE.by_type}


class Message(NamedTuple):
    """A record with its coordinates; key, headers and value may be anything."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def place(self) -> str:
        """The coordinates in one word: topic:partition:offset."""
        return f"{self.topic}:{self.partition}:{self.offset}"

    def size(self) -> int:
        """Bytes of key, value and headers. Compressed, far more than a topic allows fits into a record."""
        carried = [self.key, self.value, *(part for pair in self.headers for part in pair)]
        return sum(len(part or b"") for part in carried)

    def digest(self) -> str:
        """SHA-256 of the value, hex."""
        return hashlib.sha256(self.value or b"").hexdigest()


class Incoming(NamedTuple):
    """What a message turned out to be.

    `flaw` is the reason why it cannot be processed, as a code. Without an envelope nothing but the flaw is
    known, not even the lane. `event` is None where the service has no route for it: it counts as read and
    changes nothing.
    """

    message: Message
    envelope: Envelope | None = None
    topic: Topic | None = None
    lane: str | None = None
    event: Event[Any] | None = None
    handler: Handler | Together | None = None
    flaw: str | None = None
    detail: str = ""


def read(message: Message, routes: Routes) -> Incoming:
    """Read envelope and data of a message for a service with these routes; never raises."""
    topic = CATALOGUE.topics.get(message.topic)
    flaw = _coordinate_flaw(message)
    if flaw:
        return Incoming(message, topic=topic, flaw=flaw)
    try:
        envelope = from_headers(message.headers)
    except UnreadableEnvelope as error:
        return Incoming(message, topic=topic, flaw=error.code)
    known = (message, envelope, topic, lane(message.topic, (message.key or b"").decode()))
    if len(message.value or b"") > MAX_VALUE_BYTES:
        return Incoming(*known, flaw="too_large")
    event_type = CATALOGUE.by_type.get(envelope.type)
    if event_type is None or event_type.topic is not topic:
        return Incoming(*known, flaw=_type_flaw(envelope.type))
    return _read_data(known, event_type, routes)


def _type_flaw(name: str) -> str | None:
    """Why an event does not belong on its topic; a type that nobody knows is no flaw."""
    if name in CATALOGUE.by_type:
        return "wrong_topic"
    return "unknown_major" if _MAJOR.sub("", name) in _FAMILIES else None


def _read_data(known: _Known, event_type: EventType, routes: Routes) -> Incoming:
    message, envelope = known[:2]
    handler = routes.get(event_type.model)
    if handler is None:
        return Incoming(*known)
    if message.value is None:
        return Incoming(*known, flaw=None if event_type.topic.state else "value_missing")
    try:
        data = from_value(event_type.model, message.value)
    except UnreadableData as error:
        return Incoming(*known, flaw=error.code, detail=error.detail)
    return Incoming(*known, Event(envelope, data), handler)


def _coordinate_flaw(message: Message) -> str | None:
    if not message.key:
        return "key_missing"
    if len(message.key) > LONGEST_KEY:
        return "too_large"
    try:
        message.key.decode()
    except UnicodeDecodeError:
        return "key_not_text"
    return None
