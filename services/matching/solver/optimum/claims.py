"""From prices to claims: whole numbers only, for a check that trusts no solver."""

import numpy as np

from services.matching.solver.optimum.board import Board
from services.matching.solver.optimum.branching import Goal, Tree, Trees
from services.matching.solver.optimum.flow import Weights
from services.matching.solver.optimum.levels import Answer, Levels
from services.matching.solver.optimum.prices import Prices
from services.matching.solver.optimum.task import Certificate, Claim, Leaf, Task


def certificate_of(task: Task, board: Board, levels: Levels) -> Certificate:
    """What the prices of the levels prove."""

    def claim(answer: Answer) -> Claim:
        leaf = _leaf(task, board, answer.prices, answer.weights)
        return Claim(answer.floor, _numbers(answer.weights), (leaf,))

    best = claim(levels.best)
    beyond = None if levels.beyond is None else claim(levels.beyond)
    return Certificate(claim(levels.served), beyond, best, best)


def certificate_of_trees(task: Task, trees: Trees) -> Certificate:
    """What the leaves of the trees prove."""
    best = _claim(task, trees.best)
    beyond = None if trees.beyond is None else _claim(task, trees.beyond)
    return Certificate(_claim(task, trees.served), beyond, best, best)


def _claim(task: Task, proven: tuple[Goal, Tree]) -> Claim:
    """The leaves left to right: yes comes before no."""
    (floor, weights), tree = proven
    ordered = sorted(
        tree.leaves, key=lambda leaf: [(index, not yes) for index, yes in leaf.node.decisions]
    )
    leaves = []
    for found in ordered:
        prices = Prices(found.halves.rows, found.halves.columns)
        shared = {
            index: int(price)
            for (index, _), price in zip(found.node.board.shared, found.halves.shared, strict=True)
        }
        leaf = _leaf(task, found.node.board, prices, weights.doubled, shared)
        leaves.append(Leaf(found.node.decisions, leaf.rows, leaf.columns, leaf.shared))
    return Claim(floor, _numbers(weights.doubled), tuple(leaves))


def _leaf(
    task: Task, board: Board, prices: Prices, weights: Weights, shared: dict[int, int] | None = None
) -> Leaf:
    # What can take nothing more bounds nothing, so its price may be as high as any pair asks for.
    highest = weights.served * int(task.worth.max(initial=0))
    highest += weights.total * int(task.points.max(initial=0)) - int(prices.rows.min(initial=0))
    columns = np.where(board.limit > board.base, prices.columns, highest)
    persons = shared or {}
    of_shared = tuple(
        highest if one.places <= board.base[one.column] else persons.get(index, 0)
        for index, one in enumerate(task.shared)
    )
    return Leaf((), tuple(prices.rows.tolist()), tuple(columns.tolist()), of_shared)


def _numbers(weights: Weights) -> tuple[int, int, int]:
    return weights.served, weights.total, weights.squares
