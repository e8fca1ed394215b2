"""An answer, with the solver behind it: each change of the pool is solved to the end."""

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Side
from services.matching.domain.explaining.advice import Effort, advise
from services.matching.domain.explaining.answers import Answer
from services.matching.domain.explaining.prices import why_not
from services.matching.domain.explaining.solving import Levels, Removed, Solve, Solved
from services.matching.domain.matching import Tell
from services.matching.domain.rounds import Match, Pool, Unmatched
from services.matching.solver import answers
from services.matching.solver.compose import Composed, compose, left_of
from services.matching.solver.run import answer_of, decision_on, left_in, left_over
from services.matching.solver.table import table_of

COMBINATIONS = 60_000_000
"""So many combinations of two are looked at for one advice; solving the whole looks at each of them once."""
SOLVES_LEAST = 2
SOLVES_MOST = 40
FOR_THE_ROUND = 8


def answer(pool: Pool, pairing: Pairing | None, tell: Tell) -> Answer:
    """The answer about two of the pool, or without them advice on all who are left.

    What is composed in other formats stays as it is for the advice: it is about one to one among who is left after it.
    """
    if pairing is not None:
        return Answer(why_not=why_not(pool, pairing, solver(tell)))
    composed = compose(pool, tell)
    rest, solve = composed.rest, solver_beside(pool, composed, tell)
    return Answer(advice=advise(rest, solve, removed_in(rest, tell), effort_for(rest)))


def effort_for(pool: Pool) -> Effort:
    """How often this pool may be solved again: less often the greater it is."""
    mentors, mentees = (
        sum(side in one.sides for one in pool.entrants) for side in (Side.MENTOR, Side.MENTEE)
    )
    solves = COMBINATIONS // max(1, mentors * mentees)
    solves = max(SOLVES_LEAST, min(solves, SOLVES_MOST))
    return Effort(min(solves, FOR_THE_ROUND), max(0, solves - FOR_THE_ROUND))


def solver(tell: Tell) -> Solve:
    """What decides a round decides it again, in all its formats."""

    def solve(pool: Pool) -> Solved:
        found = decision_on(pool, tell)
        return _solved(found.answer, left_in(found), found.composed.matches)

    return solve


def solver_beside(pool: Pool, composed: Composed, tell: Tell) -> Solve:
    """What pairs one to one pairs again; of the whole `pool` the other formats are composed, and stay so."""

    def solve(rest: Pool) -> Solved:
        found = answer_of(rest, tell)
        unmatched = tuple(left_over(found))
        # Reasons are told of who is left as things are, not of who would be after a change.
        if rest is composed.rest:
            unmatched = left_of(pool, composed, unmatched)
        return _solved(found, unmatched, composed.matches)

    return solve


def _solved(
    found: answers.Answer, unmatched: tuple[Unmatched, ...], composed: tuple[Match, ...]
) -> Solved:
    task, reached = found.task, found.objective
    return Solved(
        Levels(reached.served, reached.least, reached.total, reached.squares),
        tuple((task.mentors[column], task.mentees[row]) for row, column in found.pairs),
        unmatched,
        composed,
    )


def removed_in(pool: Pool, tell: Tell) -> Removed:
    """Per volunteer and side how often which rule forbade."""
    table = table_of(pool, tell)
    return {
        (id_, side): table.removals(side, place)
        for side, there in ((Side.MENTOR, table.mentors), (Side.MENTEE, table.mentees))
        for place, id_ in enumerate(there)
    }
