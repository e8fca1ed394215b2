"""A flow of least cost on any network, with whole-number potentials that prove it."""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from services.matching.solver.optimum.edges import Index
from services.matching.solver.optimum.flow import GREATEST
from services.matching.solver.optimum.task import Whole


@dataclass(frozen=True, slots=True)
class Arcs:
    """Arcs with room and cost, from the node `size - 2`, the source, to the node `size - 1`, the sink."""

    size: int
    tails: Index
    heads: Index
    room: Whole
    costs: Whole


def cheapest(arcs: Arcs) -> Whole:
    """The flow per arc that costs least, as much of it as pays; raises ArithmeticError beyond 64 bits."""
    if int(np.abs(arcs.costs).max(initial=0)) * (arcs.size + 2) * 4 > GREATEST:
        raise ArithmeticError("worth, points and places multiply to more than 64 bits can hold")
    source, sink = arcs.size - 2, arcs.size - 1
    supply = int(arcs.room[arcs.tails == source].sum())
    flow = SimpleMinCostFlow()
    numbers = flow.add_arcs_with_capacity_and_unit_cost(
        arcs.tails, arcs.heads, arcs.room, arcs.costs
    )
    flow.add_arc_with_capacity_and_unit_cost(source, sink, supply, 0)
    flow.set_node_supply(source, supply)
    flow.set_node_supply(sink, -supply)
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise ArithmeticError(f"the flow was not solved: {status}")
    return np.asarray(flow.flows(numbers), dtype=np.int64)


def potentials(arcs: Arcs, flow: Whole) -> Whole:
    """Shortest distances in what the flow leaves open, 0 at most, equal at source and sink (Bellman, Ford)."""
    source, sink = arcs.size - 2, arcs.size - 1
    on, back = flow < arcs.room, flow > 0
    both = np.array([source, sink])
    tails = np.concatenate((arcs.tails[on], arcs.heads[back], both))
    heads = np.concatenate((arcs.heads[on], arcs.tails[back], both[::-1]))
    costs = np.concatenate((arcs.costs[on], -arcs.costs[back], both * 0))
    order = np.argsort(heads, kind="stable")
    tails, heads, costs = tails[order], heads[order], costs[order]
    starts = np.flatnonzero(np.diff(heads, prepend=-1))
    seen = heads[starts]
    distance = np.zeros(arcs.size, dtype=np.int64)
    for _ in range(arcs.size + 1):
        nearer = np.minimum.reduceat(distance[tails] + costs, starts)
        if (nearer >= distance[seen]).all():
            return distance
        distance[seen] = np.minimum(distance[seen], nearer)
    raise ArithmeticError("the flow can be made cheaper")
