"""Who is in how many pairs, who is left, and which pins were kept: what a report must add up to."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from services.matching.domain.candidates import Side
from services.matching.domain.rounds import Pool
from services.matching.solver.proof.breaches import Breach, breaches
from services.matching.solver.proof.sheet import Sides
from services.matching.solver.report import Report


def strangers(sides: Sides, report: Report) -> Iterator[Breach]:
    """Who is named in a pair and does not take part as that; the other checks need to know everybody."""
    named = [(one.mentor_id, sides.column) for one in report.pairs]
    named += [(one.mentee_id, sides.row) for one in report.pairs]
    return breaches("unknown_volunteer", (str(id_) for id_, known in named if id_ not in known))


def miscounted(pool: Pool, report: Report) -> Iterator[Breach]:
    """Where somebody has too many pairs, or is forgotten."""
    as_mentor = Counter(one.mentor_id for one in report.pairs)
    as_mentee = Counter(one.mentee_id for one in report.pairs)
    yield from breaches("paired_twice", (str(id_) for id_, pairs in as_mentee.items() if pairs > 1))
    free = {one.candidate.id: one.free for one in pool.entrants}
    yield from breaches(
        "over_capacity",
        (
            f"{id_}: {pairs} pairs, {free[id_]} free"
            for id_, pairs in (as_mentor + as_mentee).items()
            if pairs > free[id_]
        ),
    )
    there = {(one.candidate.id, side) for one in pool.entrants for side in one.sides}
    paired = {(id_, Side.MENTOR) for id_ in as_mentor} | {(id_, Side.MENTEE) for id_ in as_mentee}
    left = Counter((one.volunteer_id, one.side) for one in report.unmatched)
    yield from breaches("left_and_paired", _sorted(paired & left.keys()))
    yield from breaches("forgotten", _sorted(there - paired - left.keys()))
    yield from breaches("left_unknown", _sorted(left.keys() - there))
    yield from breaches("left_twice", _sorted({one for one, times in left.items() if times > 1}))
    people = {one.candidate.id: one.candidate.person_id for one in pool.entrants}
    yield from breaches(
        "wrong_person",
        (
            str(one.volunteer_id)
            for one in report.unmatched
            if people.get(one.volunteer_id, one.person_id) != one.person_id
        ),
    )


def _sorted(them: set[tuple[UUID, Side]]) -> Iterator[str]:
    return (f"{id_} as {side}" for id_, side in sorted(them))
