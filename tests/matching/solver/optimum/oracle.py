"""Every answer there is, one after the other, and the claims of a certificate read word for word."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.matching.solver.optimum.task import Certificate, Claim, Leaf, Shared, Solution, Task

Pair = tuple[int, int]
Answer = tuple[Pair, ...]
Goal = tuple[int, int, int, int]


def a_task(
    points: Sequence[Sequence[int]] | NDArray[np.int64],
    worth: Sequence[int] | None = None,
    places: Sequence[int] | None = None,
    shared: Sequence[tuple[int, int, int]] = (),
    pins: Sequence[Pair] = (),
) -> Task:
    """Rows are mentees; every worth and all places are 1 unless said."""
    table = np.array(points, dtype=np.int16)
    height, width = table.shape
    return Task(
        round_id=UUID(int=0xC000),
        mentors=tuple(UUID(int=0x100 + column) for column in range(width)),
        mentees=tuple(UUID(int=0x200 + row) for row in range(height)),
        points=table,
        worth=np.array(worth or [1] * height, dtype=np.int64),
        places=np.array(places or [1] * width, dtype=np.int64),
        shared=tuple(Shared(*one) for one in shared),
        pins=tuple(pins),
    )


def silent(step: str, done: int, total: int) -> None:
    """Progress that nobody reads."""


def answers(task: Task) -> Iterator[Answer]:
    """All answers with every pin and nobody above their places."""
    table = task.points.tolist()
    pinned = dict(task.pins)
    if len(pinned) < len(task.pins):
        return
    left = task.places.tolist()
    height, width = task.points.shape

    def of_rows(row: int, taken: Answer) -> Iterator[Answer]:
        if row == height:
            yield taken
            return
        if row not in pinned:
            yield from of_rows(row + 1, taken)
        for column in (pinned[row],) if row in pinned else range(width):
            if table[row][column] >= 0 and left[column] > 0:
                left[column] -= 1
                yield from of_rows(row + 1, (*taken, (row, column)))
                left[column] += 1

    for answer in of_rows(0, ()):
        if not task.shared or all(within(one, answer) for one in task.shared):
            yield answer


def within(one: Shared, answer: Answer) -> bool:
    """Whether somebody in both roles keeps to their places."""
    return sum((row == one.row) + (column == one.column) for row, column in answer) <= one.places


def goal(task: Task, answer: Answer) -> Goal:
    """The first four levels, such that less is better."""
    points = [int(task.points[pair]) for pair in answer]
    loads = Counter(column for _, column in answer)
    served = sum(int(task.worth[row]) for row, _ in answer)
    squares = sum(load**2 for load in loads.values())
    return -served, -min(points, default=0), -sum(points), squares


def marks(task: Task, answer: Answer) -> list[bytes]:
    """The ascending marks of an answer."""
    texts = [f"{task.round_id}:{task.mentors[j]}:{task.mentees[i]}" for i, j in answer]
    return sorted(hashlib.sha256(text.encode()).digest() for text in texts)


def best(task: Task) -> Answer | None:
    """The best answer in all five levels, by trying each; None where pins leave no answer."""
    found: list[Answer] = []
    least: Goal | None = None
    for answer in answers(task):
        now = goal(task, answer)
        if least is None or now < least:
            least, found = now, []
        if now == least:
            found.append(answer)
    return min(found, key=lambda answer: marks(task, answer), default=None)


def proves(task: Task, solution: Solution) -> bool:
    """Whether the certificate proves the first four levels of the objective, as its docstring says."""
    goal, certificate = solution.objective, solution.certificate
    height = len(task.mentees)
    most = height * min(height, max(task.places.tolist(), default=0))
    floor = goal.least or 0
    return (
        certificate.served.floor == 0
        and _below(task, certificate.served, goal.served + 1, 0, most)
        and _least_is_proven(task, certificate, goal.served, goal.least, most)
        and certificate.total.floor == floor
        and _below(task, certificate.total, goal.served, goal.total + 1, most)
        and certificate.squares.floor == floor
        and _below(task, certificate.squares, goal.served, goal.total, goal.squares - 1)
    )


def _least_is_proven(
    task: Task, certificate: Certificate, served: int, least: int | None, most: int
) -> bool:
    if certificate.least is None:
        return least is None or least == min(int(task.points[pin]) for pin in task.pins)
    if least is None or certificate.least.floor != least + 1:
        return False
    return _below(task, certificate.least, served, 0, most)


def _below(task: Task, claim: Claim, served: int, total: int, squares: int) -> bool:
    a, b, d = claim.weights
    bound = max(_bound(task, claim, leaf) for leaf in claim.leaves)
    return _is_tree(claim.leaves, 0) and bound < a * served + b * total - d * squares


def _is_tree(leaves: Sequence[Leaf], depth: int) -> bool:
    if len(leaves) == 1 and len(leaves[0].decisions) == depth:
        return True
    if any(len(leaf.decisions) <= depth for leaf in leaves):
        return False
    sides = [[leaf for leaf in leaves if leaf.decisions[depth][1] is yes] for yes in (True, False)]
    return (
        len({leaf.decisions[depth][0] for leaf in leaves}) == 1
        and all(sides)
        and all(_is_tree(side, depth + 1) for side in sides)
    )


def _bound(task: Task, claim: Claim, leaf: Leaf) -> int:
    """The bound of a leaf; fails where its prices do not hold."""
    a, b, d = claim.weights
    pinned = {row for row, _ in task.pins}
    base = Counter(column for _, column in task.pins)
    decided = {task.shared[index].row: yes for index, yes in leaf.decisions}
    of_row, of_column, limit = Counter[int](), Counter[int](), task.places.tolist()
    bound = sum(a * int(task.worth[i]) + b * int(task.points[i, j]) for i, j in task.pins)
    bound -= d * sum(count**2 for count in base.values())
    for one, price in zip(task.shared, leaf.shared, strict=True):
        yes = one.row in pinned or decided.get(one.row, False)
        limit[one.column] = min(limit[one.column], one.places - yes)
        if one.row not in pinned and one.row not in decided:
            assert price >= 0
            of_row[one.row] = of_column[one.column] = price
            bound += price * (one.places - base[one.column])
    for row, u in enumerate(leaf.rows):
        if row in pinned or decided.get(row) is False:
            continue
        assert u >= 0 or decided.get(row)
        bound += u
        for column, p in enumerate(leaf.columns):
            points = int(task.points[row, column])
            if points >= claim.floor:
                asked = a * int(task.worth[row]) + b * points
                assert u + p + of_row[row] + of_column[column] >= asked
    for column, p in enumerate(leaf.columns):
        for place in range(base[column] + 1, limit[column] + 1):
            bound += max(0, p - d * (2 * place - 1))
    return bound
