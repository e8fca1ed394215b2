"""The topic edge: takes batches of records and turns each into one effect, whatever happens in between.

A batch is one transaction: cursors read, old messages dropped, handlers run, cursors moved. What cannot be
processed becomes a dead letter and holds its lane; later messages of the lane wait. See docs/guarantees.md.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

from pymongo.errors import PyMongoError

from shared.chassis import cursors, in_flight, waiting
from shared.chassis.batches import Partition
from shared.chassis.correlation import following, trail_of
from shared.chassis.cursors import Cursor
from shared.chassis.ids import new_id
from shared.chassis.in_flight import Marks, Side, Suspicion
from shared.chassis.messages import Incoming, Message, Removals, Routes, Together, read
from shared.chassis.mongo import MongoDatabase
from shared.chassis.pacing import PROMPT, Pace
from shared.chassis.passages import passage
from shared.chassis.privacy.erasures import without_erased
from shared.chassis.refusals import Refusal
from shared.chassis.transactions import Transactions, Tx
from shared.chassis.troubles import is_conflict, is_transient
from shared.chassis.turns import Turns, newest_states
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.envelope import Event

Outcomes = Counter[str]
Wanted = Callable[[], bool]
KILLED = "killed_process"


class Unwanted(Exception):
    """Nobody waits for the rest any more: the process stops, or another one has these messages now."""


class Intake:
    """What one consumer group of a service does with its messages."""

    def __init__(
        self,
        group: str,
        database: MongoDatabase,
        transactions: Transactions,
        routes: Routes,
        removals: Removals | None = None,
        pace: Pace = PROMPT,
    ) -> None:
        self.group = group
        self.pace = pace
        self.routes = routes
        self._removals = {
            CATALOGUE.by_model[model].topic: removal for model, removal in (removals or {}).items()
        }
        self.database = database
        self.transactions = transactions
        self._turns = Turns(group)
        self._marks = Marks(database, str(new_id()))
        self._suspects: dict[Partition, Suspicion] = {}

    @property
    def topics(self) -> list[str]:
        """The topics that the routes need, by name."""
        return sorted({CATALOGUE.by_model[model].topic.name for model in self.routes})

    async def assigned(self, partitions: Sequence[Partition]) -> None:
        """Look at what earlier owners of these partitions left unfinished."""
        self._suspects = await self._marks.found(partitions)
        topics = {topic for topic, _ in partitions}
        firsts = await self.transactions.read(lambda tx: waiting.firsts(tx, topics))
        found = await self.transactions.read(lambda tx: cursors.load(tx, firsts))
        # aiokafka sends no heartbeat meanwhile: lanes that cannot go on must cost nothing here.
        async with self._living():
            for lane, cursor in found.items():
                if cursor.held_at is None and firsts[lane] <= cursor.sequence + 1:
                    await self.drain(lane)

    def read(self, messages: Iterable[Message]) -> list[Incoming]:
        """What these messages turn out to be; nothing is decided, and nobody is asked."""
        return [read(message, self.routes) for message in messages]

    async def apply(self, incoming: Sequence[Incoming], wanted: Wanted = lambda: True) -> Outcomes:
        """Give everything that was read its effect, once; returns how many had which outcome.

        Raises the driver's error when the database is away, and Unwanted where the rest is not `wanted` any
        more; the whole call may then be repeated, by whoever has the messages.
        """
        async with self._living():
            return await self._apply(incoming, wanted)

    async def leave(self) -> None:
        """Nothing is in hand, and nothing more will come: whoever is next need suspect nothing."""
        if self._marks.standing:
            await self._take_back()

    async def _take_back(self) -> None:
        with contextlib.suppress(PyMongoError):
            await self._marks.take_back()

    @contextlib.asynccontextmanager
    async def _living(self) -> AsyncIterator[None]:
        """Trouble is no death: the marks of what it interrupts are not left as those of a dead process."""
        try:
            yield
        except Exception as error:
            if is_transient(error):
                await self._take_back()
            raise

    async def _apply(self, incoming: Sequence[Incoming], wanted: Wanted) -> Outcomes:
        """What a dead process had begun is taken one by one; what it had ended, or never saw, is not."""
        parts: dict[Side, list[Incoming]] = {side: [] for side in Side}
        for item in incoming:
            topic, partition, offset, *_ = item.message
            suspicion = self._suspects.get((topic, partition))
            parts[suspicion.side(offset) if suspicion else Side.BEFORE].append(item)
        ended, begun = await self._parted(parts[Side.INSIDE])
        outcomes = await self._apply_most([*parts[Side.BEFORE], *ended], wanted)
        outcomes += await self._apply_each(begun, wanted)
        return outcomes + await self._apply_most(parts[Side.BEHIND], wanted)

    async def _parted(self, incoming: Sequence[Incoming]) -> tuple[list[Incoming], list[Incoming]]:
        """Those whose effect is there already, by their cursors, and the others."""
        if not incoming:
            return [], []
        lanes = {item.lane for item in incoming if item.lane}
        known = await self.transactions.read(lambda tx: cursors.load(tx, lanes))
        parts: tuple[list[Incoming], list[Incoming]] = ([], [])
        for item in incoming:
            reached = known[item.lane].sequence if item.lane else 0
            begun = item.envelope is None or item.envelope.sequence > reached
            parts[begun].append(item)
        return parts

    async def _apply_most(self, incoming: Sequence[Incoming], wanted: Wanted) -> Outcomes:
        """All at once; in halves where others are faster again and again, one by one where something in it fails."""
        if not incoming:
            return Outcomes()
        _require(wanted)
        try:
            outcomes, freed = await self._apply_together(incoming)
        except Exception as error:
            if is_conflict(error) and (half := len(incoming) // 2):
                first = await self._apply_most(incoming[:half], wanted)
                return first + await self._apply_most(incoming[half:], wanted)
            if is_transient(error):
                raise
            return await self._apply_each(incoming, wanted)
        for lane in freed:
            outcomes += await self.drain(lane)
        return outcomes

    async def _apply_each(self, incoming: Sequence[Incoming], wanted: Wanted) -> Outcomes:
        outcomes = Outcomes()
        for item in incoming:
            _require(wanted)
            outcomes += await self._apply_alone(item)
        return outcomes

    async def drain(self, lane: str) -> Outcomes:
        """Take what waits in a lane, one by one, as far as its order allows."""
        outcomes = Outcomes()
        while step := await self._advance(lane):
            outcomes += step
        return outcomes

    async def _advance(self, lane: str) -> Outcomes:
        alive = await self._marks.begin_lane(lane)
        flaw = None if alive else KILLED
        try:
            return await self.transactions.run(lambda tx: self._take_next(tx, lane, flaw))
        except Exception as error:
            if is_transient(error):
                raise
            flaw = _flaw_of(error)
        return await self.transactions.run(lambda tx: self._take_next(tx, lane, flaw))

    async def _apply_together(self, incoming: Sequence[Incoming]) -> tuple[Outcomes, list[str]]:
        messages = [item.message for item in incoming]
        marked = asyncio.create_task(self._marks.begin(messages, self._suspects))
        try:
            return await self.transactions.run(lambda tx: self._apply_all(tx, incoming, marked))
        finally:
            await asyncio.wait([marked])
            marked.exception()  # it may have failed beside the transaction, which tells it

    async def _apply_all(
        self, tx: Tx, incoming: Sequence[Incoming], marked: asyncio.Task[None] | None = None
    ) -> tuple[Outcomes, list[str]]:
        """All of these in one transaction, and the lanes in which more may have its turn now.

        No handler runs before the mark is there, where it is still on its way. What waited is not taken here: it may be more than a
        transaction can hold.
        """
        before = await cursors.load(tx, {item.lane for item in incoming if item.lane})
        after = dict(before)
        if marked is not None:
            await marked
            passage("intake.marked")
        outcomes = await self._apply_in_turn(tx, incoming, after)
        cursors.save(tx, before, after)
        return outcomes, [c.lane for c in after.values() if c.waiting and c.held_at is None]

    async def _apply_in_turn(
        self, tx: Tx, incoming: Sequence[Incoming], after: dict[str, Cursor]
    ) -> Outcomes:
        """Each of them, then those that are handled together."""
        outcomes, newest = Outcomes(), newest_states(incoming)
        together: dict[Together, list[Event[Any]]] = {}
        for item in await without_erased(tx, incoming):
            outcome = self._turns.decide(tx, item, after, newest)
            if outcome is None and isinstance(item.handler, Together) and item.event:
                together.setdefault(item.handler, []).append(item.event)
                outcome = "applied"
            outcomes[outcome or await self.handle(tx, item)] += 1
        for route, events in together.items():
            await route.handler(tx, events)
        return outcomes

    async def _apply_alone(self, item: Incoming) -> Outcomes:
        """One message as a transaction of its own, then what waited for it; a failure is its own, too."""
        suspicion = self._suspects.get((item.message.topic, item.message.partition))
        deaths = suspicion.deaths(item.message.offset) if suspicion else 0
        if deaths >= in_flight.DEATHS_ALLOWED:
            item = item._replace(flaw=KILLED)
        await self._marks.begin_alone(item.message, deaths, self._suspects)
        passage("intake.marked")
        try:
            outcomes, freed = await self.transactions.run(lambda tx: self._apply_all(tx, [item]))
        except Exception as error:
            if is_transient(error):
                raise
            failed = item._replace(flaw=_flaw_of(error))
            outcomes, freed = await self.transactions.run(lambda tx: self._apply_all(tx, [failed]))
        for lane in freed:
            outcomes += await self.drain(lane)
        return outcomes

    async def _take_next(self, tx: Tx, lane: str, flaw: str | None) -> Outcomes:
        """The one waiting message whose turn it is; nothing when the lane is held or has a gap."""
        in_flight.clear_lane(tx, lane)
        before = await cursors.load(tx, [lane])
        after, cursor = dict(before), before[lane]
        outcomes = Outcomes()
        if cursor.held_at is not None or not cursor.waiting:
            return outcomes
        message = await waiting.take(tx, lane, cursor.sequence + 1)
        if message is None:
            after[lane] = cursor._replace(waiting=await waiting.any_left(tx, lane))
        else:
            item = read(message, self.routes)
            item = item._replace(flaw=flaw or item.flaw)
            outcomes += await self._apply_in_turn(tx, [item], after)
        cursors.save(tx, before, after)
        return outcomes

    async def handle(self, tx: Tx, item: Incoming) -> str:
        """Run the handler of a message inside its trail; nothing where the service has no route."""
        envelope, handler = item.envelope, item.handler
        if envelope is None or item.topic is None:
            return "ignored"
        if isinstance(handler, Together):
            handler = handler.alone
        with following(trail_of(envelope)):
            if item.message.value is None and item.topic in self._removals:
                await self._removals[item.topic](tx, (item.message.key or b"").decode())
            elif handler is not None and item.event is not None:
                await handler(tx, item.event)
            else:
                return "ignored"
        return "applied"


def _require(wanted: Wanted) -> None:
    if not wanted():
        raise Unwanted


def _flaw_of(error: Exception) -> str:
    """The reason of a dead letter: the code of a refusal, else the kind of the error. Never its text."""
    code = error.code if isinstance(error, Refusal) else type(error).__name__
    return f"handler:{code}"
