"""Doubts: raised by whoever has them, answered by the lead, asked again or closed by their writer."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.enrollment.domain.doubts import (
    Answer,
    Concern,
    Doubt,
    Evidence,
    ReplyReady,
    Step,
    Turn,
    hash_of,
    raise_concern,
)
from services.enrollment.domain.people import Person, changes
from services.enrollment.domain.ports import Unit
from services.enrollment.handlers.reading import read_programme, show_programme
from shared.chassis.refusals import Forbidden, NotFound

AT_ONCE = 100
TOLD_WITHIN = timedelta(days=7)
"""So long a mail about an answer may take, over quiet hours and days without a mail server."""


@dataclass(frozen=True, slots=True)
class Raise:
    """A doubt about a programme, in its writer's words."""

    programme_id: UUID
    code: Doubt
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the lead of a programme answers to a concern."""

    programme_id: UUID
    concern_id: UUID
    text: str
    evidence: Evidence
    taste_sprint: bool


@dataclass(frozen=True, slots=True)
class Writer:
    """Who says that a concern is theirs: by who they are, or by the reference that they were given."""

    person_id: UUID | None = None
    concern_id: UUID | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A concern with the name of its writer, empty where it is anonymous."""

    concern: Concern
    name: str


async def raise_confidentially(unit: Unit, wish: Raise, person_id: UUID | None) -> Concern:
    """Tell the lead, who learns whose doubt it is; nobody else does."""
    if person_id is None:
        raise Forbidden("not_enrolled", "You are not in the directory; ask the programme lead.")
    return await _raise(unit, _new(unit, wish, writer=person_id))


async def raise_anonymously(unit: Unit, wish: Raise) -> tuple[Concern, str]:
    """Tell the lead, and nobody whose doubt it is. Returns the reference as well, which is kept nowhere."""
    reference = unit.secret()
    concern = _new(unit, wish, reference_hash=hash_of(reference))
    return await _raise(unit, concern), reference


async def answer(unit: Unit, reply: Reply) -> Named:
    """Answer with evidence; who wrote confidentially is told that there is an answer."""
    concern = await _of_programme(unit, reply.programme_id, reply.concern_id)
    programme = await read_programme(unit, concern.programme_id)
    said = Answer(reply.text, reply.evidence, reply.taste_sprint, unit.today)
    answered = _take(unit, concern, concern.answer(said, programme))
    if answered.writer:
        await _tell(unit, answered.writer, answered.programme_id)
    return Named(answered, await _name(unit, answered))


async def ask_again(unit: Unit, writer: Writer, text: str) -> Concern:
    """The answer does not do yet."""
    concern = await read_own(unit, writer)
    return _take(unit, concern, concern.ask_again(text, unit.today))


async def taste(unit: Unit, writer: Writer) -> Concern:
    """Take the sprint that was offered."""
    concern = await read_own(unit, writer)
    return _take(unit, concern, concern.taste(unit.today))


async def close(unit: Unit, writer: Writer) -> Concern:
    """Nothing more to ask."""
    concern = await read_own(unit, writer)
    return _take(unit, concern, concern.close(unit.today))


async def read_own(unit: Unit, writer: Writer) -> Concern:
    """The writer's own concern. Raises NotFound for everybody else."""
    if writer.reference is not None:
        found = await unit.concerns.by_reference(hash_of(writer.reference))
    else:
        found = await unit.concerns.get(writer.concern_id) if writer.concern_id else None
        if found and (found.writer is None or found.writer != writer.person_id):
            found = None
    if found is None:
        raise NotFound("no_such_concern", "There is no such concern among yours.")
    return found


async def list_own(
    unit: Unit, person_id: UUID | None, after: UUID | None, limit: int
) -> list[Concern]:
    """What somebody raised confidentially, page by page."""
    return await unit.concerns.of_writer(person_id, after, limit) if person_id else []


async def list_concerns(
    unit: Unit, programme_id: UUID, after: UUID | None, limit: int
) -> list[Named]:
    """All of a programme, for its lead."""
    await read_programme(unit, programme_id)
    concerns = await unit.concerns.page(programme_id, after, limit)
    writers = [concern.writer for concern in concerns if concern.writer]
    employees = await unit.employees.by_persons(writers)
    names = {person_id: employee.name for person_id, employee in employees.items()}
    return [Named(c, names.get(c.writer, "") if c.writer else "") for c in concerns]


async def let_go(unit: Unit) -> int:
    """Reach nobody any more for answers that they closed, or have had for a week; returns how many.

    Not with the closing itself: two events of one moment would say whose doubt it was.
    """
    waiting = await unit.concerns.told_since(unit.today - TOLD_WITHIN)
    people = await unit.people.awaiting_reply(waiting, AT_ONCE)
    for before in people:
        _keep_apart(unit, before, before.with_reply())
    return len(people)


def _new(
    unit: Unit, wish: Raise, writer: UUID | None = None, reference_hash: str | None = None
) -> Concern:
    return Concern(
        unit.timeless_id(),
        wish.programme_id,
        wish.code,
        (Turn(wish.text, unit.today),),
        writer,
        reference_hash,
    )


async def _raise(unit: Unit, concern: Concern) -> Concern:
    programme = await show_programme(unit, concern.programme_id)
    concern, facts = raise_concern(concern, programme)
    unit.concerns.add(concern)
    unit.publish(*facts)
    return concern


async def _of_programme(unit: Unit, programme_id: UUID, concern_id: UUID) -> Concern:
    concern = await unit.concerns.get(concern_id)
    if concern is None or concern.programme_id != programme_id:
        raise NotFound("no_such_concern", "The programme has no such concern; check its id.")
    return concern


async def _tell(unit: Unit, person_id: UUID, programme_id: UUID) -> None:
    """That there is an answer, and how to reach its reader; apart, so that nothing says to which concern."""
    before = await unit.people.get(person_id)
    employee = (await unit.employees.by_persons([person_id])).get(person_id)
    if before:
        person = before.awaiting_reply()
    elif employee:
        person = Person.of(employee, person_id).awaiting_reply()
    else:  # they left, and are known to nobody any more
        return
    if person != before:
        _keep_apart(unit, before, person)
    unit.publish_apart(ReplyReady(unit.new_id(), programme_id, person_id))


def _keep_apart(unit: Unit, before: Person | None, person: Person) -> None:
    unit.people.put(person)
    for fact in changes(before, person):
        unit.publish_apart(fact)


async def _name(unit: Unit, concern: Concern) -> str:
    if concern.writer is None:
        return ""
    employees = await unit.employees.by_persons([concern.writer])
    return employees[concern.writer].name if concern.writer in employees else ""


def _take(unit: Unit, before: Concern, step: Step) -> Concern:
    concern, facts = step
    if concern != before:
        unit.concerns.put(concern)
    unit.publish(*facts)
    return concern
