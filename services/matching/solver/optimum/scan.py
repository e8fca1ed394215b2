"""All pairs seen against the prices, a row at a time: what is worth more, and what is worth just as much."""

from collections.abc import Iterator

import numpy as np

from services.matching.solver.optimum.board import Board
from services.matching.solver.optimum.edges import Dice, Index
from services.matching.solver.optimum.flow import Weights
from services.matching.solver.optimum.prices import Prices

OF_EACH_ROW = 12


def better(
    board: Board, prices: Prices, goal: tuple[int, Weights], dice: Dice
) -> tuple[Index, Index]:
    """Pairs worth more than their prices, the most of each row; `goal` is the floor and the weights."""
    none = np.zeros(0, dtype=np.int64)
    rows, columns = [none], [none]
    for row, there, gain in _gains(board, prices, goal, 1):
        kept = dice.best(row, there, np.minimum(gain, 1 << 49), OF_EACH_ROW)
        rows.append(np.full(len(kept), row))
        columns.append(kept)
    return np.concatenate(rows), np.concatenate(columns)


def exact(
    board: Board, prices: Prices, goal: tuple[int, Weights], slack: int = 0
) -> tuple[Index, Index]:
    """Pairs worth their prices, or `slack` less, in ascending order of row, then column.

    Only these are in best answers, where prices prove them up to `slack`.
    """
    none = np.zeros(0, dtype=np.int64)
    rows, columns = [none], [none]
    for row, there, _ in _gains(board, prices, goal, -slack):
        rows.append(np.full(len(there), row))
        columns.append(there)
    return np.concatenate(rows), np.concatenate(columns)


def _gains(
    board: Board, prices: Prices, goal: tuple[int, Weights], least: int
) -> Iterator[tuple[int, Index, Index]]:
    """Per open row the columns whose pair is worth at least `least` more than its prices, and by how much."""
    floor, weights = goal
    usable = board.limit > board.base
    price = prices.columns
    cheapest = price.min(where=usable, initial=np.iinfo(np.int64).max)
    scale = max(1, weights.total)
    whole = price // scale
    needs = prices.rows - weights.served * board.worth + least
    for row in np.flatnonzero(board.best >= floor):
        if weights.total * board.best[row] - needs[row] < cheapest:
            continue
        points = board.points[row]
        if weights.total:
            # Rounded down on both sides: a few too many, which are seen exactly below.
            likely = points >= np.maximum(whole + needs[row] // scale, floor)
        else:
            likely = points >= floor
        there = np.flatnonzero(likely & usable)
        gain = weights.total * points[there].astype(np.int64) - needs[row] - price[there]
        kept = gain >= 0
        if kept.any():
            yield int(row), there[kept], gain[kept]
