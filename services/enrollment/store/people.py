"""Persons with a part in a programme."""

from collections import Counter
from collections.abc import Collection
from uuid import UUID

from services.enrollment.domain.people import Identity, Person
from services.enrollment.store.documents import Kind, Shelf
from shared.chassis.transactions import Index

INDEXES = (
    Index("people", [("invited_to", 1)]),
    Index(
        "people",
        [("identity.issuer", 1), ("identity.subject", 1)],
        unique=True,
        partial={"identity.subject": {"$exists": True}},  # a `$type` would serve no look-up
    ),
    Index("people", [("email", 1)]),
    Index("people", [("awaits_reply", 1)], partial={"awaits_reply": True}),
)
PERSON = Kind(Person, "people", "person_id")


class People(Shelf[Person]):
    """Persons with a part in a programme."""

    async def by_identity(self, identity: Identity) -> Person | None:
        """The person bound to this issuer and subject."""
        found = await self.find(
            {"identity.issuer": identity.issuer, "identity.subject": identity.subject}
        )
        return found[0] if found else None

    async def by_emails(self, emails: Collection[str]) -> dict[str, Person]:
        """Those with one of these addresses; of several with one address none."""
        found = await self.find({"email": {"$in": list(emails)}}) if emails else []
        counts = Counter(person.email for person in found)
        return {one.email: one for one in found if one.email and counts[one.email] == 1}

    async def invited_to(self, programme_ids: Collection[UUID], limit: int) -> list[Person]:
        """Those whom one of these programmes asked, and who can still be reached for it."""
        return await self.find({"invited_to": {"$in": list(programme_ids)}}, limit)

    async def leads(self, programme_id: UUID) -> list[Person]:
        """Those who lead a programme, or prepare it."""
        either = [{f"roles.{programme_id}": "lead"}, {"drafts": programme_id}]
        return await self.find({"$or": either})

    async def awaiting_reply(self, but: Collection[UUID], limit: int) -> list[Person]:
        """Those who can be reached for an answer, but these."""
        return await self.find({"awaits_reply": True, "_id": {"$nin": list(but)}}, limit)

    async def page(self, after: UUID | None, limit: int) -> list[Person]:
        """All of them, page by page."""
        return await self.find({"_id": {"$gt": after}} if after else {}, limit)
