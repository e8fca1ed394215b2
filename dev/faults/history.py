"""What a run left behind for everybody to see: nothing here looks into a database.

The folder of a run holds `journal.jsonl`, `injected.jsonl`, `passages/`, `logs/`, `topics/`, `mails/`, `reads.json`,
`metrics/`, `offsets.json`, `letters.json`, `directory.json` and `phases.json`; `loading.py` reads them. `Reads` says what `reads.json` holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypedDict

from shared.contracts.catalogue import CATALOGUE

INJECTED_HEADER = "x-injected"
"""A header on every record that the harness itself put on a topic; such a record is no event of ours."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the load. Times are seconds since the epoch; `subject` names what it is about."""

    id: str
    at: float
    method: str
    path: str
    correlation_id: str
    outcome: str
    status: int | None = None
    name: str = ""
    who: str = ""
    key: str = ""
    done_at: float | None = None
    subject: Mapping[str, str] = field(default_factory=dict)
    answer: Any = None


@dataclass(frozen=True, slots=True)
class Record:
    """What lies at one place of a topic; `data` is the value read as JSON, None where it is none."""

    topic: str
    partition: int
    offset: int
    key: str | None
    headers: Mapping[str, str]
    value: str | None
    data: Any = None

    @property
    def place(self) -> str:
        """topic:partition:offset."""
        return f"{self.topic}:{self.partition}:{self.offset}"

    @property
    def id(self) -> str:
        """The event's id."""
        return self.headers.get("ce_id", "")

    @property
    def type(self) -> str:
        """The event's type in short: `volunteer.enrolled`."""
        name = self.headers.get("ce_type", "")
        return ".".join(name.split(".")[2:-1])

    @property
    def sequence(self) -> int:
        """Its number within its key."""
        return int(self.headers["ce_sequence"])

    @property
    def correlation_id(self) -> str:
        """The trail it belongs to."""
        return self.headers.get("ce_correlationid", "")

    @property
    def causation_id(self) -> str:
        """The event just before it, if there was one."""
        return self.headers.get("ce_causationid", "")

    @property
    def time(self) -> str:
        """When it became true, by the clock of its service."""
        return self.headers.get("ce_time", "")

    @property
    def lane(self) -> tuple[str, str]:
        """Topic and key: order holds within it."""
        return self.topic, self.key or ""

    @property
    def is_event(self) -> bool:
        """Whether it is an event of ours and not what the harness threw in."""
        return self.is_readable and INJECTED_HEADER not in self.headers

    @property
    def is_readable(self) -> bool:
        """Whether it says which fact it tells: its key, its number and its id."""
        numbered = self.headers.get("ce_sequence", "").isdecimal() and bool(self.id)
        return numbered and self.key is not None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log; `process` is the file it stands in: service and replica."""

    process: str
    event: str
    at: float
    fields: Mapping[str, Any]

    @property
    def service(self) -> str:
        """Whose line it is."""
        return self.process.rpartition("-")[0] or self.process


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that the sink accepted."""

    at: float
    message_id: str
    number: int
    recipient_hash: str = ""

    @property
    def reminder_id(self) -> str:
        """The left side of the Message-ID names the reminder."""
        return self.message_id.strip("<>").partition("@")[0]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that the harness did; `landed` is the class of the place where a kill struck."""

    at: float
    fault: str
    target: str
    landed: str = ""
    pid: int | None = None
    detail: Any = None

    @property
    def place(self) -> str | None:
        """Where a message lies that was thrown in: its detail has `topic`, `partition` and `offset`."""
        if not isinstance(self.detail, Mapping) or "offset" not in self.detail:
            return None
        return f"{self.detail['topic']}:{self.detail['partition']}:{self.detail['offset']}"


@dataclass(frozen=True, slots=True)
class Letter:
    """An open dead letter, as the service that keeps it lists it after the drain."""

    service: str
    group: str
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Passing:
    """A process passed a named place."""

    pid: int
    service: str
    at: float
    passage: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of `/metrics` of one process."""

    process: str
    name: str
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Offset:
    """How far a group has committed a partition, and where it ends; `committed` None is nowhere yet."""

    group: str
    topic: str
    partition: int
    committed: int | None
    end: int


class Reads(TypedDict, total=False):
    """HTTP reads after the drain, each by the id of what it is about; what is missing is not judged.

    `topics` are those of the tree; `roster` are the entries of all pages, `pairs` likewise; `deliveries` of each volunteer is the answer to
    their own `GET /v1/deliveries`, `sessions` of each pair that to `GET /v1/pairs/{id}/sessions`.
    """

    topics: dict[str, dict[str, Any]]
    enrolment: dict[str, dict[str, Any]]
    roster: dict[str, list[dict[str, Any]]]
    waiting: dict[str, dict[str, int]]
    pairs: dict[str, list[dict[str, Any]]]
    rounds: dict[str, dict[str, Any]]
    reports: dict[str, dict[str, Any]]
    deliveries: dict[str, list[dict[str, Any]]]
    sessions: dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class History:
    """All of it. `personal` are texts that were planted and must not come out anywhere."""

    commands: Sequence[Command] = ()
    records: Sequence[Record] = ()
    lines: Sequence[Line] = ()
    mails: Sequence[Mail] = ()
    faults: Sequence[Fault] = ()
    passings: Sequence[Passing] = ()
    samples: Sequence[Sample] = ()
    offsets: Sequence[Offset] = ()
    reads: Reads = field(default_factory=Reads)
    phases: Mapping[str, float] = field(default_factory=dict)
    personal: Sequence[str] = ()
    letters: Sequence[Letter] | None = None
    """None where nobody asked for them."""
    directory: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Unit and site of everybody by their staff number, as the last import said; empty where none was the last."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Logs and metrics by file, as they were written."""

    @cached_property
    def events(self) -> list[Record]:
        """The first occurrence of each event, by topic and partition, in the order in which they appeared."""
        seen: set[tuple[tuple[str, str], int]] = set()
        found = []
        for record in self.occurrences:
            if (name := (record.lane, record.sequence)) not in seen:
                seen.add(name)
                found.append(record)
        return found

    @cached_property
    def occurrences(self) -> list[Record]:
        """Every appearance of every event, by topic, partition and offset; not what the harness threw in."""
        thrown_in = {fault.place for fault in self.faults}
        ours = [r for r in self.records if r.is_event and r.place not in thrown_in]
        return sorted(ours, key=lambda record: (record.topic, record.partition, record.offset))

    def of_type(self, *types: str) -> list[Record]:
        """The events of these types, in short: `pair.formed`."""
        return [event for event in self.events if event.type in types]

    def gauge(self, name: str, **labels: str) -> float:
        """The greatest value of a gauge over all processes; 0 where none tells it."""
        wanted = labels.items()
        return max(
            (s.value for s in self.samples if s.name == name and wanted <= s.labels.items()),
            default=0.0,
        )

    @cached_property
    def outboxes(self) -> Mapping[str, float]:
        """How many events each service still had to publish; its processes tell of the same ones."""
        depths: dict[str, float] = {}
        for sample in self.samples:
            if sample.name == "obverse_outbox_depth":
                service = sample.process.rpartition("-")[0]
                depths[service] = max(depths.get(service, 0.0), sample.value)
        return depths

    @property
    def wrong_clocks(self) -> set[str]:
        """The services of which a process was an hour or more off."""
        return {one.target.rpartition("-")[0] for one in self.faults if one.fault == "clock"}


def owner_of(topic: str) -> str:
    """The service that publishes on a topic."""
    return CATALOGUE.topics[topic].owner
