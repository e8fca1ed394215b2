"""Who is in how many pairs of all formats, and who is left: what a report must add up to."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date
from uuid import UUID

from services.matching.domain.candidates import Side
from services.matching.domain.rounds import Pool
from services.matching.domain.terms import PARTNERSHIP
from services.matching.solver.proof.breaches import Breach, breaches
from services.matching.solver.proof.sheet import Sides
from services.matching.solver.report import PairOfTwo, Report

Place = tuple[UUID, Side]
"""A volunteer on one side."""


def strangers(sides: Sides, report: Report) -> Iterator[Breach]:
    """Who is named in a pair and does not take part as that; the other checks need to know everybody."""
    named = [(one.mentor_id, sides.column) for one in report.pairs]
    named += [(one.mentee_id, sides.row) for one in report.pairs]
    return breaches("unknown_volunteer", (str(id_) for id_, known in named if id_ not in known))


def places_of(pair: PairOfTwo) -> tuple[Place, ...]:
    """Who has found somebody with this pair: in a partnership both, and on both sides."""
    if pair.format == PARTNERSHIP:
        return tuple((id_, side) for id_ in (pair.mentor_id, pair.mentee_id) for side in Side)
    return (pair.mentor_id, Side.MENTOR), (pair.mentee_id, Side.MENTEE)


def miscounted(pool: Pool, report: Report) -> Iterator[Breach]:
    """Where somebody has too many pairs, or is forgotten."""
    found = Counter(place for one in report.pairs for place in places_of(one))
    yield from breaches(
        "paired_twice",
        (str(id_) for (id_, side), pairs in found.items() if side is Side.MENTEE and pairs > 1),
    )
    yield from breaches("over_capacity", _too_many(pool, report))
    there = {(one.candidate.id, side) for one in pool.entrants for side in one.sides}
    left = Counter((one.volunteer_id, one.side) for one in report.unmatched)
    yield from breaches("left_and_paired", _sorted(found.keys() & left.keys()))
    yield from breaches("forgotten", _sorted(there - found.keys() - left.keys()))
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


def _too_many(pool: Pool, report: Report) -> Iterator[str]:
    """Who has more pairs on a day than places; a sprint takes one on its day, everything else one every day."""
    free = {one.candidate.id: one.free for one in pool.entrants}
    lasting: Counter[UUID] = Counter()
    sprints: dict[UUID, Counter[date]] = defaultdict(Counter)
    for one in report.pairs:
        for id_ in (one.mentor_id, one.mentee_id):
            if one.starts_at is None:
                lasting[id_] += 1
            else:
                sprints[id_][one.starts_at.astimezone(UTC).date()] += 1
    for id_ in dict.fromkeys((*lasting, *sprints)):
        pairs = lasting[id_] + max(sprints[id_].values(), default=0)
        if pairs > free[id_]:
            yield f"{id_}: {pairs} pairs, {free[id_]} free"


def _sorted(them: set[Place]) -> Iterator[str]:
    return (f"{id_} as {side}" for id_, side in sorted(them))
