"""Where the parts of matching meet; the same for production, demo and tests."""

import structlog

from services.matching import api, consumers, schedules, store
from services.matching.domain.ports import Solver
from services.matching.handlers import learning
from services.matching.settings import Settings
from services.matching.solver.child import ChildExplainer, ChildSolver
from services.matching.store.holdings import HOLDINGS, with_volunteers
from shared.chassis.clock import Clock, system_clock
from shared.chassis.foundation import Database, Foundation
from shared.chassis.http.app import create_api
from shared.chassis.http.privacy import privacy_routes
from shared.chassis.leases import Leases
from shared.chassis.lifecycle import Schedule, Service
from shared.chassis.pacing import UNHURRIED
from shared.chassis.privacy.desk import PersonalDesk
from shared.chassis.privacy.holdings import Subject
from shared.chassis.transactions import Tx

NAME = "matching"
log = structlog.get_logger("services.matching.solver")


def build(
    settings: Settings, *, clock: Clock = system_clock, solver: Solver | None = None
) -> Service:
    """The service. A `clock` and a `solver` are given by tests only."""
    foundation = Foundation(settings, NAME, clock)
    database = foundation.database(settings.mongo_database, store.INDEXES)
    personal = PersonalDesk(database, HOLDINGS, with_volunteers, _let_go)
    return Service(
        foundation,
        create_api(
            foundation,
            database,
            title="Obverse matching",
            routers=[*api.ROUTERS, privacy_routes([personal])],
            unit=store.Unit,
        ),
        databases=[database],
        intakes=[
            foundation.intake(
                database, consumers.GROUP, consumers.ROUTES, consumers.REMOVALS, pace=UNHURRIED
            )
        ],
        relays=[foundation.relay(database)],
        schedules=_schedules(settings, foundation, database, solver),
        personal=[personal],
    )


def _schedules(
    settings: Settings, foundation: Foundation, database: Database, solver: Solver | None
) -> list[Schedule]:
    leases, seconds = Leases(database.mongo), settings.solver_seconds
    return schedules.schedules(
        database.transactions,
        schedules.RoundDesk(
            database.transactions,
            leases,
            solver or ChildSolver(seconds=seconds, progress=_tell),
            foundation.owner,
        ),
        schedules.QuestionDesk(
            database.transactions,
            leases,
            ChildExplainer(seconds=seconds, progress=_tell),
            foundation.owner,
        ),
    )


async def _let_go(tx: Tx, subject: Subject) -> None:
    for volunteer_id in sorted(subject.volunteer_ids):
        await learning.forget_candidate(store.Unit(tx), volunteer_id)


def _tell(step: str, done: int, total: int) -> None:
    log.info("round.progress", step=step, done=done, total=total)
