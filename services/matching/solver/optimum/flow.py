"""The best answer on the pairs that are looked at, as a flow of least cost by OR-Tools.

A unit flows from each row over one of its pairs to a column and over one of the column's places to the
sink, or past all of them. Places cost 1, 3, 5, ... so that the flow takes the cheap ones first, and their
sum is the square of the load (Ahuja, Magnanti & Orlin, Network Flows, 1993, ch. 14: convex costs).
OR-Tools solves it by cost scaling (Goldberg, J. Algorithms 22, 1997), exactly, in whole numbers.
"""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from services.matching.solver.optimum.board import Board
from services.matching.solver.optimum.edges import Edges, Index
from services.matching.solver.optimum.task import Whole

GREATEST = 1 << 61
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Weights:
    """What is made most: served * sum of worth + total * sum of points - squares * sum of squared loads."""

    served: int
    total: int
    squares: int

    @property
    def doubled(self) -> "Weights":
        """The same goal, twice: for prices in halves."""
        return Weights(2 * self.served, 2 * self.total, 2 * self.squares)


@dataclass(frozen=True, slots=True)
class Network:
    """The edges of one flow, with the value of each."""

    rows: Index
    columns: Index
    values: Whole
    squares: int


def network(board: Board, edges: Edges, floor: int, weights: Weights) -> Network:
    """The edges that the board has open, with at least `floor` points, each with what it adds."""
    usable = board.limit > board.base
    kept = (edges.points >= floor) & board.open[edges.rows] & usable[edges.columns]
    rows = edges.rows[kept]
    values = weights.served * board.worth[rows] + weights.total * edges.points[kept]
    return Network(rows, edges.columns[kept], values, weights.squares)


def match(board: Board, net: Network, *, everybody: bool = False) -> Index:
    """Per row its column or NOBODY; `everybody`: all rows get one, as is known to be possible.

    Raises ArithmeticError where the numbers are too great for the solver.
    """
    rows, number_of_row = _numbered(net.rows, len(board.worth))
    columns, number_of_column = _numbered(net.columns, len(board.base))
    sink = len(rows) + len(columns)
    height = int(np.abs(net.values).max(initial=0)) + net.squares * 2 * len(board.worth)
    if height * (sink + 2) * 4 > GREATEST:
        raise ArithmeticError("worth, points and places multiply to more than 64 bits can hold")
    flow = SimpleMinCostFlow()
    ones = np.ones(len(net.rows), dtype=np.int64)
    tails = number_of_row[net.rows]
    heads = len(rows) + number_of_column[net.columns]
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tails, heads, ones, -net.values)
    _add_places(flow, board, net, columns, sink)
    nodes = np.arange(len(rows))
    if not everybody:
        past = nodes * 0
        flow.add_arcs_with_capacity_and_unit_cost(nodes, past + sink, past + 1, past)
    flow.set_nodes_supplies(nodes, nodes * 0 + 1)
    flow.set_node_supply(sink, -len(rows))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise ArithmeticError(f"the flow was not solved: {status}")
    chosen = np.full(len(board.worth), NOBODY, dtype=np.int64)
    taken = flow.flows(arcs) > 0 if len(arcs) else np.zeros(0, dtype=np.bool_)
    chosen[net.rows[taken]] = net.columns[taken]
    return chosen


def _numbered(used: Index, size: int) -> tuple[Index, Index]:
    """Those of 0 .. size - 1 that are used, and for each its place among them."""
    there = np.bincount(used, minlength=size) > 0
    return np.flatnonzero(there), np.cumsum(there) - 1


def _add_places(
    flow: SimpleMinCostFlow, board: Board, net: Network, columns: Index, sink: int
) -> None:
    """One arc for all places of a column where they cost nothing, else one for each that may be used."""
    wanted = np.bincount(net.columns, minlength=len(board.base))[columns]
    room = np.minimum(board.limit[columns] - board.base[columns], wanted)
    tails = sink - len(columns) + np.arange(len(columns))
    costs = np.zeros(len(columns), dtype=np.int64)
    if net.squares:
        first = np.cumsum(room) - room
        tails = np.repeat(tails, room)
        number = np.arange(len(tails)) - np.repeat(first, room) + 1
        costs = net.squares * (2 * (number + np.repeat(board.base[columns], room)) - 1)
        room = np.ones(len(tails), dtype=np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(tails, tails * 0 + sink, room, costs)
