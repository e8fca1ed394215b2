"""Ends transactions whose process died in them.

MongoDB does not notice that the client of an open transaction is gone: until its own limit, 60 seconds and
more, every document written there stays locked, and whoever takes the work over runs into it. A transaction
of ours is never at rest for long, so one that is belongs to nobody, or to a process that hangs; the latter
gets a transient error and runs its unit of work again.
"""

import asyncio
import contextlib
import re
from collections.abc import Sequence

import structlog
from bson import Binary
from pymongo.errors import PyMongoError

from shared.chassis.mongo import Client, Document

log = structlog.get_logger("shared.chassis.orphans")

EVERY_SECONDS = 1.0
SECONDS_AT_REST = 2.0


async def keep_clear(clients: Sequence[Client], service: str, stop: asyncio.Event) -> None:
    """Look for orphans of this service until told to stop."""
    while not stop.is_set():
        with contextlib.suppress(PyMongoError):
            for client in clients:
                if ended := await end_orphans(client, service):
                    log.warning("transactions.orphans_ended", count=ended)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), EVERY_SECONDS)


async def end_orphans(client: Client, service: str) -> int:
    """End the transactions of this service's processes that are at rest; returns how many."""
    at_rest: Document = {
        "type": "idleSession",
        "appName": {"$regex": f"^{re.escape(service)}-"},
        "transaction.timeInactiveMicros": {"$gt": SECONDS_AT_REST * 1_000_000},
    }
    operations = client.admin.aggregate(
        [{"$currentOp": {"allUsers": False, "idleSessions": True}}, {"$match": at_rest}]
    )
    ids = [operation["lsid"]["id"] async for operation in operations]
    sessions = [{"id": Binary.from_uuid(id_)} for id_ in ids]
    if sessions:
        await client.admin.command({"killSessions": sessions})
    return len(sessions)
