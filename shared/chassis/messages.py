"""A Kafka record as the topic edge sees it, and what can be read of it. Pure."""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.chassis.outbox import lane
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
Routes = Mapping[type[Contract], Handler]

MAX_VALUE_BYTES = 1024 * 1024
_MAJOR = re.compile(r"\.v\d+$")
_FAMILIES = {_MAJOR.sub("", name) for name in CATALOGUE.by_type}


@dataclass(frozen=True, slots=True)
class Message:
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

    def digest(self) -> str:
        """SHA-256 of the value, hex."""
        return hashlib.sha256(self.value or b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a message turned out to be.

    `flaw` is the reason why it cannot be processed, as a code. Without an envelope nothing but the flaw is
    known. `event` is None where the service has no route for it: it counts as read and changes nothing.
    """

    message: Message
    envelope: Envelope | None = None
    topic: Topic | None = None
    event: Event[Any] | None = None
    handler: Handler | None = None
    flaw: str | None = None
    detail: str = ""

    @property
    def lane(self) -> str | None:
        """The lane whose order it is part of, where that can be known."""
        if self.envelope is None or self.message.key is None:
            return None
        return lane(self.message.topic, self.message.key.decode())


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
    event_type = CATALOGUE.by_type.get(envelope.type)
    incoming = Incoming(message, envelope, topic)
    if event_type is None:
        unknown_major = _MAJOR.sub("", envelope.type) in _FAMILIES
        return _flawed(incoming, "unknown_major") if unknown_major else incoming
    if event_type.topic is not topic:
        return _flawed(incoming, "wrong_topic")
    return _read_data(incoming, event_type, routes)


def _read_data(incoming: Incoming, event_type: EventType, routes: Routes) -> Incoming:
    handler = routes.get(event_type.model)
    message, envelope = incoming.message, incoming.envelope
    if handler is None or envelope is None:
        return incoming
    if message.value is None:
        return incoming if event_type.topic.state else _flawed(incoming, "value_missing")
    try:
        data = from_value(event_type.model, message.value)
    except UnreadableData as error:
        return _flawed(incoming, error.code, error.detail)
    return replace(incoming, event=Event(envelope, data), handler=handler)


def _coordinate_flaw(message: Message) -> str | None:
    if len(message.value or b"") > MAX_VALUE_BYTES:
        return "too_large"
    if not message.key:
        return "key_missing"
    try:
        message.key.decode()
    except UnicodeDecodeError:
        return "key_not_text"
    return None


def _flawed(incoming: Incoming, flaw: str, detail: str = "") -> Incoming:
    return replace(incoming, flaw=flaw, detail=detail)
