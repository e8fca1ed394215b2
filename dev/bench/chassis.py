"""The project's way of the pipeline, in a process of its own as a service is: topic to stored effect.

Subscription, intake, cursors, marks, metrics and log lines are those of the services; only the handler is
of here, and it stores the document that the floor stores. Prints one JSON line, as the floor does.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop
from pymongo import UpdateOne

from dev.bench.floor import Lap
from shared.chassis.broker import PROFILES, KafkaAddress
from shared.chassis.clock import system_clock
from shared.chassis.foundation import OWN_INDEXES
from shared.chassis.intake import Intake, Outcomes
from shared.chassis.log_events import CHASSIS_EVENTS, join
from shared.chassis.logging import configure_logging
from shared.chassis.messages import Message
from shared.chassis.metrics import Metrics
from shared.chassis.mongo import MongoAddress, connect, ensure_indexes, open_database
from shared.chassis.subscribe import BATCH, Subscription
from shared.chassis.transactions import Transactions, Tx
from shared.contracts.envelope import Event
from shared.contracts.matching.v1 import PairFormed


async def keep(tx: Tx, event: Event[PairFormed]) -> None:
    """One keyed upsert per event."""
    data = event.data.model_dump(mode="json")
    tx.write("pairs", UpdateOne({"_id": data["pair_id"]}, {"$set": data}, upsert=True))


class TimedIntake(Intake):
    """The intake of the services, and when each of its rounds began."""

    laps: list[Lap]
    taken: int
    wanted: int
    done: asyncio.Event

    def time(self, wanted: int) -> None:
        """Begin to take times, for this many events."""
        self.laps, self.taken, self.wanted, self.done = [], 0, wanted, asyncio.Event()

    async def apply(self, messages: Sequence[Message]) -> Outcomes:
        """Apply, and note when it began."""
        self.laps.append((time.perf_counter(), time.process_time(), self.taken))
        outcomes = await super().apply(messages)
        self.taken += outcomes["applied"]
        if self.taken >= self.wanted:
            self.done.set()
        return outcomes


async def measure(options: argparse.Namespace) -> list[Lap]:
    """Take a topic that is full, in a group and a database that are new."""
    client = connect(MongoAddress(options.mongo), "bench")
    database = open_database(client, options.database)
    await ensure_indexes(database, OWN_INDEXES)
    transactions = Transactions(client, database, system_clock)
    intake = TimedIntake(options.database, database, transactions, {PairFormed: keep})
    intake.time(options.events)
    failed: list[Exception] = []

    def fail(error: Exception) -> None:
        failed.append(error)
        intake.done.set()

    subscription = Subscription(
        intake,
        KafkaAddress(options.kafka, PROFILES["kafka"]),
        Metrics(),
        "bench",
        fail,
        max_records=1 if options.way == "single" else BATCH,
    )
    await subscription.start()
    try:
        await intake.done.wait()
        if failed:
            raise failed[0]
    finally:
        await subscription.stop()
        client.close()
    return intake.laps


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=("batched", "single"))
    for name in ("--kafka", "--mongo", "--database", "--topic"):
        parser.add_argument(name, required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True, help="where the log lines go")
    options = parser.parse_args()
    with options.log.open("w") as log:
        configure_logging("bench", "info", join(CHASSIS_EVENTS), log)
        laps = uvloop.run(measure(options))
    print(json.dumps(laps))


if __name__ == "__main__":
    main()
