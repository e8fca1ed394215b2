"""The journal's topic edge: which pairs there are, and whose tokens are whose."""

from collections.abc import Mapping
from uuid import UUID

from services.reporting.journal import handlers, translation
from services.reporting.journal.store import Unit
from shared.chassis.messages import Handler, Removals
from shared.chassis.principals import forget, remember
from shared.chassis.transactions import Tx
from shared.contracts.base import Contract
from shared.contracts.enrollment.v1 import PrincipalChanged
from shared.contracts.envelope import Event
from shared.contracts.matching.v1 import PairEnded, PairFormed

GROUP = "reporting-journal"


async def open_journal(tx: Tx, event: Event[PairFormed]) -> None:
    """A pair may report from now on."""
    await handlers.note_formed(Unit(tx), translation.members(event.data), event.envelope.time)


async def close_journal(tx: Tx, event: Event[PairEnded]) -> None:
    """A pair may only report what was."""
    await handlers.note_ended(Unit(tx), translation.members(event.data), event.envelope.time)


async def know_principal(tx: Tx, event: Event[PrincipalChanged]) -> None:
    """Know a person by their token."""
    remember(tx, event.data)


async def forget_principal(tx: Tx, key: str) -> None:
    """A person was removed."""
    forget(tx, UUID(key))


REMOVALS: Removals = {PrincipalChanged: forget_principal}
ROUTES: Mapping[type[Contract], Handler] = {
    PairFormed: open_journal,
    PairEnded: close_journal,
    PrincipalChanged: know_principal,
}
