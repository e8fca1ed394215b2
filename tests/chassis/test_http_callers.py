"""Who may call what, how often, and what the edge answers when something it stands on is away."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI

from dev.local.identity import IdentityProvider
from dev.local.parts import Database as DatabasePart
from shared.chassis.foundation import Database
from shared.chassis.principals import remember
from shared.contracts.enrollment.v1 import PrincipalChanged
from tests.chassis.http_client import Client, boxes, code, foundation_on
from tests.chassis.tiny_service import build

PROGRAMME = UUID("0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4cab")
OTHER = UUID("0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c22")
ADA = UUID("0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c33")


def told_of_ada(**more: Any) -> PrincipalChanged:
    return PrincipalChanged(
        person_id=ADA,
        issuer="https://identity.obverse.test",
        subject="ada",
        roles={str(PROGRAMME): ["lead"]},
        volunteer_ids=[],
        **more,
    )


@pytest.fixture
async def ada(app: FastAPI, store: Database, identity: IdentityProvider) -> Client:
    """Somebody whom `principal.changed` made the lead of one programme."""

    async def tell(tx: Any) -> None:
        remember(tx, told_of_ada())

    await store.transactions.run(tell)
    return Client(app, identity.token("ada"))


class TestTokens:
    async def test_none_is_a_401(self, app: FastAPI) -> None:
        response = await Client(app, None).send("GET", "/mine")
        assert code(response) == (401, "token_missing")
        assert response.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", ""])
    async def test_another_scheme_is_a_401(self, app: FastAPI, header: str) -> None:
        headers = {"Authorization": header}
        response = await Client(app, None).send("GET", "/mine", headers=headers)
        assert code(response) == (401, "token_missing")

    async def test_a_bad_one_is_a_401(self, app: FastAPI) -> None:
        response = await Client(app, "a.b.c").send("GET", "/mine")
        assert code(response) == (401, "token_invalid")
        assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'

    async def test_an_unauthorised_command_stores_nothing(
        self, app: FastAPI, store: Database
    ) -> None:
        response = await Client(app, None).send("POST", "/boxes", json={"label": "red"})
        assert response.status_code == 401
        assert await boxes(store) == 0


class TestRoles:
    async def test_a_role_too_low_is_a_403(self, stranger: Client, store: Database) -> None:
        response = await stranger.send("POST", "/boxes", json={"label": "red"})
        assert code(response) == (403, "role_missing")
        assert await boxes(store) == 0

    async def test_an_unknown_person_is_not_enrolled(self, stranger: Client) -> None:
        assert code(await stranger.send("GET", "/mine")) == (403, "not_enrolled")

    async def test_a_known_person_takes_part(self, ada: Client) -> None:
        response = await ada.send("GET", "/mine")
        assert (response.status_code, response.json()) == (200, {"person": str(ADA)})

    async def test_whoever_left_the_company_is_told_what_to_do(
        self, ada: Client, app: FastAPI, store: Database, identity: IdentityProvider
    ) -> None:
        async def leave(tx: Any) -> None:
            remember(tx, told_of_ada(left=True))

        await store.transactions.run(leave)
        lead = Client(app, identity.token("ada", roles=("lead",)))
        for client in (ada, lead):
            for path in ("/mine", f"/programmes/{PROGRAMME}/secrets"):
                answer = await client.send("GET", path)
                assert code(answer) == (403, "left_the_company")
                assert "ask HR" in answer.json()["detail"]

    async def test_what_the_house_gives_an_operator_does_not_go_with_the_employee(
        self, app: FastAPI, store: Database, identity: IdentityProvider
    ) -> None:
        async def leave(tx: Any) -> None:
            remember(tx, told_of_ada(left=True))

        await store.transactions.run(leave)
        operator = Client(app, identity.token("ada", roles=("directory",)))
        response = await operator.send("POST", "/boxes", json={"label": "red"})
        assert response.status_code == 201

    async def test_a_lead_leads_the_own_programme_and_no_other(self, ada: Client) -> None:
        own = await ada.send("GET", f"/programmes/{PROGRAMME}/secrets")
        loud = await ada.send("GET", f"/programmes/{str(PROGRAMME).upper()}/secrets")
        other = await ada.send("GET", f"/programmes/{OTHER}/secrets")
        assert (own.status_code, loud.status_code) == (200, 200)
        assert code(other) == (403, "role_missing")

    async def test_a_platform_lead_is_not_the_lead_of_every_programme(
        self, app: FastAPI, identity: IdentityProvider
    ) -> None:
        platform = Client(app, identity.token("boss", roles=("lead",)))
        response = await platform.send("GET", f"/programmes/{PROGRAMME}/secrets")
        assert code(response) == (403, "role_missing")

    async def test_a_malformed_programme_is_a_422(self, ada: Client) -> None:
        response = await ada.send("GET", "/programmes/$ne/secrets")
        assert code(response) == (422, "request_invalid")

    async def test_what_is_another_s_is_a_404(self, keeper: Client) -> None:
        assert code(await keeper.send("GET", f"/boxes/{uuid4()}")) == (404, "box_unknown")


class TestRoom:
    async def test_too_many_requests_are_a_429_for_that_caller(
        self, mongo: DatabasePart, identity: IdentityProvider, store: Database
    ) -> None:
        narrow = foundation_on(identity, mongo.url, OBVERSE_HTTP_RATE="0.5")
        app = build(narrow, store)
        greedy = Client(app, identity.token("greedy", roles=("directory",)))
        first, second, third = [await greedy.send("GET", f"/boxes/{ADA}") for _ in range(3)]
        assert (first.status_code, second.status_code) == (404, 404)
        assert code(third) == (429, "too_many_requests")
        assert third.headers["retry-after"] == "2"
        modest = Client(app, identity.token("modest", roles=("directory",)))
        assert (await modest.send("GET", f"/boxes/{ADA}")).status_code == 404

    async def test_a_full_outbox_refuses_commands_and_answers_questions(
        self, mongo: DatabasePart, identity: IdentityProvider, store: Database
    ) -> None:
        narrow = foundation_on(identity, mongo.url, OBVERSE_OUTBOX_LIMIT="1")
        client = Client(build(narrow, store), identity.token("keeper", roles=("directory",)))
        await store.mongo["outbox"].insert_one({"lane": "a", "sequence": 1, "sent_at": None})
        refused = await client.send("POST", "/boxes", json={"label": "red"})
        assert code(refused) == (503, "outbox_full")
        assert refused.headers["retry-after"] == "2"
        assert (await client.send("GET", f"/boxes/{ADA}")).status_code == 404
        assert await boxes(store) == 0


async def test_a_database_that_is_away_is_a_503(identity: IdentityProvider) -> None:
    nowhere = "mongodb://127.0.0.1:9"
    foundation = foundation_on(identity, nowhere)
    database = foundation.database("boxes")
    client = Client(build(foundation, database), identity.token("keeper", roles=("directory",)))
    response = await client.send("POST", "/boxes", json={"label": "red"})
    assert code(response) == (503, "unavailable")
    assert response.headers["retry-after"] == "2"
    database.client.close()


class TestProblems:
    async def test_an_unknown_address_is_a_404(self, keeper: Client) -> None:
        assert code(await keeper.send("GET", "/nothing/here")) == (404, "route_unknown")

    async def test_an_unknown_method_is_a_405(self, keeper: Client) -> None:
        response = await keeper.send("DELETE", "/boxes")
        assert code(response) == (405, "method_not_allowed")
        assert response.headers["allow"] == "POST"

    async def test_a_refusal_may_name_a_place(self, keeper: Client) -> None:
        response = await keeper.send("POST", "/boxes", json={"label": "odd"})
        assert code(response) == (422, "label_odd")
        assert response.json()["errors"] == [
            {"in": "body", "pointer": "/label", "code": "label_odd"}
        ]

    async def test_a_malformed_path_is_a_422(self, keeper: Client) -> None:
        response = await keeper.send("GET", "/boxes/%7B%22$gt%22:%22%22%7D")
        assert code(response) == (422, "request_invalid")
        assert response.json()["errors"] == [
            {"in": "path", "pointer": "/box_id", "code": "uuid_parsing"}
        ]

    async def test_a_bug_is_a_500_that_tells_nothing(self, keeper: Client) -> None:
        response = await keeper.send("GET", "/broken")
        assert code(response) == (500, "failed")
        assert "ada@example.org" not in response.text


class TestTheDocument:
    async def test_it_is_served(self, app: FastAPI) -> None:
        response = await Client(app, None).send("GET", "/openapi.json")
        assert response.status_code == 200
        assert sorted(response.json()["paths"]) == [
            "/boxes",
            "/boxes/{box_id}",
            "/broken",
            "/lists",
            "/mine",
            "/programmes/{programme_id}/secrets",
        ]

    async def test_every_operation_needs_a_token_and_names_its_problems(self, app: FastAPI) -> None:
        document = app.openapi()
        for methods in document["paths"].values():
            for operation in methods.values():
                assert operation["security"] == [{"bearer": []}]
                assert {"401", "403", "429", "500", "503"} <= set(operation["responses"])
        for status in ("400", "401", "409", "413", "415", "422"):
            content = document["paths"]["/boxes"]["post"]["responses"][status]["content"]
            problem = content["application/problem+json"]
            assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert problem["example"]["status"] == int(status)
        assert "HTTPValidationError" not in json.dumps(document)

    async def test_a_post_asks_for_its_key(self, app: FastAPI) -> None:
        operation = app.openapi()["paths"]["/boxes"]["post"]
        assert [(p["name"], p["required"]) for p in operation["parameters"]] == [
            ("Idempotency-Key", True)
        ]

    async def test_a_streamed_body_is_described(self, app: FastAPI) -> None:
        operation = app.openapi()["paths"]["/lists"]["post"]
        assert list(operation["requestBody"]["content"]) == ["text/csv"]
