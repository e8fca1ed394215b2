"""Parts that somebody else runs at addresses given to us: never started or stopped from here."""

from __future__ import annotations

import asyncio

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from dev.local.broker import answers
from dev.local.parts import ALL_CAPABILITIES, Capability
from dev.local.processes import NotReady, wait_until

_WITHIN = 15.0  # seconds


class _Given:
    """What both have in common: they outlive us."""

    async def stop(self) -> None:
        """Leave it alone."""

    async def kill(self) -> None:
        """Refused: it is not ours. A test that kills asks for the capability RESTART first."""
        raise NotReady("a broker or database that was given by its address is not ours to kill")

    async def ended(self) -> None:
        """Never return: whether it lives is not seen from here."""
        await asyncio.Event().wait()


class GivenBroker(_Given):
    """A Kafka at an address, taken for an Apache Kafka with a plain-text listener."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._address = bootstrap_servers

    @property
    def bootstrap_servers(self) -> str:
        """The address as it was given."""
        return self._address

    @property
    def capabilities(self) -> frozenset[Capability]:
        """All that need no say over its process."""
        return ALL_CAPABILITIES - {Capability.TLS, Capability.RESTART}

    async def start(self) -> None:
        """Wait until it answers."""
        first = self._address.split(",")[0]
        await wait_until(lambda: answers(first), what=f"Kafka answers at {first}", within=_WITHIN)


class GivenMongo(_Given):
    """A MongoDB replica set at a connection string."""

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def url(self) -> str:
        """The connection string as it was given."""
        return self._url

    async def start(self) -> None:
        """Wait until it has a primary. Raises NotReady, also when it is no replica set."""
        await wait_until(self._has_primary, what="the given MongoDB has a primary", within=_WITHIN)

    async def _has_primary(self) -> bool:
        async with AsyncMongoClient[dict[str, object]](
            self._url, serverSelectionTimeoutMS=2_000
        ) as client:
            try:
                hello = await client.admin.command("hello")
            except PyMongoError:
                return False
        if "setName" not in hello:
            raise NotReady("the given MongoDB is no replica set: transactions need one")
        return bool(hello.get("isWritablePrimary"))
