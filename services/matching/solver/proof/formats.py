"""The formats that a round composes before one to one, in their order: pairs by the plain rules, then what is told."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from services.matching.domain.candidates import Profile
from services.matching.domain.composition import ORDER, hindrance, left_after
from services.matching.domain.hard_rules import obstacle
from services.matching.domain.rounds import Match, Pool
from services.matching.domain.terms import GROUP, PARTNERSHIP, SPRINT
from services.matching.solver.proof.breaches import Breach
from services.matching.solver.proof.counts import Place, places_of
from services.matching.solver.proof.groups import wrong_groups
from services.matching.solver.proof.part import Part, about
from services.matching.solver.proof.plain import wrong_points
from services.matching.solver.proof.scores import Tell
from services.matching.solver.proof.sprints import wrong_sprints
from services.matching.solver.proof.stages import wrong_stage
from services.matching.solver.report import PairOfTwo, Report


@dataclass(frozen=True, slots=True)
class Apart:
    """A report taken apart. `pool` are those who are left for one to one, None where that cannot be said.

    `report` has the pairs one to one only, and `found` are those who found somebody in another format.
    """

    breaches: tuple[Breach, ...]
    pool: Pool | None
    report: Report
    found: frozenset[Place]


def apart(pool: Pool, report: Report, tell: Tell) -> Apart:
    """What is wrong with the formats before one to one; each is asked of those whom the ones before have left."""
    breaches = [*_out_of_order(report)]
    rest: Pool | None = pool
    for format_ in ORDER:
        if rest is None:
            break
        part = Part.of(rest, format_, report)
        wrong = [*_wrong_pairs(part)]
        if not wrong:
            breaches += wrong_stage(part, tell)
        breaches += wrong
        rest = None if wrong else left_after(rest, [_match(one) for one in part.pairs])
    others = [one for one in report.pairs if one.format in ORDER]
    single = tuple(one for one in report.pairs if one.format not in ORDER)
    found = frozenset(place for one in others for place in places_of(one))
    return Apart(tuple(breaches), rest, report.model_copy(update={"pairs": single}), found)


def _out_of_order(report: Report) -> Iterator[Breach]:
    told = [stage.format for stage in report.stages]
    if told != [format_ for format_ in ORDER if format_ in told]:
        yield Breach("stage_unknown", f"{', '.join(told)}: not in this order, or not known")


def _wrong_pairs(part: Part) -> Iterator[Breach]:
    everybody = True
    for told in part.pairs:
        mentor, mentee = part.mentors.get(told.mentor_id), part.mentees.get(told.mentee_id)
        if mentor is None or mentee is None or part.pool.terms.of(part.format) is None:
            yield Breach("wrong_format", f"{about(told)}: not looked at for {part.format}")
            everybody = False
        else:
            yield from _wrong_pair(part, told, mentor, mentee)
    if everybody and part.format in _MEETINGS:
        yield from _MEETINGS[part.format](part)


def _wrong_pair(part: Part, told: PairOfTwo, mentor: Profile, mentee: Profile) -> Iterator[Breach]:
    code = hindrance(part.format, mentor, mentee, part.pool.terms)
    if code is not None:
        yield Breach("forbidden_pair", f"{about(told)}: {code}")
    grouped, at_a_time = told.group_id is not None, told.starts_at is not None
    if (grouped and part.format != GROUP) or (at_a_time and part.format != SPRINT):
        yield Breach("wrong_format", f"{about(told)}: {part.format}")
    if part.format == PARTNERSHIP and _is_turned(part, mentor, mentee):
        yield Breach("wrong_mentor", f"{about(told)}: the junior is the mentor")
    yield from wrong_points(told, part.points(mentor, mentee))


def _is_turned(part: Part, mentor: Profile, mentee: Profile) -> bool:
    """Whether the two may stand the other way round, too, and should; where all pairs were weighed."""
    if part.stage is not None and part.stage.unseen:
        return False
    one, other = mentor.candidate, mentee.candidate
    junior_first = (one.level, one.id) < (other.level, other.id)
    return not junior_first and obstacle(mentee, mentor, part.pool.terms) is None


def _match(told: PairOfTwo) -> Match:
    """The pair as far as it says who is left after it."""
    return Match(
        mentor_id=told.mentor_id,
        mentee_id=told.mentee_id,
        format=told.format,
        topics=(),
        hobby=None,
        slots=(),
        points={},
        group_id=told.group_id,
        starts_at=told.starts_at,
    )


_MEETINGS: Mapping[str, Callable[[Part], Iterator[Breach]]] = {
    SPRINT: wrong_sprints,
    GROUP: wrong_groups,
}
