"""`python -m services.matching.solver`: a pool on stdin, the outcome on stdout, progress on stderr."""

import json
import sys

from services.matching.solver import wire
from services.matching.solver.run import decide

PROGRESS_EVERY = 100


def main() -> None:
    """Solve one pool."""
    pool = wire.read_pool(sys.stdin.buffer.read())
    sys.stdout.buffer.write(wire.write_outcome(decide(pool, _tell)))


def _tell(step: str, done: int, total: int) -> None:
    if done % PROGRESS_EVERY == 0 or done == total:
        line = json.dumps({"step": step, "done": done, "total": total})
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


if __name__ == "__main__":
    main()
