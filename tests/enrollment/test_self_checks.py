"""What stands between a volunteer and a pair, by the rules and over HTTP."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.enrollment.domain.self_checks import Surroundings, self_checks
from services.enrollment.domain.volunteers import Need, Offer, Profile, Role, Slot, Volunteer
from services.enrollment.domain.weeks import common_minutes, week_of
from tests.enrollment.conftest import House
from tests.enrollment.people import PROFILE, TODAY, TOPICS, VOLUNTEER

MENTOR = replace(PROFILE, roles=(Role.MENTOR,), needs=())
MENTEE = replace(PROFILE, roles=(Role.MENTEE,), offers=(), needs=(Need("social_media", 1, 0),))
WINTER, SUMMER = date(2027, 1, 11), date(2027, 7, 12)


def crowd(profile: Profile, people: int = 5) -> list[Volunteer]:
    return [
        replace(VOLUNTEER, person_id=UUID(int=100 + one), profile=profile) for one in range(people)
    ]


def codes(profile: Profile, others: list[Volunteer]) -> list[str]:
    around = Surroundings(others, TOPICS, 30, TODAY)
    return [check.code for check in self_checks(replace(VOLUNTEER, profile=profile), around)]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, None),
        ({"hours_per_month": 0.0}, "no_time"),
        ({"capacity": 0}, "no_places"),
        ({"slots": ()}, "no_slot"),
        ({"offers": (Offer("social_media", 4), Offer("sailing", 4))}, "topic_retired"),
        ({"slots": (Slot(2, 600, 120),)}, "no_common_slot"),
        ({"slots": (Slot(1, 600, 29),)}, "no_common_slot"),
        ({"slots": (Slot(1, 600, 30),)}, None),
        ({"time_zone": "Asia/Tokyo"}, "no_common_slot"),
        ({"languages": ("ru",)}, "no_common_language"),
        ({"offers": (Offer("crm", 4),)}, "topics_not_wanted"),
    ],
)
def test_a_mentor_hears_what_is_in_the_way(changed: dict[str, Any], code: str | None) -> None:
    found = codes(replace(MENTOR, **changed), crowd(MENTEE))
    assert (code in found) if code else (found == [])


def test_a_mentee_hears_which_topics_nobody_offers() -> None:
    wanted = replace(MENTEE, needs=(Need("social_media", 1, 0), Need("crm", 2, 0)))
    around = Surroundings(crowd(MENTOR), TOPICS, 30, TODAY)
    (check,) = self_checks(replace(VOLUNTEER, profile=wanted), around)
    assert (check.code, check.role, check.topics) == ("topics_not_offered", "mentee", ("crm",))
    assert check.en.endswith(".")
    assert check.ru.endswith(".")


def test_below_five_others_nothing_is_said_of_them() -> None:
    assert codes(replace(MENTOR, languages=("ru",)), crowd(MENTEE, 4)) == ["few_others"]


def test_oneself_is_no_other() -> None:
    around = [*crowd(MENTEE, 4), replace(VOLUNTEER, profile=MENTEE)]
    assert codes(MENTOR, around) == ["few_others"]


def test_whoever_has_both_roles_hears_of_each() -> None:
    found = codes(PROFILE, crowd(MENTEE))
    assert found == ["few_others"]  # as a mentee; as a mentor all is well


def test_summer_time_moves_one_of_two_zones() -> None:
    slots = (Slot(1, 600, 60),)
    london = {day: week_of(slots, "Europe/London", day) for day in (WINTER, SUMMER)}
    moscow = {day: week_of((Slot(1, 780, 60),), "Europe/Moscow", day) for day in (WINTER, SUMMER)}
    assert common_minutes(london[WINTER], moscow[WINTER]) == 60
    assert common_minutes(london[SUMMER], moscow[SUMMER]) == 0


def test_a_slot_over_the_end_of_the_week_meets_monday_and_crumbs_do_not_count() -> None:
    sunday = week_of((Slot(6, 1380, 120),), "UTC", WINTER)
    assert common_minutes(sunday, week_of((Slot(0, 0, 90),), "UTC", WINTER)) == 60
    assert common_minutes(sunday, week_of((Slot(0, 46, 90),), "UTC", WINTER)) == 0


async def test_a_volunteer_reads_their_own_checks(house: House) -> None:
    await house.furnish()
    anna = await house.enrol("anna", await house.programme())
    where = f"/volunteers/{anna['volunteer_id']}/checks"
    (check,) = (await house.person("anna").get(where))["checks"]
    assert check == {
        "code": "few_others",
        "en": "Fewer than five people of the other role are here so far; look again later.",
        "ru": "Людей в другой роли пока меньше пяти; загляните позже.",
        "role": "mentor",
        "topics": [],
    }
    assert (await house.person("ben").send("GET", where)).status_code == 404


async def test_a_retired_topic_is_named(house: House) -> None:
    await house.furnish()
    anna = await house.enrol("anna", await house.programme())
    await house.database["topics"].update_one({"_id": "social_media"}, {"$set": {"retired": True}})
    found = await house.person("anna").get(f"/volunteers/{anna['volunteer_id']}/checks")
    assert found["checks"][0]["code"] == "topic_retired"
    assert found["checks"][0]["topics"] == ["social_media"]
