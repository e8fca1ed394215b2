"""Volunteers, and the pairs that they are in."""

from collections import Counter
from collections.abc import Collection
from datetime import date
from uuid import UUID

from services.enrollment.domain.pairs import Pair
from services.enrollment.domain.ports import Census
from services.enrollment.domain.volunteers import Status, Volunteer
from services.enrollment.store.documents import Kind, Shelf
from shared.chassis.mongo import Document
from shared.chassis.transactions import Index

INDEXES = (
    Index("volunteers", [("person_id", 1), ("programme_id", 1)], unique=True),
    Index("volunteers", [("programme_id", 1), ("_id", 1)]),
    Index("volunteers", [("cohort_id", 1), ("status", 1)]),
    Index("volunteers", [("paused_until", 1)], partial={"status": "paused"}),
    Index("volunteers", [("profile.available_until", 1)], partial={"status": "active"}),
    Index("volunteers", [("avoid.person_id", 1)]),
    Index("volunteers", [("avoid.named", 1)]),
    Index("pairs", [("mentor_id", 1)], partial={"running": True}),
    Index("pairs", [("mentee_id", 1)], partial={"running": True}),
)
VOLUNTEER = Kind(Volunteer, "volunteers", "volunteer_id")
PAIR = Kind(Pair, "pairs", "pair_id")


class Volunteers(Shelf[Volunteer]):
    """Who said yes, ever."""

    async def of_person(self, person_id: UUID, programme_id: UUID) -> Volunteer | None:
        """What the person is in the programme."""
        found = await self.find({"person_id": person_id, "programme_id": programme_id})
        return found[0] if found else None

    async def all_of(self, person_id: UUID) -> list[Volunteer]:
        """What the person is, in all programmes."""
        return await self.find({"person_id": person_id})

    async def here_of(self, person_ids: Collection[UUID]) -> frozenset[UUID]:
        """Of the volunteers of these persons those that have not left, by id."""
        theirs = {"person_id": {"$in": list(person_ids)}}
        here = {"status": {"$ne": Status.WITHDRAWN.value}}
        rows = await self.tx.find("volunteers", theirs | here)
        return frozenset(row["_id"] for row in rows)

    async def page(
        self, programme_id: UUID | None, after: UUID | None, limit: int
    ) -> list[Volunteer]:
        """Of one programme or of all, in the order in which they came."""
        where: Document = {"programme_id": programme_id} if programme_id else {}
        return await self.find(where | ({"_id": {"$gt": after}} if after else {}), limit)

    async def filling(self, cohort_id: UUID) -> int:
        """How many places of the cohort are taken."""
        here = {"$in": [Status.ACTIVE.value, Status.PAUSED.value]}
        return await self.tx.count("volunteers", {"cohort_id": cohort_id, "status": here})

    async def census(self, programme_id: UUID) -> Census:
        """Counts."""
        group = {"_id": {"status": "$status", "roles": "$profile.roles"}, "people": {"$sum": 1}}
        pipeline: list[Document] = [
            {"$match": {"programme_id": programme_id}},
            {"$group": group},
        ]
        by_status: Counter[str] = Counter()
        by_role: Counter[str] = Counter()
        for row in await self.tx.aggregate("volunteers", pipeline):
            by_status[row["_id"]["status"]] += row["people"]
            if row["_id"]["status"] != Status.WITHDRAWN:
                for role in row["_id"]["roles"]:
                    by_role[role] += row["people"]
        return Census(by_status, by_role)

    async def unasked(self, programme_id: UUID, cohort_id: UUID, limit: int) -> list[Volunteer]:
        """Those of other cohorts, without who left, whom nobody asked about this cohort."""
        where: Document = {
            "programme_id": programme_id,
            "cohort_id": {"$ne": cohort_id},
            "asked_for": {"$ne": cohort_id},
            "status": {"$ne": Status.WITHDRAWN.value},
        }
        return await self.find(where, limit)

    async def due_by(self, today: date, limit: int) -> list[Volunteer]:
        """Whose pause is over, and who is here and available no more."""
        come = {"$type": "string", "$lte": today.isoformat()}
        over = {"status": Status.PAUSED.value, "paused_until": come}
        gone = {"status": Status.ACTIVE.value, "profile.available_until": come}
        return await self.find({"$or": [over, gone]}, limit)

    async def active_in(self, cohort_id: UUID, limit: int) -> list[Volunteer]:
        """Who is here and not away, of a cohort."""
        return await self.find({"cohort_id": cohort_id, "status": Status.ACTIVE.value}, limit)

    async def avoiding(self, person_id: UUID, names: Collection[str]) -> list[Volunteer]:
        """Who does not want to be paired with the person, by id or by one of these names."""
        named = {"avoid.named": {"$in": list(names)}}
        return await self.find({"$or": [{"avoid.person_id": person_id}, named]})


class Pairs(Shelf[Pair]):
    """Pairs, as matching tells them."""

    async def running(self, volunteer_id: UUID) -> list[Pair]:
        """The volunteer's pairs of today."""
        side = [{"mentor_id": volunteer_id}, {"mentee_id": volunteer_id}]
        return await self.find({"running": True, "$or": side})
