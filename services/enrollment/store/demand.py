"""Demand and supply, counted where the volunteers lie; and what was told of the gaps."""

from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

from services.enrollment.domain.demand import Demand, Gaps, Wish
from services.enrollment.domain.directory import Employee
from services.enrollment.domain.volunteers import Status
from services.enrollment.store.documents import Kind, Shelf
from services.enrollment.store.versions import EMPLOYEE, Pointer, Rows, beyond
from shared.chassis.mongo import Document
from shared.chassis.transactions import Tx

GAPS = Kind(Gaps, "gaps", "programme_id")


class Demands(Shelf[Gaps]):
    """What active volunteers want and offer."""

    def __init__(self, tx: Tx, pointer: Pointer) -> None:
        super().__init__(tx, GAPS)
        self._employees = Rows(tx, pointer)

    async def of_programme(self, programme_id: UUID) -> list[Demand]:
        """By topic, those that anybody wants or offers."""
        wanted: defaultdict[str, Counter[int]] = defaultdict(Counter)
        for row in await self._by_topic(
            programme_id, "needs", {"priority": "$profile.needs.priority"}
        ):
            wanted[row["_id"]["topic"]][row["_id"]["priority"]] = row["people"]
        offered = {
            row["_id"]["topic"]: (row["people"], row["places"])
            for row in await self._by_topic(programme_id, "offers", {})
        }
        return [
            Demand(topic, wanted[topic].total(), dict(wanted[topic]), *offered.get(topic, (0, 0)))
            for topic in sorted(wanted.keys() | offered.keys())
        ]

    async def levels_wanting(self, programme_id: UUID, topic: str) -> list[int]:
        """The levels of those who want it."""
        where = {**_active(programme_id), "profile.needs.topic": topic}
        return [row["standing"]["level"] for row in await self.tx.find("volunteers", where)]

    async def worth_inviting(
        self, programme_id: UUID, wish: Wish, after: str | None, limit: int
    ) -> list[Employee]:
        """Employees whom nobody has heard of in the programme, by staff number."""
        known = await self._have_answered(programme_id) + await self._asked(programme_id)
        where: Document = {"person_id": {"$nin": known}}
        if after is not None:
            where |= beyond(after)
        if wish.unit is not None:
            where["unit"] = wish.unit
        if wish.profession is not None:
            where["profession"] = wish.profession
        levels = {"$gte": wish.level_min, "$lte": wish.level_max}
        if named := {bound: level for bound, level in levels.items() if level is not None}:
            where["level"] = named
        found = await self._employees.find(where, sort=[("_id", 1)], limit=limit)
        return [EMPLOYEE.thing(row) for row in found]

    async def gaps(self, programme_id: UUID) -> Gaps:
        """What was told of it last."""
        return await self.get(programme_id) or Gaps(programme_id)

    async def _have_answered(self, programme_id: UUID) -> list[UUID]:
        """Whoever said yes, also where they left since."""
        group: list[Document] = [
            {"$match": {"programme_id": programme_id}},
            {"$group": {"_id": "$person_id"}},
        ]
        return [row["_id"] for row in await self.tx.aggregate("volunteers", group)]

    async def _asked(self, programme_id: UUID) -> list[UUID]:
        """Whoever was invited, without those who put it off until a day that has come."""
        over = {"answer": "later", "later_until": {"$lte": self.tx.now.date().isoformat()}}
        where = {"programme_id": programme_id, "$nor": [over]}
        return [row["person_id"] for row in await self.tx.find("invitations", where)]

    async def _by_topic(
        self, programme_id: UUID, what: str, more: dict[str, Any]
    ) -> list[Document]:
        return await self.tx.aggregate(
            "volunteers",
            [
                {"$match": _active(programme_id)},
                {"$unwind": f"$profile.{what}"},
                {
                    "$group": {
                        "_id": {"topic": f"$profile.{what}.topic", **more},
                        "people": {"$sum": 1},
                        "places": {"$sum": "$profile.capacity"},
                    }
                },
            ],
        )


def _active(programme_id: UUID) -> Document:
    return {"programme_id": programme_id, "status": Status.ACTIVE.value}
