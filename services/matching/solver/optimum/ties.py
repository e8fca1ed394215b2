"""The fifth level: of all best answers the one whose ascending list of marks is lexicographically least.

Of two lists the one with the least mark that the other lacks comes first. So pairs are taken in ascending
order of marks: one that a best answer with all those taken so far has is taken, any other is left.
"""

from collections.abc import Iterator

import numpy as np

from services.matching.solver.optimum.alternatives import Pairs, State, on_cycles
from services.matching.solver.optimum.board import Board
from services.matching.solver.optimum.edges import Index
from services.matching.solver.optimum.exchanges import Exchanges
from services.matching.solver.optimum.flow import NOBODY
from services.matching.solver.optimum.levels import Answer
from services.matching.solver.optimum.marks import ascending
from services.matching.solver.optimum.scan import exact
from services.matching.solver.optimum.task import Task

_AT_ONCE = 512


def settle(task: Task, board: Board, answer: Answer) -> Index:
    """Per row its column in the best answer with the least marks, NOBODY for none."""
    rows, columns = exact(board, answer.prices, (answer.floor, answer.weights))
    state = State.of(board, answer)
    moving = on_cycles(state, rows, columns)
    rows, columns = rows[moving], columns[moving]
    pairs = Pairs.of(rows, columns, board.points.shape)
    exchanges = Exchanges(state, pairs)
    left = len(np.unique(rows))
    for place in _alive(pairs, ascending(task, rows, columns)):
        row, column = int(rows[place]), int(columns[place])
        if state.chosen[row] == column or exchanges.bring_in(row, column):
            state.fix(row)
            pairs.decide(row)
            left -= 1
            if not left:
                break
    return np.where(board.open & (state.chosen < state.hub), state.chosen, NOBODY)


def _alive(pairs: Pairs, order: Index) -> Iterator[int]:
    """In this order the pairs that may still come in when it is their turn; most are dropped before it."""
    for start in range(0, len(order), _AT_ONCE):
        some = order[start : start + _AT_ONCE]
        for place in some[pairs.alive[some]].tolist():
            if pairs.alive[place]:
                yield place
