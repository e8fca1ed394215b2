"""The folded documents in MongoDB: written by keyed upserts, read as the material of a report."""

from typing import Any
from uuid import UUID

from pymongo import UpdateOne

from services.reporting.projections.domain import reading
from services.reporting.projections.domain.documents import Change, Collection
from services.reporting.projections.domain.material import (
    Asked,
    Material,
    Meetings,
    Round,
    Talks,
)
from shared.chassis.privacy.holdings import Holding, OnErasure, of_volunteers
from shared.chassis.transactions import Index, Tx

INDEXES = (
    Index(Collection.COHORTS, [("programme_id", 1)]),
    Index(Collection.VOLUNTEERS, [("programme_id", 1)]),
    Index(Collection.PAIRINGS, [("programme_id", 1)]),
    Index(Collection.SESSIONS, [("programme_id", 1), ("pair_id", 1)]),
    Index(Collection.ROUNDS, [("programme_id", 1), ("completed_at", -1)]),
    Index(Collection.CONCERNS, [("programme_id", 1)]),
    Index(Collection.DIALOGUES, [("programme_id", 1), ("state", 1)]),
    Index(Collection.COMPROMISES, [("programme_id", 1), ("outcome", 1)]),
    Index(Collection.INVITATIONS, [("programme_id", 1), ("state", 1)]),
    Index(Collection.CONFIRMATIONS, [("programme_id", 1), ("state", 1)]),
    Index(Collection.DELIVERIES, [("programme_id", 1), ("kind", 1), ("outcome", 1)]),
    Index(Collection.MEASUREMENTS, [("programme_id", 1)]),
    Index(Collection.GAPS, [("programme_id", 1)]),
)

_KEPT = "for good: what reports count"
HOLDINGS = (
    Holding(
        Collection.VOLUNTEERS,
        "who takes part: roles and status by volunteer",
        OnErasure.STAYS,
        of_volunteers("_id"),
        kept=_KEPT,
    ),
    Holding(
        Collection.PAIRINGS,
        "proposals and pairs by volunteer",
        OnErasure.STAYS,
        of_volunteers(
            "proposal.mentor_id", "proposal.mentee_id", "pair.mentor_id", "pair.mentee_id"
        ),
        kept=_KEPT,
    ),
    Holding(Collection.SESSIONS, "sessions by pair", OnErasure.STAYS, kept=_KEPT),
    Holding(Collection.PROGRAMMES, "programmes"),
    Holding(Collection.COHORTS, "cohorts"),
    Holding(Collection.ROUNDS, "counts of rounds of matching"),
    Holding(Collection.DELIVERIES, "what became of messages; no recipient"),
    Holding(Collection.MEASUREMENTS, "values of KPIs, as the lead measured them"),
    Holding(Collection.GAPS, "topics that more want than are offered"),
    Holding(Collection.CONCERNS, "doubts by kind; never whose"),
    Holding(Collection.DIALOGUES, "open conversations; never who took part"),
    Holding(Collection.COMPROMISES, "what became of compromises"),
    Holding(Collection.INVITATIONS, "invitations by answer; never whom they were to"),
    Holding(Collection.CONFIRMATIONS, "confirmations by answer; never whose"),
)
"""Where the projections keep data on people: under random ids alone, and so that every report stays as it was."""


class Unit:
    """The unit of work that handlers get."""

    def __init__(self, tx: Tx) -> None:
        self.projections = StoredProjections(tx)


class StoredProjections:
    """The port `Projections` on MongoDB."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def apply(self, change: Change) -> None:
        """Take up one keyed upsert."""
        self._tx.write(
            change.collection,
            UpdateOne({"_id": change.key}, {"$set": dict(change.fields)}, upsert=True),
        )

    async def material(self, programme_id: UUID) -> Material | None:
        """What a report is made of."""
        found = await self._tx.find_one(Collection.PROGRAMMES, {"_id": programme_id})
        if found is None or "starts_on" not in found:
            return None
        mine = {"programme_id": programme_id}
        pairings = map(reading.pairing, await self._tx.find(Collection.PAIRINGS, mine))
        return Material(
            reading.programme(found, await self._tx.find(Collection.COHORTS, mine)),
            tuple(map(reading.volunteer, await self._tx.find(Collection.VOLUNTEERS, mine))),
            tuple(pairing for pairing in pairings if pairing is not None),
            await self._meetings(mine),
            await self._mails(mine),
            await self._tx.count(Collection.ROUNDS, mine),
            await self._last_round(mine),
            reading.objectives(found, await self._tx.find(Collection.MEASUREMENTS, mine)),
            reading.gaps(await self._tx.find(Collection.GAPS, mine)),
            tuple(map(reading.concern, await self._tx.find(Collection.CONCERNS, mine))),
            Talks(
                await self._counted(Collection.DIALOGUES, "state", mine),
                await self._counted(Collection.COMPROMISES, "outcome", mine),
            ),
            Asked(
                await self._counted(Collection.INVITATIONS, "state", mine),
                await self._counted(Collection.CONFIRMATIONS, "state", mine),
            ),
        )

    async def _meetings(self, mine: dict[str, Any]) -> tuple[Meetings, ...]:
        held = {"$eq": ["$state", "held"]}
        has_mood = {"$and": [held, {"$gt": ["$mood", None]}]}
        group = {
            "_id": "$pair_id",
            **{
                name: _count({"$eq": ["$state", name]}) for name in ("planned", "held", "cancelled")
            },
            "minutes": {"$sum": {"$cond": [held, "$minutes", 0]}},
            "first_held_at": {"$min": {"$cond": [held, "$held_at", None]}},
            "mood_sum": {"$sum": {"$cond": [has_mood, "$mood", 0]}},
            "moods": _count(has_mood),
        }
        rows = await self._tx.aggregate(Collection.SESSIONS, [{"$match": mine}, {"$group": group}])
        return tuple(Meetings(row.pop("_id"), **row) for row in rows)

    async def _mails(self, mine: dict[str, Any]) -> dict[tuple[str, str], int]:
        group = {"_id": {"kind": "$kind", "outcome": "$outcome"}, "count": {"$sum": 1}}
        rows = await self._tx.aggregate(
            Collection.DELIVERIES, [{"$match": mine}, {"$group": group}]
        )
        return {(row["_id"]["kind"], row["_id"]["outcome"]): row["count"] for row in rows}

    async def _counted(
        self, collection: Collection, by: str, mine: dict[str, Any]
    ) -> dict[str, int]:
        group = {"_id": f"${by}", "count": {"$sum": 1}}
        rows = await self._tx.aggregate(collection, [{"$match": mine}, {"$group": group}])
        return {row["_id"]: row["count"] for row in rows}

    async def _last_round(self, mine: dict[str, Any]) -> Round | None:
        newest = [("completed_at", -1), ("_id", -1)]
        found = await self._tx.find(Collection.ROUNDS, mine, sort=newest, limit=1)
        return reading.last_round(found[0]) if found else None


def _count(condition: dict[str, Any]) -> dict[str, Any]:
    return {"$sum": {"$cond": [condition, 1, 0]}}
