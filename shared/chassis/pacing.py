"""How soon a few follow a few: what comes one by one is taken together, the more so the busier everything is.

Each round costs transactions and round trips, however little it carries. So whoever has just taken few rests for as
long as that took: next to nothing where it took milliseconds, and long enough for more to come where the machine is
busy. One that comes alone is not delayed. Readers whose work nobody waits for rest longer, and leave the machine to the
others.
"""

from dataclasses import dataclass

ENOUGH = 50
"""So many are worth a round of their own."""


@dataclass(frozen=True, slots=True)
class Pace:
    """From the beginning of a round to the next one: `times` as long as it took, and `longest` seconds at most."""

    times: float
    longest: float


PROMPT = Pace(times=2, longest=0.1)
"""Somebody looks at what comes of it."""
UNHURRIED = Pace(times=6, longest=0.5)
"""It is needed for the next round, or a mail: half a second more is not noticed."""


def rest(
    size: int, took: float, since: float, *, pace: Pace = PROMPT, enough: int = ENOUGH
) -> float:
    """Seconds to wait before the next round, `since` seconds after one of this size began that `took` so long."""
    if size >= enough:
        return 0.0
    return max(0.0, min(pace.longest, pace.times * took) - since)
