"""I3, I7 and I11: what every group did with every message, as its log lines, offsets and metrics tell it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dev.faults.checker.findings import Finding, Kind, found
from dev.faults.checker.stretches import (
    Batch,
    Partition,
    Shelf,
    batches,
    covered,
    fact_of,
    related,
)
from dev.faults.checker.under_way import waiting_in
from dev.faults.history import History, Record

Lane = tuple[str, str]  # topic and key
HARMLESS = frozenset({"poison", "malformed", "oversized", "redelivery", "duplicate"})
"""What the harness may do without ending, pausing or cutting anything."""


def accounted(history: History) -> Iterator[Finding]:
    """I7: every message below a committed offset has a line that says what became of it."""
    shelf, groups = Shelf(history.records), batches(history)
    for offset in history.offsets:
        partition = (offset.topic, offset.partition)
        spans = covered(groups.get(offset.group, [])).get(partition, [])
        there = shelf.partitions.get(partition, {})
        passed = [there[n] for n in sorted(there) if n < (offset.committed or 0)]
        silent = [_named(record) for record in _outside(passed, spans)]
        what = f"{offset.group} passed it and no line says what became of it"
        yield from found("I7", Kind.LOST, what, silent)
    for group, lines in groups.items():
        short = [_first(batch) for batch in lines if _counted(batch) < _size(batch, shelf)]
        yield from found("I7", Kind.BROKEN, f"a batch of {group} counts too few", short)


def once(history: History) -> Iterator[Finding]:
    """I3: batches that share facts give each of them its effect once between them."""
    shelf = Shelf(history.records)
    waited = _waited(history, shelf)
    for group, lines in batches(history).items():
        for several in related(lines, shelf):
            records = {record.place: record for one in several for record in shelf.taken(one)}
            facts = {fact_of(record) for record in records.values()}
            released = _released(waited[group], records, max(one.at for one in several))
            if sum(batch.effects for batch in several) > len(facts) + released:
                what = f"{group} applied the same messages more than once"
                yield from found("I3", Kind.DOUBLED, what, _repeated(several, shelf))


def one_line(history: History) -> Iterator[Finding]:
    """I11: where nothing was disturbed, each message has exactly one line."""
    if any(fault.fault not in HARMLESS for fault in history.faults):
        return
    shelf = Shelf(history.records)
    for group, lines in batches(history).items():
        counts = Counter(record.place for one in lines for record in shelf.taken(one))
        several = [place for place, count in counts.items() if count > 1]
        what = f"{group} has several lines for it and nothing had died"
        yield from found("I11", Kind.BROKEN, what, several)


def letters(history: History) -> Iterator[Finding]:
    """I7: what holds a key is there to be redriven, and what was thrown in was kept."""
    gauges = (s for s in history.samples if s.name == "obverse_keys_waiting")
    for service in sorted({sample.process.rpartition("-")[0] for sample in gauges}):
        nothing = bool(waiting_in(history, service)) and not _open(history, service)
        ids = [service] if nothing else []
        yield from found("I7", Kind.LOST, "keys wait, and no dead letter holds them", ids)
    for (service, reason), wanted in _thrown_in(history).items():
        kept = _open(history, service, reason)
        what = f"{len(wanted)} messages were to be dead letters, {kept:g} are"
        if kept != len(wanted):
            yield from found("I7", Kind.LOST if kept < len(wanted) else Kind.BROKEN, what, wanted)


def _open(history: History, service: str, reason: str | None = None) -> float:
    """Open dead letters of a service; its processes all tell of the same ones."""
    of_process: dict[str, float] = defaultdict(float)
    for sample in history.samples:
        asked = sample.name == "obverse_dead_letters_open" and sample.process.startswith(service)
        if asked and reason in (None, sample.labels["reason"]):
            of_process[sample.process] += sample.value
    return max(of_process.values(), default=0.0)


def _thrown_in(history: History) -> dict[tuple[str, str], list[str]]:
    """Poison by service and reason; its detail says so in `services` and `reason`."""
    wanted: dict[tuple[str, str], list[str]] = defaultdict(list)
    for fault in history.faults:
        if isinstance(fault.detail, dict) and "reason" in fault.detail:
            for service in fault.detail.get("services", []):
                wanted[service, fault.detail["reason"]].append(fault.place or fault.target)
    return wanted


def _waited(history: History, shelf: Shelf) -> dict[str, dict[Lane, dict[str, float]]]:
    """The places of messages that waited, and since when, by group and key."""
    waited: dict[str, dict[Lane, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for line in history.lines:
        if line.event == "intake.message_waiting":
            place = str(line.fields["place"])
            if record := shelf.at(place):
                since = waited[str(line.fields["group"])][record.lane]
                since[place] = min(line.at, since.get(place, line.at))
    return waited


def _released(
    waited: Mapping[Lane, Mapping[str, float]], records: Mapping[str, Record], ended: float
) -> int:
    """How many more may have had their effect in batches that went over these records, the last of which ended then.

    A batch that frees a key goes over a message of it, and takes what waited there until then.
    """
    lanes = {record.lane for record in records.values()} & waited.keys()
    others = ((place, since) for lane in lanes for place, since in waited[lane].items())
    return sum(1 for place, since in others if place not in records and since <= ended)


def _outside(records: Iterable[Record], spans: Sequence[tuple[int, int]]) -> Iterator[Record]:
    """Those that no stretch goes over; both are sorted."""
    place, end = 0, -1
    for record in records:
        while place < len(spans) and spans[place][0] <= record.offset:
            end = max(end, spans[place][1])
            place += 1
        if record.offset > end:
            yield record


def _repeated(several: Sequence[Batch], shelf: Shelf) -> list[str]:
    """The facts that these batches took more than once, by one of their records."""
    records = [record for batch in several for record in shelf.taken(batch)]
    counts = Counter(fact_of(record) for record in records)
    named = {fact_of(record): _named(record) for record in records}
    return [named[fact] for fact, count in counts.items() if count > 1] or list(named.values())


def _counted(batch: Batch) -> int:
    return sum(batch.counts.values())


def _size(batch: Batch, shelf: Shelf) -> int:
    return sum(1 for _ in shelf.taken(batch))


def _named(record: Record) -> str:
    return f"{record.id or 'unreadable'} at {record.place}"


def _first(batch: Batch) -> str:
    partition: Partition = next(iter(batch.stretches))
    return f"{partition[0]}:{partition[1]}:{batch.stretches[partition][0]} of {batch.process}"
