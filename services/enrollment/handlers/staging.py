"""An import, staged: its rows, who follows somebody's new number, and who has left; then the switch.

Each function is one unit of work, or a row of them each of which may be done again. Nobody sees anything of it before
the switch; what the provider changes meanwhile is its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from services.enrollment.domain.directory import Employee
from services.enrollment.domain.directory_file import LISTED, BadCell, Row, Survey
from services.enrollment.domain.ports import Unit, Work
from services.enrollment.domain.staging import Change, Kind, Origin, Outcome, Renumbering, Staged
from services.enrollment.handlers.difference import AT_ONCE, origins, with_managers, with_numbers

Records = Sequence[Row | BadCell]


@dataclass(frozen=True, slots=True)
class Order:
    """Whose import it is: the fence of its turn, and what its whole file says."""

    fence: int
    known: Survey


async def open_staging(work: Work, digest: str, fence: int) -> Staged:
    """Go on with what was staged of this file, or begin anew; what is staged of another file is taken back."""
    while True:
        staged = await work(partial(_begin, digest=digest, fence=fence))
        if staged is not None:
            return staged


async def _begin(unit: Unit, digest: str, fence: int) -> Staged | None:
    await unit.staging.confirm(fence)
    staged = await unit.staging.open()
    if staged is None:
        staged = Staged(await unit.staging.next_version(), digest, unit.now)
        unit.staging.begin(staged)
        return staged
    if staged.digest == digest and not staged.dropped:
        return staged
    await unit.staging.take_back(AT_ONCE)
    return None


async def take_back(work: Work, fence: int) -> None:
    """Forget what is staged, and who sees it already sees no difference."""
    while await work(partial(_take_back, fence=fence)):
        pass


async def _take_back(unit: Unit, fence: int) -> bool:
    await unit.staging.confirm(fence)
    if await unit.staging.open() is None:
        return False
    return await unit.staging.take_back(AT_ONCE)


async def stage(unit: Unit, records: Records, done: int, order: Order) -> None:
    """Records of the file, of which `done` are stored with these."""
    await unit.staging.confirm(order.fence)
    unit.staging.touch(done)
    rows = [row.employee for row in records if isinstance(row, Row)]
    employees = await with_managers(unit, rows, order.known)
    here = await unit.staging.employees.by_staff_numbers([one.staff_number for one in employees])
    newcomers = [one for one in employees if one.staff_number not in here]
    known = await origins(unit, newcomers, order.known)
    changes = [
        _change(one, here.get(one.staff_number), known.get(one.staff_number), unit)
        for one in employees
        if here.get(one.staff_number) != one
    ]
    await _put(unit, changes)


def _change(one: Employee, before: Employee | None, origin: Origin | None, unit: Unit) -> Change:
    if before is not None and before.person_id is not None:
        return Change(Kind.CHANGED, one, Origin(before.person_id, before.provided))
    if origin is None:
        return Change(Kind.JOINED, one, Origin(unit.new_id()))
    return Change(Kind.RENUMBERED if origin.was else Kind.JOINED, one, origin)


async def _put(unit: Unit, changes: Sequence[Change]) -> None:
    numbers = {number for one in changes for number in (one.employee.staff_number, one.origin.was)}
    touched = await unit.staging.touched(numbers, {one.origin.person_id for one in changes})
    for one in changes:
        mine = {one.employee.staff_number, one.origin.was}.isdisjoint(touched.staff_numbers)
        if mine and one.origin.person_id not in touched.person_ids:
            await unit.staging.put(one)


async def follow_numbers(work: Work, order: Order) -> None:
    """Who reports to somebody with a new number reports to the new number; what a file says of its rows holds."""
    after = ""
    while page := await work(partial(_renumberings, after=after)):
        above: str | None = ""
        while above is not None:
            above = await work(partial(_follow, numbers=page, after=above, order=order))
        if not (by_file := [one.new for one in page if one.by_file]):
            break
        after = by_file[-1]


async def _renumberings(unit: Unit, after: str) -> list[Renumbering]:
    return await unit.staging.renumberings(after, AT_ONCE)


async def _follow(
    unit: Unit, numbers: Sequence[Renumbering], after: str, order: Order
) -> str | None:
    await unit.staging.confirm(order.fence)
    unit.staging.touch()
    everywhere = {one.old: one.new for one in numbers if not one.by_file}
    outside = {one.old: one.new for one in numbers}
    page = await unit.staging.employees.reports_of(outside.keys(), after, AT_ONCE)
    for one in page:
        in_file = one.staff_number in order.known.staff_numbers
        moved = with_numbers(one, everywhere if in_file else outside)
        if moved != one and one.person_id is not None:
            await unit.staging.put(Change(Kind.LINE, moved, Origin(one.person_id, one.provided)))
    return page[-1].staff_number if page else None


async def let_leave(work: Work, order: Order) -> int:
    """End the rows of those who are not in the file; nobody's, where a bad row may be theirs.

    Returns how many were kept for that.
    """
    kept, after = 0, ""
    while page := await work(partial(_numbers, after=after)):
        gone = [number for number in page if number not in order.known.staff_numbers]
        after = page[-1]
        if order.known.report.bad_total:
            kept += len(gone)
        elif gone:
            await work(partial(_leave, staff_numbers=gone, fence=order.fence))
    return kept


async def _numbers(unit: Unit, after: str) -> list[str]:
    return await unit.staging.employees.staff_numbers(after, AT_ONCE)


async def _leave(unit: Unit, staff_numbers: Sequence[str], fence: int) -> None:
    await unit.staging.confirm(fence)
    unit.staging.touch()
    touched = await unit.staging.touched(staff_numbers, ())
    gone = [number for number in staff_numbers if number not in touched.staff_numbers]
    await unit.staging.end(gone)


async def switch(unit: Unit, fence: int) -> Outcome:
    """What was staged is the directory from now on."""
    await unit.staging.confirm(fence)
    return await unit.staging.switch(LISTED)


async def sweep(unit: Unit) -> bool:
    """Remove rows that no reader can see any more; whether some may be left."""
    return await unit.staging.sweep(AT_ONCE)
