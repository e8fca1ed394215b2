"""Mutants of the topic edge: when offsets are committed, and how cursors move."""

# ruff: noqa: SLF001 - a mutant reaches into what it replaces

from collections.abc import Collection, Sequence
from functools import partial
from types import SimpleNamespace

from faststream import AckPolicy
from pymongo import UpdateOne

from dev.faults.mutants.replacing import Replace
from shared.chassis import cursors, subscribe
from shared.chassis.cursors import COLLECTION, Cursor
from shared.chassis.messages import Incoming
from shared.chassis.passages import passage
from shared.chassis.subscribe import Subscription
from shared.chassis.transactions import Tx


def default_acknowledgement(replace: Replace) -> None:
    """FastStream's own: the client commits what it has handed out, every five seconds and when it leaves."""

    def leave_it_to_the_library(self: Subscription, incoming: Sequence[Incoming]) -> None:
        pass

    replace(subscribe, "AckPolicy", SimpleNamespace(MANUAL=AckPolicy.ACK_FIRST))
    replace(Subscription, "_commit", leave_it_to_the_library)


def offset_before_transaction(replace: Replace) -> None:
    """First the offsets, then the effect."""

    async def apply(self: Subscription, incoming: Sequence[Incoming], share: int) -> None:
        self._commit(incoming)
        await self._commits.settle()
        wanted = partial(self._wants, share)
        await self._patiently(partial(self._take_effect, incoming, wanted), wanted)
        passage("intake.applied")

    replace(Subscription, "_apply", apply)


def cursor_without_filter(replace: Replace) -> None:
    """Inside one transaction MongoDB's own conflict of writers would do the filter's work.

    So the cursors are read where the transaction does not see it, as from a cache; then the filter alone
    would notice that they have moved, and it is not there.
    """
    load = cursors.load

    async def load_outside(tx: Tx, lanes: Collection[str]) -> dict[str, Cursor]:
        return await load(Tx(tx._collections, None, tx.now), lanes)

    def save(tx: Tx, before: dict[str, Cursor], after: dict[str, Cursor]) -> None:
        for name, cursor in after.items():
            if cursor is not before[name]:
                fields = cursor._asdict()
                del fields["lane"]
                tx.write(COLLECTION, UpdateOne({"_id": name}, {"$set": fields}, upsert=True))

    replace(cursors, "load", load_outside)
    replace(cursors, "save", save)
