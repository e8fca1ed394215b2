"""Confirmations, the answered ones too."""

from datetime import date
from uuid import UUID

from services.enrollment.domain.confirmations import Confirmation, State
from services.enrollment.store.documents import Kind, Shelf
from shared.chassis.transactions import Index

INDEXES = (
    Index("confirmations", [("volunteer_id", 1)]),
    Index("confirmations", [("due", 1)], partial={"state": State.OPEN.value}),
)
CONFIRMATION = Kind(Confirmation, "confirmations", "confirmation_id")


class Confirmations(Shelf[Confirmation]):
    """Who was asked whether they go on."""

    async def newest_of(self, volunteer_id: UUID) -> Confirmation | None:
        """What the volunteer was asked last."""
        found = await self.find({"volunteer_id": volunteer_id})
        return found[-1] if found else None

    async def overdue(self, today: date, limit: int) -> list[Confirmation]:
        """Those whose day is over and that nobody answered."""
        over = {"$lt": today.isoformat()}
        return await self.find({"state": State.OPEN.value, "due": over}, limit)
