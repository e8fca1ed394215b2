"""A client as the services have it, for a test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymongo.errors import ServerSelectionTimeoutError

from shared.chassis.mongo import Client, MongoAddress, connect
from tests.support.waiting import until


@asynccontextmanager
async def connected(url: str, application: str = "tests") -> AsyncIterator[Client]:
    """One that has found its server.

    A service waits for its database when it starts; a busy machine may keep the first word for longer than the second that a
    caller waits.
    """
    client = connect(MongoAddress(url), application)

    async def answers() -> bool:
        try:
            await client.admin.command("ping")
        except ServerSelectionTimeoutError:
            return False
        return True

    try:
        await until(answers, "the database answers")
        yield client
    finally:
        client.close()
