"""Groups: one mentor, several mentees, one topic that all of them want most, one weekly window that suits all.

A group is chosen among what a mentor could lead: a topic, and the start of a window. A window that suits all can be
moved back until somebody's free time begins with it, so only such starts are asked. By CP-SAT.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from ortools.sat.python import cp_model

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Profile
from services.matching.domain.fields import Field, Level, mark
from services.matching.domain.groups import Group, Size
from services.matching.domain.weeks import free_from, starts_of
from services.matching.solver.levels import WORK, Choice, decide


@dataclass(frozen=True, slots=True)
class Plan:
    """What a mentor could lead: a topic at a time, and who could come."""

    mentor: UUID
    topic: str
    start: int
    guests: frozenset[UUID]


def groups(
    field: Field, size: Size, floor: int, work: float = WORK
) -> tuple[tuple[Group, ...], tuple[Level, ...]]:
    """The best groups, and what each aim has reached. `floor`: levels that a mentor stands above in the topic.

    A mentor leads one group at most in a round, a mentee is in one, and each mentee takes a place of the mentor.
    """
    model = cp_model.CpModel()
    plans = [
        plan for mentor in sorted(field.mentors) for plan in _plans(field, mentor, size, floor)
    ]
    led = {plan: model.new_bool_var(f"{plan.mentor} {plan.topic} {plan.start}") for plan in plans}
    seats = {
        (plan.mentor, guest): model.new_bool_var(f"{plan.mentor} {guest}")
        for plan in plans
        for guest in sorted(plan.guests)
    }
    _limit_groups(model, field, size, (led, seats))
    _limit_people(model, field, seats)
    choices = [
        Choice(
            seat, field.worth_of(pairing[1]), field.points[pairing], mark(field.round_id, *pairing)
        )
        for pairing, seat in seats.items()
    ]
    taken_of, levels = decide(model, choices, work)
    chosen = [pairing for pairing, is_in in zip(seats, taken_of, strict=True) if is_in]
    return tuple(_groups(field, plans, chosen)), levels


def _plans(field: Field, mentor: UUID, size: Size, floor: int) -> Iterator[Plan]:
    """What this mentor could lead; of two plans to which the same could come, or fewer, the first one."""
    profile = field.mentors[mentor]
    least = size.mentees_min
    able = {one: field.mentees[one] for one in field.mentees if (mentor, one) in field.points}
    if min(profile.free, len(able)) < least:
        return
    kept: list[Plan] = []
    for topic in sorted(profile.proficiency):
        pupils = {one: who for one, who in able.items() if _learns(who, profile, topic, floor)}
        for start, guests in _times(profile, pupils, size.minutes):
            if len(guests) >= least:
                kept.append(Plan(mentor, topic, start, guests))
    kept.sort(key=lambda plan: (-len(plan.guests), plan.topic, plan.start))
    for place, plan in enumerate(kept):
        if not any(plan.guests <= before.guests for before in kept[:place]):
            yield plan


def _learns(mentee: Profile, mentor: Profile, topic: str, floor: int) -> bool:
    return any(
        need.topic == topic and mentor.covers(need) >= floor
        for need in mentee.candidate.first_needs
    )


def _times(
    mentor: Profile, pupils: Mapping[UUID, Profile], minutes: int
) -> Iterator[tuple[int, frozenset[UUID]]]:
    """Starts of a window, as minutes of the week, and who is free from there on for so long."""
    free = {one: free_from(who.week, minutes) for one, who in pupils.items()}
    mine = free_from(mentor.week, minutes)
    starts = starts_of(mentor.week).union(*(starts_of(who.week) for who in pupils.values()))
    for start in sorted(starts):
        if mine >> start & 1:
            yield start, frozenset(one for one, bits in free.items() if bits >> start & 1)


def _limit_groups(
    model: cp_model.CpModel,
    field: Field,
    size: Size,
    variables: tuple[Mapping[Plan, cp_model.IntVar], Mapping[Pairing, cp_model.IntVar]],
) -> None:
    """One plan per mentor, to which all guests can come, and as many guests as a group has."""
    led, seats = variables
    of_mentor: dict[UUID, list[Plan]] = defaultdict(list)
    for plan in led:
        of_mentor[plan.mentor].append(plan)
    for mentor, plans in of_mentor.items():
        leads = [led[plan] for plan in plans]
        model.add_at_most_one(leads)
        guests = sorted(frozenset().union(*(plan.guests for plan in plans)))
        taken = [seats[mentor, guest] for guest in guests]
        most = min(size.mentees_max, field.mentors[mentor].free)
        model.add(sum(taken) >= size.mentees_min * sum(leads))
        model.add(sum(taken) <= most * sum(leads))
        for guest, seat in zip(guests, taken, strict=True):
            model.add(seat <= sum(led[plan] for plan in plans if guest in plan.guests))


def _limit_people(
    model: cp_model.CpModel, field: Field, seats: Mapping[Pairing, cp_model.IntVar]
) -> None:
    """One group per mentee, and nobody above their places, of both roles together."""
    as_mentee: dict[UUID, list[cp_model.IntVar]] = defaultdict(list)
    of_person: dict[UUID, list[cp_model.IntVar]] = defaultdict(list)
    for (mentor, mentee), seat in seats.items():
        as_mentee[mentee].append(seat)
        of_person[mentor].append(seat)
        of_person[mentee].append(seat)
    for theirs in as_mentee.values():
        model.add_at_most_one(theirs)
    for one, profile in field.people.items():
        model.add(sum(of_person[one]) <= max(profile.free, 0))


def _groups(field: Field, plans: Sequence[Plan], chosen: Sequence[Pairing]) -> Iterator[Group]:
    members: dict[UUID, set[UUID]] = defaultdict(set)
    for mentor, mentee in chosen:
        members[mentor].add(mentee)
    for mentor, mentees in sorted(members.items()):
        plan = min(
            (one for one in plans if one.mentor == mentor and mentees <= one.guests),
            key=lambda one: (one.topic, one.start),
        )
        week = field.mentors[mentor].week
        for mentee in mentees:
            week &= field.mentees[mentee].week
        yield Group(mentor, tuple(sorted(mentees)), plan.topic, week)
