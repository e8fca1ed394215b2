"""Confirmations."""

from datetime import date
from typing import Protocol
from uuid import UUID

from services.enrollment.domain.confirmations import Confirmation


class Confirmations(Protocol):
    """Who was asked whether they go on."""

    async def newest_of(self, volunteer_id: UUID) -> Confirmation | None:
        """What the volunteer was asked last."""

    async def overdue(self, today: date, limit: int) -> list[Confirmation]:
        """Those whose day is over and that nobody answered."""

    def add(self, confirmation: Confirmation) -> None:
        """A new one."""

    def put(self, confirmation: Confirmation) -> None:
        """Its new state."""
