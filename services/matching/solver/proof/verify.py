"""All checks of a report against its pool, in one order; each looks only at what the ones before left whole."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import chain
from uuid import UUID

from services.matching.domain.candidates import Side
from services.matching.domain.matching import OUTCOMPETED
from services.matching.domain.rounds import Pool
from services.matching.solver import wire
from services.matching.solver.proof.bound import unproven
from services.matching.solver.proof.breaches import Breach, breaches
from services.matching.solver.proof.case import Case
from services.matching.solver.proof.counts import Place, miscounted, strangers
from services.matching.solver.proof.formats import Apart, apart
from services.matching.solver.proof.pinned import kept_pins, misjudged_pins
from services.matching.solver.proof.plain import SAMPLE, Reference, differing, wrong_pairs
from services.matching.solver.proof.scores import FORBIDDEN, Scores, Tell, scores_of
from services.matching.solver.proof.sheet import Sides, whole
from services.matching.solver.proof.ties import MarkOf, earlier, mark
from services.matching.solver.proof.wishes import blocking
from services.matching.solver.report import Certificate, Report


def verify(pool: Pool, report: Report, tell: Tell, sample: int = SAMPLE) -> tuple[Breach, ...]:
    """What is wrong with the report; nothing where it is right.

    Counts over all formats; the formats before one to one, pair by pair and with what is told of them; then one to
    one among those who are left: rules and points of all pairs and of a sample of other combinations by the plain
    reference; pins; the objective's five levels; the certificate's prices and the tie-break, or where the policy asks
    for that, that no two would rather have each other. And the hashes.
    """
    found = [*_of_another(pool, report), *strangers(Sides.of(pool), report)]
    if any(breach.code == "unknown_volunteer" for breach in found):
        return tuple(found)
    found += miscounted(pool, report)
    parts = apart(pool, report, tell)
    found += parts.breaches
    if parts.pool is not None:
        lost = _lost_out(pool, parts.found, tell)
        found += _one_to_one(parts.pool, parts, lost, (tell, sample))
    return tuple(found)


def _one_to_one(
    pool: Pool, parts: Apart, lost: frozenset[Place], effort: tuple[Tell, int]
) -> Iterator[Breach]:
    """What is wrong with the pairs one to one; `pool` are those who are left for them."""
    report, (tell, sample), sides = parts.report, effort, Sides.of(pool)
    taken = [str(breach.about) for breach in strangers(sides, report)]
    if taken:
        yield from breaches("taken_before", taken)
        return
    reference = Reference.of(pool)
    cells = [(sides.column[one.mentor_id], sides.row[one.mentee_id]) for one in report.pairs]
    yield from wrong_pairs(reference, zip(cells, report.pairs, strict=True))
    yield from misjudged_pins(reference, sides, report)
    case = case_of(pool, sides, report, scores_of(pool, sides, tell))
    yield from chain(
        differing(reference, case, sample, tell), _wrong_reasons(case, sides, report, lost)
    )
    if _is_answer(case):
        mark_of = _marks(pool, sides)
        yield from _misnamed(case, report, mark_of)
        yield from (
            blocking(pool, sides, case)
            if pool.terms.stable
            else _worse(case, report.certificate, mark_of)
        )


def case_of(pool: Pool, sides: Sides, report: Report, scores: Scores) -> Case:
    """The pool and the answer as numbers."""
    kept = kept_pins(pool, report)
    known = [pin for pin in kept if pin[0] in sides.column and pin[1] in sides.row]
    return Case(
        scores=scores,
        worth=whole(1 + one.waited for one in sides.mentees),
        places=whole(one.free for one in sides.mentors),
        shared=tuple(
            (sides.column[one.candidate.id], row, one.free)
            for row, one in enumerate(sides.mentees)
            if one.candidate.id in sides.column
        ),
        pins=tuple((sides.column[mentor], sides.row[mentee]) for mentor, mentee in known),
        pairs=tuple(
            (sides.column[one.mentor_id], sides.row[one.mentee_id]) for one in report.pairs
        ),
    )


def _of_another(pool: Pool, report: Report) -> Iterator[Breach]:
    """Whether the report is about this pool, this policy and this round at all."""
    if report.input_hash != wire.input_hash(pool):
        yield Breach("input_hash", "the report is about another pool, or this one on other terms")
    if report.policy_hash != wire.policy_hash(pool.terms):
        yield Breach("policy_hash", "the report is about another policy")
    if report.round_id != pool.round_id:
        yield Breach("round_id", f"the report is about round {report.round_id}")
    if report.figures.matched != len(report.pairs):
        yield Breach(
            "matched", f"{report.figures.matched}, and there are {len(report.pairs)} pairs"
        )


def _lost_out(pool: Pool, found: frozenset[Place], tell: Tell) -> frozenset[Place]:
    """Who would have been allowed one to one for somebody whom another format took."""
    if not found:
        return frozenset()
    sides = Sides.of(pool)
    allowed = scores_of(pool, sides, tell) != FORBIDDEN
    taught = [sides.column[id_] for id_, side in found if side is Side.MENTOR]
    served = [sides.row[id_] for id_, side in found if side is Side.MENTEE]
    mentors, mentees = allowed[:, served].any(axis=1), allowed[taught].any(axis=0)
    return frozenset(
        {(id_, Side.MENTOR) for id_, place in sides.column.items() if mentors[place]}
        | {(id_, Side.MENTEE) for id_, place in sides.row.items() if mentees[place]}
    )


def _wrong_reasons(
    case: Case, sides: Sides, report: Report, lost: frozenset[Place]
) -> Iterator[Breach]:
    """Who is said to be outcompeted had somebody allowed, and who is not had nobody."""
    allowed = case.scores != FORBIDDEN
    possible = {Side.MENTOR: allowed.any(axis=1), Side.MENTEE: allowed.any(axis=0)}
    places = {Side.MENTOR: sides.column, Side.MENTEE: sides.row}

    def had_somebody(id_: UUID, side: Side) -> bool:
        return (id_, side) in lost or bool(possible[side][places[side][id_]])

    return breaches(
        "wrong_reason",
        (
            f"{one.volunteer_id} as {one.side}: {one.reason}"
            for one in report.unmatched
            if one.volunteer_id in places[one.side]
            and had_somebody(one.volunteer_id, one.side) != (one.reason == OUTCOMPETED)
        ),
    )


def _is_answer(case: Case) -> bool:
    """Whether the pairs are an answer at all, so that its worth can be asked; other checks say why not."""
    return (
        len({mentee for _, mentee in case.pairs}) == len(case.pairs)
        and all(case.scores[cell] != FORBIDDEN for cell in case.pairs)
        and set(case.pins) <= set(case.pairs)
        and bool((case.loads <= case.places).all())
    )


def _misnamed(case: Case, report: Report, mark_of: MarkOf) -> Iterator[Breach]:
    """Where the objective is not that of the pairs one to one."""
    marks = sorted(mark_of(*cell) for cell in case.pairs)
    for level, value in (
        ("served", case.served),
        ("least", case.least),
        ("total", case.total),
        ("squares", case.squares),
        ("digest", sha256(b"".join(marks)).hexdigest()),
    ):
        told = getattr(report.objective, level)
        if told != value:
            yield Breach("objective", f"{level}: {told}, and the pairs have {value}")


def _worse(case: Case, certificate: Certificate | None, mark_of: MarkOf) -> Iterator[Breach]:
    """Whether another answer could be better, or comes first among equals."""
    if certificate is None:
        yield Breach("claim_missing", "all")
        return
    broken = tuple(unproven(case, certificate))
    yield from broken
    if not broken:
        for cell in earlier(case, certificate.squares, mark_of):
            yield Breach(
                "not_the_least_marks", f"mentor {cell[0]} with mentee {cell[1]} comes first"
            )


def _marks(pool: Pool, sides: Sides) -> MarkOf:
    mentors, mentees = tuple(sides.column), tuple(sides.row)
    return lambda mentor, mentee: mark(pool.round_id, mentors[mentor], mentees[mentee])
