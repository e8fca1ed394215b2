"""A running service: what it answers while it works, whatever parts it runs."""

import httpx
import pytest

from services.enrollment.app import build
from services.enrollment.settings import Settings
from shared.chassis.settings import load
from shared.chassis.subscribe import Subscription


async def test_a_worker_without_the_api_tells_its_health_and_nothing_else(
    environment: dict[str, str],
) -> None:
    worker = build(load(Settings, environment | {"OBVERSE_RUN": "consumers,relay,schedules"}))
    async with worker.running(), httpx.AsyncClient(base_url=worker.url) as client:
        assert (await client.get("/livez")).json() == {"stalled": []}
        assert (await client.get("/readyz")).json() == {"not_ready": []}
        assert "obverse_outbox_depth" in (await client.get("/metrics")).text
        assert (await client.get("/v1/me")).status_code == 404
        assert (await client.get("/openapi.json")).status_code == 404


async def test_an_api_without_consumers_is_ready_without_a_share_of_the_topics(
    environment: dict[str, str],
) -> None:
    edge = build(load(Settings, environment | {"OBVERSE_RUN": "api"}))
    async with edge.running(), httpx.AsyncClient(base_url=edge.url) as client:
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.get("/v1/me")).status_code == 401


async def test_a_group_that_is_joined_while_the_service_stops_is_left_again(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    service = build(load(Settings, environment))
    joined: list[Subscription] = []
    start = Subscription.start

    async def stopped_meanwhile(self: Subscription) -> None:
        service.stop()
        await start(self)
        joined.append(self)

    monkeypatch.setattr(Subscription, "start", stopped_meanwhile)
    await service.run(handle_signals=False)
    (subscription,) = joined
    assert subscription._subscriber.consumer is None
