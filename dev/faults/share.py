"""How much longer good events take while a hundredth of the traffic is malformed: clean and dirty in turn."""

import asyncio
import json
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiokafka import AIOKafkaConsumer

from dev.faults.drain import all_places
from dev.faults.history import INJECTED_HEADER
from dev.faults.journal import now
from dev.faults.load import IMPORT_EVERY
from dev.faults.malformed import KINDS
from dev.faults.poison import producing, readers, room_for_large, throw_one
from dev.faults.run import Run

# So long that the load imports its directory once in each window: else it did so in one sort only.
WINDOW_SECONDS, WINDOWS = IMPORT_EVERY, 3  # of each sort
SHARE = 0.01
AT_LEAST = 30  # messages in all dirty windows, each of another kind
LIMIT = 1.5
SECONDS_TO_SETTLE = 5.0

Place = tuple[str, int]


@dataclass(frozen=True)
class Taken:
    """A stretch of one partition that a group had applied at this moment."""

    group: str
    place: Place
    first: int
    last: int
    at: float


async def malformed_share(run: Run) -> None:
    """Three windows without and three with, in turn; the 99th percentile of both."""
    windows: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    kinds = list(KINDS)
    run.chance.shuffle(kinds)
    thrown, began = 0, time.time()
    async with room_for_large(run):
        for _ in range(WINDOWS):
            for dirty in (False, True):
                start = time.time()
                if dirty:
                    count = await _dirty(run, windows[False], kinds[thrown:] + kinds[:thrown])
                    thrown = (thrown + count) % len(kinds) if count else thrown
                else:
                    await asyncio.sleep(WINDOW_SECONDS)
                windows[dirty].append((start, time.time()))
        await asyncio.sleep(SECONDS_TO_SETTLE)
    published = await _published(run, began)
    taken = await asyncio.to_thread(lambda: list(applied(run.folder / "logs", began)))
    clean, dirty_ones = (latencies(published, taken, windows[one]) for one in (False, True))
    _tell(run, clean, dirty_ones, _thrown(run, began))


def latencies(
    published: Mapping[Place, Mapping[int, float]],
    taken: Iterable[Taken],
    windows: Sequence[tuple[float, float]],
) -> list[float]:
    """Seconds from the broker's timestamp until a group had applied it, for all published in these windows."""
    first: dict[tuple[str, Place, int], float] = {}
    for stretch in taken:
        for offset in range(stretch.first, stretch.last + 1):
            name = (stretch.group, stretch.place, offset)
            first[name] = min(stretch.at, first.get(name, math.inf))
    return [
        at - published[place][offset]
        for (_, place, offset), at in first.items()
        if offset in published.get(place, {})
        and any(start <= published[place][offset] < end for start, end in windows)
    ]


def percentile(seconds: Sequence[float], share: float) -> float:
    """The smallest of these that so large a share does not exceed."""
    return sorted(seconds)[math.ceil(share * len(seconds)) - 1]


def applied(logs: Path, since: float) -> Iterator[Taken]:
    """What the lines of all groups say, since then."""
    for file in logs.glob("*.log"):
        for text in file.read_bytes().splitlines():
            if b'"intake.batch_applied"' in text and (line := json.loads(text)):
                at = datetime.fromisoformat(line["ts"]).timestamp()
                for name, (first, last) in line["offsets"].items() if at >= since else ():
                    topic, _, partition = name.rpartition(":")
                    yield Taken(line["group"], (topic, int(partition)), first, last, at)


async def _dirty(run: Run, clean: Sequence[tuple[float, float]], kinds: Sequence[str]) -> int:
    """A window in which a hundredth is malformed, at least so many; how many there were."""
    rate = await _rate(run, clean[-1])
    wanted = max(math.ceil(SHARE * rate * WINDOW_SECONDS), AT_LEAST // WINDOWS)
    services = await readers(run)
    began = time.monotonic()
    async with producing(run) as producer:
        for number in range(wanted):
            kind = KINDS[kinds[number % len(kinds)]]
            await throw_one(run, producer, kind, services[kind.topic])
            due = began + (number + 1) * WINDOW_SECONDS / wanted
            await asyncio.sleep(max(0.0, due - time.monotonic()))
    return wanted


async def _rate(run: Run, window: tuple[float, float]) -> float:
    published = await _published(run, window[0])
    inside = [at for there in published.values() for at in there.values() if at < window[1]]
    return len(inside) / (window[1] - window[0])


async def _published(run: Run, since: float) -> dict[Place, dict[int, float]]:
    """When the relays published each good event, since then, by partition and offset."""
    found: dict[Place, dict[int, float]] = defaultdict(dict)
    consumer = AIOKafkaConsumer(enable_auto_commit=False, **run.cluster.address.client_options())
    await consumer.start()
    try:
        places = all_places()
        consumer.assign(places)
        starts = await consumer.offsets_for_times(dict.fromkeys(places, int(since * 1000)))
        last = await consumer.end_offsets(places)
        open_ = {p for p in places if starts[p] is not None and starts[p].offset < last[p]}
        for place in places:
            consumer.seek(place, starts[place].offset if place in open_ else last[place])
        while any([await consumer.position(place) < last[place] for place in open_]):
            for place, records in (await consumer.getmany(timeout_ms=500)).items():
                found[place.topic, place.partition] |= {
                    record.offset: record.timestamp / 1000
                    for record in records
                    if INJECTED_HEADER not in dict(record.headers)
                }
    finally:
        await consumer.stop()
    return found


def _thrown(run: Run, since: float) -> int:
    """How many messages were thrown since then."""
    lines = (run.folder / "injected.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    return sum(
        row["fault"] == "poison" and datetime.fromisoformat(row["at"]).timestamp() >= since
        for row in rows
    )


def _tell(run: Run, clean: Sequence[float], dirty: Sequence[float], thrown: int) -> None:
    detail: dict[str, float] = {"clean": len(clean), "dirty": len(dirty), "malformed": thrown}
    if clean and dirty:
        p99 = percentile(clean, 0.99), percentile(dirty, 0.99)
        detail |= {"p50_clean_seconds": round(percentile(clean, 0.5), 3)}
        detail |= {"p50_dirty_seconds": round(percentile(dirty, 0.5), 3)}
        detail |= {"p99_clean_seconds": round(p99[0], 3), "p99_dirty_seconds": round(p99[1], 3)}
        detail |= {"p99_ratio": round(p99[1] / p99[0], 2), "p99_ratio_limit": LIMIT}
    run.injected.write(
        {"at": now(), "fault": "malformed_share", "target": "topics", "detail": detail}
    )
    run.tell(f"  malformed_share {detail}")
