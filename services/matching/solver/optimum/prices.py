"""Whole-number prices that prove a best answer on the pairs that were looked at.

Given a best answer, the least prices of the columns are longest paths in the graph of exchanges: a row that
has column k and sees v(i, j) in column j lets price[j] >= v(i, j) - v(i, k) + price[k]. They are found as by
Bellman and Ford, all edges at once (Ahuja, Magnanti & Orlin, Network Flows, 1993, ch. 5 and 9).
"""

from dataclasses import dataclass

import numpy as np

from services.matching.solver.optimum.board import Board
from services.matching.solver.optimum.edges import Index
from services.matching.solver.optimum.flow import NOBODY, Network, Weights
from services.matching.solver.optimum.task import Whole


@dataclass(frozen=True, slots=True)
class Prices:
    """One per row, of what it brings, and one per column, of one more place."""

    rows: Whole
    columns: Whole


def prices_of(board: Board, net: Network, chosen: Index) -> Prices:
    """The least prices of columns, and of rows what is left; raises ArithmeticError if `chosen` is not best."""
    load = loads(board, chosen)
    columns = np.where(load > board.base, net.squares * (2 * load - 1), 0)
    if not len(net.rows):
        return Prices(np.zeros_like(board.worth), columns)
    own = np.zeros_like(board.worth)
    held = chosen[net.rows] == net.columns
    own[net.rows[held]] = net.values[held]
    matched = chosen != NOBODY
    starts = np.flatnonzero(np.diff(net.columns, prepend=-1))
    seen = net.columns[starts]
    for _ in range(len(chosen) + 2):
        rows = np.where(matched, own - columns[chosen], 0)
        wanted = np.maximum.reduceat(net.values - rows[net.rows], starts)
        if (wanted <= columns[seen]).all():
            return Prices(rows, columns)
        columns[seen] = np.maximum(columns[seen], wanted)
    raise ArithmeticError("the answer of the flow can be made better by exchanges")


def loads(board: Board, chosen: Index) -> Whole:
    """Per column the pairs in the answer, with the pinned ones."""
    return board.base + np.bincount(chosen[chosen != NOBODY], minlength=len(board.base))


def value_of(board: Board, chosen: Index, weights: Weights) -> int:
    """What the open rows add to the goal in this answer."""
    rows = np.flatnonzero(chosen != NOBODY)
    points = board.points[rows, chosen[rows]].astype(np.int64)
    squares = loads(board, chosen) ** 2 - board.base**2
    return int(
        weights.served * board.worth[rows].sum()
        + weights.total * points.sum()
        - weights.squares * squares.sum()
    )


def bound_of(board: Board, prices: Prices, squares: int) -> int:
    """What no answer of the open rows adds more than, if no pair is worth more than its prices."""
    room = board.limit - board.base
    # The places below the price: costs are squares * (2 * k - 1) for k from base + 1 on.
    if squares:
        used = np.clip((prices.columns // squares + 1) // 2 - board.base, 0, room)
        costs = squares * ((board.base + used) ** 2 - board.base**2)
    else:
        used = np.where(prices.columns > 0, room, 0)
        costs = np.zeros_like(room)
    return int(prices.rows.sum() + (used * prices.columns - costs).sum())
