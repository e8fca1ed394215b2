"""I10: the fence of a lease only grows, and nobody works under one that another has."""

from collections import defaultdict
from collections.abc import Iterator

from dev.faults.checker.findings import Finding, Kind, found
from dev.faults.history import History, Line

SECONDS_BETWEEN = 1.0
"""Two processes write their lines that far apart at most, if the takings follow each other at once."""


def grow(history: History) -> Iterator[Finding]:
    """I10: of relays and of rounds."""
    yield from _relays(history)
    yield from _rounds(history)


def _relays(history: History) -> Iterator[Finding]:
    lines = [
        line
        for line in history.lines
        if line.event in ("relay.lease_taken", "relay.batch_sent")
        and isinstance(line.fields.get("fence"), int)
    ]
    yield from _backwards(lines)
    yield from _holders(lines)
    yield from _later(lines)


def _backwards(lines: list[Line]) -> Iterator[Finding]:
    """What one process says stands in its order, whatever its clock."""
    last: dict[str, int] = {}
    for line in lines:
        fence = line.fields["fence"]
        went_back = [_named(line)] if fence < last.get(line.process, 0) else []
        yield from found("I10", Kind.BROKEN, "a fence went back", went_back)
        last[line.process] = fence


def _holders(lines: list[Line]) -> Iterator[Finding]:
    """Each fence is given once, and whoever sends has been given theirs."""
    taken: dict[tuple[str, int], list[str]] = defaultdict(list)
    for line in lines:
        if line.event == "relay.lease_taken":
            taken[line.service, line.fields["fence"]].append(line.process)
    for (service, fence), processes in taken.items():
        twice = [f"{service}: fence {fence}"] if len(processes) > 1 else []
        yield from found("I10", Kind.BROKEN, "one fence was given twice", twice)
    for line in lines:
        holders = taken[line.service, line.fields["fence"]]
        without = line.event == "relay.batch_sent" and line.process not in holders
        what = "a relay sent under a fence that it was not given"
        yield from found("I10", Kind.BROKEN, what, [_named(line)] if without else [])


def _later(lines: list[Line]) -> Iterator[Finding]:
    """Among processes the time decides, as far as log lines tell it."""
    highest: dict[str, tuple[int, float]] = {}
    for line in sorted(lines, key=lambda line: line.at):
        if line.event == "relay.lease_taken":
            fence, at = highest.get(line.service, (0, 0.0))
            went_back = line.fields["fence"] < fence and line.at > at + SECONDS_BETWEEN
            ids = [_named(line)] if went_back else []
            yield from found("I10", Kind.BROKEN, "a fence is lower than one before it", ids)
            highest[line.service] = max((fence, at), (line.fields["fence"], line.at))


def _rounds(history: History) -> Iterator[Finding]:
    started: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    completed: dict[str, list[int]] = defaultdict(list)
    for line in history.lines:
        if line.event == "round.started":
            started[str(line.fields["round_id"])][int(line.fields["fence"])].add(line.process)
        elif line.event == "round.completed":
            completed[str(line.fields["round_id"])].append(int(line.fields["fence"]))
    for round_, fences in started.items():
        # One that met trouble and still holds the lease starts again under its fence.
        twice = [round_] if any(len(processes) > 1 for processes in fences.values()) else []
        yield from found("I10", Kind.BROKEN, "two started a round under one fence", twice)
        old = [round_] if any(fence < max(fences) for fence in completed[round_]) else []
        yield from found("I10", Kind.BROKEN, "a round ended under an old fence", old)
        again = [round_] if len(completed[round_]) > 1 else []
        yield from found("I10", Kind.DOUBLED, "a round ended twice", again)


def _named(line: Line) -> str:
    return f"fence {line.fields['fence']} of {line.process}"
