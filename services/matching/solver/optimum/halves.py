"""The best answer where halves of pairs are allowed, and nobody is above their places in both roles together.

With one limit for both roles the pairs are edges of a graph that has two sides no more. Its relaxation is
half of a flow on two copies of everything, one of them turned round: a person's places on the left are shared
by the row of one copy and the column of the other, and on the right as well (Nemhauser & Trotter,
Mathematical Programming 8, 1975). So it is solved in whole numbers, and half the sum of both copies' prices
proves it.
"""

from dataclasses import dataclass, replace

import numpy as np

from services.matching.solver.optimum.board import Board
from services.matching.solver.optimum.circulation import Arcs, cheapest, potentials
from services.matching.solver.optimum.edges import Index
from services.matching.solver.optimum.flow import NOBODY, Network
from services.matching.solver.optimum.task import Whole

Decisions = tuple[tuple[int, bool], ...]
PENALTY = 8
"""A row that must be matched is worth this many times the best pair: more than any exchange can bring."""


@dataclass(frozen=True, slots=True)
class Node:
    """A board on which some of those who are shared are decided: matched as a mentee, or not."""

    board: Board
    decisions: Decisions
    must: Index

    @classmethod
    def of(cls, board: Board, decisions: Decisions) -> "Node":
        """The board under these decisions."""
        limit, open_, best = board.limit.copy(), board.open.copy(), board.best.copy()
        decided = dict(decisions)
        must = []
        for index, one in board.shared:
            limit[one.column] = min(limit[one.column], one.places - decided.get(index, False))
            if decided.get(index):
                must.append(one.row)
            elif index in decided:
                open_[one.row], best[one.row] = False, -1
        undecided = tuple(pair for pair in board.shared if pair[0] not in decided)
        kept = replace(board, limit=limit, open=open_, best=best, shared=undecided)
        return cls(kept, decisions, np.array(must, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Halves:
    """Two answers, each row's column or NOBODY, whose mean is best, and prices of twice the goal."""

    copies: tuple[Index, Index]
    rows: Whole
    columns: Whole
    shared: Whole


def solve_halves(node: Node, net: Network) -> Halves:
    """The best mean of two answers on these edges."""
    layout = _Layout(node, net)
    arcs = layout.arcs()
    flow = cheapest(arcs)
    count = len(net.rows)
    copies = []
    for first in (0, count):
        taken = flow[first : first + count] > 0
        chosen = np.full(len(node.board.worth), NOBODY, dtype=np.int64)
        chosen[net.rows[taken]] = net.columns[taken]
        copies.append(chosen)
    rows, columns, shared = layout.prices(potentials(arcs, flow))
    return Halves((copies[0], copies[1]), rows, columns, shared)


class _Layout:
    """Where the nodes of both copies stand, and the arcs between them."""

    def __init__(self, node: Node, net: Network) -> None:
        self._node, self._net = node, net
        board = node.board
        height, width, count = len(board.worth), len(board.base), len(board.shared)
        parts = np.cumsum([0, height, width, width, height, count, count])
        self._row_left, self._column_left, self._column_right, self._row_right = (
            int(part) + np.arange(size)
            for part, size in zip(parts, (height, width, width, height), strict=False)
        )
        self._left, self._right = (int(part) + np.arange(count) for part in parts[4:6])
        self._source, self._sink = int(parts[6]), int(parts[6]) + 1
        self._reward = PENALTY * int(np.abs(net.values).max(initial=1))
        self._row_of = np.array([one.row for _, one in board.shared], dtype=np.int64)
        self._column_of = np.array([one.column for _, one in board.shared], dtype=np.int64)

    def arcs(self) -> Arcs:
        """The pairs of the first copy, those of the second, then what leads there and away."""
        net = self._net
        free = np.full(len(net.rows), 2)
        parts = [
            (self._row_left[net.rows], self._column_right[net.columns], free, -net.values),
            (self._column_left[net.columns], self._row_right[net.rows], free, -net.values),
            *self._gates(self._row_left, self._column_left, self._left, self._source),
        ]
        for tails, heads, room, costs in self._gates(
            self._row_right, self._column_right, self._right, self._sink
        ):
            parts.append((heads, tails, room, costs))
        tails, heads, room, costs = (np.concatenate(part) for part in zip(*parts, strict=True))
        return Arcs(self._sink + 1, tails, heads, room, costs)

    def _gates(
        self, rows: Index, columns: Index, persons: Index, outside: int
    ) -> list[tuple[Index, Index, Whole, Whole]]:
        """From outside to the rows and the places of columns, by way of the person where one is shared."""
        board, squares = self._node.board, self._net.squares
        row_gate, column_gate = np.full(len(rows), outside), np.full(len(columns), outside)
        row_gate[self._row_of], column_gate[self._column_of] = persons, persons
        reward = np.zeros(len(rows), dtype=np.int64)
        reward[self._node.must] = -self._reward
        room = board.limit - board.base
        # One more than could be used, so that a place that stays free is seen to be worth nothing.
        wanted = np.bincount(self._net.columns, minlength=len(columns)) + 1
        first = np.cumsum(used := np.minimum(room, wanted)) - used
        seats = np.repeat(np.arange(len(columns)), used)
        number = board.base[seats] + np.arange(len(seats)) - first[seats] + 1
        places = [one.places - board.base[one.column] for _, one in board.shared]
        return [
            (row_gate, rows, board.open.astype(np.int64), reward),
            (column_gate[seats], columns[seats], seats * 0 + 1, squares * (2 * number - 1)),
            (persons * 0 + outside, persons, np.array(places, dtype=np.int64), persons * 0),
        ]

    def prices(self, potential: Whole) -> tuple[Whole, Whole, Whole]:
        """Per row, column and shared person, both copies together; none below 0 but of rows that must be."""
        height, width = len(self._row_left), len(self._column_left)
        rows, columns = np.zeros(height, dtype=np.int64), np.zeros(width, dtype=np.int64)
        shared = np.zeros(len(self._left), dtype=np.int64)
        # On the right a price counts towards the sink, so signs turn.
        for sign, row, column, person, outside in (
            (1, self._row_left, self._column_left, self._left, self._source),
            (-1, self._row_right, self._column_right, self._right, self._sink),
        ):
            value = sign * (potential - potential[outside])
            of_person = np.maximum(value[person], 0)
            of_row, of_column = value[row], value[column]
            of_row[self._row_of] -= of_person
            of_column[self._column_of] -= of_person
            least = np.zeros(height, dtype=np.int64)
            least[self._node.must] = -self._reward
            rows += np.where(self._node.board.open, np.maximum(of_row, least), 0)
            # A place costs nothing at least, so a price below that bounds no more than 0 does.
            columns += np.maximum(of_column, 0)
            shared += of_person
        return rows, columns, shared
