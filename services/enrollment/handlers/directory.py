"""Taking in the HR directory, and letting volunteers show what changed there.

An import is a row of small units of work, each of which may be done again: killed half way, it is
simply run once more and comes to the same.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from uuid import UUID

from services.enrollment.domain.directory import (
    Employee,
    ImportReport,
    Layout,
    Row,
    examine,
    read_directory,
    reporting_line,
)
from services.enrollment.domain.ports import ImportTurn, Unit, Work
from services.enrollment.domain.volunteers import Standing
from services.enrollment.handlers.people import keep
from shared.chassis.passages import passage
from shared.chassis.refusals import Conflict

ROWS_AT_ONCE = 1_000
VOLUNTEERS_AT_ONCE = 200
LONGEST_LINE = 50
"""Managers above one another; a longer line is cut and said to be incomplete."""


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """A file that can be read from its beginning as often as needed, and what to do with it."""

    read: Callable[[], Iterable[bytes]]
    layout: Layout
    skip_bad: bool = False
    dry_run: bool = False


async def set_layout(unit: Unit, layout: Layout) -> Layout:
    """From now on the company's files are laid out like this."""
    unit.directory.keep_layout(layout)
    return layout


async def read_layout(unit: Unit) -> Layout:
    """How the company's files are laid out."""
    layout = await unit.directory.layout()
    if layout is None:
        raise Conflict("no_mapping", "PUT /v1/directory/mapping first; it names the columns.")
    return layout


async def count_employees(unit: Unit) -> int:
    """How many are in the directory."""
    return await unit.employees.count()


async def import_directory(order: ImportOrder, work: Work, turn: ImportTurn) -> ImportReport:
    """Read the whole file, and store it where it is good enough. Raises Unreadable."""
    report = await asyncio.to_thread(examine, order.read(), order.layout)
    if order.dry_run or (report.bad_total and not order.skip_bad):
        return report
    fence = await turn.take()
    try:
        await work(partial(_leave_out_known, report=report))
        await _store(order, work, fence, report)
        await settle(work)
    finally:
        await turn.give_back(fence)
    await work(partial(_tell, report=report))
    return report


async def _leave_out_known(unit: Unit, report: ImportReport) -> None:
    here = await unit.employees.by_staff_numbers([named.id for named in report.unknown_managers])
    report.unknown_managers = [named for named in report.unknown_managers if named.id not in here]


async def _store(order: ImportOrder, work: Work, fence: int, report: ImportReport) -> None:
    rows = read_directory(order.read(), order.layout)
    while batch := await asyncio.to_thread(lambda: list(islice(rows, ROWS_AT_ONCE))):
        employees = [row.employee for row in batch if isinstance(row, Row)]
        joined, changed = await work(partial(take_in, employees=employees, fence=fence))
        passage("directory.chunk_stored")
        report.joined += joined
        report.changed += changed
    report.applied = True


async def _tell(unit: Unit, report: ImportReport) -> None:
    unit.note(
        "directory.imported",
        rows=report.rows,
        bad=report.bad_total,
        joined=report.joined,
        changed=report.changed,
    )


async def take_in(unit: Unit, employees: Sequence[Employee], fence: int) -> tuple[int, int]:
    """Store rows; returns how many are new and how many differ from before."""
    await unit.directory.mark_changed(fence)
    known = await unit.employees.by_staff_numbers([one.staff_number for one in employees])
    newcomers = [one for one in employees if one.staff_number not in known]
    movers = [
        one for one in employees if one.staff_number in known and known[one.staff_number] != one
    ]
    for employee in (*newcomers, *movers):
        unit.employees.put(employee, unit.new_id())
    return len(newcomers), len(movers)


async def settle(work: Work) -> None:
    """Let every volunteer, lead and sponsor show the directory as it is, and tell what changed."""
    began = await work(_now)
    for refresh in (refresh_volunteers, refresh_people):
        after: UUID | None = None
        while True:
            after = await work(partial(refresh, after=after))
            if after is None:
                break
    await work(partial(_settled, began=began))


async def is_unsettled(unit: Unit) -> bool:
    """Whether an import was cut short, or was so recent that an enrolment may have missed it."""
    return await unit.directory.unsettled()


async def refresh_volunteers(unit: Unit, after: UUID | None) -> UUID | None:
    """One page of volunteers; returns where the next one begins, None at the end."""
    page = await unit.volunteers.page(None, after, VOLUNTEERS_AT_ONCE)
    employees = await unit.employees.by_persons([volunteer.person_id for volunteer in page])
    standing = await standings(unit, list(employees.values()))
    for volunteer in page:
        employee = employees.get(volunteer.person_id)
        if employee:
            moved, facts = volunteer.move(standing[employee.staff_number])
            if facts:
                unit.volunteers.put(moved)
                unit.publish(*facts)
    return page[-1].volunteer_id if page else None


async def refresh_people(unit: Unit, after: UUID | None) -> UUID | None:
    """One page of people with their names and addresses; returns where the next one begins."""
    page = await unit.people.page(after, VOLUNTEERS_AT_ONCE)
    employees = await unit.employees.by_persons([person.person_id for person in page])
    for person in page:
        if person.person_id in employees:
            keep(unit, person, person.as_in(employees[person.person_id]))
    return page[-1].person_id if page else None


async def standings(unit: Unit, employees: Sequence[Employee]) -> dict[str, Standing]:
    """Where they stand, by staff number; managers are looked up level by level."""
    known = {employee.staff_number: employee for employee in employees}
    above = {employee.manager for employee in employees if employee.manager} - known.keys()
    for _ in range(LONGEST_LINE):
        if not above:
            break
        found = await unit.employees.by_staff_numbers(above)
        known |= found
        above = {boss.manager for boss in found.values() if boss.manager} - known.keys()
    unknown = {employee.manager for employee in employees if employee.manager} - known.keys()
    absent = await unit.directory.absent_managers(unknown)
    return {employee.staff_number: _standing(employee, known, absent) for employee in employees}


def _standing(
    employee: Employee, known: Mapping[str, Employee], absent: Mapping[str, UUID]
) -> Standing:
    managers, complete = reporting_line(employee, known)
    if stand_in := absent.get(employee.manager or ""):
        # Whoever it is, two who report to them have one direct manager.
        managers = (stand_in,)
    return Standing(employee.level, employee.unit, employee.site, managers, complete)


async def _now(unit: Unit) -> datetime:
    return unit.now


async def _settled(unit: Unit, began: datetime) -> None:
    unit.directory.settled(began)
