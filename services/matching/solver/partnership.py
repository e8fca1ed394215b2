"""Partnerships: two people who both teach and both learn, and each is in one at most.

Whoever may be with whom is a graph without two sides, so this is a matching in a general graph. It is decided by CP-SAT
in whole numbers and with a bound, as the other formats are, in place of Edmonds' algorithm, which has neither a least
score nor more than one aim.
"""

from collections import defaultdict
from uuid import UUID

from ortools.sat.python import cp_model

from services.matching.domain.assignment import Pairing
from services.matching.domain.fields import Field, Level, mark
from services.matching.solver.levels import WORK, Choice, decide


def partnerships(field: Field, work: float = WORK) -> tuple[tuple[Pairing, ...], tuple[Level, ...]]:
    """The best partnerships, each as its named mentor and mentee, and what each aim has reached.

    `field.points` has each two people once. A partnership serves both, so it is worth what both are.
    """
    model = cp_model.CpModel()
    of_person: dict[UUID, list[cp_model.IntVar]] = defaultdict(list)
    pairings, choices = sorted(field.points), []
    for pairing in pairings:
        taken = model.new_bool_var(f"{pairing}")
        for one in pairing:
            of_person[one].append(taken)
        choices.append(
            Choice(
                taken,
                worth=sum(field.worth_of(one) for one in pairing),
                points=field.points[pairing],
                mark=mark(field.round_id, *pairing),
            )
        )
    for theirs in of_person.values():
        model.add_at_most_one(theirs)
    taken_of, levels = decide(model, choices, work)
    chosen = (pairing for pairing, is_in in zip(pairings, taken_of, strict=True) if is_in)
    return tuple(chosen), levels
