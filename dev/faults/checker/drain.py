"""I8 and I13: once everything works again, lag and outbox reach 0, in the time that was promised."""

from collections.abc import Iterator

from dev.faults.checker.findings import Finding, Kind, found
from dev.faults.history import History

SECONDS_TO_DRAIN = 120.0


def drained(history: History) -> Iterator[Finding]:
    """I8 and I13: nothing is left, and it did not take too long."""
    for offset in history.offsets:
        left = offset.end - (offset.committed or 0)
        place = f"{offset.topic}:{offset.partition}:{offset.committed or 0}"
        ids = [place] if left > 0 else []
        what = f"{offset.group} is {left} messages behind"
        yield from found("I13", Kind.UNSEEN, what, ids)
    yield from _outboxes(history)
    yield from _time(history)


def _outboxes(history: History) -> Iterator[Finding]:
    depths: dict[str, float] = {}
    for sample in history.samples:
        if sample.name == "obverse_outbox_depth":
            database = sample.labels["database"]
            depths[database] = max(depths.get(database, 0.0), sample.value)
    full = [f"{database}: {depth:g}" for database, depth in depths.items() if depth]
    yield from found("I8", Kind.UNSEEN, "an outbox is not empty", full)


def _time(history: History) -> Iterator[Finding]:
    healed = history.phases.get("healed", history.phases.get("load_stopped"))
    if healed is None:
        return
    end = history.phases.get("drained")
    if end is None:
        yield from found("I13", Kind.UNSEEN, "it never drained", ["phases"])
    elif end - healed > SECONDS_TO_DRAIN:
        what = f"it took {end - healed:.0f} s to drain, {SECONDS_TO_DRAIN:.0f} are allowed"
        yield from found("I13", Kind.BROKEN, what, ["phases"])
