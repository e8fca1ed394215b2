"""Where a batch lay, and what a line of the log tells of it."""

import re
from collections.abc import Iterable, Mapping

from shared.chassis.messages import Message

Partition = tuple[str, int]

_UUID = re.compile(rb"[0-9a-fA-F-]{36}")  # a header may hold anything, and a log must not


def stretches(messages: Iterable[Message]) -> dict[Partition, tuple[int, int]]:
    """First and last offset of a batch per partition."""
    found: dict[Partition, tuple[int, int]] = {}
    for topic, partition, offset, *_ in messages:
        first, last = found.get((topic, partition), (offset, offset))
        found[topic, partition] = (min(first, offset), max(last, offset))
    return found


def named(stretches: Mapping[Partition, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """The same for a line: `topic:partition`."""
    return {f"{topic}:{partition}": reach for (topic, partition), reach in stretches.items()}


def correlations(messages: Iterable[Message], most: int = 20) -> list[str]:
    """The trails that a batch belongs to, as far as one line should hold them."""
    found: dict[str, None] = {}
    for message in messages:
        for name, value in message.headers:
            if name == "ce_correlationid" and _UUID.fullmatch(value):
                found[value.decode()] = None
        if len(found) >= most:
            break
    return list(found)[:most]
