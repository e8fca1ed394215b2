"""What the projections' handlers need from the world."""

from typing import Protocol
from uuid import UUID

from services.reporting.projections.domain.documents import Change
from services.reporting.projections.domain.material import Material


class Projections(Protocol):
    """The folded documents."""

    def apply(self, change: Change) -> None:
        """Take up one keyed upsert."""
        ...

    async def material(self, programme_id: UUID) -> Material | None:
        """What a report is made of; None where the programme's opening was not told yet."""
        ...


class Unit(Protocol):
    """One unit of work."""

    @property
    def projections(self) -> Projections:
        """Its view of the documents."""
        ...
