"""How soon a few follow a few: what comes one by one is taken together, the more so the busier everything is.

Each round costs transactions and round trips, however little it carries. So whoever has just taken few rests for as
long as that took: next to nothing where it took milliseconds, and long enough for more to come where the machine is
busy. One that comes alone is not delayed.
"""

ENOUGH = 50
"""So many are worth a round of their own."""
TIMES = 2
LONGEST_SECONDS = 0.1


def rest(size: int, took: float, since: float, *, enough: int = ENOUGH) -> float:
    """Seconds to wait before the next round, `since` seconds after one of this size began that `took` so long."""
    if size >= enough:
        return 0.0
    return max(0.0, min(LONGEST_SECONDS, TIMES * took) - since)
