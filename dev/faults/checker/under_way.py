"""What was still moving when the run was judged: it tells what is unseen from what is lost."""

from dev.faults.checker.findings import Kind
from dev.faults.history import History, owner_of


def missing_event(history: History, topic: str) -> Kind:
    """What an event is that should lie on this topic and does not."""
    return Kind.UNSEEN if history.outboxes.get(owner_of(topic)) else Kind.LOST


def is_behind(history: History, group: str) -> bool:
    """Whether a group has not read to the end, or keeps messages waiting."""
    lags = any(
        (offset.committed or 0) < offset.end for offset in history.offsets if offset.group == group
    )
    return lags or bool(waiting_in(history, group))


def waiting_in(history: History, group: str) -> float:
    """How many keys wait in the database of a group's service."""
    service = group.partition("-")[0]
    samples = (
        sample.value
        for sample in history.samples
        if sample.name == "obverse_keys_waiting" and sample.process.startswith(service)
    )
    return max(samples, default=0.0)


def missing_effect(history: History, group: str) -> Kind:
    """What an event is whose effect on this group cannot be seen."""
    return Kind.UNSEEN if is_behind(history, group) else Kind.LOST
