"""Rounds, and the drafts that nobody was told of yet."""

from uuid import UUID

from pydantic import TypeAdapter
from pymongo import DeleteOne, InsertOne, ReplaceOne

from services.matching.domain.candidates import Side
from services.matching.domain.drafts import Draft
from services.matching.domain.records import Place
from services.matching.domain.rounds import TO_SOLVE, Outcome, Round, RoundState
from services.matching.domain.routines import Cause
from services.matching.store.documents import document, every, one
from shared.chassis.mongo import Document
from shared.chassis.transactions import Tx

ROUNDS, DRAFTS = "rounds", "drafts"

_ROUND = TypeAdapter(Round)
_DRAFT = TypeAdapter(Draft)


class StoredRounds:
    """The port `Rounds`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, round_id: UUID) -> Round | None:
        """One of them."""
        return one(_ROUND, await self._tx.find_one(ROUNDS, {"_id": round_id}))

    async def open_in(self, programme_id: UUID) -> Round | None:
        """The one of a programme that is not over."""
        where = {"programme_id": programme_id, "open": True}
        return one(_ROUND, await self._tx.find_one(ROUNDS, where))

    async def in_programme(
        self, programme_id: UUID, *, before: UUID | None, limit: int
    ) -> list[Round]:
        """A page of a programme's rounds, the newest first."""
        where: Document = {"programme_id": programme_id}
        if before is not None:
            where["_id"] = {"$lt": before}
        return every(_ROUND, await self._tx.find(ROUNDS, where, sort=[("_id", -1)], limit=limit))

    async def unfinished(self) -> list[Round]:
        """All that a worker is to take up, the oldest first."""
        where = {"state": {"$in": list(TO_SOLVE)}}
        return every(_ROUND, await self._tx.find(ROUNDS, where, sort=[("_id", 1)]))

    async def last_in(self, programme_id: UUID, cohort_id: UUID) -> Round | None:
        """The newest round of all who waited in a cohort that is a draft or released."""
        states = [RoundState.DRAFTED.value, RoundState.COMPLETED.value]
        where = {
            "programme_id": programme_id,
            "cohort_id": cohort_id,
            "state": {"$in": states},
            "cause": {"$ne": Cause.REMATCH.value},
        }
        newest = await self._tx.find(ROUNDS, where, sort=[("_id", -1)], limit=1)
        return one(_ROUND, newest[0] if newest else None)

    async def shadows_to_solve(self, programme_id: UUID) -> int:
        """How many shadows of a programme are not solved yet."""
        states = {"$in": list(TO_SOLVE)}
        where = {"programme_id": programme_id, "state": states, "shadow": {"$ne": None}}
        return await self._tx.count(ROUNDS, where)

    async def left_over(self, programme_id: UUID) -> dict[Place, tuple[UUID, ...]]:
        """The released rounds of all who waited in a programme, by whom they left over on which side."""
        released = {"programme_id": programme_id, "state": RoundState.COMPLETED.value}
        found = await self._tx.aggregate(
            ROUNDS,
            [
                {"$match": {**released, "cause": {"$ne": Cause.REMATCH.value}}},
                {"$unwind": "$left_over"},
                {
                    "$group": {
                        "_id": {"id": "$left_over.volunteer_id", "side": "$left_over.side"},
                        "rounds": {"$addToSet": "$_id"},
                    }
                },
            ],
        )
        return {
            (row["_id"]["id"], Side(row["_id"]["side"])): tuple(sorted(row["rounds"]))
            for row in found
        }

    def add(self, round_: Round) -> None:
        """Keep a new one."""
        self._tx.write(ROUNDS, InsertOne(document(round_) | {"open": round_.open}))

    def save(self, round_: Round, outcome: Outcome | None = None) -> None:
        """Keep its new state, and who was not matched for which reason."""
        kept = document(round_) | {"open": round_.open}
        if outcome is not None:
            kept["left_over"] = [document(left) for left in outcome.unmatched]
        self._tx.write(ROUNDS, ReplaceOne({"_id": round_.id}, kept))


class StoredDrafts:
    """The port `Drafts`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, round_id: UUID) -> Draft | None:
        """The draft of a round."""
        return one(_DRAFT, await self._tx.find_one(DRAFTS, {"_id": round_id}))

    def put(self, draft: Draft) -> None:
        """Keep it as it is now."""
        self._tx.write(DRAFTS, ReplaceOne({"_id": draft.id}, document(draft), upsert=True))

    def remove(self, round_id: UUID) -> None:
        """Keep nothing of it."""
        self._tx.write(DRAFTS, DeleteOne({"_id": round_id}))
