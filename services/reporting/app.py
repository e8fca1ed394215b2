"""Where the parts of reporting meet: two halves, each on its own database, behind one port."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from services.reporting.journal import api as journal_api
from services.reporting.journal import consumers as journal_consumers
from services.reporting.journal import store as journal_store
from services.reporting.projections import api as projections_api
from services.reporting.projections import consumers as projections_consumers
from services.reporting.projections import store as projections_store
from services.reporting.settings import Settings
from shared.chassis.clock import Clock, system_clock
from shared.chassis.foundation import Database, Foundation
from shared.chassis.http.app import create_api
from shared.chassis.http.privacy import privacy_routes
from shared.chassis.intake import Intake
from shared.chassis.lifecycle import Service
from shared.chassis.privacy.desk import PersonalDesk
from shared.chassis.transactions import Tx

TITLE = "Obverse reporting"
OF_THE_PROJECTIONS = ("/v1/programmes", "/v1/definitions")


def build(settings: Settings, clock: Clock = system_clock) -> Service:
    """The service, ready to run."""
    foundation = Foundation(settings, "reporting", clock)
    journal = foundation.database(settings.journal)
    projections = foundation.database(
        settings.projections, projections_store.INDEXES, settings.projections_address
    )
    personal = [
        PersonalDesk(journal, journal_store.HOLDINGS),
        PersonalDesk(projections, projections_store.HOLDINGS),
    ]
    routers = (journal_api.router, journal_api.feedback_router, privacy_routes(personal))
    api = _half(foundation, journal, routers, journal_store.Unit)
    other = _half(foundation, projections, (projections_api.router,), projections_store.Unit)
    _put_behind_one_port(api, other)
    return Service(
        foundation,
        api=api,
        databases=[journal, projections],
        intakes=_intakes(foundation, journal, projections),
        relays=[foundation.relay(journal)],
        personal=personal,
    )


def _half(
    foundation: Foundation,
    database: Database,
    routers: Sequence[APIRouter],
    unit: Callable[[Tx], Any],
) -> FastAPI:
    return create_api(foundation, database, title=TITLE, routers=routers, unit=unit)


def _intakes(foundation: Foundation, journal: Database, projections: Database) -> list[Intake]:
    halves = ((journal, journal_consumers), (projections, projections_consumers))
    return [
        foundation.intake(database, edge.GROUP, edge.ROUTES, edge.REMOVALS)
        for database, edge in halves
    ]


class _OtherHalf:
    """Outermost layer of the journal's application: gives the projections' requests to theirs."""

    def __init__(self, app: ASGIApp, other: FastAPI) -> None:
        self._app = app
        self._other = other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request by the half that it is for."""
        is_other = scope["type"] == "http" and scope["path"].startswith(OF_THE_PROJECTIONS)
        await (self._other if is_other else self._app)(scope, receive, send)


def _put_behind_one_port(api: FastAPI, other: FastAPI) -> None:
    """An application has one database, so each half has its own; callers see one service."""
    api.add_middleware(_OtherHalf, other=other)
    own_document = api.openapi

    def document() -> dict[str, Any]:
        own, others = own_document(), other.openapi()
        schemas = own["components"]["schemas"] | others["components"]["schemas"]
        return {
            **own,
            "paths": own["paths"] | others["paths"],
            "components": {**own["components"], "schemas": schemas},
        }

    api.openapi = document  # type: ignore[method-assign]
