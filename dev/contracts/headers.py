"""The headers of every message as a schema: CloudEvents attributes by the Kafka binding, all of them text."""

from typing import Any

_UUID = {"type": "string", "format": "uuid"}
_MEANINGS: dict[str, dict[str, Any]] = {
    "ce_specversion": {"pattern": r"^1\.\d+$", "description": "version of CloudEvents"},
    "ce_id": {**_UUID, "description": "UUIDv7; the same event again has the same id"},
    "ce_type": {"description": "name and major version of the event"},
    "ce_source": {"format": "uri-reference", "description": "/obverse/ and the owning service"},
    "ce_subject": {"description": "the key of the message"},
    "ce_time": {"format": "date-time", "description": "when it became true, UTC"},
    "ce_sequence": {
        "pattern": "^[1-9][0-9]*$",
        "description": "1, 2, 3, ... within the key of the topic; on compacted topics it only grows",
    },
    "ce_correlationid": {**_UUID, "description": "the request or run that everything came from"},
    "ce_causationid": {**_UUID, "description": "the event or request just before this one"},
    "traceparent": {
        "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
        "description": "W3C trace context",
    },
    "content-type": {"const": "application/json"},
}
_OPTIONAL = ("ce_subject", "ce_causationid", "traceparent")


def headers_schema() -> dict[str, Any]:
    """The schema of the headers, each as text."""
    return {
        "title": "EventHeaders",
        "description": "CloudEvents 1.0 in binary content mode; others may appear and mean nothing",
        "type": "object",
        "properties": {name: {"type": "string", **rest} for name, rest in _MEANINGS.items()},
        "required": [name for name in _MEANINGS if name not in _OPTIONAL],
    }
