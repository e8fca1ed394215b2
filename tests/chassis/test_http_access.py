"""The trail, the access log, the counters, and the routes for the orchestrator."""

import asyncio
import io
import json
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from shared.chassis.foundation import Foundation
from shared.chassis.log_events import CHASSIS_EVENTS, join
from shared.chassis.logging import configure_logging
from tests.chassis.http_client import Client

CORRELATION = "0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c11"


@pytest.fixture
def lines(quiet_logging: None) -> Any:
    out = io.StringIO()
    configure_logging("boxes", "info", join(CHASSIS_EVENTS), out)
    return lambda: [json.loads(line) for line in out.getvalue().splitlines()]


async def test_a_given_correlation_id_is_followed(keeper: Client, lines: Any) -> None:
    response = await keeper.send("GET", "/mine", headers={"X-Correlation-Id": CORRELATION})
    assert response.headers["x-correlation-id"] == CORRELATION
    assert {line["correlation_id"] for line in lines()} == {CORRELATION}


@pytest.mark.parametrize("given", ["", "nonsense", "../../x", "0" * 500])
async def test_a_malformed_correlation_id_is_replaced(keeper: Client, given: str) -> None:
    response = await keeper.send("GET", "/mine", headers={"X-Correlation-Id": given})
    assert UUID(response.headers["x-correlation-id"]).version == 7


async def test_each_request_is_one_line_without_its_query(keeper: Client, lines: Any) -> None:
    await keeper.send("GET", f"/boxes/{CORRELATION}?email=ada@example.org")
    (line,) = [line for line in lines() if line["event"] == "http.request"]
    assert line["level"] == "info"
    assert line["service"] == "boxes"
    assert line["logger"] == "shared.chassis.http.access"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/boxes/{box_id}", 404)
    assert line["ms"] >= 0
    assert "ada@example.org" not in json.dumps(lines())


async def test_an_unforeseen_error_is_told_with_its_place_and_without_its_words(
    keeper: Client, lines: Any
) -> None:
    await keeper.send("GET", "/broken")
    (line,) = [line for line in lines() if line["event"] == "http.failed"]
    assert line["level"] == "error"
    assert line["exception"]["type"] == "builtins.RuntimeError"
    assert line["exception"]["where"][-1].endswith(" broken")
    assert "ada@example.org" not in json.dumps(lines())


async def test_requests_are_counted_by_route(keeper: Client, foundation: Foundation) -> None:
    await keeper.send("GET", f"/boxes/{CORRELATION}")
    await keeper.send("GET", "/no/such/address")
    response = await keeper.send("GET", "/metrics")
    counted = 'obverse_http_requests_total{method="GET",route="%s",status="404"} 1.0'
    assert counted % "/boxes/{box_id}" in response.text
    assert counted % "unmatched" in response.text


async def test_an_answer_is_not_kept_by_anybody(keeper: Client) -> None:
    response = await keeper.send("GET", f"/boxes/{CORRELATION}")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


class TestHealth:
    async def test_a_service_that_moves_is_alive(self, app: FastAPI) -> None:
        response = await Client(app, None).send("GET", "/livez")
        assert (response.status_code, response.json()) == (200, {"stalled": []})

    async def test_a_stalled_part_is_named(self, app: FastAPI, foundation: Foundation) -> None:
        foundation.health.watches |= {"intake": lambda: False, "relay": lambda: True}
        response = await Client(app, None).send("GET", "/livez")
        assert (response.status_code, response.json()) == (503, {"stalled": ["intake"]})

    async def test_ready_means_that_every_check_says_so(
        self, app: FastAPI, foundation: Foundation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def yes() -> bool:
            return True

        async def no() -> bool:
            return False

        async def fails() -> bool:
            raise ConnectionError

        async def hangs() -> bool:
            return await asyncio.Event().wait()

        probe = Client(app, None)
        monkeypatch.setattr("shared.chassis.health.SECONDS_FOR_A_CHECK", 0.05)
        foundation.health.checks["database"] = yes
        assert (await probe.send("GET", "/readyz")).status_code == 200
        foundation.health.checks |= {"broker": fails, "mail": hangs, "start": no}
        response = await probe.send("GET", "/readyz")
        assert response.status_code == 503
        assert response.json() == {"not_ready": ["broker", "mail", "start"]}
