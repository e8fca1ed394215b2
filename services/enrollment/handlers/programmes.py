"""Opening and reading programmes, and the topics they are about."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.enrollment.domain.article_topics import ARTICLE_TOPICS
from services.enrollment.domain.people import Person
from services.enrollment.domain.ports import Census, Unit
from services.enrollment.domain.programmes import OpenProgramme, Programme, Terms
from services.enrollment.domain.programmes import change_terms as changed
from services.enrollment.domain.programmes import close_programme as closed
from services.enrollment.domain.programmes import open_programme as opened
from services.enrollment.domain.topics import Topic, TopicChanged
from services.enrollment.handlers.people import keep, who_is
from shared.chassis.refusals import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a lead reads of a programme's beginning."""

    employees: int
    census: Census


async def open_programme(unit: Unit, command: OpenProgramme) -> Programme:
    """Open it with its first cohort; whoever opens it leads it."""
    # A volunteer may come the moment it is open, and needs topics to choose from.
    await seed_topics(unit)
    sponsor_before, sponsor = await _sponsor(unit, command.sponsor_staff_number)
    programme, facts = opened(command, (unit.new_id(), unit.new_id()), unit.today)
    programme_id = programme.programme_id
    programme = replace(programme, sponsor_id=sponsor.person_id if sponsor else None)
    unit.programmes.add(programme)
    unit.publish(*facts)
    lead_before, lead = await who_is(unit, command.caller)
    lead = lead.with_role(programme_id, "lead")
    if sponsor and sponsor.person_id == lead.person_id:
        lead = lead.with_role(programme_id, "sponsor")
    elif sponsor:
        keep(unit, sponsor_before, sponsor.with_role(programme_id, "sponsor"))
    keep(unit, lead_before, lead)
    return programme


async def change_terms(unit: Unit, programme_id: UUID, terms: Terms) -> Programme:
    """Set the terms of an open programme anew."""
    programme, fact = changed(await read_programme(unit, programme_id), terms, unit.today)
    unit.programmes.put(programme)
    unit.publish(fact)
    return programme


async def close_programme(unit: Unit, programme_id: UUID) -> Programme:
    """Take nobody any more."""
    programme, facts = closed(await read_programme(unit, programme_id))
    unit.programmes.put(programme)
    unit.publish(*facts)
    return programme


async def _sponsor(unit: Unit, staff_number: str | None) -> tuple[Person | None, Person | None]:
    if staff_number is None:
        return None, None
    employee = (await unit.employees.by_staff_numbers([staff_number])).get(staff_number)
    if employee is None or employee.person_id is None:
        raise Invalid(
            "unknown_sponsor",
            "The sponsor is not in the directory; import it first, or correct the number.",
            "/sponsor_staff_number",
        )
    before = await unit.people.get(employee.person_id)
    return before, before or Person.of(employee, employee.person_id)


async def read_programme(unit: Unit, programme_id: UUID) -> Programme:
    """The programme."""
    programme = await unit.programmes.get(programme_id)
    if programme is None:
        raise NotFound("no_such_programme", "There is no such programme; check its id.")
    return programme


async def read_enrolment(unit: Unit, programme_id: UUID) -> Enrolment:
    """How many could take part, and how many do."""
    await read_programme(unit, programme_id)
    return Enrolment(await unit.employees.count(), await unit.volunteers.census(programme_id))


async def seed_topics(unit: Unit) -> int:
    """Put in the topics that are not there; what somebody changed since stays. Returns how many."""
    known = {topic.topic for topic in await unit.topics.all()}
    missing = [topic for topic in ARTICLE_TOPICS if topic.topic not in known]
    for topic in missing:
        unit.topics.add(topic)
        unit.publish(TopicChanged(topic))
    if missing:
        unit.note("topics.seeded", topics=len(missing))
    return len(missing)


async def read_topics(unit: Unit) -> list[Topic]:
    """The tree, without what is retired."""
    return [topic for topic in await unit.topics.all() if not topic.retired]
