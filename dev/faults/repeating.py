"""The same event fifty times at once, a thousand times over: each has its effect once."""

import asyncio
import json
import random
import signal
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata

from dev.faults.cluster import Replica
from dev.faults.drain import offsets_of
from dev.faults.journal import now
from dev.faults.malformed import COMPLETED, Thrown, attributes, completed, random_id
from dev.faults.operators import letters
from dev.faults.poison import producing
from dev.faults.redriving import SERVICE, counted, open_programme
from dev.faults.run import Run
from dev.local.processes import NotReady, wait_until
from shared.contracts.catalogue import ROUND

EVENTS, COPIES = 1_000, 50
PRODUCERS = 5
GROUP = "reporting-projections"
SECONDS_TO_END, SECONDS_TO_READ = 35.0, 180.0


async def repeat_events(run: Run, events: int = EVENTS, copies: int = COPIES) -> None:
    """Send each event so many times, mixed, while members of the group leave and come back."""
    programme = await open_programme(run)
    began = datetime.now(UTC)
    thrown = repeated(run.chance, programme, events, copies)
    async with asyncio.TaskGroup() as group:
        for number in range(PRODUCERS):
            group.create_task(_produce(run, thrown[number::PRODUCERS]))
        group.create_task(_rebalance(run))
    await _read_to_the_end(run)
    effects = await counted(run, programme, events)
    ids = {dict(message.headers)["ce_id"].decode() for message in thrown}
    kept = [one for one in await letters(run.cluster, SERVICE) if one["event_id"] in ids]
    detail = {
        "events": events,
        "copies": copies,
        "effects": effects,
        "effects_limit": events,
        "duplicates": duplicates(run.folder / "logs", began),
        "duplicates_limit": events * (copies - 1),
        "dead_letters": len(kept),
        "dead_letters_limit": 0,
        "seconds": round((datetime.now(UTC) - began).total_seconds(), 1),
    }
    run.injected.write({"at": now(), "fault": "repeated", "target": ROUND.name, "detail": detail})
    run.tell(f"  repeated {detail}")


def repeated(chance: random.Random, programme: str, events: int, copies: int) -> list[Thrown]:
    """Events of as many keys, each so many times the very same, in mixed order."""
    once = []
    for _ in range(events):
        headers = attributes(chance, COMPLETED, 1)
        listed = [(name, text) for name, text in headers.items() if text is not None]
        value = completed(chance, programme)
        once.append(Thrown(ROUND.name, random_id(chance).encode(), listed, value))
    mixed = once * copies
    chance.shuffle(mixed)
    return mixed


def duplicates(logs: Path, since: datetime) -> int:
    """How many messages the batches of the group passed over as known, by their lines since then."""
    count = 0
    for file in logs.glob(f"{SERVICE}-*.log"):
        for text in file.read_bytes().splitlines():
            if b'"intake.batch_applied"' not in text:
                continue
            line = json.loads(text)
            if line["group"] == GROUP and datetime.fromisoformat(line["ts"]) >= since:
                count += int(line.get("duplicate", 0))
    return count


async def _produce(run: Run, messages: Sequence[Thrown]) -> None:
    async with producing(run) as producer:
        sent = [await _begin(producer, message) for message in messages]
        await asyncio.gather(*sent)


async def _begin(producer: AIOKafkaProducer, message: Thrown) -> asyncio.Future[RecordMetadata]:
    """Hand it over without waiting for the broker's yes."""
    sent: asyncio.Future[RecordMetadata] = await producer.send(
        message.topic, message.value, key=message.key, headers=message.headers
    )
    return sent


async def _rebalance(run: Run) -> None:
    """Each member of the group leaves in good order and comes back."""
    for replica in run.cluster.of(SERVICE):
        if replica.child is None:
            raise NotReady(f"{replica.name} was never started")
        await _renewed(run, replica)


async def _renewed(run: Run, replica: Replica) -> None:
    if replica.child is not None and replica.running:
        replica.child.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(replica.child.ended(), SECONDS_TO_END)
    await run.cluster.start_replica(replica)
    await run.cluster.ready(replica)


async def _read_to_the_end(run: Run) -> None:
    """Until the group has gone past all that lies on the topic now."""
    places = (await offsets_of(run.cluster))[GROUP]
    ends = {name: at["end"] for name, at in places.items() if name.startswith(ROUND.name)}
    began = time.monotonic()

    async def passed() -> bool:
        found = (await offsets_of(run.cluster))[GROUP]
        return all(found[name]["committed"] >= end for name, end in ends.items())

    await wait_until(passed, what=f"{GROUP} has read it all", within=SECONDS_TO_READ)
    run.tell(f"  read to the end after {time.monotonic() - began:.1f} s")
