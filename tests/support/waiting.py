"""Waits for a condition instead of a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")

EVERY_SECONDS = 0.05


async def until(
    condition: Callable[[], Awaitable[Found]], what: str, *, seconds: float = 20.0
) -> Found:
    """The first true answer of the condition; fails with `what` when none comes in time."""
    deadline = time.monotonic() + seconds
    while True:
        found = await condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        await asyncio.sleep(EVERY_SECONDS)
