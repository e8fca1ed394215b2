"""What SciPy takes for the finished matrix: no rules, no points, no proof, no tie-break; most points of most pairs.

python -m dev.bench.matching.dense POOL.jsonl POLICY.json
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from services.matching.solver.files.policy_file import read_policy
from services.matching.solver.files.pool_file import read_pool
from services.matching.solver.table import FORBIDDEN, table_of


def main(pool: str, policy: str) -> None:
    """Print seconds, pairs and points, and what the matrix is like, as JSON."""
    points = table_of(read_pool(Path(pool), read_policy(Path(policy))), _quiet).points
    allowed = points != FORBIDDEN
    # A pair more outweighs all points; whole numbers far below 2**53 are exact as floats.
    most = 1 + int(points.max(initial=0)) * min(points.shape)
    matrix = np.where(allowed, points.astype(np.float64) + most, 0)
    begin = time.perf_counter()
    rows, columns = linear_sum_assignment(matrix, maximize=True)
    seconds = time.perf_counter() - begin
    chosen = allowed[rows, columns]
    told = {
        "seconds": round(seconds, 2),
        "pairs": int(chosen.sum()),
        "points": int(points[rows, columns][chosen].sum()),
        "forbidden_share": round(1 - float(allowed.mean()), 3),
        "levels": len(np.unique(points[allowed])),
    }
    print(json.dumps(told))


def _quiet(step: str, done: int, total: int) -> None:
    """Nobody waits for it."""


if __name__ == "__main__":
    main(*sys.argv[1:])
