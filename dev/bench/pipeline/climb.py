"""The highest rate that is held: ever larger steps until one is not, then halves between the two.

Steps are short, and queues fill slowly: what the steps find is held for long, or a lower rate is.
"""

from collections.abc import Awaitable, Callable

FIRST, STEP = 10.0, 1.5
HALVES = 2
LOWER = 0.8
TRIES = 2  # a step that fails by chance would make the rest too easy


async def highest(held: Callable[[float], Awaitable[bool]]) -> float:
    """The highest rate found for which `held` says yes; 0 where not even the first is."""
    good, rate = 0.0, FIRST
    while await _held(held, rate):
        good, rate = rate, rate * STEP
    bad = rate
    for _ in range(HALVES if good else 0):
        middle = (good + bad) / 2
        if await _held(held, middle):
            good = middle
        else:
            bad = middle
    return good


async def _held(held: Callable[[float], Awaitable[bool]], rate: float) -> bool:
    for _ in range(TRIES):
        if await held(rate):
            return True
    return False


async def lasting(held: Callable[[float], Awaitable[bool]], rate: float) -> float:
    """The rate, or the highest below it for which `held` says yes; 0 where not even the first is."""
    while rate >= FIRST:
        if await held(rate):
            return rate
        rate *= LOWER
    return 0.0
