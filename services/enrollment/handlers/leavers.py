"""What follows for people and for programmes once somebody is not in the directory any more."""

from collections.abc import Sequence
from uuid import UUID

from services.enrollment.domain.people import Person
from services.enrollment.domain.ports import Unit
from services.enrollment.handlers import invitations
from services.enrollment.handlers.people import keep
from services.enrollment.handlers.programmes import take

AT_ONCE = 200


async def refresh_people(unit: Unit, after: UUID | None) -> UUID | None:
    """One page of people with their names and addresses; returns where the next one begins."""
    page = await unit.people.page(after, AT_ONCE)
    employees = await unit.employees.by_persons([person.person_id for person in page])
    here = await unit.volunteers.here_of([one.person_id for one in page if one.volunteer_ids])
    gone = []
    for person in page:
        if person.person_id in employees:
            keep(unit, person, person.staying(here).as_in(employees[person.person_id]))
        else:
            gone.append(person)
    await let_go(unit, gone)
    return page[-1].person_id if page else None


async def refresh_sponsors(unit: Unit, after: UUID | None) -> UUID | None:  # noqa: ARG001 - all at once
    """Of each programme, whether its sponsor is still there; they are few, so there is no next page."""
    programmes = await unit.programmes.sponsored()
    here = await unit.employees.by_persons([one.sponsor_id for one in programmes if one.sponsor_id])
    for programme in programmes:
        await take(unit, programme, programme.see_sponsor(here=programme.sponsor_id in here))
    return None


async def let_go(unit: Unit, absent: Sequence[Person]) -> None:
    """Reach them no more but for a role that runs; whose volunteers were withdrawn before."""
    if not absent:
        return
    running = {str(one.programme_id) for one in await unit.programmes.running()}
    here = await unit.volunteers.here_of([one.person_id for one in absent if one.volunteer_ids])
    for before in absent:
        person = before.staying(here)
        keep(unit, before, person)
        uninvited = await invitations.leave(unit, person) if person.invited_to else person
        # Who never was in the directory, as many a lead, has not left it.
        if person.listed:
            keep(unit, uninvited, uninvited.leave(running))
