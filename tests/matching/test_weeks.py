"""Weekly windows in real time zones, against the calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.weeks import (
    FULL,
    WEEK,
    Slot,
    common_minutes,
    common_windows,
    week_of,
)

WINTER = date(2026, 1, 14)
SUMMER = date(2026, 7, 15)

slots = st.lists(
    st.builds(
        Slot,
        weekday=st.integers(0, 6),
        start_minute=st.integers(0, 1439),
        minutes=st.integers(15, 1440),
    ),
    max_size=4,
)
zones = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Chatham", "Pacific/Apia"]
)
# Middles of weeks in which none of these zones turns its clocks.
days = st.sampled_from([WINTER, SUMMER, date(2026, 12, 9)])


def test_nine_in_berlin_is_eight_in_utc_in_winter_and_seven_in_summer() -> None:
    nine = [Slot(0, 9 * 60, 60)]

    assert common_windows(week_of(nine, "Europe/Berlin", WINTER), FULL) == (Slot(0, 480, 60),)
    assert common_windows(week_of(nine, "Europe/Berlin", SUMMER), FULL) == (Slot(0, 420, 60),)


def test_monday_morning_in_auckland_is_sunday_in_utc() -> None:
    week = week_of([Slot(0, 8 * 60, 60)], "Pacific/Auckland", WINTER)

    assert common_windows(week, FULL) == (Slot(6, 19 * 60, 60),)


def test_a_window_over_the_end_of_the_week_stays_one_window() -> None:
    week = week_of([Slot(6, 23 * 60, 120)], "UTC", WINTER)

    assert common_windows(week, FULL) == (Slot(6, 1380, 120),)
    assert common_minutes(week, week) == 120


def test_only_what_both_have_free_is_common() -> None:
    london = week_of([Slot(1, 14 * 60, 180)], "Europe/London", WINTER)
    new_york = week_of([Slot(1, 11 * 60, 60), Slot(3, 9 * 60, 60)], "America/New_York", WINTER)

    assert common_windows(london, new_york) == (Slot(1, 960, 60),)


def test_crumbs_shorter_than_a_quarter_of_an_hour_do_not_count() -> None:
    one = week_of([Slot(0, 600, 60)], "UTC", WINTER)
    other = week_of([Slot(0, 646, 60)], "UTC", WINTER)

    assert common_minutes(one, other) == 0
    assert common_windows(one, other) == ()


def test_somebody_who_is_always_free_has_seven_days() -> None:
    assert common_windows(FULL, FULL) == tuple(Slot(day, 0, 1440) for day in range(7))


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_nobody_is_free_in_a_zone_that_does_not_exist(zone: str) -> None:
    assert week_of([Slot(0, 0, 60)], zone, WINTER) == 0


@given(slots, zones, days)
def test_a_week_holds_exactly_the_minutes_that_a_calendar_finds(
    them: list[Slot], zone: str, on: date
) -> None:
    expected = set()
    monday = on - timedelta(days=on.weekday())
    for slot in them:
        begin = datetime(monday.year, monday.month, monday.day, tzinfo=ZoneInfo(zone))
        begin += timedelta(days=slot.weekday, minutes=slot.start_minute)
        first = begin.astimezone(UTC)
        for minute in range(slot.minutes):
            moment = first + timedelta(minutes=minute)
            expected.add(moment.weekday() * 1440 + moment.hour * 60 + moment.minute)

    week = week_of(them, zone, on)

    assert {minute for minute in range(WEEK) if week >> minute & 1} == expected


@given(slots, slots, zones, zones)
def test_windows_are_the_same_from_either_side_and_lie_within_both(
    mine: list[Slot], theirs: list[Slot], here: str, there: str
) -> None:
    one, other = week_of(mine, here, WINTER), week_of(theirs, there, WINTER)
    windows = common_windows(one, other)

    assert windows == common_windows(other, one)
    assert common_minutes(one, other) == sum(window.minutes for window in windows)
    assert week_of(windows, "UTC", WINTER) & ~(one & other) == 0
    assert all(15 <= window.minutes <= 1440 for window in windows)


@given(slots, zones)
def test_only_crumbs_are_lost_between_a_week_and_its_windows(them: list[Slot], zone: str) -> None:
    week = week_of(them, zone, SUMMER)
    kept = week_of(common_windows(week, FULL), "UTC", SUMMER)
    crumbs = week & ~kept

    # Slots last 15 minutes or more, so a crumb is only the rest of a window longer than a day.
    assert crumbs.bit_count() < 15 * 7
