"""The relay: the only publisher. It takes the outbox to Kafka, in order per key, until the broker says yes.

A wave holds at most one event per lane and ends before the next one begins, so a failed send can never be
overtaken by a later event of its key. What the broker took in a round of waves is marked in a transaction that
confirms the lease; where many events wait, some are marked while others are sent. A process that dies before it
leaves duplicates, which readers drop by their sequence.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Sequence

import structlog
from faststream.kafka import KafkaBroker
from pymongo import DeleteMany, UpdateMany

from shared.chassis.broker import KafkaAddress
from shared.chassis.leases import LeaseLost, Leases, confirm_with_the_rest
from shared.chassis.metrics import Metrics
from shared.chassis.mongo import Document, MongoDatabase
from shared.chassis.outbox import OUTBOX, UNSENT
from shared.chassis.pacing import rest
from shared.chassis.passages import passage
from shared.chassis.pausing import pause
from shared.chassis.placing import place
from shared.chassis.transactions import Transactions, Tx
from shared.chassis.troubles import is_transient

log = structlog.get_logger("shared.chassis.relay")

LEASE = "relay"
LEASE_SECONDS = 10.0
# So long after it was given or confirmed, nobody asks for the lease again.
FRESH_SECONDS = 2.0
# So long after that the waves of one round go on, where many events wait: half of the lease.
SENDING_SECONDS = 5.0
BATCH = 1_000
DEPTH = 5  # events of a lane in one round, at least, where many wait
MARKED_AT_ONCE = 1_000  # so many are worth a transaction of their own, beside the next waves
POLL_SECONDS = 0.5
SEND_SECONDS = 10.0
CLOSE_SECONDS = 2.0
LINGER_MS = 2


class Relay:
    """Publishes the outbox of one database."""

    def __init__(
        self,
        database: MongoDatabase,
        transactions: Transactions,
        address: KafkaAddress,
        metrics: Metrics,
        owner: str,
    ) -> None:
        self._database = database
        self._transactions = transactions
        self._address = address
        self._metrics = metrics
        self._owner = owner
        self._leases = Leases(database)
        self._broker: KafkaBroker | None = None
        self._fence: int | None = None
        self._confirmed_at = float("-inf")

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until told to stop; troubles are waited out."""
        delay = 0.1
        try:
            while not stop.is_set():
                self._transactions.published.clear()  # what is published from here on wakes us
                began = time.monotonic()
                try:
                    sent = await self.round(stop)
                    delay = 0.1
                except LeaseLost:
                    log.warning("relay.lease_lost", fence=self._fence)
                    self.doubt()
                    continue
                except Exception as error:
                    if not is_transient(error):
                        raise
                    log.warning("relay.publish_failed", reason=type(error).__name__)
                    await self.close()
                    await pause(delay, stop)
                    delay = min(delay * 2, 5.0)
                    continue
                if not sent:
                    await pause(POLL_SECONDS, self._transactions.published, stop)
                else:
                    took = time.monotonic() - began
                    await pause(rest(sent, took, took), stop)
        finally:
            await self._leave()

    async def round(self, stop: asyncio.Event | None = None) -> int:
        """Publish one batch, or what of it goes until `stop`; returns how many events the broker took.

        0 without the lease.
        """
        fence = await self._hold()
        if fence is None:
            return 0
        passage("relay.claimed")
        return await self._send_waves(await self._oldest_per_lane(), fence, stop)

    async def _send_waves(
        self, lanes: list[list[Document]], fence: int, stop: asyncio.Event | None
    ) -> int:
        """Send wave after wave, until half of the lease is over, and mark what the broker took: how many that were.

        Raises what the broker would not take, once the others are marked, and whatever kept them from being marked.
        """
        sent, taken = 0, list[Document]()
        failure: Exception | None = None
        marking: asyncio.Task[None] | None = None
        try:
            while lanes and failure is None and not (stop and stop.is_set()):
                more, failure = await self._send([rows.pop(0) for rows in lanes])
                lanes = [rows for rows in lanes if rows]
                sent, taken = sent + len(more), taken + more
                if len(taken) >= MARKED_AT_ONCE and (marking is None or marking.done()):
                    if marking is not None:
                        await marking
                    marking, taken = asyncio.create_task(self._mark(taken, fence)), []
                if time.monotonic() > self._confirmed_at + SENDING_SECONDS:
                    break
        finally:
            if marking is not None:
                await marking
        if taken:
            await self._mark(taken, fence)
        if failure is not None:
            raise failure
        return sent

    async def _mark(self, taken: Sequence[Document], fence: int) -> None:
        """The broker has these. Raises LeaseLost, and leaves them as they are, where another relay took over."""
        asked = time.monotonic()
        await self._transactions.run(lambda tx: _write_sent(tx, taken, fence))
        self._confirmed_at = asked
        passage("relay.marked")
        for row in taken:
            self._metrics.relay_published.labels(row["aggregatetype"]).inc()
        log.info("relay.batch_sent", events=len(taken), fence=fence)

    def doubt(self) -> None:
        """Ask for the lease before anything else is sent."""
        self._confirmed_at = float("-inf")

    async def _hold(self) -> int | None:
        """The fence of our lease; None while somebody else has it."""
        now = time.monotonic()
        if self._fence is not None and now < self._confirmed_at + FRESH_SECONDS:
            return self._fence
        fence = await self._leases.take(LEASE, owner=self._owner, seconds=LEASE_SECONDS)
        if fence is not None and fence != self._fence:
            log.info("relay.lease_taken", fence=fence, database=self._database.name)
        self._fence, self._confirmed_at = fence, now
        return fence

    async def _oldest_per_lane(self) -> list[list[Document]]:
        """The unsent rows of the lanes that have waited longest, each lane in its order.

        The database finds rows in the order in which they were stored, roughly, and need not look through all that
        wait for that, nor through what was sent. The sequence alone decides within a lane.
        """
        rows = await self._database[OUTBOX].find(UNSENT).limit(BATCH).to_list(None)
        if len(rows) < BATCH:
            lanes: dict[str, list[Document]] = {}
            for row in sorted(rows, key=lambda row: (row["lane"], row["sequence"])):
                lanes.setdefault(row["lane"], []).append(row)
            return list(lanes.values())
        # There may be more, and some of them earlier in their lane; waves are to be wide, not many. Each lane is
        # looked into by itself, and no further than needed: all of them together are the whole backlog.
        names = dict.fromkeys(row["lane"] for row in rows)
        depth = max(DEPTH, BATCH // len(names))
        first: list[Document] = [{"$match": UNSENT}, {"$sort": {"sequence": 1}}, {"$limit": depth}]
        same = {"localField": "lane", "foreignField": "lane"}
        pipeline: list[Document] = [
            {"$documents": [{"lane": name} for name in names]},
            {"$lookup": {"from": OUTBOX, **same, "pipeline": first, "as": "rows"}},
        ]
        found = await self._database.aggregate(pipeline).to_list(None)
        return [lane["rows"] for lane in found if lane["rows"]]

    async def _send(self, wave: Sequence[Document]) -> tuple[list[Document], Exception | None]:
        """Those of a wave that the broker took, and the first failure."""
        try:
            broker = await self._open()
            futures = [await self._publish(broker, row) for row in wave]
            done = await asyncio.wait_for(
                asyncio.gather(*futures, return_exceptions=True), SEND_SECONDS
            )
        except Exception as error:  # noqa: BLE001 - it is raised once what was taken before is marked
            return [], error
        answers = list(zip(wave, done, strict=True))
        taken = [row for row, answer in answers if not isinstance(answer, BaseException)]
        if taken:
            passage("relay.sent")
        failures = (answer for answer in done if isinstance(answer, BaseException))
        return taken, _as_trouble(next(failures, None))

    async def _publish(self, broker: KafkaBroker, row: Document) -> Awaitable[object]:
        headers = {name: value.decode() for name, value in row["headers"]}
        return await broker.publish(
            row["payload"],
            topic=row["aggregatetype"],
            key=row["aggregateid"].encode(),
            headers=headers,
            correlation_id=headers["ce_correlationid"],
            no_confirm=True,
        )

    async def _open(self) -> KafkaBroker:
        if self._broker is None:
            broker = self._address.broker(
                f"{self._owner}-relay",
                acks="all",
                linger_ms=LINGER_MS,
                partitioner=place,
                max_request_size=2 * 1024 * 1024,
                enable_idempotence=self._address.profile.idempotence,
                logger=None,
            )
            await broker.start()
            self._broker = broker
        return self._broker

    async def close(self) -> None:
        """Let go of the broker. A producer that failed may be in any state: the next round opens a new one."""
        broker, self._broker = self._broker, None
        if broker is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(broker.stop(), CLOSE_SECONDS)

    async def _leave(self) -> None:
        await self.close()
        if self._fence is not None:
            with contextlib.suppress(Exception):
                await self._leases.give_back(LEASE, self._fence)


async def _write_sent(tx: Tx, rows: Sequence[Document], fence: int) -> None:
    """Personal rows go at once; the others stay a while to answer where an event is."""
    confirm_with_the_rest(tx, LEASE, fence, seconds=LEASE_SECONDS)
    personal = [row["_id"] for row in rows if row["personal"]]
    others = [row["_id"] for row in rows if not row["personal"]]
    if personal:
        tx.write(OUTBOX, DeleteMany({"_id": {"$in": personal}}))
    if others:
        sent = [{"$set": {"sent_at": "$$NOW"}}]
        tx.write(OUTBOX, UpdateMany({"_id": {"$in": others}}, sent))


def _as_trouble(answer: BaseException | None) -> Exception | None:
    """A send that was cancelled is the producer giving up: nobody asked us to stop."""
    if answer is None or isinstance(answer, Exception):
        return answer
    closed = ConnectionError("the producer was closed")
    closed.__cause__ = answer
    return closed
