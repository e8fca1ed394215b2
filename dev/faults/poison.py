"""What the harness throws onto topics: messages that nobody can process, and such that come too early.

Each has a key of its own, so that it holds nobody else's, and the header that marks it as no event of ours.
"""

import random
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaProducer

from dev.faults.drain import committed
from dev.faults.history import INJECTED_HEADER
from dev.faults.journal import now
from dev.faults.run import Run
from shared.contracts.catalogue import PAIR, PROGRAMME, VOLUNTEER

TOPICS = (PAIR, PROGRAMME, VOLUNTEER)
UNKNOWN_TYPE = "obverse.harness.noticed.v1"  # nobody's: counted as ignored
# What becomes of the headers or the key, by the reason that the dead letters must have.
REASONS = (
    "header_missing",
    "header_not_text",
    "header_invalid",
    "key_missing",
    "key_not_text",
    "unknown_major",
)


async def throw(run: Run, reasons: tuple[str, ...] = REASONS) -> None:
    """Throw one message for each reason onto a topic, and write down where it lies."""
    services = await readers(run)
    producer = await _producer(run)
    try:
        for reason in reasons:
            topic = run.chance.choice(TOPICS).name
            key, headers = _spoiled(reason, run.chance)
            sent = await producer.send_and_wait(topic, b"{}", key=key, headers=headers)
            place = {"topic": topic, "partition": sent.partition, "offset": sent.offset}
            detail = place | {"reason": reason, "services": services[topic]}
            run.injected.write({"at": now(), "fault": "poison", "target": topic, "detail": detail})
    finally:
        await producer.stop()


async def throw_early(run: Run) -> None:
    """The second message of a key before its first: it waits, and its turn comes."""
    producer = await _producer(run)
    key = str(_uuid(run.chance)).encode()
    try:
        for sequence in (2, 1):
            headers = _headers(run.chance, {"ce_sequence": str(sequence)})
            await producer.send_and_wait(PAIR.name, b"{}", key=key, headers=headers)
    finally:
        await producer.stop()


async def readers(run: Run) -> dict[str, list[str]]:
    """The services that read each topic, once for each group of theirs."""
    found: dict[str, list[str]] = {}
    for group, places in (await committed(run.cluster)).items():
        for topic in {place.topic for place in places}:
            found.setdefault(topic, []).append(group.partition("-")[0])
    return found


async def _producer(run: Run) -> AIOKafkaProducer:
    options = run.cluster.address.client_options()
    producer = AIOKafkaProducer(acks="all", **options)
    await producer.start()
    return producer


def _spoiled(reason: str, chance: random.Random) -> tuple[bytes | None, list[tuple[str, bytes]]]:
    key: bytes | None = str(_uuid(chance)).encode()
    changes: dict[str, Any] = {}
    match reason:
        case "header_missing":
            changes = {"ce_id": None}
        case "header_not_text":
            changes = {"ce_source": b"\xff\xfe"}
        case "header_invalid":
            changes = {"ce_sequence": "soon"}
        case "key_missing":
            key = None
        case "key_not_text":
            key = b"\xff\xfe" + chance.randbytes(8)
        case "unknown_major":
            changes = {"ce_type": "obverse.matching.pair.formed.v9"}
    return key, _headers(chance, changes)


def _headers(chance: random.Random, changes: Mapping[str, Any]) -> list[tuple[str, bytes]]:
    whole: dict[str, Any] = {
        "ce_specversion": "1.0",
        "ce_id": str(_uuid(chance)),
        "ce_type": UNKNOWN_TYPE,
        "ce_source": "/obverse/harness",
        "ce_time": now(),
        "ce_sequence": "1",
        "ce_correlationid": str(_uuid(chance)),
        INJECTED_HEADER: "1",
    }
    changed = {**whole, **changes}
    return [
        (name, text if isinstance(text, bytes) else text.encode())
        for name, text in changed.items()
        if text is not None
    ]


def _uuid(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)
