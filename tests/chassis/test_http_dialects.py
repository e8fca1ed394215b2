"""Routes of another protocol: no Idempotency-Key, and errors in its own form, whatever goes wrong."""

from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI, Response

from dev.local.identity import IdentityProvider
from shared.chassis.foundation import Database, Foundation
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.limits import takes_json
from shared.chassis.http.problems import Dialect, Problem, speak
from shared.chassis.principals import Role
from tests.chassis.http_client import Client, code
from tests.chassis.tiny_service import BoxBody, build, pack, routes

KIND = "application/odd+json"


def answer(problem: Problem) -> Response:
    text = f'{{"odd": "{problem.code}"}}'
    return Response(text, problem.status, headers=problem.headers, media_type=KIND)


ODD = Dialect("/odd", KIND, {"type": "object"}, {"odd": "failed"}, answer)


def odd_routes() -> APIRouter:
    router = routes()

    @router.post("/odd/boxes", status_code=201)
    @takes_json(KIND)
    async def post_odd_box(body: BoxBody, call: Annotated[Call, command(Role.DIRECTORY)]) -> str:
        return (await call.run(lambda unit: pack(unit, body))).label

    @router.get("/odd/broken")
    async def broken(call: Annotated[Call, query(Role.DIRECTORY)]) -> None:
        raise RuntimeError("it broke")

    return router


@pytest.fixture
def odd(foundation: Foundation, store: Database, identity: IdentityProvider) -> Client:
    api: FastAPI = build(foundation, store, odd_routes())
    speak(api, ODD)
    return Client(api, identity.token("keeper", roles=("directory",)))


async def test_its_post_needs_no_key_and_takes_its_own_media_type(odd: Client) -> None:
    headers = {"Content-Type": KIND, "Idempotency-Key": ""}
    sent = await odd.send("POST", "/odd/boxes", content=b'{"label": "red"}', headers=headers)
    assert (sent.status_code, sent.json()) == (201, "red")
    plain = {"Content-Type": "application/json", "Idempotency-Key": ""}
    sent = await odd.send("POST", "/odd/boxes", content=b'{"label": "red"}', headers=plain)
    assert sent.status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "content", "kind", "expected"),
    [
        ("POST", "/odd/boxes", b"{", KIND, (400, "json_broken")),
        ("POST", "/odd/boxes", b"{}", "text/xml", (415, "media_type_unsupported")),
        ("POST", "/odd/boxes", b"{}", KIND, (422, "request_invalid")),
        ("POST", "/odd/boxes", b'{"label": "full"}', KIND, (409, "shelf_full")),
        ("GET", "/odd/nowhere", None, KIND, (404, "route_unknown")),
        ("GET", "/odd/broken", None, KIND, (500, "failed")),
    ],
)
async def test_its_errors_are_in_its_own_form(
    odd: Client,
    method: str,
    path: str,
    content: bytes | None,
    kind: str,
    expected: tuple[int, str],
) -> None:
    refused = await odd.send(method, path, content=content, headers={"Content-Type": kind})
    assert (refused.status_code, refused.json()["odd"]) == expected
    assert refused.headers["content-type"] == KIND


@pytest.mark.parametrize("path", ["/oddities", "/nowhere"])
async def test_other_paths_stay_as_they_are(odd: Client, path: str) -> None:
    assert code(await odd.send("GET", path)) == (404, "route_unknown")
