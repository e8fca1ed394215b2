"""A caller's own volunteer: found, changed and shown."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.enrollment.domain.pairs import Pair
from services.enrollment.domain.people import Caller
from services.enrollment.domain.ports import Unit
from services.enrollment.domain.volunteers import Step, Volunteer
from services.enrollment.handlers import confirmations
from shared.chassis.refusals import NotFound


@dataclass(frozen=True, slots=True)
class Own:
    """A caller and the volunteer that they say they are."""

    caller: Caller
    volunteer_id: UUID


@dataclass(frozen=True, slots=True)
class Seen:
    """A volunteer as they see themselves."""

    volunteer: Volunteer
    pairs: tuple[Pair, ...] = ()
    confirm_by: date | None = None


async def read_own(unit: Unit, own: Own) -> Volunteer:
    """The volunteer. Raises NotFound where it is nobody, or somebody else."""
    volunteer = await unit.volunteers.get(own.volunteer_id)
    if volunteer is None or volunteer.person_id != own.caller.person_id:
        raise NotFound("no_such_volunteer", "There is no such volunteer among yours.")
    return volunteer


def keep_step(unit: Unit, before: Volunteer, step: Step) -> Volunteer:
    """Keep the volunteer where they changed, and tell it."""
    volunteer, facts = step
    if volunteer != before:
        unit.volunteers.put(volunteer)
    unit.publish(*facts)
    return volunteer


async def take(unit: Unit, before: Volunteer, step: Step) -> Seen:
    """The same, and show them."""
    return await show(unit, keep_step(unit, before, step))


async def show(unit: Unit, volunteer: Volunteer) -> Seen:
    """The volunteer with the pairs that are running."""
    volunteer_id = volunteer.volunteer_id
    pairs = tuple(await unit.pairs.running(volunteer_id))
    return Seen(volunteer, pairs, await confirmations.due_of(unit, volunteer_id))
