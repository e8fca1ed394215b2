"""How long a unit of work may be tried: a caller of HTTP has an answer within 3 s, a batch of events has time.

Of these 3 s at most one goes into trying again, and it is taken from what the commit may wait for its majority. A primary
that stands alone steps down meanwhile, and then the driver looks for another one, for a second and, as it looks every
500 ms, up to half a second more. Where others only wrote the same documents first, a try is short, and nearly all the
time may go into trying.
"""

from contextvars import ContextVar
from typing import NamedTuple


class Patience(NamedTuple):
    """`trying`, and `conflicts` where others were faster, are in seconds; how long a commit waits for its `majority`
    is in milliseconds: `at_least` so long, whatever went into trying.
    """

    trying: float
    conflicts: float
    majority: int
    at_least: int

    def majority_after(self, spent: float) -> int:
        """Milliseconds that a commit may wait when so many seconds went into trying."""
        return max(self.at_least, self.majority - int(1_000 * spent))


PATIENT = Patience(trying=5.0, conflicts=5.0, majority=10_000, at_least=10_000)
HURRIED = Patience(trying=1.0, conflicts=2.5, majority=1_200, at_least=250)
LONG_WORK = HURRIED._replace(conflicts=30.0, at_least=1_200)
"""Of a request that takes its time anyway, as an import does: its large writes lose against small ones for a while."""

patience: ContextVar[Patience] = ContextVar("patience", default=PATIENT)
"""That of this task; whoever answers HTTP sets it."""
