"""Fifty copies of each event, mixed, read by members that come and go: each has its effect once."""

import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer
from pymongo import UpdateOne

from dev.faults.malformed import Thrown
from dev.faults.repeating import duplicates, repeated
from shared.chassis.broker import KafkaAddress
from shared.chassis.clock import system_clock
from shared.chassis.foundation import OWN_INDEXES
from shared.chassis.intake import Intake
from shared.chassis.metrics import Metrics
from shared.chassis.mongo import Client, MongoDatabase, ensure_indexes
from shared.chassis.subscribe import Subscription
from shared.chassis.transactions import Transactions, Tx
from shared.contracts.envelope import Event
from shared.contracts.matching.v1 import RoundCompleted
from tests.support.waiting import until

PROGRAMME = "00000000-0000-4000-8000-000000000009"


class Counting:
    """A service on which every repetition would show: it adds one."""

    def __init__(self, client: Client, database: MongoDatabase, kafka: KafkaAddress) -> None:
        self._database = database
        self._kafka = kafka
        transactions = Transactions(client, database, system_clock)
        self._intake = Intake("counting", database, transactions, {RoundCompleted: self.count})
        self.failures: list[Exception] = []

    async def count(self, tx: Tx, event: Event[RoundCompleted]) -> None:
        one_more = UpdateOne({"_id": event.data.round_id}, {"$inc": {"times": 1}}, upsert=True)
        tx.write("counts", one_more)

    @asynccontextmanager
    async def reading(self, member: str) -> AsyncIterator[None]:
        member_of = Subscription(self._intake, self._kafka, Metrics(), member, self.failures.append)
        await member_of.start()
        try:
            yield
        finally:
            await member_of.stop()

    async def counts(self) -> dict[UUID, int]:
        rows = await self._database["counts"].find().to_list(None)
        return {row["_id"]: row["times"] for row in rows}

    async def has_counted(self, rounds: int) -> bool:
        return len(await self.counts()) >= rounds


async def produce(kafka: KafkaAddress, messages: list[Thrown]) -> None:
    producer = AIOKafkaProducer(acks="all", **kafka.client_options())
    await producer.start()
    try:
        for message in messages:
            await producer.send(
                message.topic, message.value, key=message.key, headers=message.headers
            )
        await producer.flush()
    finally:
        await producer.stop()


@pytest.mark.parametrize("seed", [1, 2])
async def test_fifty_copies_count_once(
    client: Client, database: MongoDatabase, kafka: KafkaAddress, seed: int
) -> None:
    await ensure_indexes(database, OWN_INDEXES)
    service = Counting(client, database, kafka)
    thrown = repeated(random.Random(seed), PROGRAMME, 40, 50)
    last = repeated(random.Random(seed + 10), PROGRAMME, 6, 1)
    async with service.reading("one"):
        await produce(kafka, thrown[:1000])
        async with service.reading("two"):
            await produce(kafka, thrown[1000:])
            await until(lambda: service.has_counted(40), "all forty are counted")
        await produce(kafka, last)
        await until(lambda: service.has_counted(46), "those behind them are counted")
    rounds = {UUID(json.loads(one.value or b"")["round_id"]) for one in [*thrown, *last]}
    assert await service.counts() == dict.fromkeys(rounds, 1)
    assert service.failures == []
    assert await database["dead_letters"].count_documents({}) == 0


def test_copies_are_the_very_same_and_mixed() -> None:
    thrown = repeated(random.Random(1), PROGRAMME, 3, 50)
    assert len(thrown) == 150
    ids = Counter(dict(one.headers)["ce_id"] for one in thrown)
    assert sorted(ids.values()) == [50, 50, 50]
    assert len({(one.key, one.value) for one in thrown}) == 3
    assert len({dict(one.headers)["ce_id"] for one in thrown[:20]}) == 3


def test_duplicates_are_those_of_the_group_since_then(tmp_path: Path) -> None:
    def row(second: int, group: str, count: int) -> str:
        at = f"2026-11-24T12:00:0{second}+00:00"
        line = {"event": "intake.batch_applied", "ts": at, "group": group, "duplicate": count}
        return json.dumps(line) + "\n"

    group = "reporting-projections"
    (tmp_path / "reporting-1.log").write_text(
        row(1, group, 100) + row(2, group, 7) + row(3, "reporting-journal", 50)
    )
    (tmp_path / "reporting-2.log").write_text(row(4, group, 5))
    since = datetime(2026, 11, 24, 12, 0, 2, tzinfo=UTC)
    assert duplicates(tmp_path, since) == 12
