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
    MOST_LEAVERS_PERCENT,
    Employee,
    Layout,
    dotted_line,
    reporting_line,
)
from services.enrollment.domain.directory_file import (
    ImportReport,
    Row,
    Survey,
    read_directory,
    survey,
)
from services.enrollment.domain.ports import ImportTurn, Unit, Work
from services.enrollment.domain.volunteers import Standing
from services.enrollment.handlers import confirmations
from services.enrollment.handlers.avoidance import Register
from services.enrollment.handlers.difference import (
    Scope,
    hold_back,
    kept_ids,
    let_leave,
    with_managers,
)
from services.enrollment.handlers.leavers import refresh_people, refresh_sponsors
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
    scope: Scope = Scope.FULL
    most_leavers_percent: int = MOST_LEAVERS_PERCENT


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
    """Read the whole file, and store it where it is good enough.

    Raises Unreadable, and Conflict where more would leave than is likely.
    """
    known = await asyncio.to_thread(survey, order.read(), order.layout)
    report = known.report
    if order.dry_run or (report.bad_total and not order.skip_bad):
        return report
    fence = await turn.take()
    try:
        await work(partial(_leave_out_known, report=report))
        if order.scope is Scope.FULL:
            await hold_back(work, known, order.most_leavers_percent)
        await _store(order, work, fence, known)
        if order.scope is not Scope.PART:
            await let_leave(work, known, fence)
        await settle(work)
    finally:
        await turn.give_back(fence)
    await work(partial(_tell, report=report))
    return report


async def _leave_out_known(unit: Unit, report: ImportReport) -> None:
    names = [named.id for named in report.unknown_managers]
    here = {*await unit.employees.by_staff_numbers(names), *await unit.employees.by_emails(names)}
    report.unknown_managers = [named for named in report.unknown_managers if named.id not in here]


async def _store(order: ImportOrder, work: Work, fence: int, known: Survey) -> None:
    rows, report = read_directory(order.read(), order.layout), known.report
    while batch := await asyncio.to_thread(lambda: list(islice(rows, ROWS_AT_ONCE))):
        employees = [row.employee for row in batch if isinstance(row, Row)]
        taken = await work(partial(take_in, employees=employees, fence=fence, known=known))
        passage("directory.chunk_stored")
        report.joined += taken.joined
        report.changed += taken.changed
        report.renumbered += taken.renumbered
    report.applied = True


async def _tell(unit: Unit, report: ImportReport) -> None:
    unit.note(
        "directory.imported",
        rows=report.rows,
        bad=report.bad_total,
        joined=report.joined,
        changed=report.changed,
        left=report.left,
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """How many of these rows are new, differ from before, or are known under another number."""

    joined: int
    changed: int
    renumbered: int


async def take_in(
    unit: Unit, employees: Sequence[Employee], fence: int, known: Survey | None = None
) -> Taken:
    """Store rows; `known` is the file that they are from, if they are from one."""
    await unit.directory.mark_changed(fence)
    if known is not None:
        employees = await with_managers(unit, employees, known)
    here = await unit.employees.by_staff_numbers([one.staff_number for one in employees])
    newcomers = [one for one in employees if one.staff_number not in here]
    movers = [
        one for one in employees if one.staff_number in here and here[one.staff_number] != one
    ]
    ids, old_numbers = await kept_ids(unit, newcomers, known)
    unit.employees.remove(old_numbers)
    for employee in (*newcomers, *movers):
        unit.employees.put(employee, ids.get(employee.staff_number) or unit.new_id())
    renumbered = len(old_numbers)
    return Taken(len(newcomers) - renumbered, len(movers), renumbered)


async def settle(work: Work) -> None:
    """Let every volunteer, lead and sponsor show the directory as it is, and tell what changed."""
    began = await work(_now)
    for refresh in (refresh_volunteers, refresh_people, refresh_sponsors):
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


async def standings(unit: Unit, employees: Sequence[Employee]) -> dict[str, Standing]:
    """Where they stand, by staff number; managers are looked up level by level."""
    known = {employee.staff_number: employee for employee in employees}
    above = {employee.manager for employee in employees if employee.manager} - known.keys()
    above |= {number for employee in employees for number in employee.dotted} - known.keys()
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
    beside = [one for one in dotted_line(employee, known) if one not in managers]
    return Standing(employee.level, employee.unit, employee.site, (*managers, *beside), complete)


async def _now(unit: Unit) -> datetime:
    return unit.now


async def _settled(unit: Unit, began: datetime) -> None:
    unit.directory.settled(began)
