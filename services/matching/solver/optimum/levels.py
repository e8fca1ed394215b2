"""The first four levels where nobody's two roles get in each other's way.

Each question is answered on few pairs first; then all pairs are seen against the prices, those worth more
are taken in, and it is answered again until there are none: column generation (Ford & Fulkerson, Management
Science 5, 1958), here in whole numbers, so that the last prices are a proof for all pairs.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from services.matching.domain.matching import Tell
from services.matching.solver.optimum.board import Board
from services.matching.solver.optimum.edges import Dice, Index, best_of_each_row
from services.matching.solver.optimum.flow import NOBODY, Weights, match, network
from services.matching.solver.optimum.prices import Prices, bound_of, prices_of, value_of
from services.matching.solver.optimum.scan import better

LEVELS = 5
SERVED = Weights(1, 0, 0)


@dataclass(frozen=True, slots=True)
class Answer:
    """Per row its column, NOBODY for none, with prices that prove it for all pairs from `floor` on."""

    chosen: Index
    prices: Prices
    floor: int
    weights: Weights


@dataclass(frozen=True, slots=True)
class Levels:
    """The answers of the levels; `beyond` is the best with better pairs only, None where nothing is to prove."""

    served: Answer
    beyond: Answer | None
    best: Answer


class Search:
    """The pairs seen so far of one board, and the questions put to them."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.dice = Dice(len(board.base))
        self.edges = best_of_each_row(board, self.dice)

    def best(
        self, floor: int, weights: Weights, enough: int | None = None, *, everybody: bool = False
    ) -> Answer:
        """The best answer of all pairs from this floor on; or one worth `enough`, without proof.

        `everybody`: the pairs seen so far can serve all rows that have any.
        """
        # Then worth decides nothing, and a flow of smaller numbers is found sooner.
        deciding = replace(weights, served=0) if everybody else weights
        while True:
            net = network(self.board, self.edges, floor, weights)
            asked = network(self.board, self.edges, floor, deciding)
            chosen = match(self.board, asked, everybody=everybody)
            prices = prices_of(self.board, net, chosen)
            answer = Answer(chosen, prices, floor, weights)
            value = value_of(self.board, chosen, weights)
            if value == enough:
                return answer
            rows, columns = better(self.board, prices, (floor, weights), self.dice)
            if not len(rows):
                break
            self.edges.add(rows, columns)
        if bound_of(self.board, prices, weights.squares) != value:
            raise ArithmeticError("the prices do not prove the answer")
        return answer


def solve_levels(search: Search, ceiling: int | None, tell: Tell) -> Levels:
    """The best answer of the open rows; `ceiling` is the least score of a pin, which nothing can lift."""
    board = search.board
    tell("optimum", 0, LEVELS)
    served = search.best(0, SERVED)
    tell("optimum", 1, LEVELS)
    floor, beyond = _least(search, served, ceiling)
    tell("optimum", 2, LEVELS)
    reached = value_of(board, served.chosen, SERVED)
    everybody = reached == board.worth[board.best >= floor].sum()
    best = search.best(floor, weights_of(board), everybody=bool(everybody))
    tell("optimum", 4, LEVELS)
    return Levels(served, beyond, best)


def _least(search: Search, served: Answer, ceiling: int | None) -> tuple[int, Answer | None]:
    """The highest floor from which as many are served, and the answer that shows that one more is too much.

    It is looked for on the pairs seen so far; then all pairs are asked whether one more would do.
    """
    board = search.board
    reached = value_of(board, served.chosen, SERVED)

    def reaches(floor: int) -> int | None:
        chosen = match(board, network(board, search.edges, floor, SERVED))
        return lowest(board, chosen) if value_of(board, chosen, SERVED) == reached else None

    low = lowest(board, served.chosen)
    # Who has a price is served in every best answer, so the floor is not above anybody's best pair.
    high = int(board.best.min(where=served.prices.rows > 0, initial=board.best.max(initial=0)))
    while True:
        floor = highest_floor((low, high), ceiling, reaches)
        if not reached or floor == ceiling:
            return floor, None
        beyond = search.best(floor + 1, SERVED, reached)
        if value_of(board, beyond.chosen, SERVED) < reached:
            return floor, beyond
        low = lowest(board, beyond.chosen)


def highest_floor(
    between: tuple[int | None, int], ceiling: int | None, reaches: Callable[[int], int | None]
) -> int:
    """The highest floor that `reaches` allows, which answers with the least score it found, or None.

    `between` is the least score of a first answer (None without pairs), and what no floor is above.
    """
    low, high = between
    if low is None:
        return ceiling or 0
    if ceiling is not None:
        low, high = min(low, ceiling), min(high, ceiling)
    step = high
    while low < high:
        found = reaches(step)
        if found is None:
            high = step - 1
        else:
            low = min(high, found)
        step = (low + high + 1) // 2
    return low


def lowest(board: Board, chosen: Index) -> int | None:
    """The least points of a pair in the answer, None without pairs."""
    rows = np.flatnonzero(chosen != NOBODY)
    return int(board.points[rows, chosen[rows]].min()) if len(rows) else None


def weights_of(board: Board) -> Weights:
    """Such that a level always outweighs all that come after it."""
    total = board.most_squares + 1
    highest = int(board.best.max(initial=0))
    return Weights(total * (len(board.worth) * highest + 2), total, 1)
