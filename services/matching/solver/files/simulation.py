"""A round of a pool from a file: the same code as the service's, and all that there is to tell of the answer."""

import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from time import perf_counter

from services.matching.domain import reports
from services.matching.domain.candidates import Side
from services.matching.domain.matching import Tell
from services.matching.domain.reports import Standing
from services.matching.domain.rounds import Match, Pool
from services.matching.domain.score import OF_MENTEE, OF_MENTOR, OF_THE_WHOLE
from services.matching.solver import wire
from services.matching.solver.answers import Answer
from services.matching.solver.report import (
    Certificate,
    Figures,
    Left,
    Objective,
    PairOfTwo,
    PinRefused,
    Report,
)
from services.matching.solver.reporting import standings
from services.matching.solver.run import answer_of, left_over, matches_of

LIBRARIES = ("numpy", "scipy", "ortools")


def simulate(pool: Pool, tell: Tell) -> Report:
    """The report of the round that this pool gives."""
    begin = perf_counter()
    answer = answer_of(pool, tell)
    return report_of(answer, round(perf_counter() - begin, 3))


def report_of(answer: Answer, seconds: float) -> Report:
    """All that there is to tell of a round; `seconds` are those of rules, points and optimum."""
    pool = answer.table.pool
    them, blocking = standings(answer.table, answer.task, answer.pairs)
    return Report(
        round_id=pool.round_id,
        pairs=tuple(_pairs(answer, them)),
        unmatched=tuple(_left(answer)),
        refused_pins=tuple(
            PinRefused(mentor_id=one.pin.mentor_id, mentee_id=one.pin.mentee_id, reason=one.reason)
            for one in answer.refused
        ),
        objective=Objective.model_validate(answer.objective),
        certificate=answer.certificate and Certificate.model_validate(answer.certificate),
        figures=_figures(answer, them, blocking),
        input_hash=wire.input_hash(pool),
        policy_hash=wire.policy_hash(pool.terms),
        solver={"python": platform.python_version(), **{one: version(one) for one in LIBRARIES}},
        seconds=seconds,
    )


def _pairs(answer: Answer, them: Sequence[Standing]) -> Iterator[PairOfTwo]:
    for match, standing in zip(matches_of(answer), them, strict=True):
        yield PairOfTwo(
            mentor_id=match.mentor_id,
            mentee_id=match.mentee_id,
            format=match.format,
            score=standing.score,
            parts=_parts(match),
            mentor_points=standing.mentor_points,
            mentee_points=standing.mentee_points,
            mentor_rank=standing.mentor_rank,
            mentee_rank=standing.mentee_rank,
        )


def _parts(match: Match) -> dict[str, int]:
    """What each part brings to the score: what counts for both sides brings it twice."""
    sides = (*OF_MENTEE, *OF_MENTOR, *OF_THE_WHOLE)
    return {part: points * sides.count(part) for part, points in match.points.items()}


def _left(answer: Answer) -> Iterator[Left]:
    table = answer.table
    people = {
        id_: profile.candidate.person_id
        for id_, profile in (*table.mentors.items(), *table.mentees.items())
    }
    for one in left_over(answer):
        yield Left(
            person_id=people[one.volunteer_id],
            volunteer_id=one.volunteer_id,
            side=one.side,
            reason=one.reason,
        )


def _figures(answer: Answer, them: Sequence[Standing], blocking: int) -> Figures:
    table = answer.table
    sides = {
        side: [profile.candidate for profile in there.values()]
        for side, there in ((Side.MENTOR, table.mentors), (Side.MENTEE, table.mentees))
    }
    told = reports.report_of(sides, them, blocking, _NO_PROOF, _NO_ORIGIN)
    return Figures(
        matched=told.pairs,
        scores=told.scores,
        mentors=told.mentors,
        mentees=told.mentees,
        blocking_pairs=blocking,
        load=told.load,
    )


# They stand in full in the file: the objective, the certificate, the hashes.
_NO_PROOF = reports.Proof(0, None, 0, 0, "", "")
_NO_ORIGIN = reports.Origin("", "", "", 0.0)
