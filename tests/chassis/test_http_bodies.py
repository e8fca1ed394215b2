"""The bad input table, HTTP rows: what a body may be."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.chassis.foundation import Database
from shared.chassis.http.limits import judge_json
from shared.chassis.http.problems import Problem
from tests.chassis.http_client import Client, boxes, code


async def refused(keeper: Client, body: Any) -> tuple[str, str]:
    response = await keeper.send("POST", "/boxes", json=body)
    assert code(response) == (422, "request_invalid")
    (error,) = response.json()["errors"]
    assert error["in"] == "body"
    return error["pointer"], error["code"]


@pytest.mark.parametrize("body", [b"{", b"[1,]", b"\xff\xfe", b'{"label": NaN}', b"{} {}", b"\x00"])
async def test_a_body_that_is_no_json_is_a_400(
    keeper: Client, store: Database, body: bytes
) -> None:
    assert code(await keeper.post_raw(body)) == (400, "json_broken")
    assert await boxes(store) == 0


@pytest.mark.parametrize(
    "media_type", ["text/plain", "text/csv", "application/xml", "multipart/form-data", ""]
)
async def test_a_body_of_another_type_is_a_415(keeper: Client, media_type: str) -> None:
    response = await keeper.post_raw(b'{"label": "red"}', media_type)
    assert code(response) == (415, "media_type_unsupported")


async def test_utf_8_may_be_named(keeper: Client) -> None:
    response = await keeper.post_raw(b'{"label": "red"}', "application/json; charset=UTF-8")
    assert response.status_code == 201


async def test_a_large_body_is_a_413_by_its_announced_length(keeper: Client) -> None:
    body = json.dumps({"label": "x" * 262_144}).encode()
    assert code(await keeper.post_raw(body)) == (413, "body_too_large")


async def test_a_large_body_in_chunks_is_a_413_before_it_is_all_there(keeper: Client) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'{"label": "'
        for _ in range(1_000):
            sent += 65_536
            yield b"x" * 65_536

    headers = {"Content-Type": "application/json"}
    response = await keeper.send("POST", "/boxes", content=chunks(), headers=headers)
    assert code(response) == (413, "body_too_large")
    assert sent < 1_000_000


async def test_a_deep_body_is_a_400(keeper: Client) -> None:
    for depth in (33, 100_000):
        body = b'{"label": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"
        assert code(await keeper.post_raw(body)) == (400, "json_too_deep")


async def test_32_levels_are_judged_by_the_route(keeper: Client) -> None:
    body = b'{"label": ' + b"[" * 31 + b"]" * 31 + b"}"
    assert code(await keeper.post_raw(body)) == (422, "request_invalid")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"label": "red", "colour": "red"}, ("/colour", "extra_forbidden")),
        ({}, ("/label", "missing")),
        ({"label": 5}, ("/label", "string_type")),
        ({"label": None}, ("/label", "string_type")),
        ({"label": {"$gt": ""}}, ("/label", "string_type")),
        ({"label": ["red"]}, ("/label", "string_type")),
        ({"label": "red", "$where": "1"}, ("/$where", "extra_forbidden")),
        ({"label": "red", "label.length": 3}, ("/label.length", "extra_forbidden")),
        ({"label": "red", "a/b~c": 1}, ("/a~1b~0c", "extra_forbidden")),
        ({"label": "red", "pencils": "5"}, ("/pencils", "int_type")),
        ({"label": "red", "pencils": True}, ("/pencils", "int_type")),
        ({"label": "red", "packed_on": 5}, ("/packed_on", "date_type")),
        ({"label": "red", "packed_on": "2026-02-30"}, ("/packed_on", "date_parsing")),
        (
            {"label": "red", "contents": [{"colour": "b"}, {"colour": 1}]},
            ("/contents/1/colour", "string_type"),
        ),
        ({"label": "a\0b"}, ("/label", "text_control_character")),
        ({"label": "a\x1bb"}, ("/label", "text_control_character")),
        ({"label": "a\nBcc: b"}, ("/label", "text_control_character")),
        ({"label": "a\u2028b"}, ("/label", "text_control_character")),
        ({"label": "a\u202eb"}, ("/label", "text_bidi_control")),
        ({"label": "a\u2066b"}, ("/label", "text_bidi_control")),
        ({"label": "\ud800"}, ("/label", "text_surrogate")),
        (
            {"label": "red", "contents": [{"colour": "\udfff"}]},
            ("/contents/0/colour", "text_surrogate"),
        ),
        ({"label": "   "}, ("/label", "string_too_short")),
        ({"label": "x" * 41}, ("/label", "string_too_long")),
        ({"label": "x" * 200_000}, ("/label", "string_too_long")),
        ({"label": "red", "contact": "nobody"}, ("/contact", "email")),
        (
            {"label": "red", "contact": "a@b.de\nBcc: c@d.de"},
            ("/contact", "text_control_character"),
        ),
        ({"label": "red", "time_zone": "../../etc/passwd"}, ("/time_zone", "time_zone")),
        ({"label": "red", "time_zone": "Mars/Olympus"}, ("/time_zone", "time_zone")),
    ],
)
async def test_what_does_not_fit_is_a_422_with_its_place(
    keeper: Client, store: Database, body: Any, place: tuple[str, str]
) -> None:
    assert await refused(keeper, body) == place
    assert await boxes(store) == 0
    assert await store.mongo["idempotency"].count_documents({}) == 0


async def test_a_million_characters_are_refused(keeper: Client) -> None:
    response = await keeper.send("POST", "/boxes", json={"label": "x" * 1_000_000})
    assert code(response) == (413, "body_too_large")


async def test_no_answer_repeats_what_was_sent(keeper: Client) -> None:
    for body in ({"label": 5, "pencils": "4711-secret"}, {"label": "\u202e4711-secret"}):
        response = await keeper.send("POST", "/boxes", json=body)
        assert "4711-secret" not in response.text


@pytest.mark.parametrize(
    "name", ["Zoë Müller", "李小龙", "محمد علي", "Søren Ærø", "O'Brien-Ng", "Łukasz"]
)
async def test_names_of_the_world_are_fine(keeper: Client, name: str) -> None:
    response = await keeper.send("POST", "/boxes", json={"label": name})
    assert response.status_code == 201
    assert response.json()["label"] == name


async def test_text_is_kept_composed(keeper: Client) -> None:
    response = await keeper.send("POST", "/boxes", json={"label": "Zoe\u0308"})
    assert response.json()["label"] == "Zo\u00eb"


async def test_types_are_written_as_json_has_them(keeper: Client) -> None:
    body = {
        "label": "red",
        "pencils": 12,
        "packed_on": "2026-11-24",
        "contact": "Keeper@Example.ORG",
        "time_zone": "Europe/Berlin",
        "notes": "one\ntwo",
        "contents": [{"colour": "blue"}],
    }
    assert (await keeper.send("POST", "/boxes", json=body)).status_code == 201


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(label=json_values, extra=st.dictionaries(st.text(), json_values, max_size=2))
async def test_any_json_gets_a_clear_answer(
    keeper: Client, label: Any, extra: dict[str, Any]
) -> None:
    response = await keeper.send("POST", "/boxes", json=extra | {"label": label})
    assert response.status_code in (201, 400, 409, 422)


@given(body=st.binary(max_size=200))
def test_any_bytes_are_judged(body: bytes) -> None:
    with suppress(Problem):
        judge_json(body)


class TestAStreamedBody:
    async def test_it_flows_to_the_route_that_takes_it(self, keeper: Client) -> None:
        response = await keeper.post_raw(b"a,b\n1,2\n", "text/csv", "/lists")
        assert (response.status_code, response.json()["label"]) == (201, "8 bytes")

    async def test_it_has_a_limit_of_its_own(self, keeper: Client) -> None:
        response = await keeper.post_raw(b"x" * 1_001, "text/csv", "/lists")
        assert code(response) == (413, "body_too_large")

    async def test_the_limit_holds_for_chunks(self, keeper: Client, store: Database) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b"x" * 100

        headers = {"Content-Type": "text/csv"}
        response = await keeper.send("POST", "/lists", content=chunks(), headers=headers)
        assert code(response) == (413, "body_too_large")
        assert await boxes(store) == 0

    async def test_json_is_not_what_it_takes(self, keeper: Client) -> None:
        response = await keeper.post_raw(b"{}", "application/json", "/lists")
        assert code(response) == (415, "media_type_unsupported")


async def test_the_sentence_names_the_places_to_correct_and_says_how_many_more_there_are(
    keeper: Client,
) -> None:
    one = await keeper.send("POST", "/boxes", json={"label": "red", "colour": "red"})
    assert one.json()["detail"] == (
        "The request does not fit: correct body /colour (extra_forbidden), and send it again."
    )
    body = {"label": "red"} | {f"x{number}": 1 for number in range(5)}
    five = await keeper.send("POST", "/boxes", json=body)
    assert five.json()["detail"] == (
        "The request does not fit: correct body /x0 (extra_forbidden), body /x1 (extra_forbidden), "
        "body /x2 (extra_forbidden), and 2 more that errors lists, and send it again."
    )
