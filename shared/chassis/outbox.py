"""The outbox: events wait in the service's own database, written in the transaction that made them true.

The row has the fields that Debezium's outbox event router reads (`aggregatetype`, `aggregateid`, `type`,
`payload`), so that it could take the relay's place.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bson import Binary
from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from shared.chassis.correlation import Trail, current_trail
from shared.chassis.ids import new_id
from shared.chassis.mongo import AT_ONCE, Collections, Document, Index
from shared.chassis.refusals import Invalid
from shared.chassis.retention import DAY, SENT_EVENTS_DAYS
from shared.contracts.base import Contract
from shared.contracts.catalogue import CATALOGUE, Topic
from shared.contracts.envelope import Envelope, to_headers, to_value

OUTBOX = "outbox"
SEQUENCES = "sequences"
MAX_VALUE_BYTES = 1024 * 1024

UNSENT = {"sent_at": None}
INDEXES = (
    Index(OUTBOX, [("lane", 1), ("sequence", 1)], unique=True),
    Index(
        OUTBOX,
        [("sent_at", 1)],
        expire_after_seconds=SENT_EVENTS_DAYS * DAY,
        period="retention_outbox_days",
    ),
)


def lane(topic: str, key: str) -> str:
    """The name of one key of one topic: order and sequence hold within it."""
    return f"{topic}|{key}"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event on its way out, before it has a sequence."""

    id: UUID
    type: str
    topic: Topic
    key: str
    value: bytes | None
    time: datetime
    trail: Trail

    @classmethod
    def of(cls, data: Contract, key: str, now: datetime) -> "Outgoing":
        """The event that carries this data."""
        event = CATALOGUE.by_model[type(data)]
        value = to_value(data)
        if len(value) > MAX_VALUE_BYTES:
            raise Invalid(
                "event_too_large", "What is to be told does not fit an event; shorten it."
            )
        return cls(new_id(), event.name, event.topic, key, value, now, current_trail())

    @classmethod
    def tombstone(cls, topic: Topic, key: str, now: datetime) -> "Outgoing":
        """The removal of a key from a compacted topic."""
        kind = f"{topic.name}.removed"
        return cls(new_id(), kind, topic, key, None, now, current_trail())

    def row(self, sequence: int) -> Document:
        """The outbox row."""
        envelope = Envelope(
            id=self.id,
            type=self.type,
            source=f"/obverse/{self.topic.owner}",
            subject=self.key,
            time=self.time,
            sequence=sequence,
            correlationid=self.trail.correlation_id,
            causationid=self.trail.causation_id,
            traceparent=self.trail.traceparent,
        )
        return {
            "_id": self.id,
            "lane": lane(self.topic.name, self.key),
            "sequence": sequence,
            "aggregatetype": self.topic.name,
            "aggregateid": self.key,
            "type": self.type,
            "headers": [[name, Binary(value)] for name, value in to_headers(envelope)],
            "payload": None if self.value is None else Binary(self.value),
            "personal": self.topic.personal,
            "created_at": self.time,
            "sent_at": None,
        }


def store_outgoing(
    collections: Collections, session: ClientSession | None, outgoing: Sequence[Outgoing]
) -> None:
    """Give each event the next sequence of its lane and store the rows, in the caller's transaction.

    It blocks, so it is for a thread.
    """
    lanes = Counter(lane(event.topic.name, event.key) for event in outgoing)
    sequences = collections[SEQUENCES].delegate
    where = {"_id": {"$in": list(lanes)}}
    found = sequences.find(where, batch_size=AT_ONCE, session=session)
    last: dict[str, int] = {row["_id"]: row["value"] for row in found}
    # Two transactions that count on in one lane both write its document, so one of them runs again.
    sequences.bulk_write(
        [
            UpdateOne({"_id": name}, {"$inc": {"value": count}}, upsert=True)
            for name, count in sorted(lanes.items())
        ],
        ordered=True,
        session=session,
    )
    rows = []
    for event in outgoing:
        name = lane(event.topic.name, event.key)
        last[name] = last.get(name, 0) + 1
        rows.append(event.row(last[name]))
    collections[OUTBOX].delegate.insert_many(rows, session=session)
