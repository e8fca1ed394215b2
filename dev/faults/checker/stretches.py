"""What the logs say that each consumer group took: one line per batch, with the offsets it went over."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dev.faults.history import History, Line, Record

Partition = tuple[str, int]
Fact = tuple[object, ...]
OUTCOMES = ("applied", "superseded", "ignored", "duplicate", "waiting", "dead_lettered")


@dataclass(frozen=True, slots=True)
class Batch:
    """One line `intake.batch_applied`: first and last offset by partition, and what became of how many.

    `at` is when it was written, in seconds since 1970, `number` its place among those of its group.
    """

    number: int
    at: float
    process: str
    stretches: Mapping[Partition, tuple[int, int]]
    counts: Mapping[str, int]

    @property
    def effects(self) -> int:
        """How many messages had their effect for the first time, if it is right."""
        return sum(self.counts[name] for name in ("applied", "superseded", "ignored"))


def batches(history: History) -> dict[str, list[Batch]]:
    """The batches of every group, in the order of the logs."""
    groups: dict[str, list[Batch]] = defaultdict(list)
    for line in history.lines:
        if line.event == "intake.batch_applied":
            group = groups[str(line.fields["group"])]
            group.append(_batch(len(group), line))
    return groups


def _batch(number: int, line: Line) -> Batch:
    stretches: dict[Partition, tuple[int, int]] = {}
    for place, (first, last) in line.fields["offsets"].items():
        topic, _, partition = place.rpartition(":")
        stretches[topic, int(partition)] = (first, last)
    counts = {outcome: int(line.fields.get(outcome, 0)) for outcome in OUTCOMES}
    return Batch(number, line.at, line.process, stretches, counts)


class Shelf:
    """All records of all topics, by partition and offset."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.partitions: dict[Partition, dict[int, Record]] = defaultdict(dict)
        for record in records:
            self.partitions[record.topic, record.partition][record.offset] = record

    def at(self, place: str) -> Record | None:
        """The record that lies there; places are `topic:partition:offset`."""
        topic, partition, offset = place.rsplit(":", 2)
        return self.partitions.get((topic, int(partition)), {}).get(int(offset))

    def taken(self, batch: Batch) -> Iterator[Record]:
        """The records that a batch went over."""
        for partition, (first, last) in batch.stretches.items():
            there = self.partitions.get(partition, {})
            yield from (there[n] for n in range(first, last + 1) if n in there)


def related(group: Sequence[Batch], shelf: Shelf) -> list[list[Batch]]:
    """The batches in sets that share no fact with each other; repetitions on a topic are one fact."""
    leader = list(range(len(group)))

    def find(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    first: dict[Fact, int] = {}
    for batch in group:
        for record in shelf.taken(batch):
            leader[find(batch.number)] = find(first.setdefault(fact_of(record), batch.number))
    together: dict[int, list[Batch]] = defaultdict(list)
    for batch in group:
        together[find(batch.number)].append(batch)
    return list(together.values())


def fact_of(record: Record) -> Fact:
    """What a record tells, wherever it lies; what nobody can read is a fact of its place."""
    return (record.lane, record.sequence) if record.is_readable else (record.place,)


def covered(group: Sequence[Batch]) -> dict[Partition, list[tuple[int, int]]]:
    """The stretches of a group by partition, sorted."""
    spans: dict[Partition, list[tuple[int, int]]] = defaultdict(list)
    for batch in group:
        for partition, stretch in batch.stretches.items():
            spans[partition].append(stretch)
    return {partition: sorted(stretches) for partition, stretches in spans.items()}
