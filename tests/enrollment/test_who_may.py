"""Who may call what: every route and everybody, by hand. Behind the gate a request may be refused for what it says."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.enrollment.conftest import DIRECTORY as ROWS
from tests.enrollment.conftest import PROFILE, House

# A person has a part or is in the directory; a lead of the token leads nothing yet.
PERSONS = frozenset({"employee", "sponsor", "lead", "other_lead"})
ITS_LEAD = frozenset({"lead"})
LEADS_BY_TOKEN = frozenset({"lead", "other_lead", "new_lead"})
DIRECTORY = frozenset({"directory"})
OPS = frozenset({"ops"})
# Whose employee's row is gone, though the identity provider still gives out a token, even one of a lead.
LEAVER = frozenset({"leaver"})
EVERYBODY = PERSONS | LEAVER | LEADS_BY_TOKEN | DIRECTORY | OPS | {"outsider"}

# fmt: off
MAY = {
    "POST /v1/programmes": LEADS_BY_TOKEN,
    "GET /v1/programmes": PERSONS | LEADS_BY_TOKEN,
    "GET /v1/programmes/{programme_id}": PERSONS,
    "PUT /v1/programmes/{programme_id}": ITS_LEAD,
    "PUT /v1/programmes/{programme_id}/sponsor": ITS_LEAD,
    "POST /v1/programmes/{programme_id}/open": ITS_LEAD,
    "POST /v1/programmes/{programme_id}/close": ITS_LEAD,
    "GET /v1/programmes/{programme_id}/enrolment": ITS_LEAD,
    "GET /v1/programmes/{programme_id}/readiness": ITS_LEAD,
    "PUT /v1/programmes/{programme_id}/readiness": ITS_LEAD,
    "POST /v1/programmes/{programme_id}/cohorts": ITS_LEAD,
    "POST /v1/programmes/{programme_id}/cohorts/{cohort_id}/promote": ITS_LEAD,
    "POST /v1/programmes/{programme_id}/cohorts/{cohort_id}/close": ITS_LEAD,
    "GET /v1/programmes/{programme_id}/objectives": ITS_LEAD,
    "POST /v1/programmes/{programme_id}/objectives/{kpi}/measurements": ITS_LEAD,
    "GET /v1/programmes/{programme_id}/leads": ITS_LEAD | OPS,
    "POST /v1/programmes/{programme_id}/leads": ITS_LEAD | OPS,
    "DELETE /v1/programmes/{programme_id}/leads/{person_id}": ITS_LEAD | OPS,
    "GET /v1/topics": PERSONS | LEADS_BY_TOKEN,
    "POST /v1/topics": LEADS_BY_TOKEN,
    "PUT /v1/topics/{topic}": LEADS_BY_TOKEN,
    "POST /v1/topics/{topic}/retire": LEADS_BY_TOKEN,
    "POST /v1/topics/{topic}/restore": LEADS_BY_TOKEN,
    "GET /v1/programmes/{programme_id}/topics/demand": ITS_LEAD,
    "GET /v1/programmes/{programme_id}/topics/{topic}/candidates": ITS_LEAD,
    "GET /v1/me": PERSONS,
    "PUT /v1/me": PERSONS,
    "GET /v1/me/export": PERSONS,
    "POST /v1/programmes/{programme_id}/volunteers": PERSONS,
    "GET /v1/programmes/{programme_id}/volunteers": ITS_LEAD,
    "GET /v1/volunteers/{volunteer_id}": PERSONS,
    "PUT /v1/volunteers/{volunteer_id}": PERSONS,
    "GET /v1/volunteers/{volunteer_id}/recommendation": PERSONS,
    "POST /v1/volunteers/{volunteer_id}/pause": PERSONS,
    "POST /v1/volunteers/{volunteer_id}/resume": PERSONS,
    "POST /v1/volunteers/{volunteer_id}/withdraw": PERSONS,
    "POST /v1/volunteers/{volunteer_id}/confirm": PERSONS,
    "POST /v1/volunteers/{volunteer_id}/consent/revoke": PERSONS,
    "GET /v1/volunteers/{volunteer_id}/checks": PERSONS,
    "GET /v1/volunteers/{volunteer_id}/avoid": PERSONS,
    "PUT /v1/volunteers/{volunteer_id}/avoid": PERSONS,
    "POST /v1/programmes/{programme_id}/invitations": ITS_LEAD,
    "GET /v1/programmes/{programme_id}/invitations": ITS_LEAD,
    "GET /v1/invitations": PERSONS,
    "POST /v1/invitations/{invitation_id}/accept": PERSONS,
    "POST /v1/invitations/{invitation_id}/decline": PERSONS,
    "POST /v1/invitations/{invitation_id}/later": PERSONS,
    "PUT /v1/directory/mapping": DIRECTORY,
    "GET /v1/directory": DIRECTORY,
    "POST /v1/directory/imports": DIRECTORY,
    "POST /scim/v2/Users": DIRECTORY,
    "GET /scim/v2/Users": DIRECTORY,
    "GET /scim/v2/Users/{id}": DIRECTORY,
    "PUT /scim/v2/Users/{id}": DIRECTORY,
    "PATCH /scim/v2/Users/{id}": DIRECTORY,
    "DELETE /scim/v2/Users/{id}": DIRECTORY,
    "GET /scim/v2/ServiceProviderConfig": DIRECTORY,
    "GET /scim/v2/ResourceTypes": DIRECTORY,
    "GET /scim/v2/ResourceTypes/{name}": DIRECTORY,
    "GET /scim/v2/Schemas": DIRECTORY,
    "GET /scim/v2/Schemas/{name}": DIRECTORY,
    "GET /v1/persons": OPS,
    "GET /v1/exports/{person_id}": OPS,
    "GET /v1/erasures": OPS,
    "GET /v1/erasures/{person_id}": OPS,
    "PUT /v1/erasures/{person_id}": OPS,
    "GET /v1/audit": OPS,
    "GET /v1/programmes/{programme_id}/concerns": ITS_LEAD,
    "POST /v1/programmes/{programme_id}/concerns/{concern_id}/answer": ITS_LEAD,
    "POST /v1/programmes/{programme_id}/concerns": PERSONS,
    "POST /v1/programmes/{programme_id}/concerns/anonymous": PERSONS | LEAVER,
    "GET /v1/anonymous-concern": PERSONS | LEAVER,
    "POST /v1/anonymous-concern/questions": PERSONS | LEAVER,
    "POST /v1/anonymous-concern/taste": PERSONS | LEAVER,
    "POST /v1/anonymous-concern/close": PERSONS | LEAVER,
    "GET /v1/concerns": PERSONS,
    "GET /v1/concerns/{concern_id}": PERSONS,
    "POST /v1/concerns/{concern_id}/questions": PERSONS,
    "POST /v1/concerns/{concern_id}/taste": PERSONS,
    "POST /v1/concerns/{concern_id}/close": PERSONS,
    "POST /v1/programmes/{programme_id}/dialogues": ITS_LEAD,
    "GET /v1/programmes/{programme_id}/dialogues": ITS_LEAD,
    "GET /v1/programmes/{programme_id}/dialogues/{dialogue_id}": ITS_LEAD,
    "PUT /v1/programmes/{programme_id}/dialogues/{dialogue_id}": ITS_LEAD,
    "POST /v1/programmes/{programme_id}/dialogues/{dialogue_id}/held": ITS_LEAD,
    "POST /v1/programmes/{programme_id}/dialogues/{dialogue_id}/compromises/{compromise_id}/review": ITS_LEAD,
}
# fmt: on
WITHOUT_A_ROLE = {"role_missing", "not_enrolled", "left_the_company"}

WITHOUT_BEN = "".join(line for line in ROWS.splitlines(keepends=True) if "ben@" not in line)


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(house.service.api)
    async with httpx.AsyncClient(transport=transport, base_url="http://e") as opened:
        yield opened


@pytest.fixture
async def programme(house: House) -> str:
    """Led by lea, sponsored by Tara Top; leo leads another one. Ben said yes to one, and has left the company."""
    await house.furnish()
    await house.enrol("ben", await house.open_programme(house.person("leo", "lead")))
    await house.feeder.bring(WITHOUT_BEN)
    return await house.programme(sponsor_staff_number="S1")


def tokens(house: House) -> dict[str, str]:
    return {
        "employee": house.person("mia").token,
        "sponsor": house.person("top").token,
        "lead": house.person("lea", "lead").token,
        "other_lead": house.person("leo", "lead").token,
        "new_lead": house.person("lin", "lead").token,
        "directory": house.feeder.token,
        "ops": house.person("robot", "ops", email=None).token,
        "leaver": house.person("ben", "lead").token,
        "outsider": house.person("eve").token,
    }


def routes(house: House) -> set[str]:
    """Every route of the application but probes and the document."""
    return {
        f"{method} {route.path}"
        for route in house.service.api.state.routes
        for method in route.methods
    }


def address(path: str, programme: str) -> str:
    """The path with the programme, and with ids that nobody has."""
    filled = path.replace("{programme_id}", programme).replace("{topic}", "no_topic")
    for name in ("kpi", "name"):
        filled = filled.replace(f"{{{name}}}", "none")
    while "{" in filled:
        before, _, rest = filled.partition("{")
        filled = before + str(uuid4()) + rest.partition("}")[2]
    return filled


async def ask(
    client: httpx.AsyncClient, route: str, programme: str, token: str | None, body: Any = None
) -> httpx.Response:
    method, path = route.split(" ")
    headers = {"Idempotency-Key": str(uuid4()), "Obverse-Reference": "nobody-has-this-reference"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return await client.request(method, address(path, programme), headers=headers, json=body)


def is_shut_out(answer: httpx.Response) -> bool:
    if answer.status_code != 403:
        return False
    said = answer.json()
    if "scim" in answer.headers["content-type"]:
        return True
    assert said["code"] in WITHOUT_A_ROLE, said
    return True


def test_the_table_has_every_route_and_no_other(house: House) -> None:
    assert routes(house) == set(MAY)


async def test_only_those_of_the_table_come_through_the_gate(
    house: House, client: httpx.AsyncClient, programme: str
) -> None:
    everybody = tokens(house)
    assert set(everybody) == EVERYBODY
    wrong = []
    for route, allowed in MAY.items():
        for who, token in everybody.items():
            answer = await ask(client, route, programme, token)
            assert answer.status_code < 500, (route, who, answer.text)
            if is_shut_out(answer) == (who in allowed):
                wrong.append((route, who, answer.status_code, answer.text))
    assert wrong == []


async def test_nobody_comes_through_without_a_token(
    house: House, client: httpx.AsyncClient, programme: str
) -> None:
    for route in MAY:
        assert (await ask(client, route, programme, None)).status_code == 401, route


async def test_what_belongs_to_one_person_is_not_found_by_any_other(
    house: House, client: httpx.AsyncClient, programme: str
) -> None:
    anna, lea = house.person("anna"), house.person("lea", "lead")
    asked = await lea.post(f"/programmes/{programme}/invitations", {"staff_numbers": ["S3"]})
    concern = await anna.post(
        f"/programmes/{programme}/concerns", {"code": "other", "text": "Will it last?"}
    )
    volunteer = await house.enrol("anna", programme)
    own = {
        "{volunteer_id}": volunteer["volunteer_id"],
        "{invitation_id}": asked["invited"][0]["invitation_id"],
        "{concern_id}": concern["concern_id"],
    }
    bodies: dict[str, Any] = {
        "PUT /v1/volunteers/{volunteer_id}": PROFILE,
        "PUT /v1/volunteers/{volunteer_id}/avoid": {"names": ["S4"]},
        "POST /v1/volunteers/{volunteer_id}/pause": {"until": "2098-01-01"},
        "POST /v1/invitations/{invitation_id}/later": {"until": "2098-01-01"},
        "POST /v1/concerns/{concern_id}/questions": {"text": "And then?"},
    }
    everybody = tokens(house)
    tried = 0
    for route, allowed in MAY.items():
        name = next((name for name in own if name in route), None)
        if name is None or allowed != PERSONS:
            continue
        tried += 1
        for who in sorted(PERSONS):
            exact = route.replace(name, own[name])
            answer = await ask(client, exact, programme, everybody[who], bodies.get(route))
            assert answer.status_code == 404, (route, who, answer.text)
    assert tried == 18
    assert (await anna.get(f"/volunteers/{own['{volunteer_id}']}"))["status"] == "active"


async def test_what_belongs_to_another_programme_is_not_found_by_its_number_alone(
    house: House, client: httpx.AsyncClient, programme: str
) -> None:
    leo = house.person("leo", "lead")
    other = (await leo.get("/programmes"))["programmes"]
    (theirs,) = [one for one in other if one["programme_id"] != programme]
    path = f"/programmes/{theirs['programme_id']}"
    talk = await leo.post(f"{path}/dialogues", {"planned_for": "2098-01-01", "agenda": ["Fears"]})
    await house.person("mia").post(f"{path}/concerns", {"code": "other", "text": "Will it last?"})
    (concern,) = (await leo.get(f"{path}/concerns"))["concerns"]
    answer = {"text": "It will.", "cases": ["https://intranet.example/stories/41"]}
    lea, here = house.person("lea", "lead"), f"/programmes/{programme}"
    for method, place, body in (
        ("GET", f"{here}/dialogues/{talk['dialogue_id']}", None),
        ("POST", f"{here}/dialogues/{talk['dialogue_id']}/held", {"held_on": "2026-11-01"}),
        ("POST", f"{here}/concerns/{concern['concern_id']}/answer", answer),
        ("POST", f"{here}/cohorts/{theirs['cohort_id']}/close", None),
    ):
        refused = await lea.send(method, place, json=body)
        assert refused.status_code == 404, (place, refused.text)
