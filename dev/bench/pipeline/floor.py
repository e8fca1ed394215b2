"""The floors of the pipeline: the same ways with bare clients, and nothing of the project.

`batched`: getmany (500), JSON decoding, unordered majority bulk_write of keyed upserts, one commit per
batch. `single`: getone, one majority transaction of two writes, one commit. `guarded`: getmany (500), JSON
decoding, one majority transaction with a bulk_write of keyed upserts; then an event for each upsert is sent
straight to a topic (acks=all) and waited for, one commit per batch. No cursor, no outbox: whoever dies
between the two loses events, or sends them twice. Prints one JSON line.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import UpdateOne
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

BATCH = 500
MAJORITY = WriteConcern("majority")

Lap = tuple[float, float, int]  # wall and CPU seconds when a round began, events taken before it
Client = AsyncIOMotorClient[dict[str, Any]]


async def batched(consumer: Any, client: Client, options: argparse.Namespace) -> list[Lap]:
    """Take the events in batches."""
    pairs = client[options.database].get_collection("pairs", write_concern=MAJORITY)

    async def take(records: list[Any]) -> None:
        await pairs.bulk_write([upsert(record) for record in records], ordered=False)

    return await _in_batches(consumer, options.events, take)


async def guarded(consumer: Any, client: Client, options: argparse.Namespace) -> list[Lap]:
    """Take the events in batches, and tell of each."""
    pairs = client[options.database]["pairs"]
    producer = AIOKafkaProducer(bootstrap_servers=options.kafka, acks="all", linger_ms=2)
    await producer.start()

    async def take(records: list[Any]) -> None:
        async with transaction(client) as session:
            writes = [upsert(record) for record in records]
            await pairs.bulk_write(writes, ordered=False, session=session)
        sent = [
            await producer.send(
                options.out, record.value, key=record.key, headers=list(record.headers)
            )
            for record in records
        ]
        await asyncio.gather(*sent)

    try:
        return await _in_batches(consumer, options.events, take)
    finally:
        await producer.stop()


async def single(consumer: Any, client: Client, options: argparse.Namespace) -> list[Lap]:
    """Take the events one by one."""
    laps: list[Lap] = []
    while len(laps) < options.events:
        record = await consumer.getone()
        laps.append((time.perf_counter(), time.process_time(), len(laps)))
        await take_one(client, options.database, record)
        await consumer.commit({TopicPartition(record.topic, record.partition): record.offset + 1})
    return laps


async def take_one(client: Client, database: str, record: Any) -> None:
    """One transaction of two writes; the second is where a consumer notes how far it came."""
    place = {"$set": {"offset": record.offset}}
    async with transaction(client) as session:
        await client[database]["pairs"].bulk_write([upsert(record)], session=session)
        await client[database]["places"].update_one(
            {"_id": record.key.decode()}, place, upsert=True, session=session
        )


@asynccontextmanager
async def transaction(client: Client) -> Any:
    """One majority transaction."""
    async with (
        await client.start_session() as session,
        session.start_transaction(read_concern=ReadConcern("majority"), write_concern=MAJORITY),
    ):
        yield session


def upsert(record: Any) -> UpdateOne:
    """The effect of an event."""
    data = json.loads(record.value)
    return UpdateOne({"_id": data["pair_id"]}, {"$set": data}, upsert=True)


async def _in_batches(
    consumer: Any, events: int, take: Callable[[list[Any]], Awaitable[None]]
) -> list[Lap]:
    laps: list[Lap] = []
    taken = 0
    while taken < events:
        fetched = await consumer.getmany(timeout_ms=500, max_records=BATCH)
        records = [record for part in fetched.values() for record in part]
        if not records:
            continue
        laps.append((time.perf_counter(), time.process_time(), taken))
        await take(records)
        await consumer.commit({place: part[-1].offset + 1 for place, part in fetched.items()})
        taken += len(records)
    return laps


WAYS: dict[str, Callable[[Any, Client, argparse.Namespace], Awaitable[list[Lap]]]] = {
    "batched": batched,
    "guarded": guarded,
    "single": single,
}


async def measure(options: argparse.Namespace) -> list[Lap]:
    """Go one way over a topic that is full, in a group and a database that are new."""
    client: Client = AsyncIOMotorClient(options.mongo, tz_aware=True)
    consumer = AIOKafkaConsumer(
        options.topic,
        bootstrap_servers=options.kafka,
        group_id=options.database,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        return await WAYS[options.way](consumer, client, options)
    finally:
        await consumer.stop()
        client.close()


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=WAYS)
    for name in ("--kafka", "--mongo", "--database", "--topic", "--out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--events", type=int, required=True)
    laps = asyncio.run(measure(parser.parse_args()))
    print(json.dumps({"laps": laps, "offset_commits": len(laps)}))


if __name__ == "__main__":
    main()
