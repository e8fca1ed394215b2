"""The topic edge: which pairs of matching run, for the volunteer's own view."""

from collections.abc import Mapping

from services.enrollment import handlers, translation
from services.enrollment.store import Unit
from shared.chassis.messages import Handler
from shared.chassis.transactions import Tx
from shared.contracts.base import Contract
from shared.contracts.envelope import Event
from shared.contracts.matching.v1 import PairEnded, PairFormed


async def _pair_formed(tx: Tx, event: Event[PairFormed]) -> None:
    await handlers.volunteers.note_pair(Unit(tx), translation.pair_formed(event.data))


async def _pair_ended(tx: Tx, event: Event[PairEnded]) -> None:
    await handlers.volunteers.note_pair(Unit(tx), translation.pair_ended(event.data))


ROUTES: Mapping[type[Contract], Handler] = {PairFormed: _pair_formed, PairEnded: _pair_ended}
