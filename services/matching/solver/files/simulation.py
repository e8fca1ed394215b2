"""A round of a pool from a file: the same code as the service's, and all that there is to tell of the answer."""

import platform
from collections.abc import Iterator
from importlib.metadata import version

from services.matching.domain import reports
from services.matching.domain.matching import Tell
from services.matching.domain.reports import Found, Standing
from services.matching.domain.rounds import Match, Pool
from services.matching.domain.score import OF_MENTEE, OF_MENTOR, OF_THE_WHOLE, worth
from services.matching.solver import wire
from services.matching.solver.answers import Decision
from services.matching.solver.report import (
    Certificate,
    Figures,
    Left,
    Objective,
    PairOfTwo,
    PinRefused,
    Report,
    Stage,
)
from services.matching.solver.reporting import LIBRARIES, found_in, sides_of
from services.matching.solver.run import decision_on, left_in, matches_of


def simulate(pool: Pool, tell: Tell) -> Report:
    """The report of the round that this pool gives, in all formats."""
    return report_of(decision_on(pool, tell))


def report_of(decision: Decision) -> Report:
    """All that there is to tell of a round."""
    pool, answer = decision.pool, decision.answer
    found = found_in(decision)
    return Report(
        round_id=pool.round_id,
        pairs=tuple(_pairs(decision, found)),
        unmatched=tuple(_left(decision)),
        stages=tuple(Stage.model_validate(stage) for stage in found.stages),
        refused_pins=tuple(
            PinRefused(mentor_id=one.pin.mentor_id, mentee_id=one.pin.mentee_id, reason=one.reason)
            for one in answer.refused
        ),
        objective=Objective.model_validate(answer.objective),
        certificate=answer.certificate and Certificate.model_validate(answer.certificate),
        figures=_figures(pool, found),
        input_hash=wire.input_hash(pool),
        policy_hash=wire.policy_hash(pool.terms),
        solver={"python": platform.python_version(), **{one: version(one) for one in LIBRARIES}},
        seconds=decision.seconds,
    )


def _pairs(decision: Decision, found: Found) -> Iterator[PairOfTwo]:
    """Those of the other formats, then one to one with the ranks of each partner."""
    for match in decision.composed.matches:
        yield _pair(match)
    for match, standing in zip(matches_of(decision.answer), found.standings, strict=True):
        yield _pair(match, standing)


def _pair(match: Match, standing: Standing | None = None) -> PairOfTwo:
    own = worth(match.points)
    return PairOfTwo(
        mentor_id=match.mentor_id,
        mentee_id=match.mentee_id,
        format=match.format,
        score=own.total,
        parts=_parts(match),
        mentor_points=own.mentor,
        mentee_points=own.mentee,
        mentor_rank=standing.mentor_rank if standing else None,
        mentee_rank=standing.mentee_rank if standing else None,
        group_id=match.group_id,
        starts_at=match.starts_at,
    )


def _parts(match: Match) -> dict[str, int]:
    """What each part brings to the score: what counts for both sides brings it twice."""
    sides = (*OF_MENTEE, *OF_MENTOR, *OF_THE_WHOLE)
    return {part: points * sides.count(part) for part, points in match.points.items()}


def _left(decision: Decision) -> Iterator[Left]:
    people = {one.candidate.id: one.candidate.person_id for one in decision.pool.entrants}
    for one in left_in(decision):
        yield Left(
            person_id=people[one.volunteer_id],
            volunteer_id=one.volunteer_id,
            side=one.side,
            reason=one.reason,
        )


def _figures(pool: Pool, found: Found) -> Figures:
    told = reports.report_of(sides_of(pool), found, _NO_PROOF, _NO_ORIGIN)
    return Figures(
        matched=told.pairs,
        scores=told.scores,
        mentors=told.mentors,
        mentees=told.mentees,
        blocking_pairs=told.blocking_pairs,
        load=told.load,
    )


# They stand in full in the file: the objective, the certificate, the hashes.
_NO_PROOF = reports.Proof(0, None, 0, 0, "", "")
_NO_ORIGIN = reports.Origin("", "", "", 0.0)
