"""Who a token belongs to, and what the others are told of them."""

from services.enrollment.domain.directory import Employee, is_email
from services.enrollment.domain.people import Caller, Person, changes
from services.enrollment.domain.ports import Unit
from shared.chassis.refusals import Forbidden, Invalid


async def introduce_myself(unit: Unit, caller: Caller) -> Person:
    """Bind the token to its employee, so that the other services know it too."""
    before, person = await who_is(unit, caller)
    keep(unit, before, person)
    return person


async def who_is(unit: Unit, caller: Caller) -> tuple[Person | None, Person]:
    """The person as kept, and bound to the caller's token; somebody new where nobody knows them."""
    before = await unit.people.by_identity(caller.identity)
    if before is None and caller.person_id is not None:
        before = await unit.people.get(caller.person_id)
    if before is not None:
        return before, before.bind(caller)
    if caller.person_id is None:
        email = caller.email if caller.email and is_email(caller.email) else None
        return None, Person(unit.new_id(), email=email).bind(caller)
    employees = await unit.employees.by_persons([caller.person_id])
    if caller.person_id not in employees:
        raise Forbidden("not_enrolled", "You are not in the directory; ask the programme lead.")
    return None, Person.of(employees[caller.person_id], caller.person_id).bind(caller)


async def employed(
    unit: Unit, staff_number: str, unknown: Invalid
) -> tuple[Employee, Person | None, Person]:
    """Whoever has this number: their row, the person as kept, and as to be kept. Raises `unknown` for nobody."""
    employee = (await unit.employees.by_staff_numbers([staff_number])).get(staff_number)
    if employee is None or employee.person_id is None:
        raise unknown
    before = await unit.people.get(employee.person_id)
    return employee, before, before or Person.of(employee, employee.person_id)


def keep(unit: Unit, before: Person | None, person: Person) -> None:
    """Keep the person where they changed, and tell it."""
    if person != before:
        unit.people.put(person)
        unit.publish(*changes(before, person))
