"""The projections' topic edge: every event is translated into one change and folded in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.reporting.projections import handlers
from services.reporting.projections.store import Unit
from services.reporting.projections.translation import CHANGES
from shared.chassis.messages import Handler, Removals
from shared.chassis.principals import forget, remember
from shared.chassis.transactions import Tx
from shared.contracts.base import Contract
from shared.contracts.enrollment.v1 import PrincipalChanged
from shared.contracts.envelope import Event

GROUP = "reporting-projections"


async def fold_in(tx: Tx, event: Event[Any]) -> None:
    """Keep what an event says."""
    await handlers.fold_in(Unit(tx), CHANGES[type(event.data)](event))


async def know_principal(tx: Tx, event: Event[PrincipalChanged]) -> None:
    """Know a person by their token."""
    remember(tx, event.data)


async def forget_principal(tx: Tx, key: str) -> None:
    """A person was removed."""
    forget(tx, UUID(key))


REMOVALS: Removals = {PrincipalChanged: forget_principal}
ROUTES: Mapping[type[Contract], Handler] = {
    PrincipalChanged: know_principal,
    **dict.fromkeys(CHANGES, fold_in),
}
