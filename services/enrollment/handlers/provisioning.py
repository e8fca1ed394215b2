"""The directory as an identity provider feeds it: one user after the other, by SCIM."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.enrollment.domain.directory import Employee
from services.enrollment.domain.ports import Unit
from services.enrollment.domain.scim.filters import Filter
from services.enrollment.domain.scim.names import Document, normalised, taken
from services.enrollment.domain.scim.patches import patched
from services.enrollment.domain.scim.users import (
    Change,
    User,
    changed,
    document,
    id_in,
    managers_of,
    with_managers,
)
from services.enrollment.handlers import confirmations, leavers
from services.enrollment.handlers.people import keep
from services.enrollment.handlers.settling import standings
from shared.chassis.refusals import NotFound


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of users, and how many there are."""

    total: int
    users: tuple[Document, ...]


async def read_user(unit: Unit, person_id: UUID) -> Document:
    """The user. Raises NotFound."""
    return await _shown(unit, await _user(unit, person_id))


async def list_users(unit: Unit, wanted: Filter | None, skip: int, limit: int) -> Listing:
    """Those that fit, the active ones first."""
    users = await unit.users.page(wanted, skip, limit)
    bosses = await unit.employees.by_staff_numbers(managers_of([one.employee for one in users]))
    total = await unit.users.count(wanted)
    return Listing(total, tuple(document(one, bosses) for one in users))


async def create_user(unit: Unit, body: Mapping[str, Any]) -> Document:
    """Put somebody into the directory. Raises Conflict where another user has the address or number."""
    return await _change(unit, None, {}, normalised(body))


async def replace_user(unit: Unit, person_id: UUID, body: Mapping[str, Any]) -> Document:
    """All that SCIM says of a user, anew. Raises NotFound, Conflict."""
    known = await _user(unit, person_id)
    return await _change(unit, known, await _shown(unit, known), normalised(body))


async def patch_user(unit: Unit, person_id: UUID, body: Mapping[str, Any]) -> Document:
    """Some of what SCIM says of a user, anew. Raises NotFound, Conflict."""
    known = await _user(unit, person_id)
    before = await _shown(unit, known)
    return await _change(unit, known, before, patched(before, body))


async def delete_user(unit: Unit, person_id: UUID) -> None:
    """They have left for good; whoever was active is withdrawn. Raises NotFound."""
    known = await _user(unit, person_id)
    unit.directory.note_change()
    unit.users.forget(person_id)
    await unit.employees.remove(known.employee)
    if known.active:
        await _let_leave(unit, person_id)
    unit.note("employee.provisioned", person_id=str(person_id), state="deleted")


async def _user(unit: Unit, person_id: UUID) -> User:
    user = await unit.users.get(person_id)
    if user is None:
        raise NotFound("no_such_user", "Nobody has this id; find users by a filter.")
    return user


async def _shown(unit: Unit, user: User) -> Document:
    bosses = await unit.employees.by_staff_numbers(managers_of([user.employee]))
    return document(user, bosses)


async def _change(unit: Unit, known: User | None, before: Document, after: Document) -> Document:
    # First of all: two at once meet here, so that what is read below is still so at the end.
    unit.directory.note_change()
    layout = await unit.directory.layout()
    user = changed(Change(before, after, known, layout.level_scale if layout else {}))
    user = with_managers(user, await _numbers(unit, managers_of([user.employee])))
    await _check_unique(unit, user.employee)
    person_id = user.employee.person_id or await _newcomer(unit, user.employee)
    user = replace(user, employee=replace(user.employee, person_id=person_id))
    await _store(unit, known, user, person_id)
    state = "active" if user.active else "inactive"
    unit.note("employee.provisioned", person_id=str(person_id), state=state)
    return await _shown(unit, user)


async def _numbers(unit: Unit, names: Collection[str]) -> dict[str, str]:
    """Staff numbers of those whom a provider names by id, address, or its own id."""
    found = dict(await unit.users.by_external_ids(names))
    found |= await unit.employees.by_emails(names)
    numbers = {name: one.staff_number for name, one in found.items()}
    for name in names:
        person_id = id_in(name)
        if person_id and (user := await unit.users.get(person_id)):
            numbers[name] = user.employee.staff_number
    return numbers


async def _check_unique(unit: Unit, employee: Employee) -> None:
    emails, numbers = [employee.email], [employee.staff_number]
    inactive = await unit.users.inactive(emails, numbers)
    others = [
        *(await unit.employees.by_emails(emails)).values(),
        *(await unit.employees.by_staff_numbers(numbers)).values(),
        *inactive.values(),
    ]
    for other in others:
        if other.person_id != employee.person_id:
            raise taken("userName" if other.email == employee.email else "employeeNumber")


async def _newcomer(unit: Unit, employee: Employee) -> UUID:
    """The id of somebody who left and had a part, as after an import; a new one for everybody else."""
    found = (await unit.people.by_emails([employee.email])).get(employee.email)
    if found is None or await unit.employees.by_persons([found.person_id]):
        return unit.new_id()
    return found.person_id


async def _store(unit: Unit, known: User | None, user: User, person_id: UUID) -> None:
    employee = user.employee
    if not user.active:
        await unit.users.put_inactive(employee)
        if known and known.active:
            await unit.employees.remove(known.employee)
            await _let_leave(unit, person_id)
        return
    if known and known.active and known.employee.staff_number != employee.staff_number:
        await unit.employees.remove(known.employee)
        await unit.employees.renumber(known.employee.staff_number, employee.staff_number)
    unit.users.forget(person_id)
    await unit.employees.put(employee, person_id)
    await _move(unit, employee, person_id)


async def _let_leave(unit: Unit, person_id: UUID) -> None:
    """What an import does for a leaver, at once; who reports to them is seen to by the next tick."""
    for volunteer in await unit.volunteers.all_of(person_id):
        gone, facts = volunteer.withdraw()
        if facts:
            unit.volunteers.put(gone)
            await confirmations.close(unit, volunteer.volunteer_id)
            unit.publish(*facts)
    if person := await unit.people.get(person_id):
        await leavers.let_go(unit, [person])


async def _move(unit: Unit, employee: Employee, person_id: UUID) -> None:
    """Let their own volunteers, name and address be as the directory has them now."""
    if person := await unit.people.get(person_id):
        keep(unit, person, person.as_in(employee))
    volunteers = await unit.volunteers.all_of(person_id)
    if not volunteers:
        return
    standing = (await standings(unit, [employee]))[employee.staff_number]
    for volunteer in volunteers:
        moved, facts = volunteer.move(standing)
        if facts:
            unit.volunteers.put(moved)
            unit.publish(*facts)
