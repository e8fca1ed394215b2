"""Pairs from the proposal to the end, and why proposals were declined."""

from collections.abc import Collection
from uuid import UUID

from pydantic import TypeAdapter
from pymongo import ReplaceOne, UpdateMany

from services.matching.domain.declines import Decline
from services.matching.domain.pairs import NOT_AGAIN, Pair, PairState
from services.matching.domain.routines import Cause, Start
from services.matching.domain.sprints import LONGEST
from services.matching.store.documents import document, every, one
from shared.chassis.mongo import Document
from shared.chassis.transactions import Tx

PAIRS, DECLINES = "pairs", "declines"

_PAIR = TypeAdapter(Pair)


class StoredPairs:
    """The port `Pairs`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, pair_id: UUID) -> Pair | None:
        """One of them."""
        return one(_PAIR, await self._tx.find_one(PAIRS, {"_id": pair_id}))

    async def of_people(self, person_ids: Collection[UUID]) -> list[Pair]:
        """All that these people are or were in, but for voided proposals."""
        where = {"people": {"$in": list(person_ids)}, "state": {"$in": list(NOT_AGAIN)}}
        return every(_PAIR, await self._tx.find(PAIRS, where))

    async def of_volunteers(
        self, volunteer_ids: Collection[UUID], states: Collection[PairState]
    ) -> list[Pair]:
        """Those of these volunteers in these states, the newest first."""
        where = {"volunteers": {"$in": list(volunteer_ids)}, "state": {"$in": list(states)}}
        return every(_PAIR, await self._tx.find(PAIRS, where, sort=[("_id", -1)]))

    async def in_programme(
        self, programme_id: UUID, states: Collection[PairState], *, after: UUID | None, limit: int
    ) -> list[Pair]:
        """A page of a programme's pairs in these states, in the order of their ids."""
        where: Document = {"programme_id": programme_id, "state": {"$in": list(states)}}
        if after is not None:
            where["_id"] = {"$gt": after}
        return every(_PAIR, await self._tx.find(PAIRS, where, sort=[("_id", 1)], limit=limit))

    async def rated_in(self, programme_id: UUID) -> list[Pair]:
        """Those of a programme that somebody has rated, in the order of their ids."""
        rated = [{name: {"$ne": None}} for name in ("rated_by_mentor", "rated_by_mentee")]
        where: Document = {"programme_id": programme_id, "$or": rated}
        return every(_PAIR, await self._tx.find(PAIRS, where, sort=[("_id", 1)]))

    async def of_round(self, round_id: UUID) -> list[Pair]:
        """All that a round proposed, whatever became of it."""
        return every(_PAIR, await self._tx.find(PAIRS, {"round_id": round_id}))

    async def to_rematch(self, cohort_id: UUID) -> list[Pair]:
        """Those of a cohort that came to nothing, and whose two are to be matched again."""
        where = {"cohort_id": cohort_id, "rematch": True}
        return every(_PAIR, await self._tx.find(PAIRS, where))

    async def rematches(self) -> list[Start]:
        """The cohorts that have such pairs."""
        by = {"programme_id": "$programme_id", "cohort_id": "$cohort_id"}
        found = await self._tx.aggregate(
            PAIRS, [{"$match": {"rematch": True}}, {"$group": {"_id": by}}, {"$sort": {"_id": 1}}]
        )
        return [Start(cause=Cause.REMATCH, **row["_id"]) for row in found]

    def rematched(self, cohort_id: UUID) -> None:
        """Keep that a round has taken these up."""
        where = {"cohort_id": cohort_id, "rematch": True}
        self._tx.write(PAIRS, UpdateMany(where, {"$set": {"rematch": False}}))

    async def in_group(self, group_id: UUID) -> list[Pair]:
        """All pairs of a group, whatever became of them."""
        return every(_PAIR, await self._tx.find(PAIRS, {"group_id": group_id}, sort=[("_id", 1)]))

    async def shrinking(self, limit: int) -> list[Pair]:
        """Pairs that are over and whose group was not looked at since."""
        found = await self._tx.find(PAIRS, {"shrinks": True}, sort=[("_id", 1)], limit=limit)
        return every(_PAIR, found)

    async def run_out(self, limit: int) -> list[Pair]:
        """Running sprints that began `sprints.LONGEST` ago or before, by the database's clock."""
        ago = {"$subtract": ["$$NOW", round(LONGEST.total_seconds() * 1000)]}
        over = {"starts_at": {"$type": "date"}, "$expr": {"$lte": ["$starts_at", ago]}}
        where = {"state": PairState.FORMED.value, **over}
        return every(_PAIR, await self._tx.find(PAIRS, where, sort=[("starts_at", 1)], limit=limit))

    async def due(self, limit: int) -> list[Pair]:
        """Open proposals whose time has run out by the database's clock."""
        over = {"$expr": {"$lte": ["$expires_at", "$$NOW"]}}
        where = {"state": PairState.PROPOSED.value, **over}
        return every(
            _PAIR, await self._tx.find(PAIRS, where, sort=[("expires_at", 1)], limit=limit)
        )

    def put(self, pair: Pair) -> None:
        """Keep it as it is now."""
        kept = document(pair)
        kept["volunteers"] = [party.volunteer_id for party in pair.parties]
        kept["people"] = [party.person_id for party in pair.parties]
        if pair.shrinks:
            kept["shrinks"] = True
        self._tx.write(PAIRS, ReplaceOne({"_id": pair.id}, kept, upsert=True))


class StoredDeclines:
    """The port `Declines`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def add(self, decline: Decline) -> None:
        """Keep a new one."""
        self._tx.write(DECLINES, ReplaceOne({"_id": decline.id}, document(decline), upsert=True))

    async def count(self, programme_id: UUID) -> dict[str, int]:
        """How often each reason was given in a programme."""
        found = await self._tx.aggregate(
            DECLINES,
            [
                {"$match": {"programme_id": programme_id}},
                {"$group": {"_id": "$reason", "count": {"$sum": 1}}},
            ],
        )
        return {row["_id"]: row["count"] for row in found}
