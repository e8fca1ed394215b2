"""The parts of made-up histories: an event, a command, a log line, each in one short call."""

from typing import Any
from uuid import UUID, uuid5

from dev.faults.history import Command, Line, Mail, Record, Sample
from shared.contracts.catalogue import CATALOGUE

NOON = 1_795_521_600.0
"""2026-11-24T12:00:00Z."""
TOPIC_OF = {".".join(name.split(".")[2:-1]): event for name, event in CATALOGUE.by_type.items()}
_NAMES = UUID("00000000-0000-4000-8000-000000000000")


def named(name: str) -> str:
    """An id that a test can call by a name."""
    return str(uuid5(_NAMES, name))


def moment(seconds: float) -> str:
    """So many seconds after noon, as events tell it; the fraction in milliseconds."""
    hours, rest = divmod(round(seconds * 1000), 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    day, hours = divmod(12 + hours, 24)
    return f"2026-11-{24 + day}T{hours:02}:{minutes:02}:{rest / 1000:06.3f}Z"


def event(
    type_: str,
    key: str,
    sequence: int = 1,
    *,
    offset: int | None = None,
    partition: int = 0,
    id_: str = "",
    trail: str = "a command",
    cause: str = "",
    at: float = 0.0,
    topic: str = "",
    **data: Any,
) -> Record:
    """An event as it lies on its topic."""
    known = TOPIC_OF[type_]
    headers = {
        "ce_specversion": "1.0",
        "ce_id": id_ or named(f"{type_} {key} {sequence}"),
        "ce_type": known.name,
        "ce_source": f"/obverse/{known.topic.owner}",
        "ce_subject": key,
        "ce_time": moment(at),
        "ce_sequence": str(sequence),
        "ce_correlationid": trail,
    }
    if cause:
        headers["ce_causationid"] = cause
    place = sequence - 1 if offset is None else offset
    return Record(topic or known.topic.name, partition, place, key, headers, repr(data), data)


def command(name: str, outcome: str = "ok", *, trail: str = "a command", **subject: str) -> Command:
    """A command of the load."""
    return Command(
        id=f"{name} of {trail}",
        at=NOON,
        method="POST",
        path="/",
        correlation_id=trail,
        outcome=outcome,
        name=name,
        subject=subject,
    )


def line(process: str, event_: str, at: float = 0.0, **fields: Any) -> Line:
    """A line of a log."""
    return Line(process, event_, NOON + at, {"event": event_, **fields})


def batch(
    process: str,
    group: str,
    topic: str,
    first: int,
    last: int,
    /,
    partition: int = 0,
    *,
    at: float = 0.0,
    **counts: int,
) -> Line:
    """A line about a batch of one partition."""
    offsets = {f"{topic}:{partition}": [first, last]}
    return line(process, "intake.batch_applied", at, group=group, offsets=offsets, **counts)


def mail(reminder_id: str, at: float = 0.0, number: int = 1, domain: str = "obverse.test") -> Mail:
    """A mail that the sink accepted."""
    return Mail(NOON + at, f"<{reminder_id}@{domain}>", number)


def gauge(process: str, name: str, value: float, **labels: str) -> Sample:
    """One line of /metrics."""
    return Sample(process, name, labels, value)
