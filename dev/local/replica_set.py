"""How a mongod becomes the primary of a replica set of one, be it a child or in a container."""

from __future__ import annotations

from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

NAME = "rs0"
_ALREADY_INITIALISED = 23
UNAUTHORISED = 13


def direct(url: str) -> AsyncMongoClient[dict[str, Any]]:
    """A client for the one server at `url`, which has directConnection=true."""
    return AsyncMongoClient(url, serverSelectionTimeoutMS=1_000)


async def hello(url: str) -> dict[str, Any] | None:
    """What the server says of itself, None when it does not answer."""
    async with direct(url) as client:
        try:
            return await client.admin.command("hello")
        except PyMongoError:
            return None


async def is_primary(url: str) -> bool:
    """True when it takes writes."""
    answer = await hello(url)
    return answer is not None and bool(answer.get("isWritablePrimary"))


async def initiate(url: str, member: str) -> None:
    """Make the server the only member, reached as `member` (host:port), unless it is one."""
    members = [{"_id": 0, "host": member}]
    async with direct(url) as client:
        try:
            await client.admin.command("replSetInitiate", {"_id": NAME, "members": members})
        except OperationFailure as error:
            # a second start on the same data; with users it is no longer ours to initiate
            if error.code not in (_ALREADY_INITIALISED, UNAUTHORISED):
                raise
