"""The floor of the pipeline: the same way with bare clients, and nothing of the project.

`batched`: getmany (500), JSON decoding, unordered majority bulk_write of keyed upserts, one commit per
batch. `single`: getone, one majority transaction of two writes, one commit. Prints one JSON line.
"""

import argparse
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import UpdateOne
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

BATCH = 500
MAJORITY = WriteConcern("majority")

Lap = tuple[float, float, int]  # wall and CPU seconds when a round began, events taken before it
Client = AsyncIOMotorClient[dict[str, Any]]


async def batched(consumer: Any, client: Client, database: str, events: int) -> list[Lap]:
    """Take the events in batches."""
    pairs = client[database].get_collection("pairs", write_concern=MAJORITY)
    laps: list[Lap] = []
    taken = 0
    while taken < events:
        fetched = await consumer.getmany(timeout_ms=500, max_records=BATCH)
        records = [record for part in fetched.values() for record in part]
        if not records:
            continue
        laps.append((time.perf_counter(), time.process_time(), taken))
        await pairs.bulk_write([_upsert(record) for record in records], ordered=False)
        await consumer.commit({place: part[-1].offset + 1 for place, part in fetched.items()})
        taken += len(records)
    return laps


async def single(consumer: Any, client: Client, database: str, events: int) -> list[Lap]:
    """Take the events one by one; the second write is where a consumer notes how far it came."""
    pairs, places = client[database]["pairs"], client[database]["places"]
    laps: list[Lap] = []
    while len(laps) < events:
        record = await consumer.getone()
        laps.append((time.perf_counter(), time.process_time(), len(laps)))
        write, key = _upsert(record), record.key.decode()
        place = {"$set": {"offset": record.offset}}
        async with (
            await client.start_session() as session,
            session.start_transaction(read_concern=ReadConcern("majority"), write_concern=MAJORITY),
        ):
            await pairs.bulk_write([write], session=session)
            await places.update_one({"_id": key}, place, upsert=True, session=session)
        await consumer.commit({TopicPartition(record.topic, record.partition): record.offset + 1})
    return laps


def _upsert(record: Any) -> UpdateOne:
    data = json.loads(record.value)
    return UpdateOne({"_id": data["pair_id"]}, {"$set": data}, upsert=True)


WAYS: dict[str, Callable[[Any, Client, str, int], Awaitable[list[Lap]]]] = {
    "batched": batched,
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
        return await WAYS[options.way](consumer, client, options.database, options.events)
    finally:
        await consumer.stop()
        client.close()


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=WAYS)
    for name in ("--kafka", "--mongo", "--database", "--topic"):
        parser.add_argument(name, required=True)
    parser.add_argument("--events", type=int, required=True)
    print(json.dumps(uvloop.run(measure(parser.parse_args()))))


if __name__ == "__main__":
    main()
