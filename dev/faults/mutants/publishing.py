"""Mutants of the way out: no outbox, and an outbox that is believed too early."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

from faststream.kafka import KafkaBroker
from pymongo.client_session import ClientSession

from dev.faults.mutants.replacing import Replace
from shared.chassis import unit_of_work
from shared.chassis.broker import KafkaAddress
from shared.chassis.foundation import Foundation
from shared.chassis.mongo import Collections, Document
from shared.chassis.outbox import OUTBOX, Outgoing, store_outgoing
from shared.chassis.passages import passage
from shared.chassis.relay import Relay


class DirectPublisher:
    """Sends rows to Kafka where they should have been stored. Its broker lives in a thread of its own.

    The driver's threads wait for it, as they would for the database.
    """

    def __init__(self) -> None:
        self._address: KafkaAddress | None = None
        self._broker: KafkaBroker | None = None
        self._opening = asyncio.Lock()
        self._loop = asyncio.new_event_loop()

    def begin(self, address: KafkaAddress) -> None:
        """From now on it sends there. Called once in a process."""
        self._address = address
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def insert_many(self, rows: Sequence[Document], **_: Any) -> None:
        """As the outbox would take them."""
        self._do(self._tell(rows)).result()

    async def close(self) -> None:
        """Let go of the broker."""
        await asyncio.wrap_future(self._do(self._stop()))

    def _do(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _tell(self, rows: Sequence[Document]) -> None:
        broker = await self._open()
        for row in rows:
            headers = {name: bytes(value).decode() for name, value in row["headers"]}
            await broker.publish(
                row["payload"],
                topic=row["aggregatetype"],
                key=row["aggregateid"].encode(),
                headers=headers,
                correlation_id=headers["ce_correlationid"],
            )

    async def _stop(self) -> None:
        if self._broker is not None:
            await self._broker.stop()
            self._broker = None

    async def _open(self) -> KafkaBroker:
        async with self._opening:
            if self._broker is None:
                if self._address is None:
                    raise RuntimeError("it has not begun")
                broker = self._address.broker("direct", acks="all", logger=None)
                await broker.start()
                self._broker = broker
            return self._broker


class _WithoutOutbox(Collections):
    """The collections of a database, with Kafka in place of the outbox."""

    def __init__(self, real: Collections, outbox: DirectPublisher) -> None:
        self._real = real
        self[OUTBOX] = SimpleNamespace(delegate=outbox)  # type: ignore[assignment]

    def __missing__(self, name: str) -> Any:
        return self._real[name]


DIRECT = DirectPublisher()


def publish_in_the_handler(replace: Replace) -> None:
    """The sequence is still given in the transaction; the event is out before anybody knows how that ends."""
    begin = Foundation.__init__

    def begin_and_note(self: Foundation, *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)
        DIRECT.begin(self.kafka)

    def send(
        collections: Collections, session: ClientSession | None, outgoing: Sequence[Outgoing]
    ) -> None:
        store_outgoing(_WithoutOutbox(collections, DIRECT), session, outgoing)

    replace(Foundation, "__init__", begin_and_note)
    replace(unit_of_work, "store_outgoing", send)


def mark_before_yes(replace: Replace) -> None:
    """A row is sent once it is marked, and nobody looks what the broker says."""

    async def send(
        self: Relay, wave: Sequence[Document]
    ) -> tuple[list[Document], Exception | None]:
        broker = await self._open()
        await self._mark(wave, self._fence or 0)
        for row in wave:
            await self._publish(broker, row)
        passage("relay.sent")
        return [], None  # nothing is left to be marked, so each mark comes before what it says

    replace(Relay, "_send", send)
