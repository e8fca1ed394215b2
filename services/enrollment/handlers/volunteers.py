"""Saying yes, changing one's mind, pausing and leaving; and reading who takes part."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.enrollment.domain.pairs import Pair
from services.enrollment.domain.people import Caller
from services.enrollment.domain.ports import Unit
from services.enrollment.domain.programmes import Programme
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
from services.enrollment.handlers.avoidance import Register
from services.enrollment.handlers.own import Own, Seen, keep_step, read_own, show, take
from services.enrollment.handlers.people import keep, who_is
from services.enrollment.handlers.reading import read_programme, show_programme
from services.enrollment.handlers.settling import standings
from shared.chassis.refusals import Conflict, Forbidden

AT_ONCE = 100
NEARLY_FULL = 100
"""From so few free places on, newcomers are let in one after the other, and none too many."""


@dataclass(frozen=True, slots=True)
class Enrol:
    """An employee's own yes."""

    caller: Caller
    programme_id: UUID
    consent: Consent
    profile: Profile


async def enrol(unit: Unit, command: Enrol) -> Seen:
    """Take in a newcomer, or somebody who left and says yes again."""
    before, person = await who_is(unit, command.caller)
    employee = (await unit.employees.by_persons([person.person_id])).get(person.person_id)
    if employee is None:
        raise Forbidden("not_enrolled", "You are not in the directory; ask the programme lead.")
    programme = await show_programme(unit, command.programme_id, person.drafts)
    said_before = await unit.volunteers.of_person(person.person_id, command.programme_id)
    standing = (await standings(unit, [employee]))[employee.staff_number]
    newcomer = Volunteer(
        unit.new_id(),
        person.person_id,
        programme.programme_id,
        programme.cohort.cohort_id,
        Status.ACTIVE,
        command.profile,
        command.consent,
        standing,
    )
    newcomer = await _back(unit, said_before, newcomer) if said_before else newcomer
    newcomer = replace(newcomer, cohort_id=await _place(unit, programme, newcomer))
    volunteer, facts = enrolled(newcomer, programme, await _topics(unit), unit.today)
    (unit.volunteers.put if said_before else unit.volunteers.add)(volunteer)
    unit.publish(*facts)
    await _share_capacity(unit, volunteer)
    person = await invitations.enrolled(unit, person, programme.programme_id)
    zone, language = volunteer.profile.time_zone, volunteer.consent.language
    keep(unit, before, person.volunteering(volunteer.volunteer_id, language, zone))
    # Whoever closes it at the same time comes before them or after them. Others may come through the same door: it
    # is written last, so that nobody waits for all the rest.
    unit.programmes.enter(volunteer.programme_id, volunteer.person_id)
    return Seen(volunteer)


async def change_profile(unit: Unit, own: Own, profile: Profile) -> Seen:
    """Describe oneself anew."""
    volunteer = await read_own(unit, own)
    programme = await read_programme(unit, volunteer.programme_id)
    person = await unit.people.get(volunteer.person_id)
    if person:
        keep(unit, person, person.in_zone(profile.time_zone))
    # What was retired since stays theirs.
    topics = await _topics(unit) | volunteer.topics
    changed = volunteer.change(profile, programme.terms, topics)
    if person and profile.capacity != volunteer.profile.capacity:
        # Whoever enrols elsewhere at the same time writes the person too: one of the two sees the other.
        unit.people.put(person.in_zone(profile.time_zone))
    await _share_capacity(unit, changed[0])
    return await take(unit, volunteer, changed)


async def pause(unit: Unit, own: Own, until: date | None) -> Seen:
    """Stay away for a while."""
    volunteer = await read_own(unit, own)
    return await take(unit, volunteer, volunteer.pause(until, unit.today))


async def resume(unit: Unit, own: Own) -> Seen:
    """Come back; who did not confirm in time goes on in that cohort now, if it takes one more."""
    volunteer = await read_own(unit, own)
    active, facts = volunteer.resume(unit.today)
    cohort_id = await confirmations.missed_by(unit, volunteer)
    if cohort_id:
        # Without a place there they are back where they were.
        with suppress(Conflict):
            active, of_cohort = await _joined(unit, active, cohort_id)
            facts = (*facts, *of_cohort)
    return await take(unit, volunteer, (active, facts))


async def withdraw(unit: Unit, own: Own) -> Seen:
    """Leave, without a reason."""
    volunteer = await read_own(unit, own)
    return await _leave(unit, volunteer, volunteer.withdraw())


async def revoke(unit: Unit, own: Own) -> Seen:
    """Take the consent back, which is to leave."""
    volunteer = await read_own(unit, own)
    return await _leave(unit, volunteer, volunteer.revoke(unit.today))


async def confirm(unit: Unit, own: Own) -> Seen:
    """Go on in the cohort that has opened. Raises Conflict where it takes nobody any more."""
    volunteer = await read_own(unit, own)
    volunteer.check_still_here()
    cohort_id = await confirmations.give(unit, volunteer.volunteer_id)
    return await take(unit, volunteer, await _joined(unit, volunteer, cohort_id))


async def read_volunteer(unit: Unit, own: Own) -> Seen:
    """Oneself, with the pairs that are running."""
    return await show(unit, await read_own(unit, own))


async def recommend_format(unit: Unit, own: Own) -> Recommendation:
    """Which of the programme's formats fits them best."""
    volunteer = await read_own(unit, own)
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


async def pass_day(unit: Unit) -> int:
    """Bring back a hundred of those whose pause is over, and pause whoever is available no more."""
    due = await unit.volunteers.due_by(unit.today, AT_ONCE)
    for volunteer in due:
        keep_step(unit, volunteer, volunteer.pass_day(unit.today))
    return len(due)


async def note_pair(unit: Unit, pair: Pair) -> None:
    """Matching formed or ended a pair."""
    unit.pairs.put(pair)
    unit.note("pair.noted", pair_id=str(pair.pair_id), running=pair.running)


async def _leave(unit: Unit, volunteer: Volunteer, step: Step) -> Seen:
    """Without another part in anything nobody reaches them from now on."""
    await confirmations.close(unit, volunteer.volunteer_id)
    seen = await take(unit, volunteer, step)
    if person := await unit.people.get(volunteer.person_id):
        keep(unit, person, person.no_more_volunteering(volunteer.volunteer_id))
    return seen


async def _back(unit: Unit, said_before: Volunteer, yes: Volunteer) -> Volunteer:
    back = said_before.renew(yes)
    # Nobody looked for newcomers on the list of one who was away.
    recognised, _ = (await Register.of(unit, [back])).recognised_by(back)
    return recognised


async def _joined(unit: Unit, volunteer: Volunteer, cohort_id: UUID) -> Step:
    if volunteer.cohort_id == cohort_id:
        return volunteer, ()
    programme = await read_programme(unit, volunteer.programme_id)
    going_on = replace(volunteer, cohort_id=cohort_id)
    cohort_id = await _place(unit, programme, going_on)
    unit.programmes.enter(volunteer.programme_id, volunteer.person_id)
    return volunteer.join(cohort_id)


async def _place(unit: Unit, programme: Programme, comer: Volunteer) -> UUID:
    """The cohort that they want to come into, if it has a place. Raises Conflict where there is none."""
    cohort_id = comer.cohort_id
    taken = await unit.volunteers.filling(cohort_id)
    cohort = programme.admit(enrolled=taken, today=unit.today, cohort_id=cohort_id)
    if cohort.terms.size_cap - taken <= NEARLY_FULL:
        unit.programmes.queue_up(programme.programme_id)
    return cohort.cohort_id


async def _share_capacity(unit: Unit, volunteer: Volunteer) -> None:
    """How many pairs at once is the person's: the same in all programmes, as they said it last."""
    for other in await unit.volunteers.all_of(volunteer.person_id):
        if other.volunteer_id != volunteer.volunteer_id:
            keep_step(unit, other, other.share_capacity(volunteer.profile.capacity))


async def _topics(unit: Unit) -> frozenset[str]:
    return frozenset(topic.topic for topic in await unit.topics.all() if not topic.retired)
