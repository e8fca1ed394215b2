"""Where the parts of matching meet; the same for production, demo and tests."""

import structlog

from services.matching import api, consumers, schedules, store
from services.matching.domain.ports import Solver
from services.matching.settings import Settings
from services.matching.solver.child import ChildSolver
from shared.chassis.clock import Clock, system_clock
from shared.chassis.foundation import Foundation
from shared.chassis.http.app import create_api
from shared.chassis.leases import Leases
from shared.chassis.lifecycle import Service

NAME = "matching"
log = structlog.get_logger("services.matching.solver")


def build(
    settings: Settings, *, clock: Clock = system_clock, solver: Solver | None = None
) -> Service:
    """The service. A `clock` and a `solver` are given by tests only."""
    foundation = Foundation(settings, NAME, clock)
    database = foundation.database(settings.mongo_database, store.INDEXES)
    desk = schedules.RoundDesk(
        database.transactions,
        Leases(database.mongo),
        solver or ChildSolver(seconds=settings.solver_seconds, progress=_tell),
        foundation.owner,
    )
    return Service(
        foundation,
        create_api(
            foundation, database, title="Obverse matching", routers=[api.router], unit=store.Unit
        ),
        databases=[database],
        intakes=[foundation.intake(database, consumers.GROUP, consumers.ROUTES)],
        relays=[foundation.relay(database)],
        schedules=schedules.schedules(database.transactions, desk),
    )


def _tell(step: str, done: int, total: int) -> None:
    log.info("round.progress", step=step, done=done, total=total)
