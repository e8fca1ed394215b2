"""Shadow rounds: the lead tries another policy on those whom the last round took in, and asks nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.matching.domain import errors
from services.matching.domain.candidates import Candidate
from services.matching.domain.pairs import Pair
from services.matching.domain.ports import Unit
from services.matching.domain.records import Records
from services.matching.domain.rounds import Match, Outcome, Round, RoundState
from services.matching.domain.score import worth
from services.matching.domain.shadows import Comparison, Scored, Shadow, compared
from services.matching.handlers.named import round_of, terms_of_open
from services.matching.handlers.releasing import records_with_waits


@dataclass(frozen=True, slots=True)
class RequestShadow:
    """A lead tries other terms; `changes` are fields of the terms, and what is not named stays as it is."""

    programme_id: UUID
    cohort_id: UUID
    correlation_id: UUID
    changes: Mapping[str, Any]


async def request_shadow(unit: Unit, command: RequestShadow) -> Round:
    """Put a shadow on the list of what workers solve; one per programme at a time."""
    terms = await terms_of_open(unit, command.programme_id, command.cohort_id)
    if await unit.rounds.shadows_to_solve(command.programme_id):
        raise errors.shadow_running()
    basis = await unit.rounds.last_in(command.programme_id, command.cohort_id)
    round_ = Round(
        id=unit.new_id(),
        programme_id=command.programme_id,
        cohort_id=command.cohort_id,
        correlation_id=command.correlation_id,
        requested_at=unit.now,
        shadow=Shadow(replace(terms, **command.changes), basis.id if basis else None),
    )
    unit.rounds.add(round_)
    unit.note(
        "round.requested", round_id=round_.id, programme_id=round_.programme_id, cause="shadow"
    )
    return round_


async def read_comparison(unit: Unit, programme_id: UUID, round_id: UUID) -> Comparison:
    """What came out of a shadow."""
    round_ = await round_of(unit, programme_id, round_id)
    if round_.shadow is None or round_.shadow.comparison is None:
        raise errors.not_compared()
    return round_.shadow.comparison


async def records_before(unit: Unit, shadow: Round, people: list[Candidate]) -> Records:
    """What was kept of these before the last round: its pairs, and those whom it left over, are not counted."""
    records = await records_with_waits(unit, shadow.programme_id, people)
    basis = shadow.shadow.basis if shadow.shadow else None
    pairs = tuple(pair for pair in records.pairs if basis is None or pair.round_id != basis)
    left_over = {
        place: tuple(one for one in rounds if one != basis)
        for place, rounds in records.left_over.items()
    }
    return replace(records, pairs=pairs, left_over=left_over)


async def compare(unit: Unit, shadow: Round, fence: int, outcome: Outcome) -> None:
    """Keep the shadow's answer beside what the last round did; nothing is proposed."""
    last = await _last(unit, shadow.shadow.basis if shadow.shadow else None)
    done = shadow.compare(fence, outcome, compared(last, _scored(outcome.matches)))
    unit.rounds.save(done)
    unit.note("round.compared", round_id=done.id, pairs=done.matched, fence=fence)


async def _last(unit: Unit, basis: UUID | None) -> Scored:
    round_ = await unit.rounds.get(basis) if basis else None
    if round_ is None:
        return {}
    if round_.state is RoundState.COMPLETED:
        return _scored(await unit.pairs.of_round(round_.id))
    draft = await unit.drafts.get(round_.id)
    return _scored(draft.outcome.matches if draft else ())


def _scored(them: Iterable[Match | Pair]) -> Scored:
    return {one.mentee_id: (one.mentor_id, worth(one.points).total) for one in them}
