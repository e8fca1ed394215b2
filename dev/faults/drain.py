"""After the load: wait until nothing moves any more, then write down all that can be seen from outside."""

import asyncio
import contextlib
import re
import time
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from dev.faults.bodies import LEAD
from dev.faults.client import Client
from dev.faults.cluster import FaultCluster, Replica
from dev.faults.journal import OK, Journal, Lines, write_document
from dev.faults.load import Load
from dev.faults.retries import Retries
from shared.contracts.catalogue import CATALOGUE

GROUPS = ("enrollment", "matching", "notifications", "reporting-journal", "reporting-projections")
QUIET_SECONDS = 9.0  # a mail that was claimed by a killed process is claimed again after 6
LONGEST_SECONDS = 240.0
LOOK_SECONDS = 0.5
SECONDS_BETWEEN_LOOKS_UNDER_LOAD = 2.0  # looking costs what is looked at some of its time
TRIES = 5
_DEPTH = re.compile(r"^obverse_outbox_depth\{[^}]*\} (\S+)$", re.MULTILINE)
_OLDEST = re.compile(r"^obverse_outbox_oldest_seconds\{[^}]*\} (\S+)$", re.MULTILINE)

Offsets = dict[str, dict[str, dict[str, int]]]


async def drained(
    cluster: FaultCluster, client: Client, journal: Journal, longest: float = LONGEST_SECONDS
) -> float | None:
    """Wait until lag and outbox are 0, no round is open, no mail is to be tried again, and it stays so.

    Seconds until it first was so; None where it is not so after the longest wait.
    """
    began = quiet_since = time.monotonic()
    before: Offsets | None = None
    retries = Retries(cluster.folder / "logs")
    while True:
        moved = await _open_work(cluster, client, journal)
        offsets = await offsets_of(cluster)
        lag = sum(p["end"] - p["committed"] for places in offsets.values() for p in places.values())
        moment = time.monotonic()
        if moved or lag or offsets != before or retries.waiting(moment):
            quiet_since = moment
        before = offsets
        if moment - quiet_since > QUIET_SECONDS:
            return round(quiet_since - began, 1)
        if moment - began > longest:
            return None
        await asyncio.sleep(LOOK_SECONDS)


async def caught_up(cluster: FaultCluster, longest: float = LONGEST_SECONDS) -> float:
    """Seconds until all that is older than this call was published and read, while more comes; at most the longest."""
    began, since = time.monotonic(), time.time()
    ends: Offsets | None = None
    while time.monotonic() - began < longest:
        if ends is None and await _published(cluster, since):
            ends = await offsets_of(cluster)
        if ends is not None and _read(await offsets_of(cluster), ends):
            break
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS_UNDER_LOAD)
    return round(time.monotonic() - began, 1)


async def _published(cluster: FaultCluster, since: float) -> bool:
    for replica in cluster.replicas:
        ages = _OLDEST.findall(await _metrics(replica))
        if not ages or max(map(float, ages)) > time.time() - since:
            return False
    return True


def _read(found: Offsets, ends: Offsets) -> bool:
    return all(
        found[group][place]["committed"] >= at["end"]
        for group, places in ends.items()
        for place, at in places.items()
    )


async def _open_work(cluster: FaultCluster, client: Client, journal: Journal) -> str:
    """What is still to be done, as far as it can be seen; empty for nothing."""
    for replica in cluster.replicas:
        depths = _DEPTH.findall(await _metrics(replica))
        if not depths or any(float(depth) for depth in depths):
            return f"outbox of {replica.name}: {depths}"
    for command in journal.commands.values():
        if command.command == "round" and command.outcome == OK:
            found = await _round(client, command.subject)
            if not found or found["state"] not in ("completed", "failed"):
                return f"round {command.subject}"
    return ""


async def _round(client: Client, subject: dict[str, str]) -> Any:
    path = f"/v1/programmes/{subject['programme_id']}/rounds/{subject['round_id']}"
    return await client.read("matching", path, LEAD)


async def _metrics(replica: Replica) -> str:
    async with httpx.AsyncClient(timeout=3.0, verify=False) as http:  # noqa: S501 - no TLS, no CAs to load
        with contextlib.suppress(httpx.HTTPError):
            return (await http.get(f"{replica.url}/metrics")).text
    return ""


async def offsets_of(cluster: FaultCluster) -> Offsets:
    """What each group has committed, and where each partition ends."""
    for _ in range(TRIES):
        with contextlib.suppress(KafkaError):
            return await _offsets(cluster)
    return await _offsets(cluster)


async def _offsets(cluster: FaultCluster) -> Offsets:
    found = await committed(cluster)
    consumer = AIOKafkaConsumer(**cluster.address.client_options())
    await consumer.start()
    try:
        ends = await consumer.end_offsets(sorted({p for at in found.values() for p in at}))
    finally:
        await consumer.stop()
    return {
        group: {
            f"{place.topic}:{place.partition}": {"committed": at, "end": ends[place]}
            for place, at in sorted(offsets.items())
        }
        for group, offsets in found.items()
    }


async def committed(cluster: FaultCluster) -> dict[str, dict[TopicPartition, int]]:
    """What each group has committed."""
    admin = cluster.address.admin()
    await admin.start()
    try:
        found = {group: await admin.list_consumer_group_offsets(group) for group in GROUPS}
    finally:
        await admin.close()
    return {group: {p: at.offset for p, at in places.items()} for group, places in found.items()}


async def dump(cluster: FaultCluster, client: Client, load: Load, journal: Journal) -> int:
    """Write topics, offsets, metrics and reads into the run's folder; returns how many records there are."""
    folder = cluster.folder
    async with asyncio.TaskGroup() as at_once:
        records = at_once.create_task(_dump_topics(cluster, folder / "topics"))
        offsets = at_once.create_task(offsets_of(cluster))
        reads = at_once.create_task(_reads(client, load, journal))
        metrics = {one.name: at_once.create_task(_metrics(one)) for one in cluster.replicas}
    write_document(folder / "offsets.json", offsets.result())
    write_document(folder / "reads.json", reads.result())
    (folder / "metrics").mkdir(exist_ok=True)
    for name, text in metrics.items():
        (folder / "metrics" / f"{name}.txt").write_text(text.result())
    return records.result()


def all_places() -> list[TopicPartition]:
    """Every partition of every topic of the catalogue."""
    return [
        TopicPartition(topic.name, number)
        for topic in CATALOGUE.topics.values()
        for number in range(topic.partitions)
    ]


async def _dump_topics(cluster: FaultCluster, folder: Path) -> int:
    consumer = AIOKafkaConsumer(
        auto_offset_reset="earliest", enable_auto_commit=False, **cluster.address.client_options()
    )
    await consumer.start()
    files = {topic: Lines(folder / f"{topic}.jsonl") for topic in CATALOGUE.topics}
    count = 0
    try:
        places = all_places()
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        await consumer.seek_to_beginning(*places)
        while any([await consumer.position(place) < ends[place] for place in places]):
            for place, records in (await consumer.getmany(timeout_ms=500)).items():
                count += len(records)
                for record in records:
                    files[place.topic].write(_line(record))
    finally:
        await consumer.stop()
        for file in files.values():
            file.close()
    return count


def _line(record: Any) -> dict[str, Any]:
    headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
    return {
        "partition": record.partition,
        "offset": record.offset,
        "key": _text(record.key),
        "headers": headers,
        "value": _text(record.value),
    }


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode(errors="replace")


async def _reads(client: Client, load: Load, journal: Journal) -> dict[str, Any]:
    programme = load.programme_id
    path = f"/v1/programmes/{programme}"
    rounds = [c.subject for c in journal.commands.values() if "round_id" in c.subject]
    pairs = await _pages(client, "matching", f"{path}/pairs", "items", "id")
    roster = await _pages(client, "enrollment", f"{path}/volunteers", "volunteers", "volunteer_id")
    topics = await client.read("enrollment", "/v1/topics", load.people[0].claims)
    return {
        "topics": {one["topic"]: one for one in (topics or {}).get("topics", [])},
        "enrolment": {programme: await client.read("enrollment", f"{path}/enrolment", LEAD)},
        "roster": {programme: roster},
        "waiting": {programme: await client.read("matching", f"{path}/waiting", LEAD)},
        "pairs": {programme: pairs},
        "rounds": {one["round_id"]: await _round(client, one) for one in rounds},
        "reports": {programme: await client.read("reporting", f"{path}/report", LEAD)},
        "deliveries": await _deliveries(client, load),
        "sessions": await _sessions(client, load, pairs),
    }


async def _pages(client: Client, service: str, path: str, items: str, name: str) -> list[Any]:
    found: list[Any] = []
    while True:
        more = {"after": found[-1][name]} if found else {}
        page = (await client.read(service, path, LEAD, limit=200, **more) or {}).get(items, [])
        found += page
        if len(page) < 200:
            return found


async def _deliveries(client: Client, load: Load) -> dict[str, Any]:
    found = {}
    for person in load.people:
        answer = await client.read("notifications", "/v1/deliveries", person.claims)
        if answer is not None:
            found[person.volunteer_id] = answer["deliveries"]
    return found


async def _sessions(client: Client, load: Load, pairs: list[Any]) -> dict[str, Any]:
    by_id = {person.volunteer_id: person for person in load.people}
    found = {}
    for pair in pairs:
        person = by_id.get(pair["mentor_id"]) or by_id.get(pair["mentee_id"])
        if person is not None:
            path = f"/v1/pairs/{pair['id']}/sessions"
            answer = await client.read("reporting", path, person.claims)
            if answer is not None:
                found[pair["id"]] = answer["sessions"]
    return found
