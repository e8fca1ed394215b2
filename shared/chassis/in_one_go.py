"""Several statements of one session in a row, with one hand-over to the driver's threads.

Motor gives each statement to a thread and takes its answer back, and each time it waits for the event loop, which is
long where that is busy: a transaction under load was open for thirty times as long as the database worked for it
(decision 0019). So what needs no word from a handler in between is done by the thread itself.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeVar

from motor.frameworks.asyncio import run_on_executor

Result = TypeVar("Result")


async def in_one_go(work: Callable[[], Result]) -> Result:
    """Do this in a thread of the driver; it may call what blocks, such as the `delegate` of what is Motor's.

    Who is cancelled meanwhile waits for its end: a session that is aborted under a thread that writes in it would have
    the rest written outside of any transaction.
    """
    loop = asyncio.get_running_loop()
    job: asyncio.Future[Result] = run_on_executor(loop, work)  # type: ignore[no-untyped-call]
    try:
        return await asyncio.shield(job)
    except asyncio.CancelledError:
        while not job.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([job])
        raise
