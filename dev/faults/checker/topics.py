"""I4 and I8 on the topics: per key the sequences 1, 2, 3 in order, one event per place, each on its own topic."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from dev.faults.checker.findings import Finding, Kind, found
from dev.faults.checker.under_way import missing_event
from dev.faults.history import History, Record
from shared.contracts.catalogue import CATALOGUE

Lane = tuple[str, str]


def order(history: History) -> Iterator[Finding]:
    """I4: leaving repetitions out, the sequences of a key are consecutive."""
    for lane, records in _lanes(history).items():
        yield from _gaps(history, lane, records)
        yield from found("I4", Kind.REORDERED, f"{_named(lane)} is out of order", _late(records))
        partitions = {record.partition for record in records}
        if len(partitions) > 1:
            ids = [record.place for record in records]
            yield from found("I4", Kind.REORDERED, f"{_named(lane)} lies in two partitions", ids)


def places(history: History) -> Iterator[Finding]:
    """I8: one event has one place, one place has one event, on the topic of its type."""
    at_place: dict[tuple[Lane, int], dict[tuple[str, str | None], str]] = defaultdict(dict)
    of_id: dict[str, set[tuple[Lane, int]]] = defaultdict(set)
    for record in history.occurrences:
        place = (record.lane, record.sequence)
        at_place[place].setdefault((record.id, record.value), record.place)
        of_id[record.id].add(place)
        known = CATALOGUE.by_type.get(record.headers.get("ce_type", ""))
        if known is not None and known.topic.name != record.topic:
            yield from found("I8", Kind.GHOST, f"{record.type} on {record.topic}", [record.id])
    for (lane, sequence), several in at_place.items():
        if len(several) > 1:
            ids = [f"{id_} at {place}" for (id_, _), place in several.items()]
            what = f"two events are number {sequence} of {_named(lane)}"
            yield from found("I8", Kind.DOUBLED, what, ids)
    twice = [id_ for id_, where in of_id.items() if len(where) > 1]
    yield from found("I8", Kind.DOUBLED, "one event has two places", twice)


def _lanes(history: History) -> dict[Lane, list[Record]]:
    lanes: dict[Lane, list[Record]] = defaultdict(list)
    for record in history.occurrences:
        lanes[record.lane].append(record)
    return lanes


def _gaps(history: History, lane: Lane, records: Sequence[Record]) -> Iterator[Finding]:
    there = {record.sequence for record in records}
    missing = sorted(set(range(1, max(there) + 1)) - there)
    ids = [f"{_named(lane)} number {sequence}" for sequence in missing]
    yield from found("I4", missing_event(history, lane[0]), "a number is missing", ids)


def _late(records: Sequence[Record]) -> Iterator[str]:
    """Those that appeared for the first time after a later one."""
    seen: set[int] = set()
    highest = 0
    for record in records:
        if record.sequence not in seen and record.sequence < highest:
            yield f"{record.id} at {record.place}"
        seen.add(record.sequence)
        highest = max(highest, record.sequence)


def _named(lane: Lane) -> str:
    return f"{lane[0]}|{lane[1]}"
