"""Persons with a part in a programme."""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from services.enrollment.domain.people import Identity, Person


class People(Protocol):
    """Persons with a part in a programme."""

    async def get(self, person_id: UUID) -> Person | None:
        """The person, where they have or had a part."""

    async def by_identity(self, identity: Identity) -> Person | None:
        """The person bound to this issuer and subject."""

    async def by_emails(self, emails: Collection[str]) -> dict[str, Person]:
        """Those with one of these addresses; of several with one address none."""

    async def invited_to(self, programme_ids: Collection[UUID], limit: int) -> list[Person]:
        """Those whom one of these programmes asked, and who can still be reached for it."""

    async def leads(self, programme_id: UUID) -> list[Person]:
        """Those who lead a programme, or prepare it."""

    async def awaiting_reply(self, but: Collection[UUID], limit: int) -> list[Person]:
        """Those who can be reached for an answer, but these."""

    async def page(self, after: UUID | None, limit: int) -> list[Person]:
        """All of them, page by page."""

    def put(self, person: Person) -> None:
        """Add or replace."""
