"""`python -m services.matching.solver`: a pool on stdin, the outcome on stdout, progress on stderr."""

import json
import sys

from services.matching.domain.matching import pair_up
from services.matching.domain.rounds import Outcome
from services.matching.solver import wire
from services.matching.solver.assignment import assign

PROGRESS_EVERY = 100


def main() -> None:
    """Solve one pool."""
    pool = wire.read_pool(sys.stdin.buffer.read())
    matches, unmatched = pair_up(pool, assign, _tell)
    outcome = Outcome(matches, unmatched, wire.input_hash(pool), wire.policy_hash(pool.terms))
    sys.stdout.buffer.write(wire.write_outcome(outcome))


def _tell(step: str, done: int, total: int) -> None:
    if done % PROGRESS_EVERY == 0 or done == total:
        line = json.dumps({"step": step, "done": done, "total": total})
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


if __name__ == "__main__":
    main()
