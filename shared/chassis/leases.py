"""Leases on named work, judged by the database's clock and told apart by a fence that only grows.

Source of the fence: Kleppmann, "How to do distributed locking" (2016): a holder that slept through its
lease is refused by whoever has seen a newer fence.
"""

import re
from collections.abc import Sequence
from typing import Any

from pymongo import ReturnDocument, UpdateOne

from shared.chassis.mongo import Document, MongoDatabase
from shared.chassis.passages import passage
from shared.chassis.sessions import ITS_OWN_WORD, a_majority
from shared.chassis.transactions import Tx

COLLECTION = "leases"
_ENDED: list[Document] = [{"$set": {"until": "$$NOW", "owner": None}}]


class LeaseLost(Exception):
    """Somebody else holds the lease by now; whatever was about to be written must not be."""


class Leases:
    """The leases of one database."""

    def __init__(self, database: MongoDatabase) -> None:
        self._collection = database[COLLECTION]
        self._told = self._collection.with_options(write_concern=ITS_OWN_WORD)

    async def take(self, name: str, *, owner: str, seconds: float) -> int | None:
        """Take or renew the lease; returns its fence, or None while somebody else holds it.

        An `owner` is a process, or `process/part` where each of several parts of it has a lease of its own. The fence
        stays while the same owner renews in time, and grows with every other taking.
        """
        taken = {"$and": [{"$gt": ["$until", "$$NOW"]}, {"$ne": ["$owner", owner]}]}
        renewed = {"$and": [{"$gt": ["$until", "$$NOW"]}, {"$eq": ["$owner", owner]}]}
        fence = {"$add": [{"$ifNull": ["$fence", 0]}, {"$cond": [renewed, 0, 1]}]}
        update: list[dict[str, Any]] = [
            {
                "$set": {
                    "fence": {"$cond": [taken, "$fence", fence]},
                    "owner": {"$cond": [taken, "$owner", owner]},
                    "until": {"$cond": [taken, "$until", _until(seconds)]},
                }
            }
        ]
        kept = self._collection.with_options(write_concern=a_majority())
        lease: Document | None = await kept.find_one_and_update(
            {"_id": name}, update, upsert=True, return_document=ReturnDocument.AFTER
        )
        if lease is None or lease["owner"] != owner:
            return None
        passage("lease.taken")
        return int(lease["fence"])

    async def give_back(self, name: str, fence: int) -> None:
        """End the lease early, so that the next owner need not wait.

        That is a matter of the primary alone: where it is lost with it, the lease ends by itself.
        """
        await self._end(name, {"fence": fence})

    async def disown(self, name: str, owner: str) -> None:
        """The same for an owner who does not know whether they took it."""
        await self._end(name, {"owner": owner})

    async def bury(self, processes: Sequence[str]) -> int:
        """End the leases of these processes, which are dead; returns how many that were.

        One that only slept may have them again where nobody else took them, by its fence.
        """
        theirs = "|".join(re.escape(process) for process in processes)
        ended = await self._told.update_many({"owner": {"$regex": f"^({theirs})(/|$)"}}, _ENDED)
        return int(ended.modified_count)

    async def _end(self, name: str, holder: Document) -> None:
        await self._told.update_one({"_id": name, **holder}, _ENDED)


async def confirm(tx: Tx, name: str, fence: int, *, seconds: float) -> None:
    """Renew the lease inside a transaction; raises LeaseLost where it has a newer holder."""
    confirm_with_the_rest(tx, name, fence, seconds=seconds)
    await tx.settle()


def confirm_with_the_rest(tx: Tx, name: str, fence: int, *, seconds: float) -> None:
    """The same together with what else is sent: the transaction ends with LeaseLost where it has a newer holder."""
    renewal = UpdateOne({"_id": name, "fence": fence}, [{"$set": {"until": _until(seconds)}}])
    tx.require(COLLECTION, [renewal], LeaseLost(name))


def _until(seconds: float) -> Document:
    return {"$add": ["$$NOW", round(seconds * 1000)]}
