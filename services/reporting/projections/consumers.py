"""The projections' topic edge: every event is translated into one change and folded in."""

from typing import Any

from services.reporting.projections import handlers
from services.reporting.projections.store import Unit
from services.reporting.projections.translation import CHANGES
from shared.chassis.messages import Routes
from shared.chassis.principals import remember
from shared.chassis.transactions import Tx
from shared.contracts.enrollment.v1 import PrincipalChanged
from shared.contracts.envelope import Event

GROUP = "reporting-projections"


async def fold_in(tx: Tx, event: Event[Any]) -> None:
    """Keep what an event says."""
    await handlers.fold_in(Unit(tx), CHANGES[type(event.data)](event))


async def know_principal(tx: Tx, event: Event[PrincipalChanged]) -> None:
    """Know a person by their token."""
    data = event.data
    remember(tx, data.person_id, (data.issuer, data.subject), data.roles, data.volunteer_ids)


ROUTES: Routes = {PrincipalChanged: know_principal, **dict.fromkeys(CHANGES, fold_in)}
