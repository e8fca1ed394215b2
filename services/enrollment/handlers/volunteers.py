"""Saying yes, changing one's mind, pausing and leaving; and reading who takes part."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.enrollment.domain.pairs import Pair
from services.enrollment.domain.people import Caller
from services.enrollment.domain.ports import Unit
from services.enrollment.domain.recommendation import Recommendation, recommend
from services.enrollment.domain.volunteers import (
    Consent,
    Profile,
    Status,
    Step,
    Volunteer,
)
from services.enrollment.domain.volunteers import enrol as enrolled
from services.enrollment.handlers import confirmations, invitations
from services.enrollment.handlers.directory import standings
from services.enrollment.handlers.people import keep, who_is
from services.enrollment.handlers.reading import read_programme
from shared.chassis.refusals import Forbidden, NotFound

NEARLY_FULL = 100
"""From so few free places on, newcomers are let in one after the other, and none too many."""


@dataclass(frozen=True, slots=True)
class Enrol:
    """An employee's own yes."""

    caller: Caller
    programme_id: UUID
    consent: Consent
    profile: Profile


@dataclass(frozen=True, slots=True)
class Own:
    """A caller and the volunteer that they say they are."""

    caller: Caller
    volunteer_id: UUID


@dataclass(frozen=True, slots=True)
class Seen:
    """A volunteer as they see themselves."""

    volunteer: Volunteer
    pairs: tuple[Pair, ...] = ()
    confirm_by: date | None = None


async def enrol(unit: Unit, command: Enrol) -> Seen:
    """Take in a newcomer."""
    before, person = await who_is(unit, command.caller)
    employee = (await unit.employees.by_persons([person.person_id])).get(person.person_id)
    if employee is None:
        raise Forbidden("not_enrolled", "You are not in the directory; ask the programme lead.")
    programme = await read_programme(unit, command.programme_id)
    if said_before := await unit.volunteers.of_person(person.person_id, command.programme_id):
        raise said_before.refuse_again()
    taken = await unit.volunteers.filling(programme.cohort.cohort_id)
    cohort = programme.admit(enrolled=taken, today=unit.today)
    if cohort.terms.size_cap - taken <= NEARLY_FULL:
        unit.programmes.queue_up(programme.programme_id)
    newcomer = Volunteer(
        unit.new_id(),
        person.person_id,
        programme.programme_id,
        cohort.cohort_id,
        Status.ACTIVE,
        command.profile,
        command.consent,
        (await standings(unit, [employee]))[employee.staff_number],
    )
    volunteer, facts = enrolled(newcomer, programme, await _topics(unit), unit.today)
    unit.volunteers.add(volunteer)
    unit.publish(*facts)
    person = await invitations.enrolled(unit, person, programme.programme_id)
    zone, language = volunteer.profile.time_zone, volunteer.consent.language
    keep(unit, before, person.volunteering(volunteer.volunteer_id, language, zone))
    return Seen(volunteer)


async def change_profile(unit: Unit, own: Own, profile: Profile) -> Seen:
    """Describe oneself anew."""
    volunteer = await _own(unit, own)
    programme = await read_programme(unit, volunteer.programme_id)
    person = await unit.people.get(volunteer.person_id)
    if person:
        keep(unit, person, person.in_zone(profile.time_zone))
    # What was retired since stays theirs.
    topics = await _topics(unit) | volunteer.topics
    return await _take(unit, volunteer, volunteer.change(profile, programme.terms, topics))


async def pause(unit: Unit, own: Own, until: date | None) -> Seen:
    """Stay away for a while."""
    volunteer = await _own(unit, own)
    return await _take(unit, volunteer, volunteer.pause(until, unit.today))


async def resume(unit: Unit, own: Own) -> Seen:
    """Come back."""
    volunteer = await _own(unit, own)
    return await _take(unit, volunteer, volunteer.resume())


async def withdraw(unit: Unit, own: Own) -> Seen:
    """Leave, without a reason."""
    volunteer = await _own(unit, own)
    await confirmations.close(unit, volunteer.volunteer_id)
    return await _take(unit, volunteer, volunteer.withdraw())


async def confirm(unit: Unit, own: Own) -> Seen:
    """Go on, now that a further cohort has opened."""
    volunteer = await _own(unit, own)
    volunteer.check_still_here()
    await confirmations.give(unit, volunteer.volunteer_id)
    return await _seen(unit, volunteer)


async def read_volunteer(unit: Unit, own: Own) -> Seen:
    """Oneself, with the pairs that are running."""
    return await _seen(unit, await _own(unit, own))


async def recommend_format(unit: Unit, own: Own) -> Recommendation:
    """Which of the programme's formats fits them best."""
    volunteer = await _own(unit, own)
    programme = await read_programme(unit, volunteer.programme_id)
    demand = await unit.demands.of_programme(volunteer.programme_id)
    allowed = {one.format for one in programme.terms.formats}
    return recommend(volunteer.profile, demand, allowed)


async def read_roster(
    unit: Unit, programme_id: UUID, after: UUID | None, limit: int
) -> list[tuple[Volunteer, str]]:
    """Who takes part, with names, for the lead who releases the round."""
    await read_programme(unit, programme_id)
    page = await unit.volunteers.page(programme_id, after, limit)
    employees = await unit.employees.by_persons([volunteer.person_id for volunteer in page])
    return [
        (volunteer, employees[volunteer.person_id].name if volunteer.person_id in employees else "")
        for volunteer in page
    ]


async def end_pauses(unit: Unit) -> int:
    """Bring back everybody whose pause is over; returns how many."""
    back = await unit.volunteers.back_by(unit.today)
    for volunteer_id in back:
        volunteer = await unit.volunteers.get(volunteer_id)
        if volunteer:
            await _take(unit, volunteer, volunteer.resume())
    return len(back)


async def note_pair(unit: Unit, pair: Pair) -> None:
    """Matching formed or ended a pair."""
    unit.pairs.put(pair)
    unit.note("pair.noted", pair_id=str(pair.pair_id), running=pair.running)


async def _own(unit: Unit, own: Own) -> Volunteer:
    volunteer = await unit.volunteers.get(own.volunteer_id)
    if volunteer is None or volunteer.person_id != own.caller.person_id:
        raise NotFound("no_such_volunteer", "There is no such volunteer among yours.")
    return volunteer


async def _take(unit: Unit, before: Volunteer, step: Step) -> Seen:
    volunteer, facts = step
    if volunteer != before:
        unit.volunteers.put(volunteer)
    unit.publish(*facts)
    return await _seen(unit, volunteer)


async def _seen(unit: Unit, volunteer: Volunteer) -> Seen:
    volunteer_id = volunteer.volunteer_id
    pairs = tuple(await unit.pairs.running(volunteer_id))
    return Seen(volunteer, pairs, await confirmations.due_of(unit, volunteer_id))


async def _topics(unit: Unit) -> frozenset[str]:
    return frozenset(topic.topic for topic in await unit.topics.all() if not topic.retired)
