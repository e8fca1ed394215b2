"""The lead invites, the invited answer; what the other services are told of it."""

import asyncio
from typing import Any

import pytest

from services.enrollment import handlers
from tests.enrollment.conftest import DIRECTORY, House
from tests.enrollment.test_api import code
from tests.enrollment.test_schedules import tick


@pytest.fixture
async def programme(house: House) -> str:
    await house.furnish()
    opened = await house.programme()
    await house.forget_told()
    return opened


async def invite(house: House, programme: str, *numbers: str, **more: Any) -> dict[str, Any]:
    body = {"staff_numbers": list(numbers), **more}
    return await house.person("lea", "lead").post(f"/programmes/{programme}/invitations", body)


async def mine(house: House, who: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await house.person(who).get("/invitations"))["invitations"]
    return found


async def answer(house: House, who: str, what: str, body: Any = None) -> dict[str, Any]:
    (invitation, *_) = await mine(house, who)
    path = f"/invitations/{invitation['invitation_id']}/{what}"
    return await house.person(who).post(path, body)


async def test_an_invited_employee_can_be_reached_and_is_no_volunteer(
    house: House, programme: str
) -> None:
    view = await invite(house, programme, "S3", "S4", topic="crm")
    assert [(one["staff_number"], one["name"]) for one in view["invited"]] == [
        ("S3", "Анна Ёлкина"),
        ("S4", "Ben Low"),
    ]
    assert view["left_out"] == []
    assert await house.told_types() == [
        "contact.changed",
        "invitation.issued",
        "contact.changed",
        "invitation.issued",
    ]
    contact, _ = await house.told("contact.changed")
    issued, _ = await house.told("invitation.issued")
    assert contact["email"] == "anna@corp.example"
    assert issued == {
        "request_id": view["invited"][0]["invitation_id"],
        "programme_id": programme,
        "person_id": contact["person_id"],
        "topic": "crm",
    }
    assert (await house.person("anna").get("/me"))["volunteer_ids"] == []


async def test_the_invited_reads_what_they_were_asked_and_nobody_else_does(
    house: House, programme: str
) -> None:
    await invite(house, programme, "S3")
    (invitation,) = await mine(house, "anna")
    assert (invitation["programme_title"], invitation["answer"], invitation["topic"]) == (
        "Reverse mentoring",
        None,
        None,
    )
    assert await mine(house, "ben") == []
    path = f"/invitations/{invitation['invitation_id']}/decline"
    refused = await house.person("ben").send("POST", path)
    assert code(refused) == (404, "no_such_invitation")


async def test_accepting_is_a_mark_and_enrolling_is_their_own_step(
    house: House, programme: str
) -> None:
    await invite(house, programme, "S3")
    await house.forget_told()
    assert (await answer(house, "anna", "accept"))["answer"] == "accepted"
    assert await house.told_types() == ["invitation.answered", "principal.changed"]
    await house.forget_told()
    assert (await house.enrol("anna", programme))["status"] == "active"
    assert "invitation.answered" not in await house.told_types()
    refused = await house.person("anna").send(
        "POST", f"/invitations/{(await mine(house, 'anna'))[0]['invitation_id']}/decline"
    )
    assert code(refused) == (409, "already_enrolled")


async def test_whoever_enrols_without_an_answer_has_accepted(house: House, programme: str) -> None:
    await invite(house, programme, "S3")
    await house.enrol("anna", programme)
    (answered,) = await house.told("invitation.answered")
    assert answered["answer"] == "accepted"


async def test_after_a_no_nobody_can_reach_them_and_nobody_asks_again(
    house: House, programme: str
) -> None:
    await invite(house, programme, "S3")
    await house.forget_told()
    await answer(house, "anna", "decline")
    rows = await house.database["outbox"].find({}).sort("_id", 1).to_list(None)
    assert [(row["aggregatetype"], row["payload"] is None) for row in rows] == [
        ("obverse-internal.enrollment.request.v1", False),
        ("obverse-internal.enrollment.principal.v1", False),
        ("obverse-internal.enrollment.contact.v1", True),
    ]
    assert [fact["answer"] for fact in await house.told("invitation.answered")] == ["declined"]
    again = await invite(house, programme, "S3")
    assert again == {"invited": [], "left_out": [{"staff_number": "S3", "reason": "declined"}]}
    # They may still come by themselves.
    assert (await house.enrol("anna", programme))["status"] == "active"


async def test_a_volunteer_keeps_their_contact_after_a_no_to_another_programme(
    house: House, programme: str
) -> None:
    await house.enrol("anna", programme)
    other = await house.programme()
    await invite(house, other, "S3")
    await house.forget_told()
    await answer(house, "anna", "decline")
    assert await house.told_types() == ["invitation.answered"]


async def test_nobody_is_asked_twice_while_open_nor_before_the_day_they_named(
    house: House, programme: str
) -> None:
    await invite(house, programme, "S3")
    again = {"invited": [], "left_out": [{"staff_number": "S3", "reason": "invited"}]}
    assert await invite(house, programme, "S3") == again
    later = await answer(house, "anna", "later", {"until": "2098-01-31"})
    assert (later["answer"], later["later_until"]) == ("later", "2098-01-31")
    assert await invite(house, programme, "S3") == again
    # As if that day had come.
    await house.database["invitations"].update_many({}, {"$set": {"later_until": "2026-01-31"}})
    assert len((await invite(house, programme, "S3"))["invited"]) == 1
    assert [one["answer"] for one in await mine(house, "anna")] == [None, "later"]


async def test_two_leads_who_ask_at_once_ask_once(house: House, programme: str) -> None:
    await asyncio.gather(*(invite(house, programme, "S3") for _ in range(4)))
    assert len(await house.told("invitation.issued")) == 1


async def test_a_volunteer_is_not_invited_nor_one_who_left(house: House, programme: str) -> None:
    await house.enrol("anna", programme)
    gone = (await house.enrol("ben", programme))["volunteer_id"]
    await house.person("ben").post(f"/volunteers/{gone}/withdraw")
    assert (await invite(house, programme, "S3", "S4"))["left_out"] == [
        {"staff_number": "S3", "reason": "takes_part"},
        {"staff_number": "S4", "reason": "left"},
    ]


async def test_what_nobody_knows_is_refused_as_a_whole(house: House, programme: str) -> None:
    path, lea = f"/programmes/{programme}/invitations", house.person("lea", "lead")
    unknown = await lea.send("POST", path, json={"staff_numbers": ["S3", "S9"]})
    assert code(unknown) == (422, "unknown_employee")
    assert unknown.json()["errors"][0]["pointer"] == "/staff_numbers/1"
    topic = await lea.send("POST", path, json={"staff_numbers": ["S3"], "topic": "sailing"})
    assert code(topic) == (422, "unknown_topic")
    assert await house.told() == []


async def test_a_closed_programme_asks_nobody_and_a_no_is_still_heard(
    house: House, programme: str
) -> None:
    await invite(house, programme, "S3")
    lea = house.person("lea", "lead")
    await lea.post(f"/programmes/{programme}/close")
    path = f"/programmes/{programme}/invitations"
    refused = await lea.send("POST", path, json={"staff_numbers": ["S4"]})
    assert code(refused) == (409, "programme_closed")
    (invitation,) = await mine(house, "anna")
    yes = f"/invitations/{invitation['invitation_id']}/accept"
    assert code(await house.person("anna").send("POST", yes)) == (409, "programme_closed")
    assert (await answer(house, "anna", "decline"))["answer"] == "declined"


async def test_a_closed_programme_reaches_nobody_whom_it_asked(
    house: House, programme: str
) -> None:
    other = await house.programme()
    await invite(house, programme, "S3", "S4")
    await invite(house, other, "S4")
    await tick(house, "close invitations")
    await answer(house, "anna", "accept")
    await house.forget_told()
    await house.person("lea", "lead").post(f"/programmes/{programme}/close")
    await tick(house, "close invitations")
    rows = await house.database["outbox"].find({}).sort("_id", 1).to_list(None)
    told = [(row["aggregatetype"], row["payload"] is None) for row in rows]
    # Anna can be reached no more; Ben needs no answer, and another programme waits for his.
    assert sorted(told) == [
        ("obverse-internal.enrollment.contact.v1", True),
        ("obverse-internal.enrollment.request.v1", False),
        ("obverse.enrollment.programme.v1", False),
    ]
    (closed,) = await house.told("invitation.answered")
    assert closed["answer"] == "closed"
    assert [one["answer"] for one in await mine(house, "ben")] == [None, "closed"]


async def test_the_lead_reads_who_was_asked_and_what_they_answered(
    house: House, programme: str
) -> None:
    await invite(house, programme, "S3", "S4")
    await answer(house, "anna", "accept")
    path = f"/programmes/{programme}/invitations"
    first = await house.person("lea", "lead").get(f"{path}?limit=1")
    rest = await house.person("lea", "lead").get(f"{path}?limit=2&after={first['next']}")
    (anna,), (ben,) = first["invitations"], rest["invitations"]
    assert (anna["staff_number"], anna["answer"]) == ("S3", "accepted")
    assert (ben["staff_number"], ben["answer"]) == ("S4", None)
    assert rest["next"] is None
    assert code(await house.person("anna").send("GET", path)) == (403, "role_missing")


async def test_who_was_asked_is_not_worth_inviting_any_more(house: House, programme: str) -> None:
    wish = {
        "roles": ["mentee"],
        "offers": [],
        "needs": [{"topic": "crm", "priority": 1, "level": 0}],
    }
    await house.enrol("top", programme, **wish)
    path = f"/programmes/{programme}/topics/crm/candidates"
    lea = house.person("lea", "lead")
    before = [one["staff_number"] for one in (await lea.get(path))["candidates"]]
    await invite(house, programme, "S3")
    after = [one["staff_number"] for one in (await lea.get(path))["candidates"]]
    assert (before, after) == (["S2", "S3", "S4"], ["S2", "S4"])
    await house.database["invitations"].update_many(
        {}, {"$set": {"answer": "later", "later_until": "2026-01-31"}}
    )
    again = [one["staff_number"] for one in (await lea.get(path))["candidates"]]
    assert again == ["S2", "S3", "S4"]


async def test_an_invitation_goes_with_the_person(house: House, programme: str) -> None:
    await invite(house, programme, "S3")
    ops = house.person("olga", "ops")
    person_id = (await ops.get("/persons?staff_number=S3"))["person_id"]
    await ops.put(f"/erasures/{person_id}", {"by": "Data protection"})
    assert await house.database["invitations"].count_documents({}) == 0


WITHOUT_BEN = "".join(line for line in DIRECTORY.splitlines(True) if not line.startswith("S4"))


async def test_an_invited_one_who_leaves_the_company_is_waited_for_and_reached_no_more(
    house: House, programme: str
) -> None:
    await invite(house, programme, "S3", "S4")
    await answer(house, "ben", "accept")
    await house.forget_told()
    await house.feeder.bring(WITHOUT_BEN, "?scope=shrunk")
    await handlers.settling.settle(house.work)
    (told,) = await house.told("invitation.answered")
    assert (told["programme_id"], told["answer"]) == (programme, "closed")
    rows = await house.database["outbox"].find({"aggregateid": told["person_id"]}).to_list(None)
    assert [(row["aggregatetype"], row["payload"] is None) for row in rows] == [
        ("obverse-internal.enrollment.contact.v1", True),
        ("obverse-internal.enrollment.principal.v1", False),
    ]
    listed = await house.person("lea", "lead").get(f"/programmes/{programme}/invitations")
    assert [(one["name"], one["answer"]) for one in listed["invitations"]] == [
        ("Анна Ёлкина", None),
        (None, "closed"),
    ]


async def test_who_comes_back_to_the_company_may_be_invited_anew(
    house: House, programme: str
) -> None:
    await invite(house, programme, "S4")
    await house.feeder.bring(WITHOUT_BEN, "?scope=shrunk")
    await house.feeder.bring(DIRECTORY)
    view = await invite(house, programme, "S4")
    assert [one["staff_number"] for one in view["invited"]] == ["S4"]
    assert [one["answer"] for one in await mine(house, "ben")] == [None, "closed"]


async def test_a_volunteer_elsewhere_who_leaves_is_neither_waited_for_nor_reached(
    house: House, programme: str
) -> None:
    await house.enrol("ben", await house.programme())
    await invite(house, programme, "S4")
    await house.forget_told()
    await house.feeder.bring(WITHOUT_BEN, "?scope=shrunk")
    assert await house.told_types() == [
        "volunteer.withdrawn",
        "candidate.changed",
        "invitation.answered",
        "obverse-internal.enrollment.contact.v1.removed",
        "principal.changed",
    ]
