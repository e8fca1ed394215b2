"""An answer, with the solver behind it: each change of the pool is solved to the end."""

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Side
from services.matching.domain.explaining.advice import Effort, advise
from services.matching.domain.explaining.answers import Answer
from services.matching.domain.explaining.prices import why_not
from services.matching.domain.explaining.solving import Levels, Removed, Solve, Solved
from services.matching.domain.matching import Tell
from services.matching.domain.rounds import Pool
from services.matching.solver.run import answer_of, left_over
from services.matching.solver.table import table_of

COMBINATIONS = 60_000_000
"""So many combinations of two are looked at for one advice; solving the whole looks at each of them once."""
SOLVES_LEAST = 2
SOLVES_MOST = 40
FOR_THE_ROUND = 8


def answer(pool: Pool, pairing: Pairing | None, tell: Tell) -> Answer:
    """The answer about two of the pool, or without them advice on all who are left."""
    solve = solver(tell)
    if pairing is not None:
        return Answer(why_not=why_not(pool, pairing, solve))
    return Answer(advice=advise(pool, solve, removed_in(pool, tell), effort_for(pool)))


def effort_for(pool: Pool) -> Effort:
    """How often this pool may be solved again: less often the greater it is."""
    mentors, mentees = (
        sum(side in one.sides for one in pool.entrants) for side in (Side.MENTOR, Side.MENTEE)
    )
    solves = COMBINATIONS // max(1, mentors * mentees)
    solves = max(SOLVES_LEAST, min(solves, SOLVES_MOST))
    return Effort(min(solves, FOR_THE_ROUND), max(0, solves - FOR_THE_ROUND))


def solver(tell: Tell) -> Solve:
    """What decides a round decides it again."""

    def solve(pool: Pool) -> Solved:
        found = answer_of(pool, tell)
        task, reached = found.task, found.objective
        return Solved(
            Levels(reached.served, reached.least, reached.total, reached.squares),
            tuple((task.mentors[column], task.mentees[row]) for row, column in found.pairs),
            tuple(left_over(found)),
        )

    return solve


def removed_in(pool: Pool, tell: Tell) -> Removed:
    """Per volunteer and side how often which rule forbade."""
    table = table_of(pool, tell)
    return {
        (id_, side): table.removals(side, place)
        for side, there in ((Side.MENTOR, table.mentors), (Side.MENTEE, table.mentees))
        for place, id_ in enumerate(there)
    }
