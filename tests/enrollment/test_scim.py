"""An identity provider feeds the directory over SCIM; the service on a real database."""

import asyncio
from typing import Any

import httpx
import pytest

from services.enrollment.domain.scim.names import CORE, ENTERPRISE, OURS, PATCH
from services.enrollment.handlers.settling import settle
from tests.enrollment.conftest import DIRECTORY, House
from tests.enrollment.test_import import employees
from tests.enrollment.test_schedules import tick

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
ZOE: dict[str, Any] = {
    "schemas": [CORE, ENTERPRISE, OURS],
    "userName": "zoe@corp.example",
    "externalId": "okta-7",
    "name": {"givenName": "Zoe", "familyName": "New"},
    ENTERPRISE: {"employeeNumber": "S7", "department": "Sales", "manager": {"value": "S2"}},
    OURS: {"level": 2},
}


async def ask(house: House, method: str, path: str, body: Any = None) -> httpx.Response:
    """As a provider does: without an Idempotency-Key, in SCIM's media type."""
    headers = {"Authorization": f"Bearer {house.feeder.token}"}
    if body is not None:
        headers["Content-Type"] = "application/scim+json"
    transport = httpx.ASGITransport(house.service.api)
    async with httpx.AsyncClient(transport=transport, base_url="http://e/scim/v2") as client:
        return await client.request(method, path, headers=headers, json=body)


async def good(house: House, method: str, path: str, body: Any = None) -> Any:
    answer = await ask(house, method, path, body)
    assert answer.is_success, (answer.status_code, answer.text)
    if answer.status_code == 204:
        return None
    assert answer.headers["content-type"] == "application/scim+json"
    return answer.json()


def error(answer: httpx.Response) -> tuple[int, str | None]:
    assert answer.headers["content-type"] == "application/scim+json"
    said = answer.json()
    assert said["schemas"] == [ERROR]
    assert said["status"] == str(answer.status_code)
    assert said["detail"]
    return answer.status_code, said.get("scimType")


async def find(house: House, wanted: str) -> list[Any]:
    found = (await good(house, "GET", f"/Users?filter={wanted}"))["Resources"]
    assert isinstance(found, list)
    return found


async def change(house: House, user_id: str, *operations: dict[str, Any]) -> Any:
    body = {"schemas": [PATCH], "Operations": list(operations)}
    return await good(house, "PATCH", f"/Users/{user_id}", body)


async def test_a_user_is_created_and_is_an_employee_who_may_say_yes(house: House) -> None:
    await house.furnish()
    answer = await ask(house, "POST", "/Users", ZOE)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == made["meta"]["location"] == f"/scim/v2/Users/{made['id']}"
    assert (made["externalId"], made["name"]["formatted"]) == ("okta-7", "Zoe New")
    mia = (await employees(house))["S2"]
    assert made[ENTERPRISE]["manager"] == {
        "value": str(mia["person_id"]),
        "$ref": f"/scim/v2/Users/{mia['person_id']}",
        "displayName": "Mia Middle",
    }
    assert await good(house, "GET", f"/Users/{made['id']}") == made
    await house.enrol("zoe", await house.programme())
    assert (await house.person("zoe").get("/me"))["person_id"] == made["id"]


async def test_the_same_user_again_is_a_conflict(house: House) -> None:
    await good(house, "POST", "/Users", ZOE)
    assert error(await ask(house, "POST", "/Users", ZOE)) == (409, "uniqueness")
    other = ZOE | {"userName": "other@corp.example"}
    assert error(await ask(house, "POST", "/Users", other)) == (409, "uniqueness")
    assert list(await employees(house)) == ["S7"]


async def test_of_two_at_once_one_is_created(house: House) -> None:
    other = ZOE | {ENTERPRISE: {"employeeNumber": "S8"}}
    answers = await asyncio.gather(
        ask(house, "POST", "/Users", ZOE), ask(house, "POST", "/Users", other)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(await employees(house)) == 1


async def test_users_of_a_file_are_found_and_changed(house: House) -> None:
    await house.furnish()
    (anna,) = await find(house, 'userName eq "Anna@corp.example"')
    assert (anna["displayName"], anna["externalId"]) == ("Анна Ёлкина", "S3")
    for wanted in (
        'externalId eq "S3"',
        f'id eq "{anna["id"]}"',
        'emails.value eq "anna@corp.example"',
    ):
        assert await find(house, wanted) == [anna]
    sent = anna | {"externalId": "okta-3", "title": "Analyst"}
    put = await good(house, "PUT", f"/Users/{anna['id']}", sent)
    assert (put["externalId"], put["title"], put[ENTERPRISE]["employeeNumber"]) == (
        "okta-3",
        "Analyst",
        "S3",
    )
    assert await find(house, 'externalId eq "okta-3"') == [put]
    assert await find(house, 'externalId eq "S3"') == []


async def test_a_further_file_keeps_what_only_the_provider_knows(house: House) -> None:
    await house.furnish()
    (anna,) = await find(house, 'userName eq "anna@corp.example"')
    await change(house, anna["id"], {"op": "add", "path": "externalId", "value": "okta-3"})
    await house.feeder.bring(DIRECTORY.replace("Анна Ёлкина,Sales", "Анна Ёлкина,Service"))
    (again,) = await find(house, 'externalId eq "okta-3"')
    assert (again["id"], again[ENTERPRISE]["department"]) == (anna["id"], "Service")


async def test_whoever_is_set_inactive_has_left_and_is_withdrawn(house: House) -> None:
    await house.furnish()
    said = await house.enrol("anna", await house.programme())
    (anna,) = await find(house, 'userName eq "anna@corp.example"')
    await house.forget_told()
    off = await change(house, anna["id"], {"op": "Replace", "path": "active", "value": "False"})
    assert off == anna | {"active": False}
    assert set(await employees(house)) == {"S1", "S2", "S4"}
    (left,) = await house.told("volunteer.withdrawn")
    assert left["volunteer_id"] == said["volunteer_id"]
    assert await good(house, "GET", f"/Users/{anna['id']}") == off
    assert await find(house, "active eq false") == [off]
    assert len(await find(house, "active eq true")) == 3
    assert error(await ask(house, "POST", "/Users", anna)) == (409, "uniqueness")


async def test_whoever_is_set_inactive_is_waited_for_no_more(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    await house.enrol("anna", programme)
    lea = house.person("lea", "lead")
    cohort = {"starts_on": "2026-02-01", "ends_on": "2099-12-31", "size_cap": 40}
    await lea.post(f"/programmes/{programme}/cohorts", cohort)
    await tick(house, "ask to confirm")
    other = await house.programme()
    await lea.post(f"/programmes/{other}/invitations", {"staff_numbers": ["S3"]})
    (anna,) = await find(house, 'userName eq "anna@corp.example"')
    await house.forget_told()
    await change(house, anna["id"], {"op": "Replace", "path": "active", "value": "False"})
    assert await house.told_types() == [
        "confirmation.lapsed",
        "volunteer.withdrawn",
        "candidate.changed",
        "invitation.answered",
        "obverse-internal.enrollment.contact.v1.removed",
        "principal.changed",
    ]
    (principal,) = await house.told("principal.changed")
    assert principal["left"] is True
    (answered,) = await house.told("invitation.answered")
    assert answered["answer"] == "closed"


async def test_whoever_is_active_again_is_the_same_person(house: House) -> None:
    await house.furnish()
    (anna,) = await find(house, 'userName eq "anna@corp.example"')
    await change(house, anna["id"], {"op": "replace", "value": {"active": False}})
    back = await change(house, anna["id"], {"op": "replace", "value": {"active": True}})
    assert back == anna
    assert str((await employees(house))["S3"]["person_id"]) == anna["id"]
    assert await find(house, "active eq false") == []


async def test_whoever_is_inactive_and_in_the_next_file_is_the_same_person(house: House) -> None:
    await house.furnish()
    (anna,) = await find(house, 'userName eq "anna@corp.example"')
    await change(house, anna["id"], {"op": "replace", "value": {"active": False}})
    await house.feeder.bring(DIRECTORY)
    assert str((await employees(house))["S3"]["person_id"]) == anna["id"]
    assert await find(house, "active eq false") == []


async def test_whoever_is_deleted_is_not_found(house: House) -> None:
    await house.furnish()
    await house.enrol("anna", await house.programme())
    (anna,) = await find(house, 'userName eq "anna@corp.example"')
    assert await good(house, "DELETE", f"/Users/{anna['id']}") is None
    for method, body in (("GET", None), ("PUT", anna), ("DELETE", None)):
        answer = await ask(house, method, f"/Users/{anna['id']}", body)
        assert error(answer) == (404, None)
    assert len(await house.told("volunteer.withdrawn")) == 1
    inactive = await good(house, "POST", "/Users", ZOE | {"active": False})
    await good(house, "DELETE", f"/Users/{inactive['id']}")
    assert await find(house, "active eq false") == []


async def test_who_reports_to_a_number_reports_to_the_new_one(house: House) -> None:
    await house.furnish()
    await house.enrol("anna", await house.programme())
    before = await house.told("candidate.changed")
    (mia,) = await find(house, 'userName eq "mia@corp.example"')
    number = {"op": "replace", "path": f"{ENTERPRISE}:employeeNumber", "value": "N2"}
    await change(house, mia["id"], number)
    here = await employees(house)
    assert [here[one]["manager"] for one in ("N2", "S3", "S4")] == ["S1", "N2", "N2"]
    await settle(house.work)
    assert await house.told("candidate.changed") == before


async def test_a_new_number_and_address_are_the_same_person(house: House) -> None:
    await house.furnish()
    await house.enrol("anna", await house.programme())
    (anna,) = await find(house, 'userName eq "anna@corp.example"')
    await house.forget_told()
    await change(
        house,
        anna["id"],
        {"op": "replace", "path": "userName", "value": "ann@corp.example"},
        {"op": "replace", "path": f"{ENTERPRISE}:employeeNumber", "value": "X3"},
    )
    here = await employees(house)
    assert set(here) == {"S1", "S2", "S4", "X3"}
    assert str(here["X3"]["person_id"]) == anna["id"]
    (contact,) = await house.told("contact.changed")
    assert contact["email"] == "ann@corp.example"
    taken = {"op": "replace", "path": "userName", "value": "ben@corp.example"}
    body = {"schemas": [PATCH], "Operations": [taken]}
    answer = await ask(house, "PATCH", f"/Users/{anna['id']}", body)
    assert error(answer) == (409, "uniqueness")


async def test_another_manager_is_told_of_the_report_and_of_those_below(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    await house.enrol("mia", programme)
    await house.enrol("anna", programme)
    here = {number: str(row["person_id"]) for number, row in (await employees(house)).items()}
    await house.forget_told()
    boss = {"op": "add", "path": f"{ENTERPRISE}:manager", "value": here["S4"]}
    await change(
        house,
        here["S2"],
        boss,
        {"op": "add", "path": f"{OURS}:alsoReportsTo", "value": ["top@corp.example"]},
    )
    (mia,) = await house.told("candidate.changed")
    # Ben reports to Mia: a loop, which cuts the line.
    assert (mia["managers"], mia["managers_complete"]) == ([here["S4"], here["S1"]], False)
    await settle(house.work)
    assert len(await house.told("candidate.changed")) == 2


async def test_users_come_page_by_page(house: House) -> None:
    await house.furnish()
    await good(house, "POST", "/Users", ZOE | {"active": False})
    seen = []
    for start in (1, 3, 5, 7):
        page = await good(house, "GET", f"/Users?startIndex={start}&count=2")
        assert (page["totalResults"], page["startIndex"]) == (5, start)
        assert page["itemsPerPage"] == len(page["Resources"])
        seen += [one[ENTERPRISE]["employeeNumber"] for one in page["Resources"]]
    assert seen == ["S1", "S2", "S3", "S4", "S7"]
    none = await good(house, "GET", "/Users?count=-1&startIndex=-5")
    assert (none["totalResults"], none["startIndex"], none["Resources"]) == (5, 1, [])
    names = await good(house, "GET", "/Users?count=1&attributes=userName,name.givenName")
    assert set(names["Resources"][0]) == {"schemas", "id", "userName", "name"}
    fewer = await good(house, "GET", "/Users?count=1&excludedAttributes=emails,meta,id")
    assert "emails" not in fewer["Resources"][0]
    assert "id" in fewer["Resources"][0]


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", '/Users?filter=userName sw "a"', None, (400, "invalidFilter")),
        ("GET", "/Users?startIndex=x", None, (400, "invalidValue")),
        ("GET", "/Users/none", None, (404, None)),
        ("GET", "/Groups", None, (404, None)),
        ("PUT", "/Users", {}, (405, None)),
        ("POST", "/Users", {}, (400, "invalidValue")),
        ("POST", "/Users", [], (400, "invalidValue")),
        ("GET", '/Schemas?filter=id eq "x"', None, (403, None)),
        ("GET", "/Schemas/none", None, (404, None)),
        ("GET", "/ResourceTypes/Group", None, (404, None)),
    ],
)
async def test_errors_are_in_the_form_of_scim(
    house: House, method: str, path: str, body: Any, expected: tuple[int, str | None]
) -> None:
    assert error(await ask(house, method, path, body)) == expected


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ({"op": "replace", "path": "colour", "value": "red"}, "invalidPath"),
        ({"op": "replace", "path": "id", "value": "5"}, "mutability"),
        ({"op": "remove"}, "noTarget"),
        ({"op": "move"}, "invalidSyntax"),
        ({"op": "replace", "path": "active", "value": "perhaps"}, "invalidValue"),
        ({"op": "replace", "path": "emails[type pr].value", "value": ""}, "invalidFilter"),
    ],
)
async def test_a_bad_patch_says_what_is_bad(house: House, operation: Any, kind: str) -> None:
    made = await good(house, "POST", "/Users", ZOE)
    body = {"schemas": [PATCH], "Operations": [operation]}
    assert error(await ask(house, "PATCH", f"/Users/{made['id']}", body)) == (400, kind)
    assert await good(house, "GET", f"/Users/{made['id']}") == made


async def test_broken_json_other_types_and_other_callers_are_refused_in_its_form_too(
    house: House,
) -> None:
    transport = httpx.ASGITransport(house.service.api)
    token = {"Authorization": f"Bearer {house.feeder.token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://e/scim/v2") as client:

        async def post(content: str, kind: str, headers: dict[str, str]) -> httpx.Response:
            return await client.post(
                "/Users", content=content, headers={**headers, "Content-Type": kind}
            )

        broken = await post("{", "application/scim+json", token)
        assert error(broken) == (400, "invalidSyntax")
        assert error(await post("<a/>", "text/xml", token)) == (415, None)
        assert error(await post("{}", "application/json", token)) == (400, "invalidValue")
        assert error(await post("{}", "application/json", {})) == (401, None)
        lead = {"Authorization": f"Bearer {house.person('lea', 'lead').token}"}
        assert error(await client.get("/Users", headers=lead)) == (403, None)


async def test_what_is_supported_is_told(house: House) -> None:
    config = await good(house, "GET", "/ServiceProviderConfig")
    assert (config["patch"], config["bulk"]["supported"]) == ({"supported": True}, False)
    types = await good(house, "GET", "/ResourceTypes")
    assert [one["endpoint"] for one in types["Resources"]] == ["/Users"]
    assert (await good(house, "GET", "/ResourceTypes/User"))["schema"] == CORE
    schemas = await good(house, "GET", "/Schemas")
    assert [one["id"] for one in schemas["Resources"]] == [CORE, ENTERPRISE, OURS]
    assert (await good(house, "GET", f"/Schemas/{OURS}"))["name"] == "ObverseUser"


async def test_every_attribute_that_is_shown_stands_in_the_schemas(house: House) -> None:
    made = await good(house, "POST", "/Users", ZOE)
    told = {
        one["id"]: {attribute["name"] for attribute in one["attributes"]}
        for one in (await good(house, "GET", "/Schemas"))["Resources"]
    }
    common = {"schemas", "id", "externalId", "meta", ENTERPRISE, OURS}
    assert set(made) - common <= told[CORE]
    assert set(made[ENTERPRISE]) <= told[ENTERPRISE]
    assert set(made[OURS]) <= told[OURS]


async def test_the_openapi_document_asks_for_no_key_and_shows_its_errors(house: House) -> None:
    create = house.service.api.openapi()["paths"]["/scim/v2/Users"]["post"]
    assert "Idempotency-Key" not in [one["name"] for one in create.get("parameters", [])]
    assert list(create["responses"]["409"]["content"]) == ["application/scim+json"]
    assert "422" not in create["responses"]


async def test_it_is_written_down_who_created_whom(house: House) -> None:
    made = await good(house, "POST", "/Users", ZOE)
    rows = await house.database["audit"].find({}).to_list(None)
    assert [(row["action"], row["subject"]) for row in rows] == [
        ("POST /scim/v2/Users", made["id"])
    ]


async def test_an_inactive_user_can_be_exported_and_erased(house: House) -> None:
    made = await good(house, "POST", "/Users", ZOE | {"active": False})
    ops = house.person("ops", "ops", email=None)
    assert "zoe@corp.example" in str(await ops.get(f"/exports/{made['id']}"))
    await ops.put(f"/erasures/{made['id']}", {"by": "olga"})
    assert await find(house, "active eq false") == []
