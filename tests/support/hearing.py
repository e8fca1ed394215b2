"""What the driver says to the server."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.monitoring import CommandListener

from shared.chassis.mongo import Client, MongoDatabase, open_database


class Heard(CommandListener):
    """Commands of these names with their write concerns, in the order in which they were said."""

    def __init__(self, *names: str) -> None:
        self._names = names
        self.said: list[tuple[str, Any]] = []

    def started(self, event: Any) -> None:
        """Every command."""
        if event.command_name in self._names:
            self.said.append((event.command_name, event.command.get("writeConcern")))

    def succeeded(self, event: Any) -> None:
        """Not looked at."""

    def failed(self, event: Any) -> None:
        """Not looked at."""


@contextlib.asynccontextmanager
async def overheard(url: str, name: str, heard: Heard) -> AsyncIterator[MongoDatabase]:
    """A database of this name, with a client of its own to which somebody listens; both are gone afterwards."""
    client: Client = AsyncIOMotorClient(url, event_listeners=[heard])
    try:
        yield open_database(client, name)
    finally:
        await client.drop_database(name)
        client.close()
