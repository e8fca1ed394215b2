"""Ends the transactions and the leases that a dead process left.

MongoDB does not notice that the client of an open transaction is gone: until its own limit, 60 seconds and
more, every document written there stays locked, and whoever takes the work over runs into it. So each process
says every second that it lives, and looks whether one of its service has not said so for a while; a
transaction of such a one that is at rest belongs to nobody, and neither does a lease: whoever waits for an import or a
round that died goes on then, and not when the lease would have ended. Of a process that never said anything, as an
operator's command, nothing is ended.
"""

import asyncio
import contextlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from bson import Binary
from pymongo.errors import PyMongoError

from shared.chassis.leases import Leases
from shared.chassis.mongo import Client, Document, MongoDatabase
from shared.chassis.pausing import pause

log = structlog.get_logger("shared.chassis.orphans")

COLLECTION = "processes"
EVERY_SECONDS = 1.0
SECONDS_UNTIL_DEAD = 5.0
SECONDS_AT_REST = 2.0
SECONDS_UNTIL_GONE = 10.0
SECONDS_TO_REMEMBER = 180.0


async def keep_clear(
    databases: Sequence[tuple[Client, MongoDatabase]],
    owner: str,
    stop: asyncio.Event,
    told: Mapping[str, Document] | None = None,
) -> None:
    """Say that this process lives, and look for orphans of its service, until told to stop.

    `told` is what it tells of itself meanwhile, by database.
    """
    while not stop.is_set():
        for client, database in databases:
            with contextlib.suppress(PyMongoError):
                await say_alive(database, owner, (told or {}).get(database.name, {}))
                if ended := await end_orphans(client, database):
                    log.warning("transactions.orphans_ended", count=ended)
        await pause(EVERY_SECONDS, stop)


async def say_alive(database: MongoDatabase, owner: str, told: Document | None = None) -> None:
    """Write down that this process lives, by the clock of the database."""
    await database[COLLECTION].update_one(
        {"_id": owner}, [{"$set": {"seen_at": "$$NOW"} | (told or {})}], upsert=True
    )


async def alive(database: MongoDatabase) -> list[Document]:
    """The processes of this service that live, or did a moment ago, with what they tell of themselves."""
    return await database[COLLECTION].find(_seen_within(SECONDS_UNTIL_GONE)).to_list(None)


async def end_orphans(client: Client, database: MongoDatabase) -> int:
    """End what dead processes left; returns how many transactions that were."""
    dead = await database[COLLECTION].find(_not_seen_for(SECONDS_UNTIL_DEAD)).to_list(None)
    if not dead:
        return 0
    processes = [process["_id"] for process in dead]
    # A lease that an open transaction has written is locked until that is ended.
    ended = await _end_transactions(client, processes)
    if count := await Leases(database).bury(processes):
        log.warning("leases.orphans_ended", count=count)
    await database[COLLECTION].delete_many(_not_seen_for(SECONDS_TO_REMEMBER))
    return ended


async def _end_transactions(client: Client, processes: Sequence[str]) -> int:
    names = "|".join(re.escape(process) for process in processes)
    at_rest: Document = {
        "type": "idleSession",
        "appName": {"$regex": f"^({names})$"},
        "transaction.timeInactiveMicros": {"$gt": SECONDS_AT_REST * 1_000_000},
    }
    operations = client.admin.aggregate(
        [{"$currentOp": {"allUsers": False, "idleSessions": True}}, {"$match": at_rest}]
    )
    ids = [operation["lsid"]["id"] async for operation in operations]
    if ids:
        sessions = [{"id": Binary.from_uuid(id_)} for id_ in ids]
        await client.admin.command({"killSessions": sessions})
    return len(ids)


def _not_seen_for(seconds: float) -> dict[str, Any]:
    since = {"$subtract": ["$$NOW", round(seconds * 1000)]}
    return {"$expr": {"$lt": ["$seen_at", since]}}


def _seen_within(seconds: float) -> dict[str, Any]:
    since = {"$subtract": ["$$NOW", round(seconds * 1000)]}
    return {"$expr": {"$gte": ["$seen_at", since]}}
