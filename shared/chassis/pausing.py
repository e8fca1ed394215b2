"""The one way to wait in a loop that must hear when to stop."""

import asyncio


async def pause(seconds: float | None, *alarms: asyncio.Event) -> None:
    """Wait for so long at most, or until an alarm goes off; None is for ever."""
    waits = [asyncio.ensure_future(alarm.wait()) for alarm in alarms]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
