"""What a file changes in the directory: who is the same person, who reports to whom, and who has left."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial

from services.enrollment.domain.directory import Employee
from services.enrollment.domain.directory_file import Survey
from services.enrollment.domain.ports import Unit, Work
from services.enrollment.domain.staging import Origin
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
    others = await unit.staging.employees.by_emails(named - known.by_email.keys())
    numbers = {email: one.staff_number for email, one in others.items()} | dict(known.by_email)
    return [with_numbers(one, numbers) for one in employees]


def with_numbers(employee: Employee, numbers: Mapping[str, str]) -> Employee:
    """The same, where managers are known by other names than those that the row has."""
    manager = employee.manager
    return replace(
        employee,
        manager=numbers.get(manager, manager) if manager else manager,
        dotted=tuple(numbers.get(name, name) for name in employee.dotted),
    )


async def origins(unit: Unit, newcomers: Sequence[Employee], known: Survey) -> dict[str, Origin]:
    """Who of the newcomers was here before, by their new staff numbers.

    The address tells who they are: somebody whose old number is not in the file has got another one; somebody
    who left and comes back, or led a programme before they were imported, is known as a person.
    """
    emails = {one.email: one.staff_number for one in newcomers}
    found: dict[str, Origin] = {}
    rows = await unit.staging.employees.by_emails(emails.keys())
    for email, row in rows.items():
        if row.person_id and row.staff_number not in known.staff_numbers:
            found[emails[email]] = Origin(row.person_id, row.provided, was=row.staff_number)
    inactive = await unit.users.inactive(emails.keys() - rows.keys(), ())
    for email, row in inactive.items():
        if row.person_id and email in emails:
            found[emails[email]] = Origin(row.person_id, row.provided, inactive=True)
    people = await unit.people.by_emails(emails.keys() - rows.keys() - inactive.keys())
    ids = [person.person_id for person in people.values()]
    taken = await unit.staging.employees.by_persons(ids)
    for email, person in people.items():
        if person.person_id not in taken:
            found[emails[email]] = await _returned(unit, Origin(person.person_id))
    return found


async def _returned(unit: Unit, origin: Origin) -> Origin:
    """With what the provider said of them, where it knows them under another address."""
    user = await unit.users.get(origin.person_id)
    return (
        origin if user is None else replace(origin, provided=user.employee.provided, inactive=True)
    )


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


async def _page(unit: Unit, after: str) -> list[str]:
    return await unit.employees.staff_numbers(after, AT_ONCE)
