"""The one place where the parts of enrollment meet, for production, demo and tests alike."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from services.enrollment.api import ROUTERS
from services.enrollment.api.scim_answers import SCIM
from services.enrollment.consumers import ROUTES
from services.enrollment.domain import ports
from services.enrollment.handlers import erasure
from services.enrollment.schedules import schedules
from services.enrollment.settings import Settings
from services.enrollment.store import INDEXES, ImportTurn, Unit, resolve
from services.enrollment.store.holdings import HOLDINGS, with_all_known
from shared.chassis.clock import Clock, system_clock
from shared.chassis.foundation import Database, Foundation
from shared.chassis.http.app import create_api
from shared.chassis.http.privacy import privacy_routes
from shared.chassis.http.problems import speak
from shared.chassis.leases import Leases
from shared.chassis.lifecycle import Service
from shared.chassis.privacy.desk import PersonalDesk
from shared.chassis.privacy.holdings import Subject
from shared.chassis.transactions import Tx

NAME = "enrollment"
Result = TypeVar("Result")


def build(settings: Settings, clock: Clock = system_clock) -> Service:
    """The service, not yet started."""
    foundation = Foundation(settings, NAME, clock)
    database = foundation.database(settings.mongo_database, INDEXES)
    desk = PersonalDesk(database, HOLDINGS, with_all_known, _let_go)
    api = create_api(
        foundation,
        database,
        title="Enrollment",
        routers=(*ROUTERS, privacy_routes([desk], own=True)),
        unit=Unit,
        resolve=resolve,
    )
    speak(api, SCIM)
    turn = api.state.import_turn = ImportTurn(Leases(database.mongo), foundation.owner)
    api.state.most_leavers_percent = settings.most_leavers_percent
    return Service(
        foundation,
        api,
        [database],
        intakes=[foundation.intake(database, NAME, ROUTES)],
        relays=[foundation.relay(database)],
        schedules=schedules(work_on(database), turn),
        personal=[desk],
    )


async def _let_go(tx: Tx, subject: Subject) -> None:
    await erasure.let_go(Unit(tx), subject.person_id)


def work_on(database: Database, write_down: Callable[[Tx], None] | None = None) -> ports.Work:
    """Runs handlers as units of work on a database; `write_down` belongs to each of them."""

    async def work(handler: Callable[[ports.Unit], Awaitable[Result]], /) -> Result:
        async def unit(tx: Tx) -> Result:
            result = await handler(Unit(tx))
            if write_down is not None:
                write_down(tx)
            return result

        return await database.transactions.run(unit)

    return work
