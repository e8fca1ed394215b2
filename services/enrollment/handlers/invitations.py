"""Inviting employees, and what the invited say to it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.enrollment.domain.directory import Employee
from services.enrollment.domain.invitations import (
    Answer,
    Invitation,
    InvitationIssued,
    LeftOut,
    Step,
    reason_against,
)
from services.enrollment.domain.people import Caller, Person, changes
from services.enrollment.domain.ports import Unit
from services.enrollment.domain.volunteers import Status, Volunteer
from services.enrollment.handlers.people import keep, who_is
from services.enrollment.handlers.reading import read_programme
from shared.chassis.refusals import Conflict, Invalid, NotFound

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Invite:
    """A lead's wish to ask these employees, about a topic or in general."""

    programme_id: UUID
    staff_numbers: tuple[str, ...]
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """A caller and the invitation that they say is theirs."""

    caller: Caller
    invitation_id: UUID


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation with whom it is to, None where the directory has them no more."""

    invitation: Invitation
    employee: Employee | None


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of a wish to invite: who is asked, and who is not, by staff number."""

    asked: tuple[Asked, ...]
    left_out: Mapping[str, LeftOut]


@dataclass(frozen=True, slots=True)
class OwnInvitation:
    """An invitation as the invited see it."""

    invitation: Invitation
    programme_title: str


async def invite(unit: Unit, wish: Invite) -> Invited:
    """Ask those who may be asked. Raises Invalid for a number or a topic that nobody knows."""
    (await read_programme(unit, wish.programme_id)).check_open()
    await _check_topic(unit, wish.topic)
    employees = await _employees(unit, wish.staff_numbers)
    earlier = defaultdict(list)
    for invitation in await unit.invitations.of_persons(wish.programme_id, employees):
        earlier[invitation.person_id].append(invitation)
    asked, left_out = [], {}
    for person_id, employee in employees.items():
        volunteer = await unit.volunteers.of_person(person_id, wish.programme_id)
        reason = _part_in_it(volunteer) or reason_against(earlier[person_id], unit.today)
        if reason:
            left_out[employee.staff_number] = reason
            continue
        invitation = Invitation(unit.new_id(), wish.programme_id, person_id, unit.today, wish.topic)
        await _issue(unit, invitation, employee)
        asked.append(Asked(invitation, employee))
    return Invited(tuple(asked), left_out)


async def list_asked(unit: Unit, programme_id: UUID, after: UUID | None, limit: int) -> list[Asked]:
    """Who was invited to a programme, and what they answered."""
    await read_programme(unit, programme_id)
    page = await unit.invitations.page(programme_id, after, limit)
    employees = await unit.employees.by_persons([one.person_id for one in page])
    return [Asked(one, employees.get(one.person_id)) for one in page]


async def list_own(unit: Unit, caller: Caller) -> list[OwnInvitation]:
    """What the caller was asked, the newest first."""
    if caller.person_id is None:
        return []
    found = await unit.invitations.all_of(caller.person_id)
    return [await _seen(unit, invitation) for invitation in reversed(found)]


async def accept(unit: Unit, own: Own) -> OwnInvitation:
    """A mark that they are interested; enrolling is another step."""
    invitation = await _own(unit, own)
    (await read_programme(unit, invitation.programme_id)).check_open()
    return await _take(unit, own.caller, invitation.accept(unit.today))


async def decline(unit: Unit, own: Own) -> OwnInvitation:
    """No, thank you. Whoever has no other part is reached by nobody any more."""
    invitation = await _own(unit, own)
    await _check_no_volunteer(unit, invitation)
    return await _take(unit, own.caller, invitation.decline(unit.today))


async def put_off(unit: Unit, own: Own, until: date) -> OwnInvitation:
    """Ask me again later, and not before that day."""
    invitation = await _own(unit, own)
    await _check_no_volunteer(unit, invitation)
    return await _take(unit, own.caller, invitation.later(until, unit.today))


async def let_go(unit: Unit) -> int:
    """Reach nobody any more for a programme that closed; returns how many were to be reached."""
    closed = await unit.programmes.closed()
    people = await unit.people.invited_to(closed, AT_ONCE)
    for before in people:
        person = before
        for programme_id in set(before.invited_to) & set(closed):
            for invitation in await unit.invitations.of_persons(programme_id, [person.person_id]):
                moot, facts = invitation.close(unit.today)
                unit.invitations.put(moot)
                unit.publish(*facts)
            person = person.no_more_invited(programme_id)
        keep(unit, before, person)
    return len(people)


async def enrolled(unit: Unit, person: Person, programme_id: UUID) -> Person:
    """Whoever says yes has accepted; the person without an invitation that is open."""
    for invitation in await unit.invitations.of_persons(programme_id, [person.person_id]):
        if invitation.answer is not Answer.DECLINED:
            accepted, facts = invitation.accept(unit.today)
            unit.invitations.put(accepted)
            unit.publish(*facts)
    return person.no_more_invited(programme_id)


async def leave(unit: Unit, person: Person) -> Person:
    """An invited one has left the company: nobody waits for an answer or reaches them for it any more."""
    after = person
    for programme_id in person.invited_to:
        for invitation in await unit.invitations.of_persons(programme_id, [person.person_id]):
            moot, facts = invitation.leave(unit.today)
            if facts:
                unit.invitations.put(moot)
            unit.publish(*facts)
        after = after.no_more_invited(programme_id)
    keep(unit, person, after)
    return after


async def _issue(unit: Unit, invitation: Invitation, employee: Employee) -> None:
    before = await unit.people.get(invitation.person_id)
    person = (before or Person.of(employee, invitation.person_id)).invited(invitation.programme_id)
    unit.invitations.add(invitation)
    # Written also where nothing changes: of two who ask or enrol at once, one comes second.
    unit.people.put(person)
    # The contact first: nothing can be sent before it is known.
    unit.publish(*changes(before, person), InvitationIssued(invitation))


async def _take(unit: Unit, caller: Caller, step: Step) -> OwnInvitation:
    invitation, facts = step
    before, person = await who_is(unit, caller)
    if facts:
        unit.invitations.put(invitation)
    unit.publish(*facts)
    if invitation.answer is Answer.DECLINED:
        person = person.no_more_invited(invitation.programme_id)
    keep(unit, before, person)
    return await _seen(unit, invitation)


async def _own(unit: Unit, own: Own) -> Invitation:
    invitation = await unit.invitations.get(own.invitation_id)
    if invitation is None or invitation.person_id != own.caller.person_id:
        raise NotFound("no_such_invitation", "There is no such invitation among yours.")
    return invitation


async def _seen(unit: Unit, invitation: Invitation) -> OwnInvitation:
    programme = await read_programme(unit, invitation.programme_id)
    return OwnInvitation(invitation, programme.terms.title)


async def _check_no_volunteer(unit: Unit, invitation: Invitation) -> None:
    if await unit.volunteers.of_person(invitation.person_id, invitation.programme_id):
        raise Conflict(
            "already_enrolled", "You said yes to this programme; pause or withdraw as a volunteer."
        )


def _part_in_it(volunteer: Volunteer | None) -> LeftOut | None:
    if volunteer is None:
        return None
    return LeftOut.LEFT if volunteer.status is Status.WITHDRAWN else LeftOut.TAKES_PART


async def _employees(unit: Unit, staff_numbers: tuple[str, ...]) -> dict[UUID, Employee]:
    known = await unit.employees.by_staff_numbers(staff_numbers)
    found = {}
    for position, staff_number in enumerate(staff_numbers):
        employee = known.get(staff_number)
        if employee is None or employee.person_id is None:
            raise Invalid(
                "unknown_employee",
                "Nobody in the directory has this number; import it first, or correct the number.",
                f"/staff_numbers/{position}",
            )
        found[employee.person_id] = employee
    return found


async def _check_topic(unit: Unit, topic: str | None) -> None:
    known = {one.topic for one in await unit.topics.all() if not one.retired}
    if topic is not None and topic not in known:
        raise Invalid(
            "unknown_topic",
            "There is no such topic, or it is retired; GET /v1/topics lists them.",
            "/topic",
        )
