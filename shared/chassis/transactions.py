"""One unit of work is one MongoDB transaction: state and outbox rows together, or nothing."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure, PyMongoError, ServerSelectionTimeoutError

from shared.chassis.clock import Clock
from shared.chassis.in_one_go import in_one_go
from shared.chassis.mongo import Client, Collections, Index, MongoDatabase
from shared.chassis.passages import passage
from shared.chassis.patience import patience
from shared.chassis.refusals import Conflict
from shared.chassis.sessions import in_transaction
from shared.chassis.troubles import INTERRUPTED, is_conflict
from shared.chassis.unit_of_work import Taken, Tx, is_duplicate

__all__ = ["Index", "Taken", "Transactions", "Tx"]

Result = TypeVar("Result")


class Transactions:
    """Runs units of work on one database, again where MongoDB says that this helps."""

    def __init__(self, client: Client, database: MongoDatabase, clock: Clock) -> None:
        self._client = client
        self._collections = Collections(database)
        self._clock = clock
        self.published = asyncio.Event()

    async def read(self, work: Callable[[Tx], Awaitable[Result]]) -> Result:
        """Run a query without a transaction."""
        return await work(Tx(self._collections, None, self._clock()))

    async def run(self, work: Callable[[Tx], Awaitable[Result]]) -> Result:
        """Run a unit of work and commit it with a majority.

        `work` may run several times; it must have no effect but through its Tx. Raises what `work` raises,
        Conflict where a unique key is taken, or the driver's error when the database stays away.
        """
        return await self._run(work, abandon_idle=False)

    async def poll(self, work: Callable[[Tx], Awaitable[Result]]) -> Result:
        """Run a unit of work that finds nothing to do most of the time; raises the same.

        Where it wrote nothing it is not committed: the commit of a mere read with a majority writes a line of the
        oplog on each member. So nobody may act on what it returns then, as it may be taken back yet.
        """
        return await self._run(work, abandon_idle=True)

    async def _run(self, work: Callable[[Tx], Awaitable[Result]], *, abandon_idle: bool) -> Result:
        began, given = time.monotonic(), patience.get()
        while True:
            try:
                return await self._attempt(work, began, abandon_idle=abandon_idle)
            except PyMongoError as error:
                if is_duplicate(error):
                    raise Conflict(
                        "already_exists", "This exists already; read it instead of creating it."
                    ) from error
                # Where no server was found, the driver has waited long enough already.
                absent = isinstance(error, ServerSelectionTimeoutError)
                again = error.has_error_label("TransientTransactionError") or _interrupted(error)
                longest = given.conflicts if is_conflict(error) else given.trying
                if absent or not again or time.monotonic() > began + longest:
                    raise
            await asyncio.sleep(random.uniform(0.001, 0.02))  # noqa: S311 - only spreads retries

    async def _attempt(
        self, work: Callable[[Tx], Awaitable[Result]], began: float, *, abandon_idle: bool
    ) -> Result:
        async with in_transaction(self._client, time.monotonic() - began) as session:
            passage("transaction.begun")
            tx = Tx(self._collections, session, self._clock())
            result = await work(tx)
            if tx.idle and abandon_idle:
                return result
            deadline = began + patience.get().trying
            published = await in_one_go(partial(_end, tx, session, deadline))
        passage("transaction.committed")
        tx.write_notes()
        if published:
            self.published.set()
        return result


def _end(tx: Tx, session: ClientSession, deadline: float) -> int:
    """Send what is left, and commit; returns how many events were published."""
    published = tx.finish()
    passage("transaction.written")
    _commit(session, deadline)
    return published


def _commit(session: ClientSession, deadline: float) -> None:
    while True:
        try:
            session.commit_transaction()
        except PyMongoError as error:
            # Committing again is harmless, and tells whether the first time was a commit.
            unknown = error.has_error_label("UnknownTransactionCommitResult") or _interrupted(error)
            # Where no server was found, the driver has waited long enough: the caller is to know within 3 s.
            absent = isinstance(error, ServerSelectionTimeoutError)
            if absent or not unknown or time.monotonic() > deadline:
                raise
        else:
            return


def _interrupted(error: PyMongoError) -> bool:
    return isinstance(error, OperationFailure) and error.code == INTERRUPTED
