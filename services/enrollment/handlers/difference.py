"""What a file changes in the directory: who is the same person, and who has left."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial
from uuid import UUID

from services.enrollment.domain.directory import Employee
from services.enrollment.domain.directory_file import LISTED, Survey
from services.enrollment.domain.ports import Unit, Work
from shared.chassis.refusals import Conflict

AT_ONCE = 1_000


class Scope(StrEnum):
    """Whether a file is the whole directory, so that who is not in it has left, or a part of it."""

    FULL = "full"
    SHRUNK = "shrunk"
    """The whole, and it is right that a large share of the directory is not in it any more."""
    PART = "part"


async def with_managers(unit: Unit, employees: Sequence[Employee], known: Survey) -> list[Employee]:
    """The same, with staff numbers where managers are named by address."""
    if not known.by_email:
        return list(employees)
    named = {name for one in employees for name in (one.manager or "", *one.dotted) if name}
    others = await unit.employees.by_emails(named - known.by_email.keys())
    numbers = {email: one.staff_number for email, one in others.items()} | dict(known.by_email)
    return [_under(one, numbers) for one in employees]


def _under(employee: Employee, numbers: Mapping[str, str]) -> Employee:
    manager = employee.manager
    return replace(
        employee,
        manager=numbers.get(manager, manager) if manager else manager,
        dotted=tuple(numbers.get(name, name) for name in employee.dotted),
    )


async def kept_ids(
    unit: Unit, newcomers: Sequence[Employee], known: Survey | None
) -> tuple[dict[str, UUID], list[str]]:
    """Ids of newcomers who were here before, by their new staff numbers, and the numbers that they had.

    The address tells who they are: somebody whose old number is not in the file has got another one; somebody
    who left and comes back, or led a programme before they were imported, is known as a person.
    """
    emails = {one.email: one.staff_number for one in newcomers}
    ids: dict[str, UUID] = {}
    old_numbers: list[str] = []
    rows = await unit.employees.by_emails(emails.keys())
    for email, row in rows.items():
        if row.person_id and (known is None or row.staff_number not in known.staff_numbers):
            ids[emails[email]] = row.person_id
            old_numbers.append(row.staff_number)
    for email, employee in (await unit.users.inactive(emails.keys() - rows.keys(), ())).items():
        if employee.person_id:
            ids[emails[email]] = employee.person_id
            unit.users.forget(employee.person_id)
    people = await unit.people.by_emails(emails.keys() - rows.keys())
    taken = await unit.employees.by_persons([person.person_id for person in people.values()])
    for email, person in people.items():
        if person.person_id not in taken:
            ids[emails[email]] = person.person_id
            unit.users.forget(person.person_id)
    return ids, old_numbers


async def hold_back(work: Work, known: Survey, most_percent: int) -> None:
    """Look how many would leave. Raises Conflict where so many are not in the file that it is more likely a part."""
    leavers, here = 0, 0
    after = ""
    while page := await work(partial(_page, after=after)):
        leavers += sum(number not in known.staff_numbers for number in page)
        here, after = here + len(page), page[-1]
    if leavers * 100 > here * most_percent:
        raise Conflict(
            "too_many_leave",
            f"{leavers} of {here} employees are not in this file, more than {most_percent} %. "
            "If it holds a part of the directory, say scope=part; if they have left, say scope=shrunk.",
        )


async def let_leave(work: Work, known: Survey, fence: int) -> None:
    """Take those out of the directory who are not in the file; nobody, where a bad row may be theirs."""
    report, after = known.report, ""
    while page := await work(partial(_page, after=after)):
        gone = [number for number in page if number not in known.staff_numbers]
        after = page[-1]
        if report.bad_total:
            report.leavers_kept += len(gone)
        elif gone:
            await work(partial(leave, staff_numbers=gone, fence=fence))
            report.left += len(gone)
            report.leavers += gone[: LISTED - len(report.leavers)]


async def leave(unit: Unit, staff_numbers: Sequence[str], fence: int) -> None:
    """These employees have left; what follows for volunteers is told when the directory is settled."""
    await unit.directory.mark_changed(fence)
    unit.employees.remove(staff_numbers)


async def _page(unit: Unit, after: str) -> list[str]:
    return await unit.employees.staff_numbers(after, AT_ONCE)
