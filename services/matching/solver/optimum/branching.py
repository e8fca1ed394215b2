"""The best answer where somebody's two roles share their places: branch and bound (Land & Doig, 1960).

At each node halves of pairs are allowed. Where that breaks the limit of somebody, they are decided to be
matched as a mentee, and decided not to be. The node with the best bound comes next, of equal ones the
deepest. The leaves' prices are the proof; each was closed because its bound is not above an answer.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from services.matching.solver.optimum.board import Board
from services.matching.solver.optimum.edges import Dice, Edges, Index
from services.matching.solver.optimum.flow import NOBODY, Weights, network
from services.matching.solver.optimum.halves import Decisions, Halves, Node, solve_halves
from services.matching.solver.optimum.prices import Prices, bound_of, loads, value_of
from services.matching.solver.optimum.scan import better, exact
from services.matching.solver.optimum.task import Whole

NODES = 20_000
Goal = tuple[int, Weights]


@dataclass(frozen=True, slots=True)
class Bounded:
    """A node with prices for all pairs; `bound` is of twice the goal."""

    node: Node
    halves: Halves
    bound: int

    @property
    def prices(self) -> Prices:
        """Per row and column, with the price of the person where one is shared."""
        rows, columns = self.halves.rows.copy(), self.halves.columns.copy()
        for price, (_, one) in zip(self.halves.shared, self.node.board.shared, strict=True):
            rows[one.row] += price
            columns[one.column] += price
        return Prices(rows, columns)


@dataclass(slots=True)
class Tree:
    """The best answer found, its value, and the closed leaves that prove it."""

    chosen: Index
    value: int
    leaves: list[Bounded] = field(default_factory=list)

    def offer(self, chosen: Index, value: int) -> None:
        """Takes the answer if it is better."""
        if value > self.value:
            self.chosen, self.value = chosen, value


@dataclass(frozen=True, slots=True)
class Trees:
    """The trees of the levels, each with its goal; `beyond` is None where nothing is to prove."""

    served: tuple[Goal, Tree]
    beyond: tuple[Goal, Tree] | None
    best: tuple[Goal, Tree]


class Branching:
    """Questions to one board, with the pairs seen so far."""

    def __init__(self, board: Board, edges: Edges, dice: Dice) -> None:
        self.board = board
        self._edges = edges
        self._dice = dice

    def best(self, goal: Goal, known: Index) -> Tree:
        """The best answer, `known` or better."""
        return self._grow(goal, Tree(known, value_of(self.board, known, goal[1])), None)

    def above(self, goal: Goal, value: int) -> Tree:
        """Any answer above this value, without proof; or the proof, with the value, that there is none."""
        nothing = np.full(len(self.board.worth), NOBODY, dtype=np.int64)
        return self._grow(goal, Tree(nothing, value), value)

    def _grow(self, goal: Goal, tree: Tree, enough: int | None) -> Tree:
        """Branches until the tree is closed, or has an answer above `enough`."""
        waiting: list[tuple[int, int, int, Bounded]] = []
        count = 0
        fresh: list[Decisions] = [()]
        while enough is None or tree.value <= enough:
            for decisions in fresh:
                count += 1
                found = self._bounded(Node.of(self.board, decisions), goal)
                self._look(found, goal, tree)
                heapq.heappush(waiting, (-found.bound, -len(decisions), count, found))
            if count > NODES:
                raise ArithmeticError("too many who both teach and learn are in each other's way")
            *_, top = heapq.heappop(waiting)
            if top.bound // 2 <= tree.value:
                tree.leaves = [top, *(found for *_, found in waiting)]
                break
            index = _in_the_way(top)
            fresh = [(*top.node.decisions, (index, yes)) for yes in (True, False)]
        return tree

    def _bounded(self, node: Node, goal: Goal) -> Bounded:
        """The node with prices that hold for all pairs."""
        floor, weights = goal
        double = weights.doubled
        while True:
            net = network(node.board, self._edges, floor, weights)
            halves = solve_halves(node, net)
            bound = _bound(node, halves, double.squares)
            found = Bounded(node, halves, bound)
            rows, columns = better(node.board, found.prices, (floor, double), self._dice)
            if not len(rows):
                return found
            self._edges.add(rows, columns)

    def _look(self, found: Bounded, goal: Goal, tree: Tree) -> None:
        for chosen in found.halves.copies:
            if not any(breaking(self.board, chosen)):
                tree.offer(chosen, value_of(self.board, chosen, goal[1]))


def candidates(tree: Tree, goal: Goal) -> tuple[Index, Index]:
    """All pairs that an answer as good as the best of the tree may have, by row, then column."""
    floor, weights = goal
    keys = np.zeros(0, dtype=np.int64)
    width = len(tree.leaves[0].node.board.base)
    for leaf in tree.leaves:
        slack = leaf.bound - 2 * tree.value
        if slack >= 0:
            rows, columns = exact(leaf.node.board, leaf.prices, (floor, weights.doubled), slack)
            keys = np.union1d(keys, rows * width + columns)
    return keys // width, keys % width


def breaking(board: Board, chosen: Index) -> Iterator[bool]:
    """Per person who is shared, whether this answer has them above their places."""
    load = loads(board, chosen)
    for _, one in board.shared:
        yield bool(chosen[one.row] != NOBODY and load[one.column] >= one.places)


def _in_the_way(found: Bounded) -> int:
    """Who is to be decided: somebody above their places in one of the two copies."""
    for chosen in found.halves.copies:
        for (index, _), broken in zip(
            found.node.board.shared, breaking(found.node.board, chosen), strict=True
        ):
            if broken:
                return index
    raise ArithmeticError("the halves of a node break no limit, yet neither is an answer")


def _bound(node: Node, halves: Halves, squares: int) -> int:
    """What no answer of this node adds more than, of twice the goal."""
    board = node.board
    places: Whole = np.array(
        [one.places - board.base[one.column] for _, one in board.shared], dtype=np.int64
    )
    return bound_of(board, Prices(halves.rows, halves.columns), squares) + int(
        (halves.shared * places).sum()
    )
