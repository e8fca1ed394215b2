"""After the directory changed: volunteers, leads and sponsors show it as it is, and what changed is told.

Page by page, each one unit of work that also stores how far it is: killed half way, the next tick goes on there.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from services.enrollment.domain.directory import Employee, lines_above, reporting_line
from services.enrollment.domain.ports import Unit, Work
from services.enrollment.domain.staging import Round
from services.enrollment.domain.volunteers import Standing
from services.enrollment.handlers import confirmations
from services.enrollment.handlers.avoidance import Register
from services.enrollment.handlers.leavers import refresh_people, refresh_sponsors
from shared.chassis.passages import passage

VOLUNTEERS_AT_ONCE = 200
LONGEST_LINE = 50
"""Managers above one another; a longer line is cut and said to be incomplete."""


async def settle(work: Work) -> None:
    """Go on with the round that was begun, else begin one, until one has ended."""
    while not await work(settle_page):
        passage("directory.page_settled")


async def is_unsettled(unit: Unit) -> bool:
    """Whether a change was not settled, or was so recent that an enrolment may have missed it."""
    return await unit.directory.unsettled()


async def settle_page(unit: Unit) -> bool:
    """One page of the round; whether the round has ended with it."""
    settling = await unit.directory.round() or Round(unit.now)
    after = await _PARTS[settling.part](unit, settling.after)
    if after is not None:
        unit.directory.go_on(replace(settling, after=after))
    elif settling.part + 1 < len(_PARTS):
        unit.directory.go_on(replace(settling, part=settling.part + 1, after=None))
    else:
        unit.directory.settled(settling)
        return True
    return False


async def refresh_volunteers(unit: Unit, after: UUID | None) -> UUID | None:
    """One page of volunteers; returns where the next one begins, None at the end."""
    page = await unit.volunteers.page(None, after, VOLUNTEERS_AT_ONCE)
    employees = await unit.employees.by_persons([volunteer.person_id for volunteer in page])
    standing = await standings(unit, list(employees.values()))
    register = await Register.of(unit, page)
    for volunteer in page:
        employee = employees.get(volunteer.person_id)
        # Whoever is in the directory no more has left the company, and with it the programme.
        moved, facts = (
            volunteer.move(standing[employee.staff_number]) if employee else volunteer.withdraw()
        )
        moved, of_others = register.recognised_by(moved)
        if facts or of_others:
            unit.volunteers.put(moved)
            if not employee:
                await confirmations.close(unit, volunteer.volunteer_id)
            # Either of a move and a newcomer on the list tells all that matching needs.
            unit.publish(*(of_others or facts))
    return page[-1].volunteer_id if page else None


_PARTS: Sequence[Callable[[Unit, UUID | None], Awaitable[UUID | None]]] = (
    refresh_volunteers,
    refresh_people,
    refresh_sponsors,
)


async def standings(unit: Unit, employees: Sequence[Employee]) -> dict[str, Standing]:
    """Where they stand, by staff number; managers are looked up level by level."""
    known = {employee.staff_number: employee for employee in employees}
    above = {number for one in employees for number in one.reports_to} - known.keys()
    for _ in range(LONGEST_LINE):
        if not above:
            break
        found = await unit.employees.by_staff_numbers(above)
        known |= found
        above = {number for boss in found.values() for number in boss.reports_to} - known.keys()
    unknown = {employee.manager for employee in employees if employee.manager} - known.keys()
    absent = await unit.directory.absent_managers(unknown)
    return {employee.staff_number: _standing(employee, known, absent) for employee in employees}


def _standing(
    employee: Employee, known: Mapping[str, Employee], absent: Mapping[str, UUID]
) -> Standing:
    managers, complete = reporting_line(employee, known)
    steps = lines_above(employee, known)
    first = steps[0] if steps else []
    if stand_in := absent.get(employee.manager or ""):
        # Whoever it is, two who report to them have one direct manager.
        managers, first = (stand_in,), [stand_in, *first]
    second = steps[1] if len(steps) > 1 else []
    above = dict.fromkeys((*managers, *first, *(one for step in steps for one in step)))
    return Standing(
        employee.level,
        employee.unit,
        employee.site,
        tuple(above),
        complete,
        direct_managers=tuple(first),
        near_managers=(*first, *second),
    )
