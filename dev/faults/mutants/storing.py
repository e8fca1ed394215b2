"""Mutants of what is kept: letters apart from their transaction, writes that one node has."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from pymongo.write_concern import WriteConcern

from dev.faults.mutants.replacing import Replace
from shared.chassis import dead_letters, leases, mongo, sessions
from shared.chassis.messages import Incoming
from shared.chassis.passages import passage
from shared.chassis.transactions import Transactions, Tx
from shared.chassis.unit_of_work import Write

Result = TypeVar("Result")


class _Later:
    """Takes what was to be written in a transaction, and remembers it."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.writes: list[tuple[str, Write]] = []

    def write(self, collection: str, operation: Write) -> None:
        """Not now."""
        self.writes.append((collection, operation))


def dead_letter_outside(replace: Replace) -> None:
    """The message is passed over first, and its letter is written after that."""
    keep, run = dead_letters.keep, Transactions.run
    postponed: dict[Tx, _Later] = {}

    def keep_later(tx: Tx, incoming: Incoming, *, holds: bool) -> None:
        later = postponed.setdefault(tx, _Later(tx.now))
        keep(later, incoming, holds=holds)  # type: ignore[arg-type]

    async def run_and_write(self: Transactions, work: Callable[[Tx], Awaitable[Result]]) -> Result:
        attempts: list[Tx] = []

        async def work_again(tx: Tx) -> Result:
            attempts.append(tx)
            return await work(tx)

        try:
            result: Result = await run(self, work_again)
            later = postponed.get(attempts[-1])
            for collection, operation in later.writes if later else ():
                passage("dead_letter.kept")
                await self._collections[collection].bulk_write([operation])
        finally:
            for tx in attempts:
                postponed.pop(tx, None)
        return result

    def not_yet(name: str) -> None:
        pass

    replace(dead_letters, "passage", not_yet)
    replace(dead_letters, "keep", keep_later)
    replace(Transactions, "run", run_and_write)


def w1(replace: Replace) -> None:
    """What the primary alone has is taken for kept."""
    replace(mongo, "MAJORITY", WriteConcern(1))
    for asking in (sessions, leases):
        replace(asking, "a_majority", lambda _=0.0: WriteConcern(1))
