"""What a request may weigh: type, size and depth of a body, requests per caller, and a full outbox.

A body is judged when its route first reads it, so the route may say what it takes (`takes`); JSON is judged as
a whole, a stream is counted while it flows. Its hash is kept for idempotency.
"""

import hashlib
import json
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.chassis.http.problems import Problem, invalid, pointer, unavailable

BODY_HASH = "obverse.body_hash"
DEEPEST = 32
MOST_CALLERS = 10_000
BURST_SECONDS = 4
SECONDS_A_COUNT_HOLDS = 1.0

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Takes:
    """What a route reads: a media type, and at most so many bytes."""

    media_type: str = "application/json"
    at_most: int = 256 * 1024
    streamed: bool = False
    also: tuple[str, ...] = ()


JSON = Takes()


def takes(media_type: str, *, at_most: int) -> Callable[[Endpoint], Endpoint]:
    """Declare that a route streams its body itself; put it below the router's decorator."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.takes = Takes(media_type, at_most, streamed=True)  # type: ignore[attr-defined]
        return endpoint

    return mark


def takes_json(media_type: str) -> Callable[[Endpoint], Endpoint]:
    """Declare that a route reads JSON under this media type, too; put it below the router's decorator."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.takes = Takes(media_type, also=(JSON.media_type,))  # type: ignore[attr-defined]
        return endpoint

    return mark


def taken_by(endpoint: object) -> Takes:
    """What the route's endpoint reads."""
    found = getattr(endpoint, "takes", JSON)
    return found if isinstance(found, Takes) else JSON


class BodyLimits:
    """ASGI layer that hands a route only bodies that it takes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put a judge between the server and the route."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[BODY_HASH] = hashlib.sha256()
        await self._app(scope, _Judged(scope, receive).receive, send)


class _Judged:
    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope = scope
        self._receive = receive
        self._takes: Takes | None = None
        self._size = 0

    async def receive(self) -> Message:
        if self._takes is None:
            self._takes = taken_by(getattr(self._scope.get("route"), "endpoint", None))
            self._judge_head(self._takes, Headers(scope=self._scope))
            if not self._takes.streamed:
                return await self._whole(self._takes)
        return self._counted(await self._receive(), self._takes)

    def _judge_head(self, takes: Takes, headers: Headers) -> None:
        length = headers.get("content-length", "0")
        if length == "0" and "transfer-encoding" not in headers:
            return
        given, _, parameters = headers.get("content-type", "").lower().partition(";")
        charset = parameters.replace(" ", "").replace('"', "")
        known = given.strip() in (takes.media_type, *takes.also)
        if not known or (not takes.streamed and charset not in _UTF_8):
            raise Problem(415, "media_type_unsupported", f"Send the body as {takes.media_type}.")
        if not length.isdecimal() or int(length) > takes.at_most:
            raise _too_large(takes)

    def _counted(self, message: Message, takes: Takes) -> Message:
        chunk: bytes = message.get("body", b"")
        self._size += len(chunk)
        if self._size > takes.at_most:
            raise _too_large(takes)
        self._scope[BODY_HASH].update(chunk)
        return message

    async def _whole(self, takes: Takes) -> Message:
        body = bytearray()
        more = True
        while more:
            message = self._counted(await self._receive(), takes)
            if message["type"] != "http.request":
                return message
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if body:
            judge_json(bytes(body))
        return {"type": "http.request", "body": bytes(body), "more_body": False}


_UTF_8 = ("", "charset=utf-8")


def _too_large(takes: Takes) -> Problem:
    return Problem(413, "body_too_large", f"Send at most {takes.at_most} bytes.")


def judge_json(body: bytes) -> None:
    """Raise a Problem for what is not JSON, nests too deeply, or holds half a character."""
    too_deep = Problem(400, "json_too_deep", f"Nest arrays and objects at most {DEEPEST} deep.")
    try:
        parsed = json.loads(body.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        raise too_deep from None
    except ValueError:
        raise Problem(400, "json_broken", "The body is not JSON; send UTF-8 JSON text.") from None
    if body.count(b"[") + body.count(b"{") <= DEEPEST and b"\\u" not in body:
        return
    for value, path in _walk(parsed):
        if isinstance(value, dict | list) and len(path) >= DEEPEST:
            raise too_deep
        if isinstance(value, str) and not _is_whole(value):
            raise invalid(pointer(path), "text_surrogate")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _walk(root: Any) -> Iterator[tuple[Any, tuple[str | int, ...]]]:
    """Every value with its place; a key is a text at the place of its object."""
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(root, ())]
    while waiting:
        value, path = waiting.pop()
        yield value, path
        if isinstance(value, dict):
            yield from ((key, path) for key in value)
            waiting += [(item, (*path, key)) for key, item in value.items()]
        elif isinstance(value, list):
            waiting += [(item, (*path, place)) for place, item in enumerate(value)]


def _is_whole(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


class Rates:
    """A token bucket for each caller of this process."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = max(1.0, per_second * BURST_SECONDS)
        self._clock = clock
        self._callers: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, caller: Hashable) -> None:
        """Count one request. Raises a Problem (429) where the caller's bucket is empty."""
        now = self._clock()
        tokens, seen = self._callers.pop(caller, (self._burst, now))
        tokens = min(self._burst, tokens + (now - seen) * self._per_second)
        allowed = tokens >= 1
        self._callers[caller] = (tokens - 1 if allowed else tokens, now)
        if len(self._callers) > MOST_CALLERS:
            self._callers.popitem(last=False)
        if not allowed:
            wait = math.ceil((1 - tokens) / self._per_second)
            headers = {"Retry-After": str(wait)}
            raise Problem(429, "too_many_requests", "Wait, then try again.", headers=headers)


class OutboxGate:
    """Refuses commands while too many events wait: the broker is away for longer than we can bear."""

    def __init__(self, limit: int, count: Callable[[], Awaitable[int]]) -> None:
        self._limit = limit
        self._count = count
        self._waiting = 0
        self._counted_at = -math.inf

    async def check(self) -> None:
        """Raise a Problem (503) over the limit."""
        now = time.monotonic()
        if now - self._counted_at >= SECONDS_A_COUNT_HOLDS:
            self._counted_at = now
            try:
                self._waiting = await self._count()
            except BaseException:
                self._counted_at = -math.inf
                raise
        if self._waiting >= self._limit:
            raise unavailable("outbox_full", "Too many events wait to be sent; try again later.")
