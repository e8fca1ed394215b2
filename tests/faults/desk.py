"""A replica that answers as told, and remembers what it was asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from dev.faults.cluster import Replica
from tests.support.waiting import until


class Asked(NamedTuple):
    """One command."""

    path: str
    query: dict[str, str]
    key: str
    body: bytes


class Desk:
    """Gives the answers one after the other, then the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.asked: list[Asked] = []
        self.looks = 0
        self.free = asyncio.Event()
        self.app = FastAPI()
        self.app.add_api_route("/readyz", self.ready)
        self.app.add_api_route("/{path:path}", self.say, methods=["POST"])

    async def say(self, request: Request) -> JSONResponse:
        """The next answer."""
        key, body = request.headers["Idempotency-Key"], await request.body()
        self.asked.append(Asked(request.url.path, dict(request.query_params), key, body))
        status, answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return JSONResponse(answer, status)

    async def ready(self) -> None:
        """Says so once it is free, which is too late for whoever looks."""
        self.looks += 1
        await self.free.wait()


@asynccontextmanager
async def serving(desk: Desk, service: str) -> AsyncIterator[Replica]:
    """The desk as a replica of this service."""
    server = uvicorn.Server(uvicorn.Config(desk.app, port=0, log_config=None, lifespan="off"))
    server.config.load()
    task = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await until(started, "the desk answers")
    yield Replica(service, 1, server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    await task
