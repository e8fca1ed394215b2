"""Persons with a part in a programme."""

from typing import Protocol
from uuid import UUID

from services.enrollment.domain.people import Identity, Person


class People(Protocol):
    """Persons with a part in a programme."""

    async def get(self, person_id: UUID) -> Person | None:
        """The person, where they have or had a part."""

    async def by_identity(self, identity: Identity) -> Person | None:
        """The person bound to this issuer and subject."""

    async def page(self, after: UUID | None, limit: int) -> list[Person]:
        """All of them, page by page."""

    def put(self, person: Person) -> None:
        """Add or replace."""
