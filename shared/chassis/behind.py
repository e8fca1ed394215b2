"""What is tidied up behind a caller's back: it failed already, and nobody may be there to hear of the tidying."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

from pymongo.errors import PyMongoError

_under_way: set[asyncio.Task[None]] = set()


def behind(work: Coroutine[Any, Any, None]) -> None:
    """Go on with this while the caller goes their way; trouble with the database is passed over."""
    task = asyncio.create_task(_quietly(work))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    # A service that stops closes its client meanwhile.
    with contextlib.suppress(PyMongoError):
        await work
