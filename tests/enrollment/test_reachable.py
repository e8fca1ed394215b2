"""How to reach somebody is told to others as long as they have a part, and taken back with the last one."""

from typing import Any

import pytest

from tests.enrollment.conftest import DIRECTORY, House
from tests.enrollment.test_doubts_api import ANSWER

TOLD, REMOVED = "told", "removed"


async def person_id(house: House, subject: str) -> str:
    return str((await house.person(subject).get("/me"))["person_id"])


async def contacts(house: House, subject: str) -> list[str]:
    """What was told of how to reach them, oldest first."""
    where = {"aggregatetype": {"$regex": "contact"}, "aggregateid": await person_id(house, subject)}
    rows = await house.database["outbox"].find(where).sort("_id", 1).to_list(None)
    return [REMOVED if row["payload"] is None else TOLD for row in rows]


async def leave(
    house: House, subject: str, volunteer: dict[str, Any], how: str = "withdraw"
) -> None:
    await house.person(subject).post(f"/volunteers/{volunteer['volunteer_id']}/{how}")


@pytest.mark.parametrize("how", ["withdraw", "consent/revoke"])
async def test_whoever_leaves_is_reached_no_more_at_once(house: House, how: str) -> None:
    await house.furnish()
    volunteer = await house.enrol("anna", await house.programme())
    assert await contacts(house, "anna") == [TOLD]
    await leave(house, "anna", volunteer, how)
    assert await contacts(house, "anna") == [TOLD, REMOVED]
    await leave(house, "anna", volunteer, how)
    assert await contacts(house, "anna") == [TOLD, REMOVED]
    gone = await house.database["outbox"].find_one({"type": {"$regex": "volunteer.withdrawn"}})
    removed = await house.database["outbox"].find_one({"payload": None})
    assert gone is not None
    assert removed is not None
    assert removed["_id"] > gone["_id"]


async def test_whoever_comes_back_is_reached_again(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    volunteer = await house.enrol("anna", programme)
    await leave(house, "anna", volunteer)
    again = await house.enrol("anna", programme)
    assert again["volunteer_id"] == volunteer["volunteer_id"]
    assert await contacts(house, "anna") == [TOLD, REMOVED, TOLD]
    await leave(house, "anna", again)
    assert await contacts(house, "anna") == [TOLD, REMOVED, TOLD, REMOVED]


async def test_whoever_pauses_is_reached(house: House) -> None:
    await house.furnish()
    volunteer = await house.enrol("anna", await house.programme())
    await house.person("anna").post(
        f"/volunteers/{volunteer['volunteer_id']}/pause", {"until": "2098-01-01"}
    )
    assert await contacts(house, "anna") == [TOLD]


async def test_whoever_takes_part_elsewhere_is_reached_until_they_leave_that_too(
    house: House,
) -> None:
    await house.furnish()
    first = await house.enrol("anna", await house.programme())
    second = await house.enrol("anna", await house.programme())
    await leave(house, "anna", first)
    assert await contacts(house, "anna") == [TOLD]
    await leave(house, "anna", second)
    assert await contacts(house, "anna") == [TOLD, REMOVED]


async def test_whoever_is_asked_elsewhere_is_reached_until_they_answer_no(house: House) -> None:
    await house.furnish()
    lea = house.person("lea", "lead")
    volunteer = await house.enrol("anna", await house.programme())
    other = await house.programme()
    asked = await lea.post(f"/programmes/{other}/invitations", {"staff_numbers": ["S3"]})
    await leave(house, "anna", volunteer)
    assert await contacts(house, "anna") == [TOLD]
    invitation = asked["invited"][0]["invitation_id"]
    await house.person("anna").post(f"/invitations/{invitation}/decline")
    assert await contacts(house, "anna") == [TOLD, REMOVED]


async def test_with_a_programme_that_closes_go_those_whom_it_asked_and_who_left_it(
    house: House,
) -> None:
    await house.furnish()
    lea = house.person("lea", "lead")
    programme = await house.programme()
    await lea.post(f"/programmes/{programme}/invitations", {"staff_numbers": ["S3"]})
    await house.enrol("ben", programme)
    await lea.post(f"/programmes/{programme}/close")
    assert await contacts(house, "anna") == [TOLD, REMOVED]
    assert await contacts(house, "ben") == [TOLD]  # a pair of his would go on


async def test_whoever_leads_is_reached_until_another_does(house: House) -> None:
    await house.furnish()
    lea = house.person("lea", "lead")
    programme = await house.programme()
    path = f"/programmes/{programme}/leads"
    volunteer = await house.enrol("mia", programme)
    await lea.post(path, {"staff_number": "S2"})
    await leave(house, "mia", volunteer)
    assert await contacts(house, "mia") == [TOLD]
    mia = await person_id(house, "mia")
    assert (await lea.send("DELETE", f"{path}/{mia}")).is_success
    assert await contacts(house, "mia") == [TOLD, REMOVED]


async def test_that_somebody_is_reached_does_not_say_that_they_have_a_doubt(house: House) -> None:
    await house.furnish()
    lea, anna = house.person("lea", "lead"), house.person("anna")
    programme = await house.programme()
    volunteer = await house.enrol("anna", programme)
    path = f"/programmes/{programme}/concerns"
    concern = await anna.post(path, {"code": "other", "text": "Will it last?"})
    await leave(house, "anna", volunteer)
    assert await contacts(house, "anna") == [TOLD, REMOVED]
    await lea.post(f"{path}/{concern['concern_id']}/answer", ANSWER | {"taste_sprint": False})
    # They have to learn that there is an answer.
    assert await contacts(house, "anna") == [TOLD, REMOVED, TOLD]
    assert len(await house.told("reply.ready")) == 1


async def test_whom_an_earlier_release_kept_reachable_goes_with_the_next_change_of_the_directory(
    house: House,
) -> None:
    await house.furnish()
    volunteer = await house.enrol("anna", await house.programme())
    await house.database["volunteers"].update_one({}, {"$set": {"status": "withdrawn"}})
    await house.database["people"].update_many({}, {"$unset": {"withdrawn": 1}})
    await house.forget_told()
    await house.feeder.bring(DIRECTORY.replace("Mia Middle,Sales", "Mia Middle,Service"))
    assert await contacts(house, "anna") == [REMOVED]
    kept = await house.person("anna").get(f"/volunteers/{volunteer['volunteer_id']}")
    assert kept["status"] == "withdrawn"
