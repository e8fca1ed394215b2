"""Two people decide at the same moment: one of them comes second, and nothing is lost without a word."""

import asyncio
from typing import Any

import pytest

from shared.chassis.http import access
from shared.chassis.patience import HURRIED
from tests.enrollment.conftest import DIRECTORY, OPENING, House
from tests.enrollment.test_api import code
from tests.support.waiting import until

TERMS: dict[str, Any] = {name: value for name, value in OPENING.items() if name != "cohort"}


async def test_of_two_leads_who_change_what_both_have_seen_one_is_told(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    lea, mia = house.person("lea", "lead"), house.person("mia")
    path = f"/programmes/{programme}"
    await lea.post(f"{path}/leads", {"staff_number": "S2"})
    seen = (await lea.get(path))["version"]
    answers = await asyncio.gather(
        lea.send("PUT", path, json=TERMS | {"title": "By Lea", "version": seen}),
        mia.send("PUT", path, json=TERMS | {"title": "By Mia", "version": seen}),
    )
    good, bad = sorted(answers, key=lambda answer: answer.status_code)
    assert good.status_code == 200
    assert code(bad) == (409, "programme_changed")
    kept = await lea.get(path)
    assert (kept["terms"]["title"], kept["version"]) == (good.json()["terms"]["title"], seen + 1)


async def test_whoever_names_no_version_changes_what_is_there(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    lea, path = house.person("lea", "lead"), f"/programmes/{programme}"
    seen = (await lea.get(path))["version"]
    for number in (1, 2):
        changed = await lea.put(path, TERMS | {"title": f"Number {number}"})
        assert changed["version"] == seen + number
    again = await lea.put(path, TERMS | {"title": "Number 2"})
    assert again["version"] == seen + 2
    sponsored = await lea.put(f"{path}/sponsor", {"sponsor_staff_number": "S1"})
    assert sponsored["version"] == seen + 3


async def test_of_a_yes_and_a_no_at_once_the_no_stays(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    lea, mia = house.person("lea", "lead"), house.person("mia")
    asked = await lea.post(f"/programmes/{programme}/invitations", {"staff_numbers": ["S2"]})
    invitation = asked["invited"][0]["invitation_id"]
    answers = await asyncio.gather(
        mia.send("POST", f"/invitations/{invitation}/accept"),
        mia.send("POST", f"/invitations/{invitation}/decline"),
    )
    accepted, declined = answers
    assert declined.status_code == 200
    assert accepted.status_code == 200 or code(accepted) == (409, "invitation_declined")
    (own,) = (await mia.get("/invitations"))["invitations"]
    assert own["answer"] == "declined"
    told = [fact["answer"] for fact in await house.told("invitation.answered")]
    assert told in (["declined"], ["accepted", "declined"])
    person = await house.database["people"].find_one({"email": "mia@corp.example"})
    assert person is not None
    assert person["invited_to"] == []


async def test_an_import_waits_for_those_who_write_the_same_volunteers(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.furnish()
    await house.enrol("anna", await house.programme())
    # Any other request would give up at the first conflict.
    monkeypatch.setattr(access, "HURRIED", HURRIED._replace(conflicts=0.0))
    client = house.database.client
    async with await client.start_session() as session, session.start_transaction():
        await house.database["volunteers"].update_one({}, {"$set": {"touched": 1}}, session=session)
        before = await _aborted(house)
        moved = DIRECTORY.replace("Анна Ёлкина,Sales", "Анна Ёлкина,Research")
        importing = asyncio.create_task(house.feeder.send_file(moved.encode()))

        async def lost_thrice() -> bool:
            return importing.done() or await _aborted(house) >= before + 3

        await until(lost_thrice, "the import has lost against the other writer three times")
    assert (await importing).status_code == 200
    (told,) = [fact for fact in await house.told("candidate.changed") if fact["unit"] == "Research"]
    assert told["level"] == 3


async def _aborted(house: House) -> int:
    status = await house.database.client.admin.command("serverStatus")
    return int(status["transactions"]["totalAborted"])


async def test_the_doors_of_a_programme_are_there_before_the_first_who_come(house: House) -> None:
    """Sixty who came first at once made them, and half had a 503; found by the fault harness."""
    await house.furnish()
    programme = await house.programme()
    doors = house.database["programme_doors"]
    assert await doors.count_documents({"_id": {"$regex": f"^{programme}:"}}) == 512
