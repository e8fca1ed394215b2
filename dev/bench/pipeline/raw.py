"""The floor of the time to the report: raw produce (acks=all), consume, one majority transaction.

One event at a time, with nothing of the project: taken from before the record is handed to the producer
until the transaction is committed. Prints the seconds of each as one JSON line.
"""

import argparse
import asyncio
import json
import random
import time
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from motor.motor_asyncio import AsyncIOMotorClient

from dev.bench.pipeline.floor import Client, take_one

WARM_UP = 10


async def measure(options: argparse.Namespace) -> list[float]:
    """Send and take events, one after the other, with pauses as a caller makes them."""
    client: Client = AsyncIOMotorClient(options.mongo, tz_aware=True)
    producer = AIOKafkaProducer(bootstrap_servers=options.kafka, acks="all")
    consumer = AIOKafkaConsumer(
        options.topic,
        bootstrap_servers=options.kafka,
        group_id=f"raw-{uuid4()}",
        enable_auto_commit=False,
        auto_offset_reset="latest",
    )
    await producer.start()
    await consumer.start()
    await consumer.seek_to_end()
    try:
        return await _one_by_one(options, client, producer, consumer)
    finally:
        await consumer.stop()
        await producer.stop()
        client.close()


async def _one_by_one(
    options: argparse.Namespace,
    client: Client,
    producer: AIOKafkaProducer,
    consumer: AIOKafkaConsumer,
) -> list[float]:
    chance = random.Random(options.seed)
    found = []
    for _ in range(WARM_UP + options.count):
        key = str(UUID(int=chance.getrandbits(128), version=4))
        value = json.dumps({"pair_id": key, "state": "paused"}).encode()
        began = time.perf_counter()
        sent = await producer.send(options.topic, value, key=key.encode())
        record = await consumer.getone()
        await take_one(client, options.database, record)
        found.append(time.perf_counter() - began)
        await sent
        await consumer.commit({TopicPartition(record.topic, record.partition): record.offset + 1})
        await asyncio.sleep(chance.uniform(*options.pauses))
    return found[WARM_UP:]


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--kafka", "--mongo", "--database", "--topic"):
        parser.add_argument(name, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--pauses", type=float, nargs=2, required=True, help="seconds, from and to")
    print(json.dumps(asyncio.run(measure(parser.parse_args()))))


if __name__ == "__main__":
    main()
