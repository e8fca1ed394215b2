"""The one way to make a service's HTTP application."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from fastapi import APIRouter, FastAPI

from shared.chassis.auth import authenticator
from shared.chassis.clock import Clock
from shared.chassis.health import Health, health_routes
from shared.chassis.http.access import Access
from shared.chassis.http.calls import Edge
from shared.chassis.http.documents import document
from shared.chassis.http.limits import BodyLimits, OutboxGate, Rates
from shared.chassis.http.problems import answer_with_problems
from shared.chassis.metrics import Metrics
from shared.chassis.outbox import OUTBOX, UNSENT
from shared.chassis.principals import Resolve, resolve_from_topic
from shared.chassis.settings import ServiceSettings
from shared.chassis.transactions import Transactions, Tx


class StandsOn(Protocol):
    """What the application needs of the service's foundation."""

    @property
    def settings(self) -> ServiceSettings: ...  # noqa: D102
    @property
    def clock(self) -> Clock: ...  # noqa: D102
    @property
    def metrics(self) -> Metrics: ...  # noqa: D102
    @property
    def health(self) -> Health: ...  # noqa: D102


class KeepsState(Protocol):
    """What the application needs of the service's database."""

    @property
    def transactions(self) -> Transactions: ...  # noqa: D102


def create_api(
    foundation: StandsOn,
    database: KeepsState,
    *,
    title: str,
    routers: Sequence[APIRouter],
    unit: Callable[[Tx], Any],
    resolve: Resolve = resolve_from_topic,
) -> FastAPI:
    """An application that serves `routers`; `unit` is what their handlers work on."""
    settings = foundation.settings
    app = FastAPI(
        title=title,
        description="Errors are RFC 9457 problems with a stable `code`; POST needs an Idempotency-Key.",
        docs_url=None,  # the pages would load scripts from a foreign host
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.edge = Edge(
        authenticator=authenticator(settings, foundation.clock),
        rates=Rates(settings.http_rate),
        outbox=OutboxGate(settings.outbox_limit, lambda: _unsent(database.transactions)),
        transactions=database.transactions,
        unit=unit,
        resolve=resolve,
    )
    app.state.routes = [route for router in routers for route in router.routes]
    for router in routers:
        app.include_router(router)
    app.include_router(health_routes(foundation.health, foundation.metrics))
    answer_with_problems(app)
    app.add_middleware(BodyLimits)
    app.add_middleware(Access, metrics=foundation.metrics)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


async def _unsent(transactions: Transactions) -> int:
    return await transactions.read(lambda tx: tx.count(OUTBOX, UNSENT))
