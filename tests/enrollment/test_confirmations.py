"""Volunteers of earlier cohorts are asked whether they go on, and paused where they do not say."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.enrollment import handlers
from services.enrollment.domain.confirmations import (
    ConfirmationGiven,
    ConfirmationLapsed,
    ConfirmationRequested,
    State,
    request,
)
from services.enrollment.domain.pairs import Pair
from services.enrollment.domain.programmes import Format
from shared.chassis.refusals import Conflict
from tests.enrollment.conftest import DIRECTORY, House
from tests.enrollment.people import PERSON_ID, PROGRAMME_ID, TODAY, VOLUNTEER, VOLUNTEER_ID
from tests.enrollment.test_api import code
from tests.enrollment.test_schedules import tick

NEXT_COHORT = UUID(int=12)
ASKED, _ = request(VOLUNTEER, NEXT_COHORT, UUID(int=40), TODAY)
GIVEN, _ = ASKED.give()
LAPSED, _ = ASKED.lapse()
COHORT = {"starts_on": "2026-02-01", "ends_on": "2099-12-31", "size_cap": 40}


def test_a_volunteer_has_two_weeks() -> None:
    confirmation, facts = request(VOLUNTEER, NEXT_COHORT, UUID(int=40), TODAY)
    assert facts == (ConfirmationRequested(confirmation),)
    assert (confirmation.volunteer_id, confirmation.person_id) == (VOLUNTEER_ID, PERSON_ID)
    assert (confirmation.programme_id, confirmation.cohort_id) == (PROGRAMME_ID, NEXT_COHORT)
    assert confirmation.due == date(2027, 1, 25)


def test_it_is_given_or_lapses_once() -> None:
    assert (GIVEN.state, ASKED.give()[1]) == (State.GIVEN, (ConfirmationGiven(GIVEN),))
    assert (LAPSED.state, ASKED.lapse()[1]) == (State.LAPSED, (ConfirmationLapsed(LAPSED),))
    assert GIVEN.give() == (GIVEN, ())
    assert GIVEN.lapse() == (GIVEN, ())
    assert LAPSED.lapse() == (LAPSED, ())


def test_who_is_too_late_resumes_instead() -> None:
    with pytest.raises(Conflict, match="confirmation_lapsed"):
        LAPSED.give()


@pytest.fixture
async def anna(house: House) -> tuple[str, str]:
    """A volunteer of the first cohort, and her programme."""
    await house.furnish()
    programme = await house.programme()
    volunteer = await house.enrol("anna", programme)
    await house.forget_told()
    return volunteer["volunteer_id"], programme


async def open_cohort(house: House, programme: str, **terms: Any) -> str:
    lea = house.person("lea", "lead")
    view = await lea.post(f"/programmes/{programme}/cohorts", COHORT | terms)
    await house.forget_told()
    await tick(house, "ask to confirm")
    return str(view["cohort_id"])


async def over(house: House) -> None:
    """As if the day to confirm had passed."""
    await house.database["confirmations"].update_many({}, {"$set": {"due": "2026-01-31"}})


async def view_of(house: House, who: str, volunteer: str) -> dict[str, Any]:
    return await house.person(who).get(f"/volunteers/{volunteer}")


async def test_nobody_is_asked_before_a_further_cohort_opens(
    house: House, anna: tuple[str, str]
) -> None:
    await tick(house, "ask to confirm")
    assert await house.told() == []
    volunteer, _ = anna
    assert (await view_of(house, "anna", volunteer))["confirm_by"] is None
    refused = await house.person("anna").send("POST", f"/volunteers/{volunteer}/confirm")
    assert code(refused) == (409, "nothing_to_confirm")


async def test_volunteers_of_earlier_cohorts_are_asked_once(
    house: House, anna: tuple[str, str]
) -> None:
    volunteer, programme = anna
    gone = (await house.enrol("ben", programme))["volunteer_id"]
    await house.person("ben").post(f"/volunteers/{gone}/withdraw")
    cohort = await open_cohort(house, programme)
    await house.enrol("mia", programme)
    await tick(house, "ask to confirm")
    (asked,) = await house.told("confirmation.requested")
    assert (asked["volunteer_id"], asked["cohort_id"]) == (volunteer, cohort)
    assert asked["programme_id"] == programme
    view = await view_of(house, "anna", volunteer)
    assert view["confirm_by"] == asked["due"]
    assert view["cohort_id"] != cohort


async def test_whoever_confirms_goes_on_in_the_new_cohort(
    house: House, anna: tuple[str, str]
) -> None:
    volunteer, programme = anna
    cohort = await open_cohort(house, programme)
    await house.forget_told()
    confirm = f"/volunteers/{volunteer}/confirm"
    view = await house.person("anna").post(confirm)
    assert (view["confirm_by"], view["cohort_id"]) == (None, cohort)
    await house.person("anna").post(confirm)
    assert await house.told_types() == [
        "confirmation.given",
        "volunteer.enrolled",
        "candidate.changed",
    ]
    assert [one["cohort_id"] for one in await house.told()] == [cohort] * 3
    await over(house)
    await tick(house, "lapse confirmations")
    assert (await view_of(house, "anna", volunteer))["status"] == "active"


async def test_whoever_says_nothing_is_paused_without_end_and_may_come_back(
    house: House, anna: tuple[str, str]
) -> None:
    volunteer, programme = anna
    cohort = await open_cohort(house, programme)
    await tick(house, "lapse confirmations")
    assert (await view_of(house, "anna", volunteer))["status"] == "active"
    await over(house)
    await house.forget_told()
    await tick(house, "lapse confirmations")
    await tick(house, "lapse confirmations")
    assert await house.told_types() == [
        "confirmation.lapsed",
        "volunteer.paused",
        "candidate.changed",
    ]
    view = await view_of(house, "anna", volunteer)
    assert (view["status"], view["paused_until"]) == ("paused", None)
    late = await house.person("anna").send("POST", f"/volunteers/{volunteer}/confirm")
    assert code(late) == (409, "confirmation_lapsed")
    resumed = await house.person("anna").post(f"/volunteers/{volunteer}/resume")
    assert (resumed["status"], resumed["cohort_id"]) == ("active", cohort)
    (told,) = await house.told("volunteer.enrolled")
    assert told["cohort_id"] == cohort


async def test_a_pause_with_an_end_loses_it_where_nobody_confirms(
    house: House, anna: tuple[str, str]
) -> None:
    volunteer, programme = anna
    await house.person("anna").post(f"/volunteers/{volunteer}/pause", {"until": "2098-01-31"})
    await open_cohort(house, programme)
    await over(house)
    await tick(house, "lapse confirmations")
    assert (await view_of(house, "anna", volunteer))["paused_until"] is None


async def test_whoever_withdraws_is_not_asked_any_more(house: House, anna: tuple[str, str]) -> None:
    volunteer, programme = anna
    await open_cohort(house, programme)
    await house.forget_told()
    left = await house.person("anna").post(f"/volunteers/{volunteer}/withdraw")
    assert left["confirm_by"] is None
    assert await house.told_types() == [
        "confirmation.lapsed",
        "volunteer.withdrawn",
        "candidate.changed",
        "obverse-internal.enrollment.contact.v1.removed",
    ]
    refused = await house.person("anna").send("POST", f"/volunteers/{volunteer}/confirm")
    assert code(refused) == (409, "withdrawn")


async def test_whoever_leaves_the_company_is_not_asked_any_more(
    house: House, anna: tuple[str, str]
) -> None:
    _, programme = anna
    await open_cohort(house, programme)
    await house.forget_told()
    without = "".join(line for line in DIRECTORY.splitlines(True) if not line.startswith("S3"))
    await house.feeder.bring(without, "?scope=shrunk")
    assert len(await house.told("confirmation.lapsed")) == 1


async def test_a_pair_of_the_old_cohort_goes_on(house: House, anna: tuple[str, str]) -> None:
    volunteer, programme = anna
    pair = Pair(UUID(int=50), UUID(volunteer), UUID(int=51), Format.ONE_TO_ONE, running=True)
    await house.work(lambda unit: handlers.volunteers.note_pair(unit, pair))
    before = (await view_of(house, "anna", volunteer))["pairs"]
    cohort = await open_cohort(house, programme)
    view = await house.person("anna").post(f"/volunteers/{volunteer}/confirm")
    assert len(before) == 1
    assert (view["cohort_id"], view["pairs"]) == (cohort, before)


async def test_who_is_away_confirms_and_stays_away_in_the_new_cohort(
    house: House, anna: tuple[str, str]
) -> None:
    volunteer, programme = anna
    await house.person("anna").post(f"/volunteers/{volunteer}/pause", {"until": "2098-01-31"})
    cohort = await open_cohort(house, programme)
    await house.forget_told()
    view = await house.person("anna").post(f"/volunteers/{volunteer}/confirm")
    assert (view["cohort_id"], view["status"]) == (cohort, "paused")
    assert view["paused_until"] == "2098-01-31"
    assert await house.told_types() == [
        "confirmation.given",
        "volunteer.enrolled",
        "volunteer.paused",
        "candidate.changed",
    ]


async def test_a_full_cohort_takes_nobody_who_confirms_and_the_question_stays_open(
    house: House, anna: tuple[str, str]
) -> None:
    volunteer, programme = anna
    cohort = await open_cohort(house, programme, size_cap=2)
    await house.enrol("ben", programme)
    mia = (await house.enrol("mia", programme))["volunteer_id"]
    await house.forget_told()
    confirm = f"/volunteers/{volunteer}/confirm"
    assert code(await house.person("anna").send("POST", confirm)) == (409, "cohort_full")
    assert await house.told() == []
    view = await view_of(house, "anna", volunteer)
    assert (view["cohort_id"] != cohort, view["confirm_by"] is not None) == (True, True)
    await house.person("mia").post(f"/volunteers/{mia}/withdraw")
    assert (await house.person("anna").post(confirm))["cohort_id"] == cohort


async def test_who_comes_back_too_late_for_a_place_is_back_in_the_old_cohort(
    house: House, anna: tuple[str, str]
) -> None:
    volunteer, programme = anna
    old = (await view_of(house, "anna", volunteer))["cohort_id"]
    await open_cohort(house, programme, size_cap=2)
    for subject in ("ben", "mia"):
        await house.enrol(subject, programme)
    await over(house)
    await tick(house, "lapse confirmations")
    resumed = await house.person("anna").post(f"/volunteers/{volunteer}/resume")
    assert (resumed["status"], resumed["cohort_id"]) == ("active", old)


async def test_a_third_cohort_asks_anew(house: House, anna: tuple[str, str]) -> None:
    volunteer, programme = anna
    await open_cohort(house, programme)
    third = await open_cohort(house, programme)
    assert await house.told_types() == ["confirmation.lapsed", "confirmation.requested"]
    (asked,) = await house.told("confirmation.requested")
    assert asked["cohort_id"] == third
    assert (await view_of(house, "anna", volunteer))["status"] == "active"


async def test_nobody_confirms_for_another(house: House, anna: tuple[str, str]) -> None:
    volunteer, programme = anna
    await open_cohort(house, programme)
    refused = await house.person("ben").send("POST", f"/volunteers/{volunteer}/confirm")
    assert code(refused) == (404, "no_such_volunteer")


async def test_a_confirmation_goes_with_the_person(house: House, anna: tuple[str, str]) -> None:
    _, programme = anna
    await open_cohort(house, programme)
    ops = house.person("olga", "ops")
    person_id = (await ops.get("/persons?staff_number=S3"))["person_id"]
    await ops.put(f"/erasures/{person_id}", {"by": "Data protection"})
    assert await house.database["confirmations"].count_documents({}) == 0
