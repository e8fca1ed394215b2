"""Random tasks: with few distinct scores, so that there are many ties, and all that makes them hard."""

import numpy as np

from services.matching.solver.optimum.task import Task
from tests.matching.solver.optimum.oracle import a_task


def random_task(seed: int, sizes: tuple[int, int], *, shared: bool = False) -> Task:
    """Between `sizes` on either side, some of both roles if asked, sometimes with a pin or two."""
    random = np.random.default_rng(seed)
    height, width = random.integers(sizes[0], sizes[1] + 1, 2)
    points = random.integers(0, random.integers(2, 9), (height, width))
    points[random.random((height, width)) < random.choice([0.2, 0.4, 0.7])] = -1
    places = random.integers(0, random.integers(2, 5), width)
    both: list[tuple[int, int, int]] = []
    if shared:
        count = random.integers(0, min(height, width) + 1)
        rows, columns = random.permutation(height)[:count], random.permutation(width)[:count]
        points[rows, columns] = -1
        both = [(int(i), int(j), int(places[j])) for i, j in zip(rows, columns, strict=True)]
    allowed = np.argwhere(points >= 0)
    pins = random.permutation(allowed)[: random.choice([0, 0, 0, 1, 2])].tolist()
    worth = random.integers(1, random.integers(2, 5), height)
    return a_task(
        points, worth.tolist(), places.tolist(), both, [(int(i), int(j)) for i, j in pins]
    )
