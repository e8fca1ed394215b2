"""The HTTP server on its way out: it answers on, and keeps no connection."""

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from shared.chassis.health import Health, health_routes
from shared.chassis.http.server import Server
from shared.chassis.metrics import Metrics


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


@pytest.fixture
async def server(health: Health, listener: socket.socket) -> AsyncIterator[Server]:
    api = FastAPI()
    api.include_router(health_routes(health, Metrics()))
    server = Server(api, listener)
    task = asyncio.create_task(server.serve_here())
    yield server
    server.should_exit = True
    await task


@pytest.fixture
async def client(listener: socket.socket) -> AsyncIterator[httpx.AsyncClient]:
    host, port = listener.getsockname()[:2]
    async with httpx.AsyncClient(base_url=f"http://{host}:{port}") as client:
        yield client


async def test_a_connection_is_kept_until_the_server_leaves(
    server: Server, client: httpx.AsyncClient
) -> None:
    assert "connection" not in (await client.get("/livez")).headers
    server.leave()
    for _ in range(2):  # the second on a new connection: it answers on
        answer = await client.get("/livez")
        assert answer.status_code == 200
        assert answer.headers["connection"] == "close"


def test_no_part_of_an_answer_waits_for_an_acknowledgement(listener: socket.socket) -> None:
    """Found by a benchmark: each answer on a kept connection took 40 ms longer than the service needed."""
    Server(FastAPI(), listener)
    with socket.create_connection(listener.getsockname()[:2]):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_who_leaves_is_not_ready_and_asks_nobody(
    server: Server, client: httpx.AsyncClient, health: Health
) -> None:
    asked: list[str] = []

    async def database() -> bool:
        asked.append("database")
        return True

    health.checks["database"] = database
    assert (await client.get("/readyz")).status_code == 200
    health.leaving = True
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"not_ready": ["running"]}
    assert asked == ["database"]


async def test_idle_connections_are_kept_longer_than_load_balancers_keep_theirs(
    server: Server,
) -> None:
    """60 s is the default of AWS' load balancers and of nginx towards what is behind it."""
    assert server.config.timeout_keep_alive > 60
