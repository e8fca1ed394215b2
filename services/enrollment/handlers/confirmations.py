"""Asking volunteers of earlier cohorts whether they go on, and their answers."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.enrollment.domain.confirmations import State, Step, request
from services.enrollment.domain.ports import Unit
from services.enrollment.domain.programmes import Stage
from services.enrollment.domain.volunteers import Because, Status, Volunteer
from services.enrollment.handlers.reading import read_programme
from shared.chassis.refusals import Conflict

AT_ONCE = 100


async def ask(unit: Unit, programme_id: UUID) -> int:
    """Ask a hundred of those whom nobody asked since the newest cohort opened; returns how many."""
    programme = await read_programme(unit, programme_id)
    if programme.stage is not Stage.OPEN or len(programme.cohorts) == 1:
        return 0
    cohort_id = programme.cohort.cohort_id
    volunteers = await unit.volunteers.unasked(programme_id, cohort_id, AT_ONCE)
    for volunteer in volunteers:
        # A question of before that is open is replaced by this one.
        await close(unit, volunteer.volunteer_id)
        confirmation, facts = request(volunteer, cohort_id, unit.new_id(), unit.today)
        unit.confirmations.add(confirmation)
        unit.volunteers.put(replace(volunteer, asked_for=cohort_id))
        unit.publish(*facts)
    return len(volunteers)


async def give(unit: Unit, volunteer_id: UUID) -> UUID:
    """They go on in the cohort that is returned. Raises Conflict where nobody asked, or it is too late."""
    confirmation = await unit.confirmations.newest_of(volunteer_id)
    if confirmation is None:
        raise Conflict(
            "nothing_to_confirm", "Nobody asked you to confirm; you take part as you are."
        )
    _take(unit, confirmation.give())
    return confirmation.cohort_id


async def missed_by(unit: Unit, volunteer: Volunteer) -> UUID | None:
    """The cohort that they are away for not having confirmed, if that is why, and nothing newer is asked."""
    if volunteer.paused_because is not Because.NOT_CONFIRMED:
        return None
    confirmation = await unit.confirmations.newest_of(volunteer.volunteer_id)
    late = confirmation is not None and confirmation.state is State.LAPSED
    return confirmation.cohort_id if confirmation and late else None


async def close(unit: Unit, volunteer_id: UUID) -> None:
    """Let what is open lapse: they left, or are asked anew."""
    confirmation = await unit.confirmations.newest_of(volunteer_id)
    if confirmation:
        _take(unit, confirmation.lapse())


async def due_of(unit: Unit, volunteer_id: UUID) -> date | None:
    """Until when the volunteer is to confirm, if they are."""
    confirmation = await unit.confirmations.newest_of(volunteer_id)
    return confirmation.due if confirmation and confirmation.state is State.OPEN else None


async def lapse(unit: Unit) -> int:
    """Pause without end whoever did not answer in time; returns how many there were."""
    overdue = await unit.confirmations.overdue(unit.today, AT_ONCE)
    for confirmation in overdue:
        _take(unit, confirmation.lapse())
        volunteer = await unit.volunteers.get(confirmation.volunteer_id)
        if volunteer and volunteer.status is not Status.WITHDRAWN:
            paused, facts = volunteer.pause(None, unit.today, Because.NOT_CONFIRMED)
            unit.volunteers.put(paused)
            unit.publish(*facts)
    return len(overdue)


def _take(unit: Unit, step: Step) -> None:
    confirmation, facts = step
    if facts:
        unit.confirmations.put(confirmation)
    unit.publish(*facts)
