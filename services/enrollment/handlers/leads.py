"""Who leads a programme: more than one may, and never is it nobody as long as anybody is left."""

from dataclasses import dataclass
from uuid import UUID

from services.enrollment.domain.directory import Employee
from services.enrollment.domain.people import Person
from services.enrollment.domain.ports import Unit
from services.enrollment.handlers.people import employed, keep
from services.enrollment.handlers.reading import read_programme
from shared.chassis.refusals import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Lead:
    """Somebody who leads, and their row, None where the directory has none."""

    person: Person
    employee: Employee | None


@dataclass(frozen=True, slots=True)
class Leadership:
    """All leads of a programme, and whether its sponsor has left the company."""

    leads: tuple[Lead, ...]
    sponsor_left: bool


async def list_leads(unit: Unit, programme_id: UUID) -> Leadership:
    """All of them."""
    programme = await read_programme(unit, programme_id)
    people = await unit.people.leads(programme_id)
    rows = await unit.employees.by_persons([person.person_id for person in people])
    leads = tuple(Lead(person, rows.get(person.person_id)) for person in people)
    return Leadership(leads, programme.sponsor_left)


async def name_lead(unit: Unit, programme_id: UUID, staff_number: str) -> Lead:
    """Let an employee lead it, too; the same again changes nothing."""
    programme = await read_programme(unit, programme_id)
    unknown = Invalid(
        "unknown_employee",
        "Nobody in the directory has this number; import it first, or correct the number.",
        "/staff_number",
    )
    employee, before, person = await employed(unit, staff_number, unknown)
    unit.programmes.queue_up(programme_id)
    # Of a draft nobody else is to learn who prepares it.
    person = person.drafting(programme_id) if programme.draft else person.leading(programme_id)
    keep(unit, before, person)
    return Lead(person, employee)


async def remove_lead(unit: Unit, programme_id: UUID, person_id: UUID) -> None:
    """They lead it no more. Raises NotFound, and Conflict for the last one."""
    await read_programme(unit, programme_id)
    # Two who remove each other come one after the other.
    unit.programmes.queue_up(programme_id)
    leads = await unit.people.leads(programme_id)
    found = next((person for person in leads if person.person_id == person_id), None)
    if found is None:
        raise NotFound("no_such_lead", "This person does not lead the programme; GET its leads.")
    # One who has left the company can do nothing for it any more.
    if not any(one is not found and not one.left for one in leads):
        raise Conflict("last_lead", "Nobody else leads this programme; name another lead first.")
    keep(unit, found, found.no_more_leading(programme_id))
