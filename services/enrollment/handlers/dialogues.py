"""Open conversations: planned and held by the lead, and their compromises looked at again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.enrollment.domain.dialogues import (
    Compromise,
    Dialogue,
    Minutes,
    Outcome,
    Owner,
    Plan,
    Step,
    planned,
)
from services.enrollment.domain.ports import Unit
from services.enrollment.handlers.reading import read_programme
from shared.chassis.refusals import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Wish:
    """A plan as the lead writes it: who takes part by staff number, where that is noted at all."""

    planned_for: date
    agenda: tuple[str, ...]
    staff_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreed:
    """A compromise that has no id yet."""

    text: str
    owner: Owner
    due: date


@dataclass(frozen=True, slots=True)
class Place:
    """Which conversation of which programme."""

    programme_id: UUID
    dialogue_id: UUID


@dataclass(frozen=True, slots=True)
class Review:
    """What became of a compromise, and what holds in place of a changed one."""

    compromise_id: UUID
    outcome: Outcome
    instead: Agreed | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A conversation as its lead reads it on a day; `names` are those of who takes part."""

    dialogue: Dialogue
    names: tuple[str, ...]
    today: date


async def plan(unit: Unit, programme_id: UUID, wish: Wish) -> Seen:
    """Plan one."""
    await read_programme(unit, programme_id)
    dialogue = Dialogue(unit.new_id(), programme_id, await _plan(unit, wish))
    dialogue, facts = planned(dialogue, unit.today)
    unit.dialogues.add(dialogue)
    unit.publish(*facts)
    return await _seen(unit, dialogue)


async def move(unit: Unit, place: Place, wish: Wish) -> Seen:
    """Plan it anew."""
    dialogue = await _find(unit, place)
    return await _take(unit, dialogue, dialogue.move(await _plan(unit, wish), unit.today))


async def hold(unit: Unit, place: Place, minutes: Minutes, agreed: Sequence[Agreed]) -> Seen:
    """It was held."""
    dialogue = await _find(unit, place)
    compromises = [_compromise(unit, one) for one in agreed]
    return await _take(unit, dialogue, dialogue.hold(minutes, compromises, unit.today))


async def review(unit: Unit, place: Place, what: Review) -> Seen:
    """Look at a compromise again."""
    dialogue = await _find(unit, place)
    instead = _compromise(unit, what.instead) if what.instead else None
    step = dialogue.review(what.compromise_id, what.outcome, instead, unit.today)
    return await _take(unit, dialogue, step)


async def read_dialogue(unit: Unit, place: Place) -> Seen:
    """One of them."""
    return await _seen(unit, await _find(unit, place))


async def list_dialogues(
    unit: Unit, programme_id: UUID, after: UUID | None, limit: int
) -> list[Seen]:
    """All of a programme."""
    await read_programme(unit, programme_id)
    return await _all_seen(unit, await unit.dialogues.page(programme_id, after, limit))


async def _plan(unit: Unit, wish: Wish) -> Plan:
    employees = await unit.employees.by_staff_numbers(set(wish.staff_numbers))
    participants = []
    for position, staff_number in enumerate(wish.staff_numbers):
        employee = employees.get(staff_number)
        if employee is None or employee.person_id is None:
            raise Invalid(
                "unknown_participant",
                "Somebody is not in the directory; correct the number, or leave it out.",
                f"/staff_numbers/{position}",
            )
        participants.append(employee.person_id)
    return Plan(wish.planned_for, wish.agenda, tuple(dict.fromkeys(participants)))


def _compromise(unit: Unit, agreed: Agreed) -> Compromise:
    return Compromise(unit.new_id(), agreed.text, agreed.owner, agreed.due)


async def _find(unit: Unit, place: Place) -> Dialogue:
    dialogue = await unit.dialogues.get(place.dialogue_id)
    if dialogue is None or dialogue.programme_id != place.programme_id:
        raise NotFound("no_such_dialogue", "The programme has no such conversation; check its id.")
    return dialogue


async def _seen(unit: Unit, dialogue: Dialogue) -> Seen:
    (seen,) = await _all_seen(unit, [dialogue])
    return seen


async def _all_seen(unit: Unit, dialogues: Sequence[Dialogue]) -> list[Seen]:
    """With the names of all who take part, looked up at once."""
    invited = {one for dialogue in dialogues for one in dialogue.plan.participants}
    employees = await unit.employees.by_persons(invited)
    return [
        Seen(
            dialogue,
            tuple(employees[one].name for one in dialogue.plan.participants if one in employees),
            unit.today,
        )
        for dialogue in dialogues
    ]


async def _take(unit: Unit, before: Dialogue, step: Step) -> Seen:
    dialogue, facts = step
    if dialogue != before:
        unit.dialogues.put(dialogue)
    unit.publish(*facts)
    return await _seen(unit, dialogue)
