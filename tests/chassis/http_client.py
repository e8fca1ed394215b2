"""A client that knows its way to the tiny service, and the settings that this one runs on."""

import json
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI

from dev.local.identity import AUDIENCE, ISSUER, IdentityProvider
from shared.chassis.foundation import Database, Foundation
from shared.chassis.settings import ServiceSettings, load


def variables(identity: IdentityProvider, mongo_url: str, **more: str) -> dict[str, str]:
    return {
        "OBVERSE_ENVIRONMENT": "test",
        "OBVERSE_MONGO_URL": mongo_url,
        "OBVERSE_MONGO_DATABASE": "boxes",
        "OBVERSE_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
        "OBVERSE_AUTH_ISSUER": ISSUER,
        "OBVERSE_AUTH_AUDIENCE": AUDIENCE,
        "OBVERSE_AUTH_JWKS_FILE": str(identity.jwks_file),
    } | more


def foundation_on(identity: IdentityProvider, mongo_url: str, **more: str) -> Foundation:
    return Foundation(load(ServiceSettings, variables(identity, mongo_url, **more)), "boxes")


class Client:
    """Sends requests to an application as one caller."""

    def __init__(self, app: FastAPI, token: str | None) -> None:
        self._app = app
        self._token = token

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request; a POST gets a new Idempotency-Key unless `key` says otherwise."""
        headers = dict(more.pop("headers", {}))
        key = more.pop("key", str(uuid4()))
        if "json" in more:  # in ASCII: httpx cannot write what no UTF-8 has
            more["content"] = json.dumps(more.pop("json")).encode()
            headers.setdefault("Content-Type", "application/json")
        if method == "POST" and key is not None:
            headers["Idempotency-Key"] = key
        if self._token is not None:
            headers.setdefault("Authorization", f"Bearer {self._token}")
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://boxes") as client:
            return await client.request(method, path, headers=headers, **more)

    async def post_raw(
        self, body: bytes, media_type: str = "application/json", path: str = "/boxes"
    ) -> httpx.Response:
        return await self.send("POST", path, content=body, headers={"Content-Type": media_type})


async def boxes(store: Database) -> int:
    """How many boxes the database holds."""
    return await store.mongo["boxes"].count_documents({})


def code(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem, after a look at its shape."""
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["type"] == f"urn:obverse:problem:{problem['code']}"
    assert problem["instance"] == f"urn:uuid:{response.headers['x-correlation-id']}"
    return response.status_code, problem["code"]
