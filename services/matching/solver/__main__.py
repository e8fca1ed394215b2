"""`python -m services.matching.solver`: a pool on stdin, the outcome on stdout, progress on stderr."""

import sys

from services.matching.solver import wire
from services.matching.solver.progress import tell
from services.matching.solver.run import decide
from shared.chassis.garbage import let_rest


def main() -> None:
    """Solve one pool."""
    pool = wire.read_pool(sys.stdin.buffer.read())
    sys.stdout.buffer.write(wire.write_outcome(decide(pool, tell)))


if __name__ == "__main__":
    let_rest()
    main()
