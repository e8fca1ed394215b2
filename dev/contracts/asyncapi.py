"""AsyncAPI 3.0 documents: one for subscribers outside (public topics only), one for the four services."""

from collections.abc import Sequence
from itertools import groupby

from dev.contracts.golden import Golden
from dev.contracts.headers import headers_schema
from dev.contracts.schemas import Schema, shared_schemas
from shared.contracts.catalogue import Audience, Catalogue, EventType, Topic

KAFKA_BINDING = "0.5.0"
_INTROS = {
    Audience.PUBLIC: "What every system of the company may subscribe to. No message holds a name, an "
    "address or free text. How to read them: docs/events.md.",
    Audience.INTERNAL: "All topics, with those that the four services keep among themselves.",
}


def document(catalogue: Catalogue, golden: Sequence[Golden], audience: Audience) -> Schema:
    """The AsyncAPI document for this audience; the internal one holds the public topics too."""
    events = [
        event
        for event in catalogue.events
        if audience is Audience.INTERNAL or event.topic.audience is Audience.PUBLIC
    ]
    by_topic = [(topic, list(group)) for topic, group in groupby(events, lambda event: event.topic)]
    schemas = shared_schemas(event.model for event in events)
    return {
        "asyncapi": "3.0.0",
        "id": f"urn:obverse:events:{audience}",
        "info": {
            "title": f"Obverse: {audience} events",
            "version": "1.0.0",
            "description": _INTROS[audience],
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic, group) for topic, group in by_topic},
        "operations": _operations(by_topic, audience),
        "components": {
            "messages": {event.name: _message(event, golden) for event in events},
            "schemas": {**schemas, "EventHeaders": headers_schema()},
            "correlationIds": {"trail": {"location": "$message.header#/ce_correlationid"}},
        },
    }


def _channel(topic: Topic, events: Sequence[EventType]) -> Schema:
    return {
        "address": topic.name,
        "title": f"{topic.owner}: {_short(topic)}",
        "description": (
            f"Key: {topic.key}. "
            + (
                "Compacted: the newest message per key is its present state, an empty value removes it."
                if topic.state
                else "Keeps everything."
            )
        ),
        "messages": {event.name: _ref("components", "messages", event.name) for event in events},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": topic_configuration(topic),
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def topic_configuration(topic: Topic) -> Schema:
    """Kafka's settings of the topic in the types that the AsyncAPI binding wants."""
    settings = dict(topic.settings())
    policy = settings.pop("cleanup.policy", "delete").split(",")
    return {"cleanup.policy": policy, **{name: int(text) for name, text in settings.items()}}


def _message(event: EventType, golden: Sequence[Golden]) -> Schema:
    own_type: Schema = {"type": "object", "properties": {"ce_type": {"const": event.name}}}
    return {
        "name": event.name,
        "title": short_name(event),
        "summary": meaning(event),
        "contentType": "application/json",
        "correlationId": _ref("components", "correlationIds", "trail"),
        "headers": {"allOf": [_ref("components", "schemas", "EventHeaders"), own_type]},
        "payload": _ref("components", "schemas", event.model.__name__),
        "bindings": {"kafka": {"key": key_schema(event.topic), "bindingVersion": KAFKA_BINDING}},
        "examples": [
            {"name": message.name, "headers": message.headers, "payload": message.value}
            for message in golden
            if message.type == event.name
        ],
    }


def key_schema(topic: Topic) -> Schema:
    """The schema of the message's key: a random id as text, or the code of a topic of the tree."""
    if topic.key.endswith("_id"):
        return {"type": "string", "format": "uuid", "description": topic.key}
    return {"type": "string", "pattern": "^[a-z0-9][a-z0-9_.-]{0,63}$", "description": topic.key}


def _operations(
    by_topic: Sequence[tuple[Topic, list[EventType]]], audience: Audience
) -> dict[str, Schema]:
    """Who sends what; inside also who receives what, as the catalogue names the consumers."""
    operations: dict[str, Schema] = {}
    for topic, events in by_topic:
        sent = _operation("send", topic, events)
        operations[f"{topic.owner}.sends.{_short(topic)}"] = sent
        if audience is Audience.PUBLIC:
            continue
        for consumer in sorted({name for event in events for name in event.consumers}):
            read = [event for event in events if consumer in event.consumers]
            operation = _operation("receive", topic, read)
            operations[f"{consumer}.receives.{topic.owner}.{_short(topic)}"] = operation
    return operations


def _operation(action: str, topic: Topic, events: Sequence[EventType]) -> Schema:
    return {
        "action": action,
        "channel": _ref("channels", topic.name),
        "messages": [_ref("channels", topic.name, "messages", event.name) for event in events],
    }


def _ref(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}


def _short(topic: Topic) -> str:
    """`pair` of `obverse.matching.pair.v1`."""
    return topic.name.split(".")[2]


def short_name(event: EventType) -> str:
    """`pair.formed` of `obverse.matching.pair.formed.v1`."""
    return ".".join(event.name.split(".")[2:-1])


def meaning(event: EventType) -> str:
    """What the event says, as its contract puts it."""
    return " ".join((event.model.__doc__ or "").split())
