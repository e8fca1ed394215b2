"""All pairs seen against the prices: what is worth more, and what is worth just as much."""

from collections.abc import Iterator

import numpy as np

from services.matching.solver.optimum.board import Board
from services.matching.solver.optimum.edges import Dice, Index, rows_at_once
from services.matching.solver.optimum.flow import Weights
from services.matching.solver.optimum.prices import Prices
from services.matching.solver.optimum.task import Whole

OF_EACH_ROW = 12
Gains = tuple[Index, Index, Whole]
"""Pairs, by row and column, and by how much each is worth more than its prices."""


def better(
    board: Board, prices: Prices, goal: tuple[int, Weights], dice: Dice
) -> tuple[Index, Index]:
    """Pairs worth more than their prices, the most of each row; `goal` is the floor and the weights."""
    none = np.zeros(0, dtype=np.int64)
    rows, columns = [none], [none]
    for row, column, gain in _gains(board, prices, goal, 1):
        bounded = np.minimum(gain, 1 << 49)
        starts = np.flatnonzero(np.diff(row, prepend=-1))
        for start, end in zip(starts, [*starts[1:], len(row)], strict=True):
            kept = dice.best(int(row[start]), column[start:end], bounded[start:end], OF_EACH_ROW)
            rows.append(np.full(len(kept), row[start]))
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
    for row, column, _ in _gains(board, prices, goal, -slack):
        rows.append(row)
        columns.append(column)
    return np.concatenate(rows), np.concatenate(columns)


def _gains(board: Board, prices: Prices, goal: tuple[int, Weights], least: int) -> Iterator[Gains]:
    """Some open rows after the other: the pairs worth at least `least` more than their prices, in their order."""
    floor, weights = goal
    usable = board.limit > board.base
    price = prices.columns
    cheapest = price.min(where=usable, initial=np.iinfo(np.int64).max)
    scale = max(1, weights.total)
    whole = price // scale
    needs = prices.rows - weights.served * board.worth + least
    asking = np.flatnonzero(
        (board.best >= floor) & (weights.total * board.best - needs >= cheapest)
    )
    at_once = rows_at_once(len(price))
    for start in range(0, len(asking), at_once):
        some = asking[start : start + at_once]
        points = board.points[some]
        if weights.total:
            # Rounded down on both sides: a few too many, which are seen exactly below.
            likely = points >= np.maximum(whole + (needs[some] // scale)[:, np.newaxis], floor)
        else:
            likely = points >= floor
        there = np.flatnonzero(likely & usable)
        row, column = some[there // len(price)], there % len(price)
        gain = weights.total * points.ravel()[there].astype(np.int64) - needs[row] - price[column]
        kept = gain >= 0
        if kept.any():
            yield row[kept], column[kept], gain[kept]
