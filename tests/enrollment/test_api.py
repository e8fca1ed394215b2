"""The service over HTTP: a programme opens, people say yes, each sees what is theirs."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from dev.local.identity import ISSUER
from tests.enrollment.conftest import DIRECTORY, OPENING, PROFILE, YES, House
from tests.support.documents import bodies_without_example


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_a_programme_opens_and_its_opener_leads_it(house: House) -> None:
    await house.furnish()
    programme = await house.programme(sponsor_staff_number="S1")
    assert await house.told("programme.opened") != []
    assert [cohort["programme_id"] for cohort in await house.told("cohort.opened")] == [programme]
    (principal,) = await house.told("principal.changed")
    assert (principal["subject"], principal["roles"]) == ("lea", {programme: ["lead"]})
    contacts = await house.told("contact.changed")
    assert [(one["name"], one["email"]) for one in contacts] == [
        ("Tara Top", "top@corp.example"),
        ("", "lea@corp.example"),
    ]
    me = await house.person("lea").get("/me")
    assert me == {
        "person_id": principal["person_id"],
        "volunteer_ids": [],
        "roles": {programme: ["lead"]},
    }


async def test_a_programme_brings_the_topics_of_the_article_once(house: House) -> None:
    await house.programme()
    await house.programme()
    topics = await house.told("topic.changed")
    assert len(topics) == 12
    assert {
        "topic": "green_economy",
        "parent": None,
        "label_en": "Green economy",
        "label_ru": "Зелёная экономика",
        "retired": False,
    } in topics
    listed = await house.person("lea").get("/topics")
    assert len(listed["topics"]) == 12


async def test_a_programme_is_read_with_the_usual_policy(house: House) -> None:
    programme = await house.programme()
    view = await house.person("lea").get(f"/programmes/{programme}")
    assert view["terms"]["title"] == "Reverse mentoring"
    assert view["terms"]["matching"]["level_gap"] == 2
    assert view["terms"]["reminders"] == {
        "session_hours_before": [24.0],
        "proposal_hours_after": [48.0],
        "proposal_expires_hours": 168.0,
        "quiet_from_minute": None,
        "quiet_until_minute": None,
    }
    assert view["cohort_id"] == view["cohorts"][0]["cohort_id"]
    assert view["has_sponsor"] is False


async def test_only_a_lead_opens_programmes(house: House) -> None:
    await house.furnish()
    refused = await house.person("anna").send("POST", "/programmes", json=OPENING)
    assert code(refused) == (403, "role_missing")


async def test_a_sponsor_is_an_employee(house: House) -> None:
    lea = house.person("lea", "lead")
    refused = await lea.send("POST", "/programmes", json=OPENING | {"sponsor_staff_number": "S9"})
    assert code(refused) == (422, "unknown_sponsor")
    assert refused.json()["errors"][0]["pointer"] == "/sponsor_staff_number"
    assert await house.told() == []


async def test_a_sponsor_becomes_a_principal_when_they_come(house: House) -> None:
    await house.furnish()
    programme = await house.programme(sponsor_staff_number="S1")
    await house.forget_told()
    me = await house.person("top").put("/me")
    assert me["roles"] == {programme: ["sponsor"]}
    (principal,) = await house.told()
    assert (principal["person_id"], principal["subject"]) == (me["person_id"], "top")


async def test_an_employee_says_yes(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    await house.forget_told()
    view = await house.enrol("anna", programme)
    assert view["status"] == "active"
    assert view["consent"] == {
        "version": "2026-11",
        "given_on": "2026-11-01",
        "language": "ru",
        "revoked_on": None,
    }
    assert view["profile"]["formats"] == ["one_to_one"]
    assert view["pairs"] == []
    assert await house.told_types() == [
        "volunteer.enrolled",
        "candidate.changed",
        "principal.changed",
        "contact.changed",
    ]
    (candidate,) = await house.told("candidate")
    assert (candidate["level"], candidate["unit"]) == (3, "Sales")
    assert len(candidate["managers"]) == 2
    assert candidate["managers_complete"] is True
    (contact,) = await house.told("contact")
    assert (contact["name"], contact["locale"]) == ("Анна Ёлкина", "ru")
    assert contact["time_zone"] == "Europe/London"
    me = await house.person("anna").get("/me")
    assert me["volunteer_ids"] == [view["volunteer_id"]]


async def test_two_who_report_to_one_who_is_not_in_the_directory_have_one_direct_manager(
    house: House,
) -> None:
    await house.furnish()
    for staff_number, subject, manager in (
        ("S5", "cleo", "S99"),
        ("S6", "dan", "S99"),
        ("S7", "eve", "S98"),
    ):
        header = DIRECTORY.partition("\n")[0]
        row = f"{staff_number},{subject}@corp.example,3,{manager},{subject},Sales"
        await house.feeder.bring(f"{header}\n{row}\n", "?scope=part")
    programme = await house.programme()
    for subject in ("cleo", "dan", "eve"):
        await house.enrol(subject, programme)

    cleo, dan, eve = await house.told("candidate.changed")
    assert cleo["managers"] == dan["managers"] != eve["managers"]
    assert [len(one["managers"]) for one in (cleo, eve)] == [1, 1]
    assert not cleo["managers_complete"]


async def test_the_managers_above_are_named_by_person_the_direct_one_first(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    await house.enrol("anna", programme)
    middle = await house.person("mia").get("/me")
    top = await house.person("top").get("/me")
    (candidate,) = await house.told("candidate")
    assert candidate["managers"] == [middle["person_id"], top["person_id"]]


async def test_nobody_is_enrolled_by_an_import(house: House) -> None:
    await house.furnish()
    assert await house.told() == []
    assert await house.database["volunteers"].count_documents({}) == 0


async def test_whoever_is_not_in_the_directory_cannot_say_yes(house: House) -> None:
    programme = await house.programme()
    for stranger in (house.person("stranger"), house.person("nobody", email=None)):
        refused = await stranger.send("POST", f"/programmes/{programme}/volunteers", json=YES)
        assert code(refused) == (403, "not_enrolled")
    as_lead = await house.person("lea").send(
        "POST", f"/programmes/{programme}/volunteers", json=YES
    )
    assert code(as_lead) == (403, "not_enrolled")


async def test_another_account_with_the_same_address_does_not_take_over(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    await house.enrol("anna", programme)
    other = house.person("mallory", email="anna@corp.example")
    assert code(await other.send("GET", "/me")) == (403, "not_enrolled")


async def test_one_person_says_yes_once_in_a_programme(house: House) -> None:
    await house.furnish()
    first, second = await house.programme(), await house.programme()
    await house.enrol("anna", first)
    again = await house.person("anna").send("POST", f"/programmes/{first}/volunteers", json=YES)
    assert code(again) == (409, "already_enrolled")
    await house.enrol("anna", second)


async def test_the_same_request_again_gets_the_first_answer(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    anna, key = house.person("anna"), {"Idempotency-Key": "anna-1"}
    path = f"/programmes/{programme}/volunteers"
    first = await anna.send("POST", path, json=YES, headers=key)
    again = await anna.send("POST", path, json=YES, headers=key)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert len(await house.told("volunteer.enrolled")) == 1


async def test_a_cohort_is_never_overfull_even_when_all_come_at_once(house: House) -> None:
    await house.furnish()
    programme = await house.programme(cohort=OPENING["cohort"] | {"size_cap": 2})
    path = f"/programmes/{programme}/volunteers"
    everybody = [house.person(subject) for subject in ("top", "mia", "anna", "ben")]
    answers = await asyncio.gather(*(one.send("POST", path, json=YES) for one in everybody))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert code(refused) == (409, "cohort_full")
    assert await house.database["volunteers"].count_documents({}) == 2


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"level": 9}, "/level"),
        ({"hours_per_month": "4"}, "/hours_per_month"),
        ({"time_zone": "Mars/Base"}, "/time_zone"),
        ({"hobbies": [{"$gt": ""}]}, "/hobbies/0"),
        ({"hobbies": ["$where"]}, "/hobbies/0"),
        ({"roles": []}, "/roles"),
        ({"offers": [{"topic": "no_such", "proficiency": 3}]}, "/offers/0/topic"),
        ({"hours_per_month": 0}, "/hours_per_month"),
        ({"slots": []}, "/slots"),
        ({"consent": YES["consent"] | {"version": "a\u0000b"}}, "/consent/version"),
    ],
)
async def test_a_yes_that_does_not_fit_is_refused_with_its_place(
    house: House, changed: dict[str, Any], pointer: str
) -> None:
    await house.furnish()
    programme = await house.programme()
    await house.forget_told()
    anna = house.person("anna")
    refused = await anna.send("POST", f"/programmes/{programme}/volunteers", json=YES | changed)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert await house.told() == []


async def test_a_volunteer_changes_pauses_comes_back_and_leaves(house: House) -> None:
    await house.furnish()
    volunteer = (await house.enrol("anna", await house.programme()))["volunteer_id"]
    anna, path = house.person("anna"), f"/volunteers/{volunteer}"
    await house.forget_told()
    changed = await anna.put(path, PROFILE | {"capacity": 3, "time_zone": "Asia/Tokyo"})
    assert (changed["profile"]["capacity"], changed["consent"]["language"]) == (3, "ru")
    paused = await anna.post(f"{path}/pause", {"until": "2098-01-31"})
    assert (paused["status"], paused["paused_until"]) == ("paused", "2098-01-31")
    resumed = await anna.post(f"{path}/resume")
    assert (resumed["status"], resumed["paused_until"]) == ("active", None)
    assert (await anna.post(f"{path}/withdraw"))["status"] == "withdrawn"
    assert (await anna.get(path))["status"] == "withdrawn"
    assert await house.told_types() == [
        "contact.changed",
        "candidate.changed",
        "volunteer.paused",
        "candidate.changed",
        "volunteer.resumed",
        "candidate.changed",
        "volunteer.withdrawn",
        "candidate.changed",
        "obverse-internal.enrollment.contact.v1.removed",
    ]
    assert (await house.told("candidate"))[-1]["status"] == "withdrawn"
    refused = await anna.send("POST", f"{path}/resume")
    assert code(refused) == (409, "withdrawn")


async def test_who_left_may_say_yes_again_and_is_the_same_volunteer(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    volunteer = (await house.enrol("anna", programme))["volunteer_id"]
    anna = house.person("anna")
    await anna.post(f"/volunteers/{volunteer}/withdraw")
    await house.forget_told()
    consent = {"version": "2026-12", "given_on": "2026-11-20", "language": "en"}
    back = await house.enrol("anna", programme, consent=consent)
    assert (back["volunteer_id"], back["status"]) == (volunteer, "active")
    assert back["consent"]["version"] == "2026-12"
    assert [one["version"] for one in back["earlier"]] == ["2026-11"]
    assert (await anna.get("/me"))["volunteer_ids"] == [volunteer]
    told = await house.told_types()
    assert told[:2] == ["volunteer.enrolled", "candidate.changed"]
    twice = await anna.send("POST", f"/programmes/{programme}/volunteers", json=YES)
    assert code(twice) == (409, "already_enrolled")


async def test_a_volunteer_is_seen_by_nobody_else(house: House) -> None:
    await house.furnish()
    volunteer = (await house.enrol("anna", await house.programme()))["volunteer_id"]
    for other in (house.person("ben"), house.person("lea", "lead")):
        assert code(await other.send("GET", f"/volunteers/{volunteer}")) == (
            404,
            "no_such_volunteer",
        )
        refused = await other.send("POST", f"/volunteers/{volunteer}/withdraw")
        assert code(refused) == (404, "no_such_volunteer")


async def test_the_lead_reads_who_takes_part_page_by_page(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    for subject in ("anna", "ben", "mia"):
        await house.enrol(subject, programme)
    lea = house.person("lea")
    first = await lea.get(f"/programmes/{programme}/volunteers?limit=2")
    rest = await lea.get(f"/programmes/{programme}/volunteers?limit=2&after={first['next']}")
    assert [entry["name"] for entry in first["volunteers"]] == ["Анна Ёлкина", "Ben Low"]
    assert [entry["name"] for entry in rest["volunteers"]] == ["Mia Middle"]
    assert rest["next"] is None
    assert rest["volunteers"][0]["roles"] == ["mentor"]


async def test_the_lead_of_one_programme_is_nobody_in_another(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    await house.open_programme(house.person("other", "lead"))
    for who in (house.person("other", "lead"), house.person("anna")):
        refused = await who.send("GET", f"/programmes/{programme}/volunteers")
        assert code(refused) == (403, "role_missing")


async def test_the_lead_counts_employees_and_volunteers(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    needs = [{"topic": "crm", "priority": 1, "level": 0}]
    await house.enrol("anna", programme)
    await house.enrol("ben", programme, roles=["mentor", "mentee"], needs=needs)
    await house.enrol("mia", programme, roles=["mentee"], offers=[], needs=needs)
    anna = house.person("anna")
    gone = (await anna.get("/me"))["volunteer_ids"][0]
    await anna.post(f"/volunteers/{gone}/withdraw")
    assert await house.person("lea").get(f"/programmes/{programme}/enrolment") == {
        "employees": 4,
        "volunteers": 2,
        "mentors": 1,
        "mentees": 2,
        "by_status": {"active": 2, "withdrawn": 1},
    }


async def test_an_unknown_programme_is_not_found(house: House) -> None:
    await house.furnish()
    missing = "/programmes/00000000-0000-0000-0000-000000000001"
    assert code(await house.person("anna").send("GET", missing)) == (404, "no_such_programme")
    refused = await house.person("anna").send("POST", f"{missing}/volunteers", json=YES)
    assert code(refused) == (404, "no_such_programme")


async def test_no_token_no_answer(house: House) -> None:
    anna = house.person("anna")
    anna.token = "forged"
    assert (await anna.send("GET", "/me")).status_code == 401


async def test_the_document_describes_every_route_with_examples(house: House) -> None:
    document = house.service.api.openapi()
    assert document["components"]["schemas"]["EnrolBody"]["example"]["roles"] == ["mentor"]
    assert bodies_without_example(document) == []
    assert (
        "text/csv" in document["paths"]["/v1/directory/imports"]["post"]["requestBody"]["content"]
    )


async def test_the_lead_sets_the_terms_anew(house: House) -> None:
    programme = await house.programme()
    terms = {name: value for name, value in OPENING.items() if name != "cohort"}
    lead = house.person("lea", "lead")
    changed = await lead.put(f"/programmes/{programme}", terms | {"languages": ["ru"]})
    assert changed["terms"]["languages"] == ["ru"]
    (told,) = await house.told("programme.changed")
    assert (told["programme_id"], told["languages"]) == (programme, ["ru"])


async def test_a_closed_programme_takes_nobody(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    lead = house.person("lea", "lead")
    assert (await lead.post(f"/programmes/{programme}/close"))["closed"] is True
    assert (await lead.post(f"/programmes/{programme}/close"))["closed"] is True
    assert await house.told("programme.closed") == [{"programme_id": programme}]
    late = await house.person("anna").send("POST", f"/programmes/{programme}/volunteers", json=YES)
    assert code(late) == (409, "programme_closed")


async def test_only_its_lead_changes_and_closes_a_programme(house: House) -> None:
    programme = await house.programme()
    other = house.person("otto", "lead")
    refused = await other.send("POST", f"/programmes/{programme}/close")
    assert code(refused) == (403, "role_missing")


async def test_finding_a_person_by_their_token_looks_at_no_other(house: House) -> None:
    await house.furnish()
    await house.enrol("anna", await house.programme())
    bound = [
        {"_id": UUID(int=number), "identity": {"issuer": ISSUER, "subject": f"somebody-{number}"}}
        for number in range(200)
    ]
    await house.database["people"].insert_many(bound)
    async with house.profiled() as asked:
        await house.person("anna").get("/me")
    for_anna = {"identity.issuer": ISSUER, "identity.subject": "anna"}
    looked_up = [one for one in asked if one["command"].get("filter") == for_anna]
    assert {one["docsExamined"] for one in looked_up} == {1}
