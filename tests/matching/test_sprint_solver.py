"""Sprints against every answer that there is."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product

from hypothesis import given, settings

from services.matching.domain.fields import Field
from services.matching.domain.sprints import Sprint, days_ahead, free_times, starts_in
from services.matching.domain.weeks import Slot
from services.matching.solver.sprints import sprints
from tests.matching.builders import TODAY, a_mentee, a_mentor, entrant, profile
from tests.matching.fields import a_field, fields, value

WEEK = days_ahead(TODAY, 0)
TUESDAY = Slot(weekday=1, start_minute=9 * 60, minutes=120)
LONG_TUESDAY = Slot(weekday=1, start_minute=9 * 60, minutes=300)
NEXT_MONDAY = Slot(weekday=0, start_minute=9 * 60, minutes=120)
TUESDAY_NINE = datetime(2026, 3, 3, 9, tzinfo=UTC)


def names(found: Iterable[Sprint]) -> list[tuple[int, int, str]]:
    return [(one.mentor_id.int, one.mentee_id.int, f"{one.starts_at:%a %d %H:%M}") for one in found]


def starts(slots: tuple[Slot, ...], zone: str = "UTC", first: date = TODAY) -> list[str]:
    days = days_ahead(first, 0)
    who = profile(a_mentor(1, slots=slots, time_zone=zone))
    return [f"{one:%a %d %H:%M}" for one in starts_in(free_times(who, days), days[0])]


def test_a_sprint_is_on_one_of_the_days_from_tomorrow_on() -> None:
    assert days_ahead(TODAY, 2) == (date(2026, 3, 3), date(2026, 3, 4))
    assert len(WEEK) == 7
    assert starts((NEXT_MONDAY, TUESDAY)) == ["Tue 03 09:00", "Mon 09 09:00"]


def test_a_long_window_has_a_start_every_two_hours_and_a_short_one_none() -> None:
    assert starts((LONG_TUESDAY,)) == ["Tue 03 09:00", "Tue 03 11:00"]
    assert starts((Slot(1, 540, 119),)) == []


def test_a_window_may_run_over_midnight() -> None:
    assert starts((Slot(1, 23 * 60, 120),)) == ["Tue 03 23:00"]


def test_each_day_has_its_own_offset() -> None:
    """Berlin turns its clocks on Sunday, 29 March 2026."""
    both = (Slot(5, 600, 120), Slot(0, 600, 120))

    assert starts(both, "Europe/Berlin", date(2026, 3, 27)) == ["Sat 28 09:00", "Mon 30 08:00"]


def test_what_is_booked_already_is_not_free() -> None:
    them = entrant(a_mentor(1, slots=(LONG_TUESDAY,)), booked=(TUESDAY_NINE,))
    free = free_times(profile(them.candidate, booked=them.booked), WEEK)

    assert list(starts_in(free, WEEK[0])) == [TUESDAY_NINE + timedelta(hours=2)]


def test_nobody_is_in_two_sprints_at_once() -> None:
    mentor = a_mentor(1, capacity=5, hours_per_month=20, slots=(LONG_TUESDAY,))
    mentees = [a_mentee(number, slots=(LONG_TUESDAY,)) for number in (11, 12, 13)]
    found, levels = sprints(a_field([mentor], mentees, {(1, 11): 7, (1, 12): 9, (1, 13): 8}), WEEK)

    assert sorted(at for _, _, at in names(found)) == ["Tue 03 09:00", "Tue 03 11:00"]
    assert {mentee for _, mentee, _ in names(found)} == {12, 13}
    assert [(level.name, level.value) for level in levels[:3]] == [
        ("served", 2),
        ("least", 8),
        ("total", 17),
    ]


def test_a_sprint_takes_a_place_on_its_day_only() -> None:
    slots = (LONG_TUESDAY, NEXT_MONDAY)
    mentor = a_mentor(1, capacity=1, hours_per_month=20, slots=slots)
    mentees = [a_mentee(number, slots=slots) for number in (11, 12, 13)]
    found, _ = sprints(a_field([mentor], mentees, {(1, one): 5 for one in (11, 12, 13)}), WEEK)

    assert sorted(at for _, _, at in names(found)) == ["Mon 09 09:00", "Tue 03 09:00"]


def test_no_mentor_gives_more_hours_than_they_have() -> None:
    slots = (LONG_TUESDAY, NEXT_MONDAY)
    mentor = a_mentor(1, capacity=5, hours_per_month=3, slots=slots)
    mentees = [a_mentee(number, slots=slots) for number in (11, 12)]
    found, _ = sprints(a_field([mentor], mentees, {(1, 11): 5, (1, 12): 6}), WEEK)

    assert names(found) == [(1, 12, "Tue 03 09:00")]


def test_nobody_with_a_time_is_no_sprint_and_no_error() -> None:
    field = a_field([a_mentor(1)], [a_mentee(11, slots=())], {(1, 11): 5})

    assert sprints(field, WEEK) == ((), ())


def answers(field: Field) -> Iterator[tuple[Sprint, ...]]:
    """For each mentee nobody, or anybody at any time."""
    free = {one: free_times(who, WEEK) for one, who in field.people.items()}
    options: dict[object, list[Sprint | None]] = {}
    for mentor, mentee in field.points:
        times = starts_in(free[mentor] & free[mentee], WEEK[0])
        options.setdefault(mentee, [None]).extend(Sprint(mentor, mentee, at) for at in times)
    for chosen in product(*options.values()):
        answer = tuple(one for one in chosen if one is not None)
        if allowed(field, answer):
            yield answer


def allowed(field: Field, answer: tuple[Sprint, ...]) -> bool:
    sides = [(who, one) for one in answer for who in (one.mentor_id, one.mentee_id)]
    per_day = Counter((who, one.starts_at.date()) for who, one in sides)
    hours = Counter(who for who, _ in sides)
    overlap = any(
        who == other and one is not two and abs(one.starts_at - two.starts_at) < timedelta(hours=2)
        for who, one in sides
        for other, two in sides
    )
    return (
        not overlap
        and all(count <= field.people[who].free for (who, _), count in per_day.items())
        and all(
            2 * count <= field.people[who].candidate.hours_per_month for who, count in hours.items()
        )
    )


def worth(field: Field, answer: tuple[Sprint, ...]) -> tuple[int, int, int, float]:
    late = sum((one.starts_at - TUESDAY_NINE).total_seconds() for one in answer)
    return *value(field, [(one.mentor_id, one.mentee_id) for one in answer]), -late


@settings(max_examples=80, deadline=None)
@given(fields(mentees=4, pairs=5))
def test_no_other_sprints_are_better_and_none_breaks_a_rule(field: Field) -> None:
    found, levels = sprints(field, WEEK)

    assert allowed(field, found)
    assert worth(field, found) == max(worth(field, answer) for answer in answers(field))
    assert all(level.gap == 0 for level in levels)


@settings(max_examples=25, deadline=None)
@given(fields(mentees=4, pairs=6))
def test_the_order_of_the_input_changes_no_sprint(field: Field) -> None:
    parts = (field.mentors, field.mentees, field.points, field.worth)
    turned = Field(field.round_id, *(dict(list(part.items())[::-1]) for part in parts))  # type: ignore[arg-type]

    assert sprints(turned, WEEK) == sprints(field, WEEK)
