"""Sprints: a mentee's task, a mentor, and two hours of the next days that both have free.

A sprint takes a place on its day only, so a mentor may be in several. By CP-SAT: nobody is in two at the same time, and
nobody in more on a day than there are places.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from ortools.sat.python import cp_model

from services.matching.domain.candidates import Profile
from services.matching.domain.fields import Field, Level, mark
from services.matching.domain.sprints import HOURS, MINUTES, Sprint, free_times, starts_in
from services.matching.solver.levels import WORK, Choice, decide


@dataclass(frozen=True, slots=True)
class Option:
    """A sprint that could be, and whether it is."""

    sprint: Sprint
    taken: cp_model.IntVar
    hours: cp_model.IntervalVar


def sprints(
    field: Field, days: Sequence[date], work: float = WORK
) -> tuple[tuple[Sprint, ...], tuple[Level, ...]]:
    """The best sprints on these days, and what each aim has reached; among equals the earlier ones."""
    model = cp_model.CpModel()
    options = [_option(model, sprint, days[0]) for sprint in _possible(field, days)]
    as_mentee: dict[UUID, list[cp_model.IntVar]] = defaultdict(list)
    of_person: dict[UUID, list[Option]] = defaultdict(list)
    for option in options:
        as_mentee[option.sprint.mentee_id].append(option.taken)
        for one in (option.sprint.mentor_id, option.sprint.mentee_id):
            of_person[one].append(option)
    for theirs in as_mentee.values():
        model.add_at_most_one(theirs)
    for one, mine in of_person.items():
        _limit(model, field.people[one], mine)
    choices = [_choice(field, option, days[0]) for option in options]
    taken_of, levels = decide(model, choices, work)
    chosen = (option.sprint for option, is_in in zip(options, taken_of, strict=True) if is_in)
    return tuple(chosen), levels


def _possible(field: Field, days: Sequence[date]) -> Iterator[Sprint]:
    """Every sprint that no rule forbids, in the order of mentor, mentee and time."""
    free = {one: free_times(profile, days) for one, profile in field.people.items()}
    for mentor, mentee in sorted(field.points):
        for start in starts_in(free[mentor] & free[mentee], days[0]):
            yield Sprint(mentor, mentee, start)


def _option(model: cp_model.CpModel, sprint: Sprint, first: date) -> Option:
    name = f"{sprint.mentor_id} {sprint.mentee_id} {sprint.starts_at}"
    taken = model.new_bool_var(name)
    start = _minute(sprint, first)
    hours = model.new_optional_fixed_size_interval_var(start, MINUTES, taken, name)
    return Option(sprint, taken, hours)


def _limit(model: cp_model.CpModel, profile: Profile, mine: Sequence[Option]) -> None:
    """One at a time, as many a day as there are places, and no more hours than a month has for it."""
    model.add_no_overlap([option.hours for option in mine])
    by_day: dict[date, list[cp_model.IntVar]] = defaultdict(list)
    for option in mine:
        by_day[option.sprint.day].append(option.taken)
    for taken in by_day.values():
        model.add(sum(taken) <= max(profile.free, 0))
    hours = int(profile.candidate.hours_per_month)
    model.add(HOURS * sum(option.taken for option in mine) <= hours)


def _choice(field: Field, option: Option, first: date) -> Choice:
    sprint = option.sprint
    pairing = sprint.mentor_id, sprint.mentee_id
    return Choice(
        option.taken,
        worth=field.worth_of(sprint.mentee_id),
        points=field.points[pairing],
        mark=mark(field.round_id, *pairing),
        cost=_minute(sprint, first),
    )


def _minute(sprint: Sprint, first: date) -> int:
    """Minutes from the first day's midnight, UTC."""
    return int((sprint.starts_at - datetime.combine(first, time(), UTC)).total_seconds() // 60)
