"""The search for the exchanges that bring a pair in: along cycles, from both ends at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.solver.optimum.alternatives import Pairs, State, Steps
from services.matching.solver.optimum.flow import NOBODY

Nodes = Mapping[int, object]
"""Columns, or the hub, that are sought."""


@dataclass(slots=True)
class Reach:
    """What one end of a search has reached: per node the step that led there, and the node before."""

    steps: dict[int, tuple[int, int]]
    front: list[int]


class Exchanges:
    """Searches for the cycle that brings a pair in, from both ends."""

    def __init__(self, state: State, pairs: Pairs) -> None:
        self._state = state
        self._pairs = pairs

    def bring_in(self, row: int, column: int) -> bool:
        """Makes the pair part of the answer if a best answer has it; else drops what cannot come in."""
        steps = self._path(column, int(self._state.chosen[row]))
        if steps is None:
            return False
        self._state.apply([(row, column), *steps])
        return True

    def _path(self, start: int, end: int) -> Steps | None:
        """The exchanges by which `start` lets go of one and `end` has one more, if there are such."""
        there, back = Reach({start: (NOBODY, start)}, [start]), Reach({end: (NOBODY, end)}, [end])
        sides = ((there, back, self._after), (back, there, self._before))
        while True:
            for near, far, neighbours in sorted(sides, key=lambda side: len(side[0].front)):
                if not near.front:
                    self._close(near, forward=near is there)
                    return None
                meeting = _advance(near, far, neighbours)
                if meeting is not None:
                    return _joined(there, back, meeting)
                break

    def _after(self, node: int, sought: Nodes) -> list[tuple[int, int]]:
        """Where a row of this node may go: (row, node); a row NOBODY moves a free place."""
        state = self._state
        if node == state.hub:
            found = self._from_hub(state.load > state.least, sought)
        else:
            found = [(NOBODY, state.hub)] if state.load[node] < state.most[node] else []
        for row in sorted(state.members[node]):
            found += [(row, one) for one in self._pairs.of_row(row).tolist()]
            if state.optional[row] and node != state.hub:
                found.append((row, state.hub))
        return found

    def _before(self, node: int, sought: Nodes) -> list[tuple[int, int]]:
        """Whose row may come to this node: (row, node it is at now)."""
        state = self._state
        if node == state.hub:
            found = self._from_hub(state.load < state.most, sought)
            rows = np.flatnonzero(state.optional & ~state.fixed & (state.chosen != state.hub))
        else:
            found = [(NOBODY, state.hub)] if state.load[node] > state.least[node] else []
            rows = self._pairs.of_column(node)
        return found + list(zip(rows.tolist(), state.chosen[rows].tolist(), strict=True))

    def _from_hub(self, open_: NDArray[np.bool_], sought: Nodes) -> list[tuple[int, int]]:
        """The columns that are open; one of those sought is enough, as the hub has very many."""
        for one in sought:
            if one != self._state.hub and open_[one]:
                return [(NOBODY, one)]
        return [(NOBODY, one) for one in np.flatnonzero(open_).tolist()]

    def _close(self, reach: Reach, *, forward: bool) -> None:
        """What leads into nodes that nothing leads out of, or out of nodes that nothing leads into, is dropped."""
        inside = np.zeros(self._state.hub + 1, dtype=np.bool_)
        inside[list(reach.steps)] = True
        pairs, chosen = self._pairs, self._state.chosen
        for node in reach.steps:
            if node == self._state.hub:
                continue
            if forward:
                there = pairs.order[pairs.by_column[node] : pairs.by_column[node + 1]]
                pairs.alive[there[~inside[chosen[pairs.rows[there]]]]] = False
        if not forward:
            for row in np.flatnonzero(inside[chosen] & ~self._state.fixed).tolist():
                span = slice(pairs.by_row[row], pairs.by_row[row + 1])
                pairs.alive[span] &= inside[pairs.columns[span]]


def _advance(
    near: Reach, far: Reach, neighbours: Callable[[int, Nodes], list[tuple[int, int]]]
) -> int | None:
    """One step from the whole front; the node where the two ends meet, if they do."""
    front, near.front = near.front, []
    for node in front:
        for row, there in neighbours(node, far.steps):
            if there in near.steps:
                continue
            near.steps[there] = (row, node)
            if there in far.steps:
                return there
            near.front.append(there)
    return None


def _joined(there: Reach, back: Reach, meeting: int) -> Steps:
    """The exchanges from the one end to the other."""
    steps = []
    node = meeting
    while there.steps[node][1] != node:
        row, before = there.steps[node]
        steps.append((row, node))
        node = before
    node = meeting
    while back.steps[node][1] != node:
        row, after = back.steps[node]
        steps.append((row, after))
        node = after
    return [(row, node) for row, node in steps if row != NOBODY]
