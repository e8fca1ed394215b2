"""One round, decided: the table, the pins that can be kept, the optimum, and a reason for whoever is left."""

from collections.abc import Iterator, Sequence

import numpy as np

from services.matching.domain.candidates import Side
from services.matching.domain.matching import OUTCOMPETED, Tell, match_of, reason
from services.matching.domain.pins import settle
from services.matching.domain.rounds import Match, Outcome, Pin, Pool, Unmatched
from services.matching.solver import wire
from services.matching.solver.optimum.solve import solve
from services.matching.solver.optimum.stable import solve_stable
from services.matching.solver.table import FORBIDDEN, Table, table_of


def decide(pool: Pool, tell: Tell) -> Outcome:
    """The best pairs of the pool, in the order of their mentees' ids, and who is left with which reason."""
    table = table_of(pool, tell)
    pins, refused = settle(pool, table.mentors, table.mentees)
    chosen = _chosen(table, pins, tell)
    return Outcome(
        matches=tuple(_matches(table, chosen)),
        unmatched=tuple(_left_over(table, chosen)),
        input_hash=wire.input_hash(pool),
        policy_hash=wire.policy_hash(pool.terms),
        refused_pins=refused,
    )


def _matches(table: Table, chosen: Sequence[tuple[int, int]]) -> Iterator[Match]:
    mentors, mentees = list(table.mentors.values()), list(table.mentees.values())
    for row, column in chosen:
        yield match_of(mentors[column], mentees[row], table.pool.terms, table.scarcity)


def _left_over(table: Table, chosen: Sequence[tuple[int, int]]) -> Iterator[Unmatched]:
    for axis, side, there in ((1, Side.MENTOR, table.mentors), (0, Side.MENTEE, table.mentees)):
        matched = {pair[axis] for pair in chosen}
        possible = table.possible(side)
        for place, id_ in enumerate(there):
            if place not in matched and possible[place]:
                yield Unmatched(id_, side, OUTCOMPETED)
            elif place not in matched:
                why = reason(table.removals(side, place), side, table.pool.terms)
                yield Unmatched(id_, side, why)


def _chosen(table: Table, pins: Sequence[Pin], tell: Tell) -> tuple[tuple[int, int], ...]:
    """The pins, and the best beside them; or, where the policy says so, pairs that nobody would leave."""
    task = table.task(pins)
    if not table.pool.terms.stable:
        return solve(task, tell).pairs
    tell("stable", 0, 1)
    of_mentees, of_mentors = (np.full_like(table.points, FORBIDDEN) for _ in range(2))
    for wish in table.wishes():
        of_mentees[wish.row], of_mentors[wish.row] = wish.mentee, wish.mentor
    found = solve_stable(task, of_mentees, of_mentors)
    tell("stable", 1, 1)
    return found
