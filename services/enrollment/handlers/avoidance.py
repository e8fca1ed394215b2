"""Whom a volunteer never wants to be paired with. Nobody else reads it, and nothing says who of them exists."""

from collections.abc import Collection, Sequence
from uuid import UUID

from services.enrollment.domain.ports import Unit
from services.enrollment.domain.volunteers import Avoided, Step, Volunteer
from services.enrollment.handlers.own import Own, keep_step, read_own


async def read_list(unit: Unit, own: Own) -> tuple[str, ...]:
    """The names as they were given."""
    return tuple(one.named for one in (await read_own(unit, own)).avoid)


async def set_list(unit: Unit, own: Own, names: Sequence[str]) -> tuple[str, ...]:
    """These from now on, and nobody else; staff numbers or addresses."""
    volunteer = await read_own(unit, own)
    before = {one.named: one.person_id for one in volunteer.avoid}
    found = await _who_is_named(unit, set(names) - before.keys())
    ids = {**found, **before}
    # An unknown name gets an id like any other, and is kept: a refusal would say who works here.
    avoid = tuple(
        Avoided(name, ids[name] if name in ids else unit.timeless_id())
        for name in dict.fromkeys(names)
    )
    changed = keep_step(unit, volunteer, volunteer.keep_away_from(avoid))
    return tuple(one.named for one in changed.avoid)


class Register:
    """Who is who on the lists of some volunteers, as the directory has it now."""

    def __init__(self, here: Collection[UUID], named: dict[str, UUID]) -> None:
        self._here, self._named = here, named

    @classmethod
    async def of(cls, unit: Unit, volunteers: Collection[Volunteer]) -> "Register":
        """Look all of them up at once."""
        listed = [one for volunteer in volunteers for one in volunteer.avoid]
        here = await unit.employees.by_persons({one.person_id for one in listed})
        unknown = {one.named for one in listed if one.person_id not in here}
        return cls(here.keys(), await _who_is_named(unit, unknown))

    def recognised_by(self, volunteer: Volunteer) -> Step:
        """The step of a volunteer whose list names somebody who has come since."""
        return volunteer.recognise(self._here, self._named)


async def forget(unit: Unit, person_id: UUID) -> None:
    """A person is erased: they go from the lists of others, and from what matching was told of these.

    Also where a list names them and nobody knew yet, or any more, who that is.
    """
    names = await _names_of(unit, person_id)
    for volunteer in await unit.volunteers.avoiding(person_id, names):
        if volunteer.person_id != person_id:
            keep_step(unit, volunteer, volunteer.forget(person_id, names))


async def _names_of(unit: Unit, person_id: UUID) -> frozenset[str]:
    user = await unit.users.get(person_id)
    person = await unit.people.get(person_id)
    names = {person.email} if person and person.email else set()
    return frozenset(names | ({user.employee.staff_number, user.employee.email} if user else set()))


async def _who_is_named(unit: Unit, names: Collection[str]) -> dict[str, UUID]:
    emails = {name for name in names if "@" in name}
    rows = await unit.employees.by_emails(emails)
    rows |= await unit.employees.by_staff_numbers(set(names) - emails)
    return {name: row.person_id for name, row in rows.items() if row.person_id}
