"""All best answers at once: the pairs they are made of, one of them, and what may still change in it.

By complementary slackness the best answers are those made of pairs that are worth just their prices, in
which every row with a price is matched and every column has a load between two bounds (Schrijver,
Combinatorial Optimization, 2003, ch. 21). One turns into another along cycles: column j takes row i, lets
another row go, which column k takes, and so on, until the column that had row i is reached. A pair is in
some best answer just when such a cycle brings it in.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from services.matching.solver.optimum.board import Board
from services.matching.solver.optimum.edges import Index
from services.matching.solver.optimum.flow import NOBODY
from services.matching.solver.optimum.levels import Answer
from services.matching.solver.optimum.prices import loads
from services.matching.solver.optimum.task import Whole

Steps = list[tuple[int, int]]
"""Exchanges: each says that the row goes to the column, or that it stays without one."""


@dataclass(slots=True)
class Pairs:
    """Pairs that may come in, by row and by column; `alive` says which still may."""

    rows: Index
    columns: Index
    alive: NDArray[np.bool_]
    by_row: Index
    by_column: Index
    order: Index

    @classmethod
    def of(cls, rows: Index, columns: Index, shape: tuple[int, int]) -> "Pairs":
        """From pairs in ascending order of row."""
        order = np.argsort(columns, kind="stable")
        return cls(
            rows,
            columns,
            np.ones(len(rows), dtype=np.bool_),
            np.searchsorted(rows, np.arange(shape[0] + 1)),
            np.searchsorted(columns[order], np.arange(shape[1] + 1)),
            order,
        )

    def decide(self, row: int) -> None:
        """The row is where it stays: none of its pairs comes in any more."""
        self.alive[self.by_row[row] : self.by_row[row + 1]] = False

    def of_row(self, row: int) -> Index:
        """The columns that may take this row."""
        span = slice(self.by_row[row], self.by_row[row + 1])
        return self.columns[span][self.alive[span]]

    def of_column(self, column: int) -> Index:
        """The rows that this column may take."""
        there = self.order[self.by_column[column] : self.by_column[column + 1]]
        return self.rows[there[self.alive[there]]]


@dataclass(slots=True)
class State:
    """One best answer, and what may still change in it.

    The hub, a column beyond the last, stands for what is outside: it has the rows without a column, and the
    places that are not used. `least` and `most` bound the loads; a `fixed` row stays where it is.
    """

    chosen: Index
    load: Whole
    least: Whole
    most: Whole
    optional: NDArray[np.bool_]
    fixed: NDArray[np.bool_]
    members: list[set[int]] = field(default_factory=list)

    @classmethod
    def of(cls, board: Board, answer: Answer) -> "State":
        """The state in which nothing is fixed but the rows that are not open."""
        price, squares = answer.prices.columns, answer.weights.squares
        room = board.limit - board.base
        used = np.clip((price // squares + 1) // 2 - board.base, 0, room)
        # At a price of just 2 * k - 1 the k-th place may be used or not.
        even = (used > 0) & (squares * (2 * (board.base + used) - 1) == price)
        load = loads(board, answer.chosen)
        hub = len(board.base)
        chosen = np.where(answer.chosen == NOBODY, hub, answer.chosen)
        state = cls(
            chosen,
            load,
            board.base + used - even,
            board.base + used,
            board.open & (answer.prices.rows == 0),
            ~board.open,
            [set() for _ in range(hub + 1)],
        )
        for row in np.flatnonzero(board.open).tolist():
            state.members[chosen[row]].add(row)
        return state

    @property
    def hub(self) -> int:
        """The node for what is outside."""
        return len(self.load)

    def apply(self, steps: Steps) -> None:
        """Carries out a cycle of exchanges."""
        for row, column in steps:
            old = int(self.chosen[row])
            self.members[old].discard(row)
            self.members[column].add(row)
            self.chosen[row] = column
            for node, by in ((old, -1), (column, 1)):
                if node != self.hub:
                    self.load[node] += by

    def fix(self, row: int) -> None:
        """The row stays in its column."""
        self.fixed[row] = True
        self.members[self.chosen[row]].discard(row)


def on_cycles(state: State, rows: Index, columns: Index) -> NDArray[np.bool_]:
    """Which pairs are on a cycle of exchanges at all: both ends in one strongly connected component."""
    height, hub = len(state.chosen), state.hub
    column = height + np.arange(hub)
    taken = state.chosen[rows] == columns
    open_ = np.flatnonzero(~state.fixed)
    out, into = column[state.load < state.most], column[state.load > state.least]
    free = np.flatnonzero(state.optional & (state.chosen != hub))
    arcs = [
        (rows[~taken], height + columns[~taken]),
        (height + state.chosen[open_], open_),
        (out, np.full(len(out), height + hub)),
        (np.full(len(into), height + hub), into),
        (free, np.full(len(free), height + hub)),
    ]
    tails, heads = (np.concatenate(side) for side in zip(*arcs, strict=True))
    size = height + hub + 1
    graph = csr_array((np.ones(len(tails), dtype=np.int8), (tails, heads)), shape=(size, size))
    _, label = connected_components(graph, directed=True, connection="strong")
    return np.asarray(label[rows] == label[height + columns])
