"""The outermost layer: gives every request its trail, counts and logs it in one line, and catches the rest.

Written as plain ASGI, because context variables that BaseHTTPMiddleware sets do not reach the route.
"""

import asyncio
import time
from dataclasses import replace
from uuid import UUID

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.chassis.correlation import Trail, current_trail, following, new_trail
from shared.chassis.http.problems import failed, refusal, unavailable
from shared.chassis.metrics import Metrics
from shared.chassis.patience import HURRIED, patience

log = structlog.get_logger()

CORRELATION_HEADER = "X-Correlation-Id"
UNMATCHED = "unmatched"
PROBES = frozenset({"/livez", "/readyz", "/metrics"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Access:
    """ASGI layer around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request within its trail."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trail = _trail(Headers(scope=scope))
        patience.set(HURRIED)  # every request is a task of its own
        with following(trail):
            await self._serve(scope, receive, _Reply(send))

    async def _serve(self, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        began = time.perf_counter()
        try:
            await self._app(scope, receive, reply.send)
        except (
            asyncio.CancelledError
        ):  # the process ends, and its database is still there to be left in order
            if reply.status is None:
                await refusal(scope, unavailable("stopping"))(scope, receive, reply.send)
            raise
        except Exception:  # the last place where an error becomes an answer
            log.exception("http.failed", route=_route(scope))
            if reply.status is None:
                await refusal(scope, failed())(scope, receive, reply.send)
        finally:
            self._tell(scope, reply.status or 499, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = _route(scope)
        self._metrics.http_requests.labels(method, route, status).inc()
        self._metrics.http_seconds.labels(method, route).observe(seconds)
        tell = log.debug if route in PROBES else log.info
        tell("http.request", method=method, route=route, status=status, ms=round(seconds * 1e3, 1))


class _Reply:
    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None  # None until the response has begun

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[CORRELATION_HEADER] = str(current_trail().correlation_id)
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)


def _trail(headers: Headers) -> Trail:
    trail = new_trail(headers.get("traceparent"))
    try:
        return replace(trail, correlation_id=UUID(headers[CORRELATION_HEADER]))
    except (KeyError, ValueError):
        return trail


def _route(scope: Scope) -> str:
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else UNMATCHED
