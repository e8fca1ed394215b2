"""Pins are kept, or refused for a reason that is so."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from services.matching.domain.hard_rules import obstacle
from services.matching.domain.rounds import Pool
from services.matching.solver.proof.breaches import Breach
from services.matching.solver.proof.plain import Reference
from services.matching.solver.proof.sheet import Sides
from services.matching.solver.report import Report

Pairing = tuple[UUID, UUID]


def kept_pins(pool: Pool, report: Report) -> tuple[Pairing, ...]:
    """The pins that the report does not refuse, each once, as mentor and mentee."""
    refused = {(one.mentor_id, one.mentee_id) for one in report.refused_pins}
    return tuple(sorted({(one.mentor_id, one.mentee_id) for one in pool.pins} - refused))


def misjudged_pins(reference: Reference, sides: Sides, report: Report) -> Iterator[Breach]:
    """Pins that are lost, or refused without need."""
    pairs = {(one.mentor_id, one.mentee_id) for one in report.pairs}
    kept = kept_pins(reference.pool, report)
    for mentor_id, mentee_id in kept:
        if (mentor_id, mentee_id) not in pairs:
            yield Breach("pin_lost", f"{mentor_id} with {mentee_id}")
    for told in report.refused_pins:
        about = f"{told.mentor_id} with {told.mentee_id}: {told.reason}"
        column, row = sides.column.get(told.mentor_id), sides.row.get(told.mentee_id)
        if column is None or row is None:
            continue
        two = reference.mentors[column], reference.mentees[row]
        code = obstacle(*two, reference.pool.terms)
        if code is None and not _in_the_way(reference.pool, kept, (told.mentor_id, told.mentee_id)):
            yield Breach("pin_refused", about)
        elif code not in (None, told.reason):
            yield Breach("pin_reason", f"{about}, and it is {code}")


def _in_the_way(pool: Pool, kept: tuple[Pairing, ...], pin: Pairing) -> bool:
    """Whether the pins that are kept leave no place for this one."""
    free = {one.candidate.id: one.free for one in pool.entrants}
    taken = Counter(id_ for pairing in kept for id_ in pairing)
    mentee_has_one = any(mentee_id == pin[1] for _, mentee_id in kept)
    return mentee_has_one or any(taken[id_] >= free[id_] for id_ in pin)
