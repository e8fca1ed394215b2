"""A route that forgets its caller: they must have a right to call, and nothing of them is left behind."""

import io
import json
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI, Header, Response

from dev.local.identity import IdentityProvider
from shared.chassis.foundation import Database, Foundation
from shared.chassis.http.calls import Call, command
from shared.chassis.http.discreet import REFERENCE_HEADER, Anonymous
from shared.chassis.log_events import CHASSIS_EVENTS, join
from shared.chassis.logging import configure_logging
from shared.chassis.principals import Role
from tests.chassis.http_client import Client, boxes, code
from tests.chassis.tiny_service import BoxBody, BoxView, build, pack, routes

BOX = {"label": "red"}
KEY = "4bb0a7f2-5e46-4c5d-8b0e-8f4c7d1e2a90"
CORRELATION = "0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c11"
SEEN: list[Any] = []


def a_letter_box() -> APIRouter:
    router = APIRouter(route_class=Anonymous)

    @router.post("/letters", status_code=201, response_model=BoxView)
    async def post_letter(
        body: BoxBody,
        call: Annotated[Call, command(Role.DIRECTORY)],
        reference: Annotated[str, Header(alias=REFERENCE_HEADER)] = "",
    ) -> Response:
        SEEN.append(call.principal)
        return await call.once(lambda unit: pack(unit, body), lambda box: box)

    return router


def with_a_letter_box() -> APIRouter:
    both = routes()
    both.include_router(a_letter_box())
    return both


@pytest.fixture
def letters(foundation: Foundation, store: Database) -> FastAPI:
    return build(foundation, store, with_a_letter_box())


@pytest.fixture
def writer(letters: FastAPI, identity: IdentityProvider) -> Client:
    return Client(letters, identity.token("keeper", email="ada@example.org", roles=("directory",)))


@pytest.fixture
def lines(quiet_logging: None) -> Any:
    out = io.StringIO()
    configure_logging("boxes", "info", join(CHASSIS_EVENTS), out)
    return lambda: [json.loads(line) for line in out.getvalue().splitlines()]


async def test_a_stranger_stays_outside(
    letters: FastAPI, identity: IdentityProvider, store: Database
) -> None:
    nobody = await Client(letters, None).send("POST", "/letters", json=BOX)
    without_the_role = await Client(letters, identity.token("x")).send("POST", "/letters", json=BOX)
    assert code(nobody) == (401, "token_missing")
    assert code(without_the_role) == (403, "role_missing")
    assert await boxes(store) == 0


async def test_the_handler_does_not_learn_who_calls(writer: Client) -> None:
    SEEN.clear()
    await writer.send("POST", "/letters", json=BOX)
    (principal,) = SEEN
    assert principal.person_id is None
    assert (principal.claims.issuer, principal.claims.subject, principal.claims.email) == (
        "",
        "",
        None,
    )


async def test_a_repeat_gets_the_first_answer_though_it_lies_sealed(
    writer: Client, store: Database
) -> None:
    first = await writer.send("POST", "/letters", json=BOX, key=KEY)
    second = await writer.send("POST", "/letters", json=BOX, key=KEY)
    assert first.content == second.content
    assert second.headers["idempotency-replayed"] == "true"
    assert await boxes(store) == 1
    (row,) = await store.mongo["idempotency"].find({}).to_list(None)
    assert "body" not in row["answer"]
    everything = repr(row)
    for text in (first.json()["id"], "red", KEY, "keeper"):
        assert text not in everything


@pytest.mark.parametrize(("key", "status"), [("1", 400), ("k" * 15, 400), ("k" * 16, 201)])
async def test_a_key_that_two_might_choose_is_refused(
    writer: Client, store: Database, key: str, status: int
) -> None:
    answer = await writer.send("POST", "/letters", json=BOX, key=key)
    assert answer.status_code == status
    assert await boxes(store) == (status == 201)
    if status == 400:
        assert code(answer) == (400, "idempotency_key_guessable")


async def test_the_document_says_how_long_a_key_is_where_it_stands_alone(
    foundation: Foundation, store: Database
) -> None:
    for router, path, shortest in ((a_letter_box(), "/letters", 16), (routes(), "/boxes", 1)):
        parameters = build(foundation, store, router).openapi()["paths"][path]["post"]["parameters"]
        (key,) = [one for one in parameters if one["name"] == "Idempotency-Key"]
        assert key["schema"] == {"type": "string", "minLength": shortest, "maxLength": 255}


async def test_another_body_with_the_same_key_is_a_422(writer: Client) -> None:
    await writer.send("POST", "/letters", json=BOX, key=KEY)
    again = await writer.send("POST", "/letters", json={"label": "blue"}, key=KEY)
    assert code(again) == (422, "idempotency_key_reused")


async def test_a_key_belongs_to_whoever_shows_the_reference(
    writer: Client, store: Database
) -> None:
    for reference in ("one", "another"):
        answer = await writer.send(
            "POST", "/letters", json=BOX, key=KEY, headers={REFERENCE_HEADER: reference}
        )
        assert "idempotency-replayed" not in answer.headers
    assert await boxes(store) == 2


@pytest.mark.parametrize(
    ("body", "token", "status"), [(BOX, True, 201), ({"label": 5}, True, 422), (BOX, False, 401)]
)
async def test_the_trail_of_the_client_is_left_whatever_the_answer(
    letters: FastAPI, writer: Client, lines: Any, body: Any, token: bool, status: int
) -> None:
    headers = {"X-Correlation-Id": CORRELATION, "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    client = writer if token else Client(letters, None)
    answer = await client.send("POST", "/letters", json=body, headers=headers)
    assert answer.status_code == status
    assert UUID(answer.headers["x-correlation-id"]).version == 7
    assert {line["correlation_id"] for line in lines()} == {answer.headers["x-correlation-id"]}
    assert CORRELATION not in json.dumps(lines())
    other = await writer.send("POST", "/boxes", json=BOX, headers=headers)
    assert other.headers["x-correlation-id"] == CORRELATION
