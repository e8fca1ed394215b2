"""A person goes from enrollment: what is told, what is left, who comes again."""

from typing import Any
from uuid import UUID

from services.enrollment import handlers
from tests.enrollment.conftest import YES, House, Person

BY = {"by": "Data protection"}


async def a_mentor(house: House) -> tuple[str, str, str]:
    """Anna says yes; her person, her volunteer and the programme."""
    await house.furnish()
    programme = await house.programme()
    volunteer = await house.enrol("anna", programme)
    me = await house.person("anna").get("/me")
    return me["person_id"], volunteer["volunteer_id"], programme


def ops(house: House) -> Person:
    return house.person("olga", "ops")


async def erase(house: House, person_id: str, **more: Any) -> dict[str, Any]:
    return await ops(house).put(f"/erasures/{person_id}", BY | more)


async def test_an_erasure_is_told_by_tombstones_and_a_fact_without_the_person(
    house: House,
) -> None:
    person_id, volunteer_id, programme = await a_mentor(house)
    await house.forget_told()

    await erase(house, person_id)

    rows = await house.database["outbox"].find({}).sort("_id", 1).to_list(None)
    assert [(row["aggregatetype"], row["aggregateid"]) for row in rows] == [
        ("obverse.enrollment.volunteer.v1", volunteer_id),
        ("obverse-internal.enrollment.candidate.v1", volunteer_id),
        ("obverse-internal.enrollment.principal.v1", person_id),
        ("obverse-internal.enrollment.contact.v1", person_id),
    ]
    assert [row["payload"] is None for row in rows] == [False, True, True, True]
    (told,) = await house.told("volunteer.erased")
    assert told["roles"] == ["mentor"]
    assert told["programme_id"] == programme
    assert "person_id" not in told


async def test_nothing_of_the_person_is_left_in_any_row(house: House) -> None:
    person_id, _, programme = await a_mentor(house)
    ben = (await house.enrol("ben", programme))["volunteer_id"]
    avoided = {"names": ["S3", "anna@corp.example", "S9"]}
    await house.person("ben").put(f"/volunteers/{ben}/avoid", avoided)
    await house.forget_told()

    answer = await erase(house, person_id)

    found = ""
    for name in await house.database.list_collection_names():
        found += str(await house.database[name].find({}).to_list(None))
    assert [
        mark for mark in ("anna@corp.example", "Анна", "S3", "S9", "social_media'") if mark in found
    ] == [
        "S9",  # somebody else on Ben's list
        "social_media'",  # the topic itself
    ]
    assert answer["complete"] is False
    assert [(left["documents"], left["until"]) for left in answer["left"]] == [
        (4, "the broker has taken them")
    ]


async def test_an_erasure_is_complete_once_the_broker_has_the_tombstones(house: House) -> None:
    person_id, volunteer_id, _ = await a_mentor(house)
    await erase(house, person_id)
    await house.forget_told()

    state = await ops(house).get(f"/erasures/{person_id}")

    assert state["complete"] is True
    assert state["volunteer_ids"] == [volunteer_id]


async def test_erasing_again_tells_nothing_and_keeps_the_date(house: House) -> None:
    person_id, volunteer_id, _ = await a_mentor(house)
    first = await erase(house, person_id)
    await house.forget_told()

    again = await erase(house, person_id)

    assert await house.told_types() == []
    assert again["erased_at"] == first["erased_at"]
    assert again["volunteer_ids"] == [volunteer_id]


async def test_whoever_was_erased_is_not_known_until_the_directory_names_them_anew(
    house: House,
) -> None:
    person_id, _, programme = await a_mentor(house)
    await erase(house, person_id)

    refused = await house.person("anna").send("GET", "/me")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_enrolled")
    await house.furnish()
    again = await house.enrol("anna", programme)
    me = await house.person("anna").get("/me")
    assert me["person_id"] != person_id
    assert me["volunteer_ids"] == [again["volunteer_id"]]


async def test_those_who_report_to_an_erased_manager_get_another_chain(house: House) -> None:
    await house.furnish()
    await house.enrol("anna", await house.programme())
    (before,) = await house.told("candidate.changed")
    mia = (await house.person("mia").get("/me"))["person_id"]
    assert before["managers"][0] == mia

    await erase(house, mia)
    await house.forget_told()
    await handlers.settling.settle(house.work)

    (after,) = await house.told("candidate.changed")
    assert mia not in after["managers"]
    assert after["managers_complete"] is False


async def test_an_answer_that_would_be_given_again_goes_with_the_person(house: House) -> None:
    person_id, _, programme = await a_mentor(house)
    await house.enrol("ben", programme)
    assert await house.database["idempotency"].count_documents({}) == 4

    await erase(house, person_id)

    bodies = [
        row["answer"]["body"] for row in await house.database["idempotency"].find({}).to_list(None)
    ]
    assert len(bodies) == 3  # the draft, the programme, and what Ben was told
    assert person_id not in "".join(bodies)


async def test_a_person_is_found_by_the_number_that_hr_knows(house: House) -> None:
    person_id, _, _ = await a_mentor(house)

    assert await ops(house).get("/persons?staff_number=S3") == {"person_id": person_id}
    unknown = await ops(house).send("GET", "/persons?staff_number=S9")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_person")


async def test_whoever_left_the_company_is_found_by_their_address(house: House) -> None:
    person_id, _, _ = await a_mentor(house)
    await house.database["employees"].delete_many({"number": "S3"})

    assert await ops(house).get("/persons?email=Anna@corp.example") == {"person_id": person_id}
    for unknown in ("?email=ben@corp.example", "?staff_number=S3", ""):
        answer = await ops(house).send("GET", f"/persons{unknown}")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_person")


async def test_an_export_has_all_that_is_held_and_the_person_gets_their_own(house: House) -> None:
    person_id, volunteer_id, _ = await a_mentor(house)

    mine = await house.person("anna").get("/me/export")
    theirs = await ops(house).get(f"/exports/{person_id}")

    assert mine == theirs
    held = {place.rpartition(".")[2]: rows for place, rows in mine["held"].items()}
    assert sorted(held) == ["employees", "people", "volunteers"]
    assert held["employees"][0]["email"] == "anna@corp.example"
    assert held["people"][0]["name"] == "Анна Ёлкина"
    assert held["volunteers"][0]["_id"] == volunteer_id
    assert held["volunteers"][0]["profile"]["offers"] == [
        {"topic": "social_media", "proficiency": YES["offers"][0]["proficiency"]}
    ]


async def test_only_operators_export_and_erase(house: House) -> None:
    person_id, _, _ = await a_mentor(house)

    for who in (house.person("anna"), house.person("lea", "lead"), house.feeder):
        for method, path in (
            ("GET", f"/exports/{person_id}"),
            ("PUT", f"/erasures/{person_id}"),
            ("GET", f"/erasures/{person_id}"),
            ("GET", "/erasures"),
            ("GET", "/audit"),
        ):
            answer = await who.send(method, path, **({"json": BY} if method == "PUT" else {}))
            assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


async def test_what_leads_feeders_and_operators_do_is_written_down_and_what_people_do_is_not(
    house: House,
) -> None:
    person_id, volunteer_id, programme = await a_mentor(house)
    await house.person("anna").post(f"/volunteers/{volunteer_id}/pause", {"until": None})
    lead = (await house.person("lea", "lead").get("/me"))["person_id"]
    await house.person("lea", "lead").post(f"/programmes/{programme}/close")
    await erase(house, person_id)

    entries = (await ops(house).get("/audit"))["entries"]

    assert [(one["action"], one["subject"]) for one in entries] == [
        ("person.erased", person_id),
        ("POST /v1/programmes/{programme_id}/close", programme),
        ("POST /v1/programmes/{programme_id}/open", programme),
        ("PUT /v1/programmes/{programme_id}/readiness", programme),
        ("POST /v1/programmes", programme),
        ("POST /v1/directory/imports", ""),
        ("PUT /v1/directory/mapping", ""),
    ]
    assert {entry["by"] for entry in entries[1:4]} == {lead}
    assert entries[4]["by"].startswith("account:")  # of whom nobody knew yet who it is
    assert entries[5]["by"] == entries[6]["by"]
    assert entries[5]["by"].startswith("account:")
    assert entries[0]["by"].startswith("Data protection (account:")


async def test_the_audit_is_read_page_by_page_and_by_what_it_is_about(house: House) -> None:
    person_id, _, programme = await a_mentor(house)
    await erase(house, person_id)

    first = (await ops(house).get("/audit?limit=5"))["entries"]
    rest = (await ops(house).get(f"/audit?limit=5&before={first[-1]['id']}"))["entries"]
    about = (await ops(house).get(f"/audit?subject={programme}"))["entries"]

    assert len(first) == 5
    assert [one["action"] for one in rest] == ["PUT /v1/directory/mapping"]
    assert [one["action"] for one in about] == [
        "POST /v1/programmes/{programme_id}/open",
        "PUT /v1/programmes/{programme_id}/readiness",
        "POST /v1/programmes",
    ]
    assert UUID(about[2]["details"]["cohort_id"])


async def test_a_refused_command_is_not_written_down(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    close = f"/programmes/{programme}/close"
    lead = house.person("lea", "lead")
    await lead.post(close)
    refused = await lead.send("PUT", f"/programmes/{programme}", json={})
    assert refused.status_code == 422

    entries = (await ops(house).get(f"/audit?subject={programme}"))["entries"]

    assert [one["action"] for one in entries] == [
        "POST /v1/programmes/{programme_id}/close",
        "POST /v1/programmes/{programme_id}/open",
        "PUT /v1/programmes/{programme_id}/readiness",
        "POST /v1/programmes",
    ]


async def test_whoever_is_in_a_restored_backup_is_erased_again(house: House) -> None:
    person_id, volunteer_id, _ = await a_mentor(house)
    names = ("employees", "people", "volunteers", "erasures")
    backup = {name: await house.database[name].find({}).to_list(None) for name in names}
    await erase(house, person_id)
    for name, rows in backup.items():
        await house.database[name].delete_many({})
        if rows:
            await house.database[name].insert_many(rows)
    assert (await ops(house).get("/erasures"))["person_ids"] == []

    again = await erase(house, person_id, volunteer_ids=[volunteer_id])

    assert {name: again["done"][f"{house.database.name}.{name}"] for name in names[:3]} == {
        "employees": 1,
        "people": 1,
        "volunteers": 1,
    }
    assert (await ops(house).get("/erasures"))["person_ids"] == [person_id]


async def test_what_a_person_wrote_in_confidence_goes_with_all_copies(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    mia, lea = house.person("mia"), house.person("lea", "lead")
    doubt = {"code": "other", "text": "Falcons frighten me."}
    concern = (await mia.post(f"/programmes/{programme}/concerns", doubt))["concern_id"]
    answer = {"text": "They fly high.", "cases": ["https://intranet.example/41"]}
    await lea.post(f"/programmes/{programme}/concerns/{concern}/answer", answer)
    person_id = (await mia.get("/me"))["person_id"]
    mine = (await mia.get("/me/export"))["held"]
    assert mine[f"{house.database.name}.concerns"][0]["_id"] == concern

    await house.forget_told()  # what had to go out has gone

    await erase(house, person_id)

    found = ""
    for name in await house.database.list_collection_names():
        found += str(await house.database[name].find({}).to_list(None))
    marks = ("Falcons", "They fly high", "Mia Middle", "mia@corp.example")
    assert [mark for mark in marks if mark in found] == []
