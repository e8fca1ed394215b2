"""One round, decided: the table, the pins that can be kept, the optimum, and a reason for whoever is left."""

from collections.abc import Iterator, Sequence

import numpy as np

from services.matching.domain.assignment import Problem
from services.matching.domain.candidates import Side
from services.matching.domain.matching import OUTCOMPETED, Tell, match_of, reason
from services.matching.domain.pins import settle
from services.matching.domain.rounds import Match, Outcome, Pin, Pool, Unmatched
from services.matching.solver import wire
from services.matching.solver.assignment import assign
from services.matching.solver.table import Table, table_of


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
    """The pins, and the best of what is left beside them."""
    task = table.task(pins)
    left = {id_: profile.free for id_, profile in (*table.mentors.items(), *table.mentees.items())}
    pinned = {row for row, _ in task.pins}
    for row, column in task.pins:
        left[task.mentees[row]] -= 1
        left[task.mentors[column]] -= 1
    allowed = zip(*np.nonzero(task.points >= 0), strict=True)
    problem = Problem(
        mentors=task.mentors,
        mentees=tuple(id_ for row, id_ in enumerate(task.mentees) if row not in pinned),
        places=left,
        points={
            (task.mentors[column], task.mentees[row]): int(task.points[row, column])
            for row, column in allowed
            if row not in pinned and min(left[task.mentees[row]], left[task.mentors[column]]) > 0
        },
    )
    tell("assign", 0, 1)
    found = assign(problem)
    tell("assign", 1, 1)
    columns = {id_: column for column, id_ in enumerate(task.mentors)}
    rows = {id_: row for row, id_ in enumerate(task.mentees)}
    others = ((rows[mentee], columns[mentor]) for mentor, mentee in found)
    return tuple(sorted((*task.pins, *others)))
