"""What a line of the log tells of a batch: where it lay and which trails it belongs to."""

import re
from collections.abc import Sequence

from shared.chassis.messages import Message

_UUID = re.compile(rb"[0-9a-fA-F-]{36}")  # a header may hold anything, and a log must not


def stretches(messages: Sequence[Message]) -> dict[str, list[int]]:
    """First and last offset of a batch per partition."""
    found: dict[str, list[int]] = {}
    for item in messages:
        name = f"{item.topic}:{item.partition}"
        first, last = found.get(name, (item.offset, item.offset))
        found[name] = [min(first, item.offset), max(last, item.offset)]
    return found


def correlations(messages: Sequence[Message], most: int = 20) -> list[str]:
    """The trails that a batch belongs to, as far as one line should hold them."""
    found: dict[str, None] = {}
    for item in messages:
        for name, value in item.headers:
            if name == "ce_correlationid" and len(found) < most and _UUID.fullmatch(value):
                found[value.decode()] = None
    return list(found)
