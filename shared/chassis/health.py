"""/livez, /readyz and /metrics: for the orchestrator and Prometheus, open to whoever reaches the port.

Alive means that the event loop turns and work moves on; only a restart would help otherwise. Ready means that
what the service stands on answers; it goes on trying meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from shared.chassis.metrics import Metrics

log = structlog.get_logger()

Check = Callable[[], Awaitable[bool]]
"""True when ready; raising or taking too long counts as no."""
Watch = Callable[[], bool]
"""True while the work moves on."""

SECONDS_FOR_A_CHECK = 1.0


@dataclass(slots=True)
class Health:
    """What is asked; the parts of a service add their own checks by name."""

    checks: dict[str, Check] = field(default_factory=dict)
    watches: dict[str, Watch] = field(default_factory=dict)
    leaving: bool = False
    """Set once the service stops: from then on nothing else is asked, so that the answer comes at once."""

    def stalled(self) -> list[str]:
        """The parts whose work does not move on."""
        return sorted(name for name, moves in self.watches.items() if not moves())

    async def not_ready(self) -> list[str]:
        """The parts that do not answer, all asked at once."""
        if self.leaving:
            return ["running"]
        names = sorted(self.checks)
        answers = await asyncio.gather(*(_passes(self.checks[name]) for name in names))
        return [name for name, passes in zip(names, answers, strict=True) if not passes]


async def _passes(check: Check) -> bool:
    try:
        async with asyncio.timeout(SECONDS_FOR_A_CHECK):
            return await check()
    except Exception:  # noqa: BLE001 - whatever it is, the part is not ready, and /readyz names it
        return False


def health_routes(health: Health, metrics: Metrics) -> APIRouter:
    """The three routes; they are not part of the service's own API document."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/livez")
    async def livez() -> Response:
        stalled = health.stalled()
        return JSONResponse({"stalled": stalled}, status_code=503 if stalled else 200)

    @routes.get("/readyz")
    async def readyz() -> Response:
        not_ready = await health.not_ready()
        return JSONResponse({"not_ready": not_ready}, status_code=503 if not_ready else 200)

    @routes.get("/metrics")
    async def prometheus() -> Response:
        return Response(metrics.render(), media_type=CONTENT_TYPE_LATEST)

    return routes
