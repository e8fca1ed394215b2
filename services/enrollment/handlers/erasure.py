"""Erasing a person: what the other services are told before the rows go."""

from uuid import UUID

from services.enrollment.domain.people import PersonErased
from services.enrollment.domain.ports import Unit
from services.enrollment.handlers import avoidance


async def let_go(unit: Unit, person_id: UUID) -> None:
    """Tell that the person and their volunteers are gone, as far as the others know them."""
    for volunteer in await unit.volunteers.all_of(person_id):
        unit.publish(*volunteer.erase())
    await avoidance.forget(unit, person_id)
    person = await unit.people.get(person_id)
    if person is not None:
        unit.publish(PersonErased(person))
    if await unit.employees.by_persons([person_id]):
        # Whoever reports to them has another chain from now on.
        unit.directory.note_change()


async def person_of(unit: Unit, staff_number: str) -> UUID | None:
    """Under which id the others know the employee with this staff number."""
    found = (await unit.employees.by_staff_numbers([staff_number])).get(staff_number)
    return found.person_id if found else None


async def person_at(unit: Unit, email: str) -> UUID | None:
    """Under which id the others know whoever has a part and this address, also where they left the company."""
    found = (await unit.people.by_emails([email.lower()])).get(email.lower())
    return found.person_id if found else None
