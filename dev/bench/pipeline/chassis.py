"""The project's way of the pipeline, in a process of its own as a service is: topic to stored effect.

Subscription, intake, cursors, marks, metrics and log lines are those of the services; only the handler is of
here, and it stores the document that the floor stores. `guarded` publishes an event for each, too: it is in
the outbox when the batch is committed, and no relay runs. Prints one JSON line, as the floor does.
"""

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from pymongo import UpdateOne

from dev.bench.pipeline.events import TOPIC
from dev.bench.pipeline.floor import Lap
from shared.chassis import passages
from shared.chassis.broker import PROFILES, KafkaAddress
from shared.chassis.clock import system_clock
from shared.chassis.foundation import OWN_INDEXES
from shared.chassis.garbage import let_rest
from shared.chassis.intake import Intake, Outcomes, Wanted
from shared.chassis.log_events import CHASSIS_EVENTS, join
from shared.chassis.logging import configure_logging
from shared.chassis.messages import Handler, Incoming, Message, Routes
from shared.chassis.metrics import Metrics
from shared.chassis.mongo import MongoAddress, connect, ensure_indexes, open_database
from shared.chassis.subscribe import BATCH, Subscription
from shared.chassis.transactions import Transactions, Tx
from shared.contracts.envelope import Event
from shared.contracts.matching.v1 import PairFormed

LEVELS = {"info": "info", "off": "critical"}


async def keep(tx: Tx, event: Event[PairFormed]) -> None:
    """One keyed upsert per event."""
    data = event.data.model_dump(mode="json")
    tx.write("pairs", UpdateOne({"_id": data["pair_id"]}, {"$set": data}, upsert=True))


async def keep_and_tell(tx: Tx, event: Event[PairFormed]) -> None:
    """One keyed upsert and one event on its way out."""
    await keep(tx, event)
    tx.publish(event.data, str(event.data.pair_id))


HANDLERS: dict[str, Handler] = {"batched": keep, "single": keep, "guarded": keep_and_tell}


class TimedIntake(Intake):
    """The intake of the services, and when each of its rounds began."""

    laps: list[Lap]
    taken: int
    wanted: int
    done: asyncio.Event
    topic: str

    def time(self, topic: str, wanted: int) -> None:
        """Begin to take times, for this many events of a topic that stands for the catalogue's."""
        self.laps, self.taken, self.wanted, self.done = [], 0, wanted, asyncio.Event()
        self.topic = topic

    @property
    def topics(self) -> list[str]:
        """The one that is full."""
        return [self.topic]

    def read(self, messages: Iterable[Message]) -> list[Incoming]:
        """Read as if it came from the catalogue's topic; it still lies where it lies."""
        if self.topic == TOPIC:
            return super().read(messages)
        mine = list(messages)
        found = super().read(message._replace(topic=TOPIC) for message in mine)
        return [item._replace(message=own) for item, own in zip(found, mine, strict=True)]

    async def apply(self, incoming: Sequence[Incoming], wanted: Wanted = lambda: True) -> Outcomes:
        """Apply, and note when it began."""
        self.laps.append((time.perf_counter(), time.process_time(), self.taken))
        outcomes = await super().apply(incoming, wanted)
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
    routes: Routes = {PairFormed: HANDLERS[options.way]}
    intake = TimedIntake(options.database, database, transactions, routes)
    intake.time(options.topic, options.events)
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
    parser.add_argument("way", choices=HANDLERS)
    for name in ("--kafka", "--mongo", "--database", "--topic"):
        parser.add_argument(name, required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True, help="where the log lines go")
    parser.add_argument("--level", choices=LEVELS, default="info")
    options = parser.parse_args()
    passed: Counter[str] = Counter()
    passages.hook = lambda name: passed.update((name,))
    options.log.parent.mkdir(parents=True, exist_ok=True)
    with options.log.open("w") as log:
        configure_logging("bench", LEVELS[options.level], join(CHASSIS_EVENTS), log)
        let_rest()
        laps = asyncio.run(measure(options))
    print(json.dumps({"laps": laps, "offset_commits": passed["offsets.committed"]}))


if __name__ == "__main__":
    main()
