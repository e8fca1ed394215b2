"""Rounds that start by themselves: by the schedule, and where a proposal came to nothing."""

from uuid import UUID

from services.matching.domain import errors
from services.matching.domain.ports import Unit
from services.matching.domain.routines import Cause, Release, Rematch, Routine, Start
from services.matching.domain.terms import Programme
from services.matching.handlers.rounds import RequestRound, request_round


async def read_routine(unit: Unit, programme_id: UUID) -> Routine:
    """What the lead set, or what holds as long as nothing was set."""
    return (await _known(unit, programme_id)).routine


async def set_routine(unit: Unit, programme_id: UUID, routine: Routine) -> Routine:
    """Set it; the answer says when the next round of the schedule starts."""
    await _known(unit, programme_id)
    unit.programmes.put_routine(programme_id, routine)
    return (await _known(unit, programme_id)).routine


async def note_due(unit: Unit) -> int:
    """Schedules whose moment has come: the round of each open cohort is due; returns how many schedules."""
    programmes = await unit.programmes.fallen_due()
    for programme in programmes:
        over = _over(unit, programme)
        cohorts = () if over else programme.open_cohorts
        every_days = None if over else programme.routine.every_days
        unit.programmes.put_due(programme.id, cohorts, every_days)
    return len(programmes)


async def list_to_start(unit: Unit) -> list[Start]:
    """The rounds that are to start by themselves; the schedule's take in all, so they come first."""
    return [*await unit.programmes.to_start(), *await unit.pairs.rematches()]


async def start_by_itself(unit: Unit, start: Start) -> None:
    """Start such a round, or drop it where nobody is paired any more. Raises Conflict while another stands in the way."""
    programme = await _known(unit, start.programme_id)
    wanted = not _over(unit, programme) and start.cohort_id in programme.open_cohorts
    if start.cause is Cause.SCHEDULE:
        unit.programmes.took_up(programme.id, start.cohort_id)
        wanted = wanted and start.cohort_id in programme.routine.due
        freed: tuple[UUID, ...] = ()
        release = programme.routine.release
    elif await unit.rounds.open_in(programme.id) is not None:
        raise errors.round_running()
    else:
        pairs = await unit.pairs.to_rematch(start.cohort_id)
        unit.pairs.rematched(start.cohort_id)
        wanted = wanted and bool(pairs) and programme.routine.rematch is not Rematch.OFF
        freed = tuple(sorted({party.volunteer_id for pair in pairs for party in pair.parties}))
        at_once = programme.routine.rematch is Rematch.AT_ONCE
        release = Release.AT_ONCE if at_once else Release.BY_LEAD
    if wanted:
        wish = RequestRound(start.programme_id, start.cohort_id, unit.new_id(), release)
        await request_round(unit, wish, start.cause, freed)


def _over(unit: Unit, programme: Programme) -> bool:
    terms = programme.terms
    return programme.closed or terms is None or terms.ends_on < unit.now.date()


async def _known(unit: Unit, programme_id: UUID) -> Programme:
    programme = await unit.programmes.get(programme_id)
    if programme is None:
        raise errors.programme_unknown()
    return programme
