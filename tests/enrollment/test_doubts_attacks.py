"""What a curious lead, an operator or another writer could learn of a doubter, and does not."""

from typing import Any

import pytest

from tests.enrollment.conftest import House
from tests.enrollment.test_doubts_api import ANSWER, DOUBT, WITH_SPRINTS, code
from tests.enrollment.test_schedules import tick


@pytest.fixture
async def programme(house: House) -> str:
    await house.furnish()
    return await house.programme(**WITH_SPRINTS)


async def test_the_lead_does_not_learn_on_which_day_an_unnamed_doubter_took_the_sprint(
    house: House, programme: str
) -> None:
    mia, lea = house.person("mia"), house.person("lea", "lead")
    path = f"/programmes/{programme}/concerns"
    reference = (await mia.post(f"{path}/anonymous", DOUBT))["reference"]
    (seen,) = (await lea.get(path))["concerns"]
    await lea.post(f"{path}/{seen['concern_id']}/answer", ANSWER)
    shown = {"Obverse-Reference": reference}
    taken = await mia.send("POST", "/anonymous-concern/taste", headers=shown)
    assert taken.json()["tasting_since"] is not None
    (seen,) = (await lea.get(path))["concerns"]
    assert (seen["anonymous"], seen["tasting_since"]) == (True, None)


async def test_two_who_chose_the_same_short_key_do_not_get_each_others_reference(
    house: House, programme: str
) -> None:
    path = f"/programmes/{programme}/concerns/anonymous"
    answers = [
        await house.person(subject).send(
            "POST", path, json=DOUBT, headers={"Idempotency-Key": "doubt-1"}
        )
        for subject in ("mia", "ben")
    ]
    assert [code(answer) for answer in answers] == [(400, "idempotency_key_guessable")] * 2
    assert await house.database["concerns"].count_documents({}) == 0


async def contact(house: House, subject: str) -> dict[str, Any]:
    found = await house.database["people"].find_one({"email": f"{subject}@corp.example"})
    assert found is not None
    return found


async def tombstones(house: House) -> list[Any]:
    rows = await house.database["outbox"].find({"payload": None}).to_list(None)
    return [(row["aggregatetype"], row["aggregateid"]) for row in rows]


def trail(row: dict[str, Any]) -> bytes:
    (found,) = [value for name, value in row["headers"] if "correlationid" in name]
    return bytes(found)


async def doubt_and_answer(house: House, programme: str) -> str:
    mia, lea = house.person("mia"), house.person("lea", "lead")
    concern = (await mia.post(f"/programmes/{programme}/concerns", DOUBT))["concern_id"]
    await lea.post(f"/programmes/{programme}/concerns/{concern}/answer", ANSWER)
    return str(concern)


async def test_whoever_closed_their_doubt_is_reached_no_more(house: House, programme: str) -> None:
    concern = await doubt_and_answer(house, programme)
    await tick(house, "let doubters go")
    assert (await contact(house, "mia"))["awaits_reply"] is True
    await house.forget_told()
    await house.person("mia").post(f"/concerns/{concern}/close")
    # Nothing of the person in the moment of the closing.
    assert await house.told_types() == ["concern.closed"]
    closed = await house.database["outbox"].find_one({})
    await house.forget_told()
    await tick(house, "let doubters go")
    mia = await contact(house, "mia")
    assert mia["awaits_reply"] is False
    assert await tombstones(house) == [("obverse-internal.enrollment.contact.v1", str(mia["_id"]))]
    gone = await house.database["outbox"].find_one({})
    assert closed is not None
    assert gone is not None
    assert trail(gone) != trail(closed)


async def test_an_answer_of_last_week_is_waited_for_no_more(house: House, programme: str) -> None:
    await doubt_and_answer(house, programme)
    await house.database["concerns"].update_one(
        {}, {"$set": {"turns.0.answer.given_on": "2026-01-01"}}
    )
    await tick(house, "let doubters go")
    assert (await contact(house, "mia"))["awaits_reply"] is False


async def test_a_volunteer_is_still_reached_when_their_doubt_is_over(
    house: House, programme: str
) -> None:
    await house.enrol("mia", programme)
    concern = await doubt_and_answer(house, programme)
    await house.person("mia").post(f"/concerns/{concern}/close")
    await house.forget_told()
    await tick(house, "let doubters go")
    assert await tombstones(house) == []
    assert (await contact(house, "mia"))["awaits_reply"] is False


async def test_ones_own_doubts_come_page_by_page(house: House, programme: str) -> None:
    mia = house.person("mia")
    for _ in range(3):
        await mia.post(f"/programmes/{programme}/concerns", DOUBT)
    first = await mia.get("/concerns?limit=2")
    second = await mia.get(f"/concerns?limit=2&after={first['next']}")
    assert (len(first["concerns"]), len(second["concerns"]), second["next"]) == (2, 1, None)
    ids = {one["concern_id"] for one in (*first["concerns"], *second["concerns"])}
    assert len(ids) == 3
    assert (await mia.send("GET", "/concerns?limit=101")).status_code == 422
