"""The topic edge: every event that concerns us becomes news. Nothing is sent from here."""

from typing import Any
from uuid import UUID

from services.notifications import handlers
from services.notifications.store import Unit
from services.notifications.translation import READ, incoming
from services.notifications.translation.notices import GIVING, WITHDRAWING, withdrawal
from shared.chassis.messages import Removals, Routes
from shared.chassis.principals import forget, remember
from shared.chassis.transactions import Tx
from shared.contracts.enrollment.v1 import ContactChanged, PrincipalChanged
from shared.contracts.envelope import Event

GROUP = "notifications"


async def learn(tx: Tx, event: Event[Any]) -> None:
    """Any event."""
    await handlers.learn(Unit(tx), incoming(event))


async def learn_principal(tx: Tx, event: Event[PrincipalChanged]) -> None:
    """Who stands behind a token counts for our own API, too."""
    remember(tx, event.data)
    await learn(tx, event)


async def withdraw(tx: Tx, event: Event[Any]) -> None:
    """What was to be asked or told is answered or over."""
    await handlers.withdraw_notice(Unit(tx), withdrawal(event))


async def replace(tx: Tx, event: Event[Any]) -> None:
    """What was to be told is to be told otherwise."""
    await withdraw(tx, event)
    await learn(tx, event)


async def forget_contact(tx: Tx, key: str) -> None:
    """A contact was removed."""
    await handlers.forget_contact(Unit(tx), UUID(key))


async def forget_principal(tx: Tx, key: str) -> None:
    """A person was removed."""
    forget(tx, UUID(key))
    await handlers.forget_person(Unit(tx), UUID(key))


REMOVALS: Removals = {ContactChanged: forget_contact, PrincipalChanged: forget_principal}
ROUTES: Routes = {
    **dict.fromkeys(READ, learn),
    **dict.fromkeys(WITHDRAWING, withdraw),
    **dict.fromkeys(set(WITHDRAWING) & set(GIVING), replace),
    PrincipalChanged: learn_principal,
}
