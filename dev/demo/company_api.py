"""Talks to the four services as the people of the story do: over HTTP, each with a token of their own."""

import asyncio
import copy
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import uuid4

import httpx

from dev.demo import opening

SECONDS_TO_WAIT = 60.0
LOOK_SECONDS = 0.1
# What a service answers that has not yet heard of the speaker or the thing.
NOT_YET = (httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND)


class Unexpected(Exception):
    """A service answered otherwise than the story needs; the message says what."""


class Company:
    """The services by name, and whoever speaks to them."""

    def __init__(self, urls: Mapping[str, str], token: Callable[..., str]) -> None:
        self._token = token
        self._clients = {
            name: httpx.AsyncClient(base_url=url, timeout=30.0) for name, url in urls.items()
        }

    async def close(self) -> None:
        """Let go of all connections."""
        await asyncio.gather(*(client.aclose() for client in self._clients.values()))

    def lead(self) -> "Speaker":
        """The programme lead, who also feeds the directory here."""
        return self._speaker("programme-lead", roles=("lead", "directory", "ops"))

    def employee(self, staff_number: str, email: str) -> "Speaker":
        """Somebody of the directory."""
        return self._speaker(staff_number, email=email)

    def _speaker(self, subject: str, **claims: Any) -> "Speaker":
        return Speaker(self._clients, self._token(subject, **claims))


class Speaker:
    """One person with a token; `headers` say who they are."""

    def __init__(self, clients: Mapping[str, httpx.AsyncClient], token: str) -> None:
        self._clients = clients
        self.headers = {"Authorization": f"Bearer {token}"}
        self._trail: dict[str, str] = {}

    def under(self, correlation_id: str) -> "Speaker":
        """The same person, whose next words belong to this trail."""
        other = copy.copy(self)
        other._trail = {"X-Correlation-Id": correlation_id}  # noqa: SLF001 - its own copy
        return other

    async def get(self, service: str, path: str, **params: Any) -> Any:
        """Read something. Raises Unexpected unless it is there."""
        return self._body(await self._send("GET", service, path, params=params))

    async def post(self, service: str, path: str, body: Any = None) -> Any:
        """Say something, once. Raises Unexpected when it is refused."""
        return self._body(await self._try_post(service, path, body))

    async def post_unless_closed(self, service: str, path: str) -> None:
        """Say something that the other side may have overtaken; a 409 is fine."""
        answer = await self._try_post(service, path, None)
        if answer.status_code != httpx.codes.CONFLICT:
            self._body(answer)

    async def put(self, service: str, path: str, body: Any) -> Any:
        """Set something. Raises Unexpected when it is refused."""
        return self._body(await self._send("PUT", service, path, json=body))

    async def open_programme(self, programme: dict[str, Any]) -> Any:
        """Open a programme, with all that comes before. Raises Unexpected when it is refused."""

        async def ask(method: str, path: str, body: Any) -> Any:
            say = self.put if method == "PUT" else self.post
            return await say("enrollment", path, body)

        return await opening.open_programme(ask, programme)

    async def upload(self, service: str, path: str, content: bytes, **params: Any) -> Any:
        """Send a CSV file. Raises Unexpected when it is refused."""
        answer = await self._send(
            "POST",
            service,
            path,
            content=content,
            params=params,
            headers={"Content-Type": "text/csv", "Idempotency-Key": str(uuid4())},
            timeout=120.0,
        )
        return self._body(answer)

    async def until(self, what: str, service: str, path: str, enough: Callable[[Any], bool]) -> Any:
        """Read again and again until it is as wanted; a service may not yet know who asks."""

        async def look() -> Any:
            answer = await self._send("GET", service, path)
            if answer.status_code in NOT_YET:
                return None
            found = self._body(answer)
            return found if enough(found) else None

        return await patiently(what, look)

    async def post_once_known(self, service: str, path: str, body: Any = None) -> Any:
        """Say something to a service that may not yet have heard who is speaking."""

        async def say() -> Any:
            answer = await self._try_post(service, path, body)
            if answer.status_code in NOT_YET:
                return None
            return self._body(answer) or {"status": answer.status_code}

        return await patiently(f"{service} knows the speaker", say)

    async def persist(self, service: str, path: str, body: Any) -> Any:
        """Say something until it is acknowledged, whatever dies meanwhile: always under one key."""
        key = str(uuid4())

        async def say() -> Any:
            try:
                answer = await self._try_post(service, path, body, key)
            except httpx.TransportError:
                return None
            busy = answer.is_server_error or answer.status_code == httpx.codes.CONFLICT
            return None if busy else self._body(answer)

        return await patiently(f"{service} acknowledges {path}", say)

    async def _try_post(
        self, service: str, path: str, body: Any, key: str | None = None
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key or str(uuid4())} | self._trail
        content = {"json": body} if body is not None else {}
        return await self._send("POST", service, path, headers=headers, **content)

    async def _send(self, method: str, service: str, path: str, **options: Any) -> httpx.Response:
        headers = self.headers | options.pop("headers", {})
        return await self._clients[service].request(method, path, headers=headers, **options)

    @staticmethod
    def _body(answer: httpx.Response) -> Any:
        if answer.is_success:
            return answer.json() if answer.content else None
        asked = f"{answer.request.method} {answer.request.url.path}"
        raise Unexpected(f"{asked}: {answer.status_code} {_reason(answer)}")


def _reason(answer: httpx.Response) -> str:
    """What a problem document says to people, or whatever else came."""
    try:
        problem = answer.json()
        return f"{problem['code']}: {problem['detail']}"
    except (ValueError, KeyError, TypeError):
        return answer.text[:400]


async def patiently(what: str, look: Callable[[], Awaitable[Any]]) -> Any:
    """The first answer that is not None. Raises Unexpected with `what` when none comes in time."""
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while (found := await look()) is None:
        if time.monotonic() > deadline:
            raise Unexpected(f"{what}: not within {SECONDS_TO_WAIT:g} s")
        await asyncio.sleep(LOOK_SECONDS)
    return found
