"""Whatever the document of the HTTP API allows to be sent is answered, and never with a 500."""

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any
from uuid import uuid4

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok

from dev.demo.opening import open_programme
from dev.local.identity import IdentityProvider
from services.enrollment.app import build
from services.enrollment.settings import Settings
from shared.chassis.lifecycle import Service
from shared.chassis.settings import load
from tests.enrollment.conftest import DIRECTORY, MAPPING, OPENING, YES

pytestmark = pytest.mark.timeout(900)
TRIES = 3
USUAL = settings(
    max_examples=100,
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def served(environment: dict[str, str]) -> Iterator[Service]:
    """The service as callers meet it, in a thread of its own, since they wait for each answer."""
    wanted = load(Settings, environment | {"OBVERSE_RUN": "api", "OBVERSE_HTTP_RATE": "1000000"})
    up: Future[tuple[Service, asyncio.AbstractEventLoop]] = Future()

    async def serve() -> None:
        service = build(wanted)
        ends = asyncio.create_task(service.run(handle_signals=False))
        await service.ready.wait()
        up.set_result((service, asyncio.get_running_loop()))
        await ends

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    service, loop = up.result(timeout=60)
    yield service
    loop.call_soon_threadsafe(service.stop)
    thread.join()


@pytest.fixture
def headers(identity: IdentityProvider) -> dict[str, str]:
    """Somebody who may do everything, and is an employee, too."""
    roles = ("lead", "directory", "ops")
    token = identity.token("anna", email="anna@corp.example", roles=roles)
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def schema(served: Service, headers: dict[str, str]) -> Any:
    """The document of a service that has a directory, a programme and a volunteer."""

    def send(method: str, path: str, **content: Any) -> Any:
        more = {"Idempotency-Key": str(uuid4()), **content.pop("headers", {})}
        answer = client.request(method, f"/v1{path}", headers=more, **content)
        assert answer.is_success, answer.text
        return answer.json()

    async def ask(method: str, path: str, body: Any) -> Any:
        return send(method, path.removeprefix("/v1"), json=body)

    with httpx.Client(base_url=served.url, headers=headers) as client:
        send("PUT", "/directory/mapping", json=MAPPING)
        csv = {"Content-Type": "text/csv"}
        send("POST", "/directory/imports", content=DIRECTORY.encode(), headers=csv)
        opened = asyncio.run(open_programme(ask, OPENING))
        send("POST", f"/programmes/{opened['programme_id']}/volunteers", json=YES)
        document = json.loads(client.get("/openapi.json").text)
    loaded = schemathesis.openapi.from_dict(document)
    loaded.config.update(base_url=served.url)
    return loaded


def test_no_single_request_is_answered_with_a_500(schema: Any, headers: dict[str, str]) -> None:
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)

        @given(case=found.ok().as_strategy())
        @USUAL
        def ask(case: "schemathesis.Case[Any]") -> None:
            case.validate_response(case.call(headers=headers), checks=[not_a_server_error])

        ask()


def test_no_chain_of_requests_is_answered_with_a_500(schema: Any, headers: dict[str, str]) -> None:
    broken: list[Exception] = []

    class Chain(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: "schemathesis.Case[Any]") -> dict[str, Any]:
            return {"headers": headers}

        def validate_response(
            self, response: Any, case: "schemathesis.Case[Any]", **_: Any
        ) -> None:
            try:
                case.validate_response(response, checks=[not_a_server_error])
            except Exception as failure:
                broken.append(failure)
                raise

    for attempt in range(1, TRIES + 1):
        try:
            run_state_machine_as_test(Chain, settings=USUAL)
        except FlakyStrategyDefinition:
            # Chains go on with what the service answered, and so one that began alike may draw otherwise.
            assert not broken
            assert attempt < TRIES, "chains that began alike went on otherwise each time"
        else:
            break
