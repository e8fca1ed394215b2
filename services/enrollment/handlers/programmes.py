"""Programmes from draft to closed, and reading them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from services.enrollment.domain.people import Caller, Person
from services.enrollment.domain.ports import Census, Unit
from services.enrollment.domain.programmes import (
    Answer,
    CohortTerms,
    Programme,
    Stage,
    Step,
    Terms,
    draft_programme,
)
from services.enrollment.handlers import invitations
from services.enrollment.handlers.demand import judge_gaps
from services.enrollment.handlers.people import employed, keep, who_is
from services.enrollment.handlers.reading import read_programme
from services.enrollment.handlers.topics import seed_topics
from shared.chassis.refusals import Invalid


@dataclass(frozen=True, slots=True)
class Draft:
    """A lead's wish to prepare a programme."""

    caller: Caller
    terms: Terms
    cohort: CohortTerms
    sponsor_staff_number: str | None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a lead reads of a programme's beginning."""

    employees: int
    census: Census


async def draft(unit: Unit, command: Draft) -> Programme:
    """Prepare one; the caller leads it, and nobody else learns of it."""
    programme = draft_programme(
        command.terms, command.cohort, (unit.new_id(), unit.new_id()), unit.today
    )
    if command.sponsor_staff_number is not None:
        _, sponsor = await _sponsor(unit, command.sponsor_staff_number)
        programme = replace(programme, sponsor_id=sponsor.person_id)
    unit.programmes.add(programme)
    _, lead = await who_is(unit, command.caller)
    # Not `keep`, which would tell the others.
    unit.people.put(lead.drafting(programme.programme_id))
    return programme


@dataclass(frozen=True, slots=True)
class Anew:
    """A lead's wish to set all terms anew, of a draft also the first cohort; `seen` is the version they know."""

    terms: Terms
    cohort: CohortTerms | None = None
    seen: int | None = None


async def change(unit: Unit, programme_id: UUID, wish: Anew) -> Programme:
    """Set its terms anew. Raises Conflict where it is not what the lead has seen."""
    programme = await read_programme(unit, programme_id)
    programme.check_version(wish.seen)
    terms, cohort = wish.terms, wish.cohort
    return await take(unit, programme, programme.change(terms, unit.today, cohort))


async def name_sponsor(unit: Unit, programme_id: UUID, staff_number: str) -> Programme:
    """Let another executive answer for it from now on."""
    programme = await read_programme(unit, programme_id)
    programme.check_not_closed()
    before, sponsor = await _sponsor(unit, staff_number)
    named = await take(unit, programme, programme.sponsored_by(sponsor.person_id))
    if programme.sponsor_id == sponsor.person_id:
        return named
    if programme.stage is Stage.OPEN:
        former = await unit.people.get(programme.sponsor_id) if programme.sponsor_id else None
        if former:
            keep(unit, former, former.without_role(programme_id, "sponsor"))
        keep(unit, before, sponsor.with_role(programme_id, "sponsor"))
    return named


async def answer_readiness(
    unit: Unit, programme_id: UUID, answers: Mapping[str, Answer]
) -> Programme:
    """Say how far the company is ready."""
    programme = await read_programme(unit, programme_id)
    return await take(unit, programme, programme.answer(answers, unit.today))


async def open_programme(unit: Unit, caller: Caller, programme_id: UUID) -> Programme:
    """Let volunteers come; from now on the others know who leads it and who answers for it."""
    programme = await read_programme(unit, programme_id)
    step = programme.open(unit.today)
    if programme.draft:
        # A volunteer may come the moment it is open, and needs topics to choose from.
        await seed_topics(unit)
        # The doors are there before the first who come: many at once would be in each other's way making them.
        unit.programmes.shut(programme_id)
    opened = await take(unit, programme, step)
    if programme.draft:
        await _give_sponsor(unit, opened)
        lead_before, lead = await who_is(unit, caller)
        keep(unit, lead_before, lead.leading(programme_id))
        for other in await unit.people.leads(programme_id):
            keep(unit, other, other.leading(programme_id))
    return opened


async def close_programme(unit: Unit, programme_id: UUID) -> Programme:
    """Take nobody any more, and look for nobody; give a draft up."""
    programme = await read_programme(unit, programme_id)
    unit.programmes.shut(programme_id)
    closed = await take(unit, programme, programme.close())
    # A hundred at once; where more were asked, the minute's tick lets go the others.
    await invitations.let_go(unit)
    await judge_gaps(unit, closed)
    return closed


async def take(unit: Unit, before: Programme, step: Step) -> Programme:
    """Keep what a step leads to, and tell it."""
    programme, facts = step
    if programme != before:
        programme = replace(programme, version=before.version + 1)
        unit.programmes.put(programme)
    unit.publish(*facts)
    return programme


async def list_programmes(unit: Unit, own: Collection[UUID]) -> list[Programme]:
    """Those that are open, and the caller's own drafts."""
    return await unit.programmes.running(own)


async def read_enrolment(unit: Unit, programme_id: UUID) -> Enrolment:
    """How many could take part, and how many do."""
    await read_programme(unit, programme_id)
    return Enrolment(await unit.employees.count(), await unit.volunteers.census(programme_id))


async def _sponsor(unit: Unit, staff_number: str) -> tuple[Person | None, Person]:
    unknown = Invalid(
        "unknown_sponsor",
        "The sponsor is not in the directory; import it first, or correct the number.",
        "/sponsor_staff_number",
    )
    _, before, sponsor = await employed(unit, staff_number, unknown)
    return before, sponsor


async def _give_sponsor(unit: Unit, programme: Programme) -> None:
    if programme.sponsor_id is None:
        return
    before = await unit.people.get(programme.sponsor_id)
    employees = await unit.employees.by_persons([programme.sponsor_id])
    employee = employees.get(programme.sponsor_id)
    sponsor = before or (Person.of(employee, programme.sponsor_id) if employee else None)
    if sponsor is None:
        raise Invalid(
            "sponsor_left",
            "The sponsor is not in the directory any more; name another one first.",
            "/sponsor_staff_number",
        )
    keep(unit, before, sponsor.with_role(programme.programme_id, "sponsor"))
