"""One round, decided: the table, the pins that can be kept, the optimum, and a reason for whoever is left."""

from collections.abc import Iterator
from time import perf_counter

import numpy as np

from services.matching.domain.candidates import Side
from services.matching.domain.matching import OUTCOMPETED, Tell, match_of, reason
from services.matching.domain.pins import settle
from services.matching.domain.rounds import Match, Outcome, Pool, Unmatched
from services.matching.solver.answers import Answer, Decision, Pairs
from services.matching.solver.compose import compose, left_of
from services.matching.solver.optimum.objective import objective_of
from services.matching.solver.optimum.solve import solve
from services.matching.solver.optimum.stable import solve_stable
from services.matching.solver.optimum.task import Task
from services.matching.solver.reporting import report_on
from services.matching.solver.table import FORBIDDEN, Table, table_of


def decide(pool: Pool, tell: Tell) -> Outcome:
    """The pairs of the pool in all formats, and who is left with which reason."""
    return outcome_of(decision_on(pool, tell))


def decision_on(pool: Pool, tell: Tell) -> Decision:
    """What is composed of the pool, and the answer to the rest."""
    begin = perf_counter()
    composed = compose(pool, tell)
    answer = answer_of(composed.rest, tell)
    return Decision(pool, composed, answer, round(perf_counter() - begin, 3))


def outcome_of(decision: Decision) -> Outcome:
    """All that the round hears of it: pairs one to one in the order of their mentees' ids, behind the others."""
    composed, answer, report = decision.composed, decision.answer, report_on(decision)
    return Outcome(
        matches=(*composed.matches, *matches_of(answer)),
        unmatched=left_in(decision),
        input_hash=report.origin.input_hash,
        policy_hash=report.origin.policy_hash,
        refused_pins=answer.refused,
        stages=composed.stages,
        report=report,
    )


def left_in(decision: Decision) -> tuple[Unmatched, ...]:
    """Who has found nobody in any format, with the reason."""
    return left_of(decision.pool, decision.composed, left_over(decision.answer))


def answer_of(pool: Pool, tell: Tell) -> Answer:
    """One to one: the pins and the best beside them; or, where the policy says so, pairs that nobody would leave."""
    table = table_of(pool, tell)
    pins, refused = settle(pool, table.mentors, table.mentees)
    task = table.task(pins)
    if pool.terms.stable:
        pairs = _stable(table, task, tell)
        return Answer(table, task, refused, pairs, objective_of(task, pairs), None)
    found = solve(task, tell)
    return Answer(table, task, refused, found.pairs, found.objective, found.certificate)


def matches_of(answer: Answer) -> Iterator[Match]:
    """The pairs one to one with all that is told of them."""
    table = answer.table
    mentors, mentees = list(table.mentors.values()), list(table.mentees.values())
    for row, column in answer.pairs:
        yield match_of(mentors[column], mentees[row], table.pool.terms, table.scarcity)


def left_over(answer: Answer) -> Iterator[Unmatched]:
    """Who has no partner one to one on a side, with the reason."""
    table = answer.table
    for axis, side, there in ((1, Side.MENTOR, table.mentors), (0, Side.MENTEE, table.mentees)):
        matched = {pair[axis] for pair in answer.pairs}
        possible = table.possible(side)
        for place, id_ in enumerate(there):
            if place not in matched and possible[place]:
                yield Unmatched(id_, side, OUTCOMPETED)
            elif place not in matched:
                why = reason(table.removals(side, place), side, table.pool.terms)
                yield Unmatched(id_, side, why)


def _stable(table: Table, task: Task, tell: Tell) -> Pairs:
    tell("stable", 0, 1)
    of_mentees, of_mentors = (np.full_like(table.points, FORBIDDEN) for _ in range(2))
    for wish in table.wishes():
        of_mentees[wish.row], of_mentors[wish.row] = wish.mentee, wish.mentor
    found = solve_stable(task, of_mentees, of_mentors)
    tell("stable", 1, 1)
    return found
