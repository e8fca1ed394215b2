"""Groups against every answer that there is."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Need, Offer
from services.matching.domain.fields import Field
from services.matching.domain.groups import Group, Size
from services.matching.domain.weeks import Slot, common_windows
from services.matching.solver.groups import groups
from tests.matching.builders import ROUND, a_mentee, a_mentor
from tests.matching.fields import a_field, fields, subsets, value

THREE_TO_FOUR = Size(people_min=3, people_max=4, minutes=60)
LATE = Slot(weekday=0, start_minute=11 * 60, minutes=120)


def names(found: Iterable[Group]) -> dict[int, list[int]]:
    return {group.mentor_id.int: [one.int for one in group.mentee_ids] for group in found}


def pairings(found: Iterable[Group]) -> list[Pairing]:
    return [(group.mentor_id, mentee) for group in found for mentee in group.mentee_ids]


def all_with(mentor: int, *mentees: int) -> dict[tuple[int, int], int]:
    return {(mentor, mentee): 5 for mentee in mentees}


def test_a_group_takes_as_many_as_its_size_and_the_mentor_allow() -> None:
    mentees = [a_mentee(number) for number in (11, 12, 13, 14, 15)]
    points = {(1, number): number for number in (11, 12, 13, 14, 15)}

    by_size, _ = groups(a_field([a_mentor(1, capacity=9)], mentees, points), THREE_TO_FOUR, 1)
    by_places, _ = groups(a_field([a_mentor(1, capacity=2)], mentees, points), THREE_TO_FOUR, 1)

    assert names(by_size) == {1: [13, 14, 15]}
    assert names(by_places) == {1: [14, 15]}


def test_two_are_no_group_of_three() -> None:
    field = a_field([a_mentor(1, capacity=9)], [a_mentee(11)], all_with(1, 11))

    assert groups(field, THREE_TO_FOUR, 1) == ((), ())


def test_all_of_a_group_want_one_topic_most_and_the_mentor_stands_above_each_of_them() -> None:
    mentor = a_mentor(1, capacity=9, offers=(Offer("ai", 4), Offer("crm", 5)))
    mentees = [
        a_mentee(11),
        a_mentee(12, needs=(Need("crm", 1, 0), Need("ai", 1, 2))),
        a_mentee(13, needs=(Need("crm", 1, 0), Need("ai", 2, 0))),
        a_mentee(14, needs=(Need("ai", 1, 3),)),
    ]
    field = a_field([mentor], mentees, all_with(1, 11, 12, 13, 14))

    (with_one_level,), _ = groups(field, THREE_TO_FOUR, 1)
    (with_two_levels,), _ = groups(field, Size(3, 9, 60), 2)

    assert (with_one_level.topic, names([with_one_level])) == ("ai", {1: [11, 12, 14]})
    assert names([with_two_levels]) in ({1: [11, 12]}, {1: [12, 13]})


def test_a_group_has_one_window_that_suits_all_of_it() -> None:
    mentor = a_mentor(1, capacity=9, slots=(Slot(0, 9 * 60, 240),))
    early = [a_mentee(11), a_mentee(12)]
    late = [a_mentee(number, slots=(LATE,)) for number in (13, 14, 15)]
    field = a_field([mentor], early + late, all_with(1, 11, 12, 13, 14, 15))

    (group,), _ = groups(field, Size(3, 9, 60), 1)

    assert names([group]) == {1: [13, 14, 15]}
    assert common_windows(group.week, group.week) == (LATE,)


def test_a_window_may_run_over_the_end_of_the_week() -> None:
    sunday_night = Slot(weekday=6, start_minute=23 * 60 + 30, minutes=60)
    them = [
        replace(one, slots=(sunday_night,))
        for one in (a_mentor(1, capacity=9), a_mentee(11), a_mentee(12))
    ]
    field = a_field(them[:1], them[1:], all_with(1, 11, 12))

    (group,), _ = groups(field, THREE_TO_FOUR, 1)

    assert common_windows(group.week, group.week) == (sunday_night,)


def test_who_waited_long_is_served_before_more_points() -> None:
    mentees = [a_mentee(number) for number in (11, 12, 13)]
    points = {(1, 11): 90, (1, 12): 80, (1, 13): 1}
    field = a_field([a_mentor(1, capacity=2)], mentees, points, {13: 5})

    found, levels = groups(field, THREE_TO_FOUR, 1)

    assert names(found) == {1: [11, 13]}
    assert [(level.name, level.value) for level in levels[:3]] == [
        ("served", 6),
        ("least", 1),
        ("total", 91),
    ]


def test_the_id_of_a_group_is_that_of_its_people_in_this_round() -> None:
    group = Group(UUID(int=1), (UUID(int=2), UUID(int=3)), "ai", 0)

    assert group.id_in(ROUND) == replace(group, topic="crm").id_in(ROUND)
    assert group.id_in(ROUND) != replace(group, mentee_ids=(UUID(int=2),)).id_in(ROUND)
    assert group.id_in(ROUND) != group.id_in(UUID(int=9))


def allowed(field: Field, answer: tuple[Pairing, ...], size: Size) -> bool:
    members: dict[UUID, list[UUID]] = defaultdict(list)
    for mentor, mentee in answer:
        members[mentor].append(mentee)
    taken = Counter(one for pairing in answer for one in pairing)
    return (
        max(Counter(mentee for _, mentee in answer).values(), default=0) <= 1
        and all(count <= field.people[one].free for one, count in taken.items())
        and all(is_group(field, mentor, them, size) for mentor, them in members.items())
    )


def is_group(field: Field, mentor: UUID, mentees: list[UUID], size: Size) -> bool:
    if not size.people_min <= 1 + len(mentees) <= size.people_max:
        return False
    profile, week = field.mentors[mentor], field.mentors[mentor].week
    topics = set(profile.proficiency)
    for one in mentees:
        needs = field.mentees[one].candidate.first_needs
        topics &= {need.topic for need in needs if profile.covers(need) >= 1}
        week &= field.mentees[one].week
    longest = max((len(run) for run in f"{week:b}".split("0")), default=0)
    return bool(topics) and longest >= size.minutes


@settings(max_examples=80, deadline=None)
@given(fields(mentees=5, pairs=9), st.sampled_from([(2, 3), (3, 3), (3, 4)]))
def test_no_other_groups_are_better_and_none_breaks_a_rule(
    field: Field, people: tuple[int, int]
) -> None:
    size = Size(*people, minutes=120)
    found, levels = groups(field, size, 1)
    chosen = tuple(sorted(pairings(found)))
    answers = [one for one in subsets(sorted(field.points)) if allowed(field, one, size)]

    assert chosen in answers
    assert value(field, chosen) == max(value(field, one) for one in answers)
    assert all(level.gap == 0 for level in levels)


@settings(max_examples=25, deadline=None)
@given(fields(mentees=5, pairs=9), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_no_group(field: Field, random: object) -> None:
    def turned(mapping: dict[object, object]) -> dict[object, object]:
        items = list(mapping.items())
        random.shuffle(items)  # type: ignore[attr-defined]
        return dict(items)

    parts = (field.mentors, field.mentees, field.points, field.worth)
    again = Field(field.round_id, *(turned(dict(part)) for part in parts))  # type: ignore[arg-type]

    assert groups(again, THREE_TO_FOUR, 1) == groups(field, THREE_TO_FOUR, 1)
