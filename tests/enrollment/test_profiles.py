"""A profile over HTTP: exposure, the last day, one capacity for all programmes, a consent taken back."""

from typing import Any

from tests.enrollment.conftest import PROFILE, YES, House
from tests.enrollment.test_schedules import tick


async def test_exposure_and_last_day_are_kept_and_told(house: House) -> None:
    await house.furnish()
    said = {"exposure": ["strategy", "finance"], "available_until": "2098-06-30"}
    view = await house.enrol("anna", await house.programme(), **said)
    assert view["profile"]["exposure"] == ["finance", "strategy"]
    assert view["profile"]["available_until"] == "2098-06-30"
    (told,) = await house.told("candidate")
    assert (told["exposure"], told["until"]) == (["finance", "strategy"], "2098-06-30")


async def test_an_exposure_that_is_not_in_the_list_is_refused(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    refused = await house.person("anna").send(
        "POST", f"/programmes/{programme}/volunteers", json=YES | {"exposure": ["gossip"]}
    )
    assert refused.status_code == 422


async def test_who_is_available_no_more_is_paused_by_the_tick_and_sees_why(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    anna = house.person("anna")
    where = f"/volunteers/{(await house.enrol('anna', programme))['volunteer_id']}"
    ben = (await house.enrol("ben", programme, available_until="2098-06-30"))["volunteer_id"]
    await anna.put(where, PROFILE | {"available_until": "2026-01-31"})
    await house.forget_told()
    await tick(house, "end pauses")
    await tick(house, "end pauses")
    assert await house.told_types() == ["volunteer.paused", "candidate.changed"]
    seen = await anna.get(where)
    assert (seen["status"], seen["paused_because"]) == ("paused", "available_until")
    assert (await house.person("ben").get(f"/volunteers/{ben}"))["status"] == "active"
    refused = await anna.send("POST", f"{where}/resume")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_longer_available")
    await anna.put(where, PROFILE)
    back = await anna.post(f"{where}/resume")
    assert (back["status"], back["paused_because"]) == ("active", None)


async def two_programmes(house: House) -> tuple[dict[str, Any], dict[str, Any]]:
    await house.furnish()
    first = await house.enrol("anna", await house.programme(), capacity=2)
    second = await house.enrol("anna", await house.programme(), capacity=3)
    return first, second


async def capacities(house: House, *volunteers: dict[str, Any]) -> list[int]:
    seen = [
        await house.person("anna").get(f"/volunteers/{one['volunteer_id']}") for one in volunteers
    ]
    return [one["profile"]["capacity"] for one in seen]


async def test_capacity_is_the_persons_over_all_programmes(house: House) -> None:
    first, second = await two_programmes(house)
    assert await capacities(house, first, second) == [3, 3]
    await house.forget_told()
    await house.person("anna").put(
        f"/volunteers/{first['volunteer_id']}", PROFILE | {"capacity": 1}
    )
    assert await capacities(house, first, second) == [1, 1]
    told = await house.told("candidate")
    assert {one["volunteer_id"] for one in told} == {first["volunteer_id"], second["volunteer_id"]}
    assert [one["capacity"] for one in told] == [1, 1]


async def test_a_programme_that_one_left_keeps_its_number(house: House) -> None:
    first, second = await two_programmes(house)
    anna = house.person("anna")
    await anna.post(f"/volunteers/{second['volunteer_id']}/withdraw")
    await anna.put(f"/volunteers/{first['volunteer_id']}", PROFILE | {"capacity": 1})
    assert await capacities(house, first, second) == [1, 3]


async def test_a_consent_taken_back_is_kept_with_its_day_when_one_says_yes_again(
    house: House,
) -> None:
    await house.furnish()
    programme = await house.programme()
    anna = house.person("anna")
    volunteer_id = (await house.enrol("anna", programme))["volunteer_id"]
    await house.forget_told()
    gone = await anna.post(f"/volunteers/{volunteer_id}/consent/revoke")
    today = gone["consent"]["revoked_on"]
    assert (gone["status"], today is not None) == ("withdrawn", True)
    assert await house.told_types() == [
        "volunteer.withdrawn",
        "candidate.changed",
        "obverse-internal.enrollment.contact.v1.removed",
    ]
    again = await anna.post(f"/volunteers/{volunteer_id}/consent/revoke")
    assert again["consent"]["revoked_on"] == today
    old = await anna.send("POST", f"/programmes/{programme}/volunteers", json=YES)
    assert (old.status_code, old.json()["code"]) == (422, "consent_revoked")
    new = {"version": "2026-12", "given_on": today, "language": "en"}
    back = await house.enrol("anna", programme, consent=new)
    assert (back["volunteer_id"], back["status"]) == (volunteer_id, "active")
    assert back["earlier"] == [YES["consent"] | {"revoked_on": today}]


async def test_who_comes_back_needs_a_free_place(house: House) -> None:
    await house.furnish()
    cohort = {"starts_on": "2026-01-01", "ends_on": "2099-12-31", "size_cap": 2}
    programme = await house.programme(cohort=cohort)
    volunteer_id = (await house.enrol("anna", programme))["volunteer_id"]
    await house.person("anna").post(f"/volunteers/{volunteer_id}/withdraw")
    await house.enrol("ben", programme)
    await house.enrol("mia", programme)
    refused = await house.person("anna").send(
        "POST", f"/programmes/{programme}/volunteers", json=YES
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "cohort_full")


async def test_a_volunteer_of_an_earlier_release_is_read(house: House) -> None:
    await house.furnish()
    volunteer_id = (await house.enrol("anna", await house.programme()))["volunteer_id"]
    gone = ("paused_because", "avoid", "earlier", "consent.revoked_on", "profile.exposure")
    unset = dict.fromkeys((*gone, "profile.available_until"), "")
    await house.database["volunteers"].update_one({}, {"$unset": unset})
    seen = await house.person("anna").get(f"/volunteers/{volunteer_id}")
    assert (seen["status"], seen["earlier"], seen["profile"]["exposure"]) == ("active", [], [])
