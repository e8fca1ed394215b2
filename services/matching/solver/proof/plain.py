"""Rules and points by the plain reference: every pair of the answer, and very many other combinations."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from services.matching.domain.candidates import Profile, Side
from services.matching.domain.hard_rules import obstacle
from services.matching.domain.past import profiles_of
from services.matching.domain.rounds import Pool
from services.matching.domain.score import Scarcity, scarcity_of, score, worth
from services.matching.solver.proof.breaches import Breach, breaches
from services.matching.solver.proof.case import Case, Cell
from services.matching.solver.proof.scores import FORBIDDEN, Tell
from services.matching.solver.report import PairOfTwo

SAMPLE = 1_000_000
SEED = 1
_TOLD_EVERY = 10_000
_TWICE = {"hobbies": 2, "availability": 2}
"""The parts that count for both sides."""


@dataclass(frozen=True)
class Reference:
    """The plain rules and points of a pool."""

    pool: Pool
    mentors: tuple[Profile, ...]
    mentees: tuple[Profile, ...]
    scarcity: Scarcity

    @classmethod
    def of(cls, pool: Pool) -> "Reference":
        """The profiles of both sides in the order of their ids."""
        mentors, mentees = (tuple(profiles_of(pool, side).values()) for side in Side)
        return cls(pool, mentors, mentees, scarcity_of(mentors, mentees))

    def points(self, cell: Cell) -> int:
        """The score of a pair, FORBIDDEN where a rule forbids it."""
        mentor, mentee = self.mentors[cell[0]], self.mentees[cell[1]]
        if obstacle(mentor, mentee, self.pool.terms) is not None:
            return FORBIDDEN
        return worth(score(mentor, mentee, self.pool.terms, self.scarcity)).total


def wrong_pairs(reference: Reference, pairs: Iterable[tuple[Cell, PairOfTwo]]) -> Iterator[Breach]:
    """What is wrong with the pairs one to one of a report, one by one."""
    terms = reference.pool.terms
    for (place, other), told in pairs:
        mentor, mentee = reference.mentors[place], reference.mentees[other]
        about = f"{told.mentor_id} with {told.mentee_id}"
        code = obstacle(mentor, mentee, terms)
        if code is not None:
            yield Breach("forbidden_pair", f"{about}: {code}")
        fits = told.format in mentor.formats & mentee.formats & terms.pair_formats
        if not fits or told.group_id is not None or told.starts_at is not None:
            yield Breach("wrong_format", f"{about}: {told.format}")
        yield from wrong_points(told, score(mentor, mentee, terms, reference.scarcity))


def wrong_points(told: PairOfTwo, parts: Mapping[str, int]) -> Iterator[Breach]:
    """Where a pair tells other points than these."""
    about = f"{told.mentor_id} with {told.mentee_id}"
    if {part: _TWICE.get(part, 1) * own for part, own in parts.items()} != told.parts:
        yield Breach("wrong_parts", about)
    own = worth(parts)
    if (own.total, own.mentor, own.mentee) != (
        told.score,
        told.mentor_points,
        told.mentee_points,
    ):
        yield Breach("wrong_score", about)


def differing(reference: Reference, case: Case, sample: int, tell: Tell) -> Iterator[Breach]:
    """Where the plain reference and the scores that the bound is checked with do not say the same.

    `sample` combinations are drawn with a fixed seed; where there are no more, all are compared.
    """
    return breaches("reference_differs", _differing(reference, case, sample, tell))


def _differing(reference: Reference, case: Case, sample: int, tell: Tell) -> Iterator[str]:
    mentees = len(reference.mentees)
    size = len(reference.mentors) * mentees
    draw = Random(SEED)  # noqa: S311 - whoever checks this check draws the same
    numbers = range(size) if size <= sample else draw.sample(range(size), sample)
    for done, number in enumerate(numbers):
        if done % _TOLD_EVERY == 0:
            tell("reference", done, len(numbers))
        place, other = divmod(number, mentees)
        if reference.points((place, other)) != case.scores[place, other]:
            mentor, mentee = reference.mentors[place], reference.mentees[other]
            yield f"{mentor.candidate.id} with {mentee.candidate.id}"
    tell("reference", len(numbers), len(numbers))
