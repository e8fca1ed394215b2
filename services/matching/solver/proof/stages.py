"""What a report tells of a format beside its pairs: who was looked at, and what each aim has reached.

Values are added up anew. A bound is CP-SAT's word: it is looked at whether it can be one, and no plain check proves it.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta

from services.matching.domain.terms import PARTNERSHIP, SPRINT
from services.matching.solver.proof.breaches import Breach
from services.matching.solver.proof.part import Part
from services.matching.solver.proof.scores import FORBIDDEN, Tell, scores_of
from services.matching.solver.proof.sheet import Sides
from services.matching.solver.proof.ties import mark
from services.matching.solver.report import Level, Report, Stage

_ALL_SEEN = 20_000
"""So many allowed pairs of a format are weighed without leaving any aside."""
_MARK_BYTES = 3
_TO_BE_LOW = ("cost", "marks")


def wrong_stage(part: Part, tell: Tell) -> Iterator[Breach]:
    """Where what is told of a format is not what its pairs and people give."""
    allowed, told = _allowed(part, tell), part.stage
    if told is None:
        if allowed:
            yield Breach("stage_missing", part.format)
        return
    if not allowed:
        yield Breach("stage_unknown", f"{part.format}: nobody could be paired in it")
        return
    looked = {"mentors": len(part.mentors), "mentees": len(part.mentees), "pairs": len(part.pairs)}
    for name, count in looked.items():
        if getattr(told, name) != count:
            yield Breach(
                "stage_counts", f"{part.format}: {name}: {getattr(told, name)}, not {count}"
            )
    most = allowed - len(part.pairs) if allowed > _ALL_SEEN else 0
    if not 0 <= told.unseen <= most:
        yield Breach("stage_counts", f"{part.format}: unseen: {told.unseen}")
    yield from _wrong_levels(part, told)


def _allowed(part: Part, tell: Tell) -> int:
    """How many pairs the rules allow among those who are looked at."""
    if part.pool.terms.of(part.format) is None or not (part.mentors and part.mentees):
        return 0
    return int((scores_of(part.pool, Sides.of(part.pool), tell) != FORBIDDEN).sum())


def _wrong_levels(part: Part, told: Stage) -> Iterator[Breach]:
    reached = _reached(part)
    names = [level.name for level in told.levels]
    if names not in _possible(reached, part):
        yield Breach("stage_level", f"{part.format}: {', '.join(names) or 'none'}")
        return
    for level in told.levels:
        if level.value != reached[level.name]:
            yield Breach(
                "stage_level",
                f"{part.format}: {level.name}: {level.value}, not {reached[level.name]}",
            )
        if not _can_be(level):
            yield Breach("stage_bound", f"{part.format}: {level.name}: {level.bound}")


def _possible(reached: Mapping[str, int], part: Part) -> Iterator[list[str]]:
    """Of which aims may be told: of none where nothing could be chosen, of no cost where all sprints start at once."""
    yield [*reached]
    if reached.get("cost") == 0:
        yield [name for name in reached if name != "cost"]
    if not part.pairs:
        yield []


def _reached(part: Part) -> Mapping[str, int]:
    """What the pairs reach, aim by aim."""
    if not part.pairs:
        return {"served": 0}
    both = part.format == PARTNERSHIP
    entrants = part.entrants
    served = [one.mentee_id for one in part.pairs] + [one.mentor_id for one in part.pairs if both]
    scores = [one.score for one in part.pairs]
    ids = [(one.mentor_id, one.mentee_id) for one in part.pairs]
    marks = [mark(part.pool.round_id, *two)[:_MARK_BYTES] for two in ids]
    reached = {
        "served": sum(1 + entrants[id_].waited for id_ in served),
        "least": min(scores),
        "total": sum(scores),
    }
    if part.format == SPRINT:
        reached["cost"] = _minutes_to_all(part)
    return reached | {"marks": sum(int.from_bytes(one) for one in marks)}


def _minutes_to_all(part: Part) -> int:
    """Minutes from the first day's midnight (UTC) to each start, in one sum."""
    midnight = datetime.combine(part.pool.on + timedelta(days=1), time(), UTC)
    starts = (one.starts_at for one in part.pairs if one.starts_at is not None)
    return sum(int((start - midnight).total_seconds() // 60) for start in starts)


def _can_be(level: Level) -> bool:
    """Whether the bound lies on the right side of what was reached, and the gap between the two."""
    low = level.name in _TO_BE_LOW
    beyond = level.value - level.bound if low else level.bound - level.value
    return beyond >= 0 and level.gap == beyond and level.bound >= 0


def gaps(report: Report) -> Iterator[str]:
    """How far from the best each format can be at most, as the report tells it: no check here proves that."""
    for stage in report.stages:
        told = ", ".join(f"{level.name} {level.gap}" for level in stage.levels) or "none"
        yield f"{stage.format}: gap told, not proven: {told}"
