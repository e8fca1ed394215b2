"""Questions about rounds, the reports of rounds, and the pools that both are about."""

from uuid import UUID

from pydantic import TypeAdapter
from pymongo import ReplaceOne, UpdateOne

from services.matching.domain.assignment import Pairing
from services.matching.domain.questions import KeptPool, Question, QuestionState
from services.matching.domain.reports import Report
from services.matching.store.documents import document, every, one
from shared.chassis.mongo import Document
from shared.chassis.transactions import Tx

QUESTIONS, POOLS, REPORTS = "questions", "pools", "reports"

_QUESTION = TypeAdapter(Question)
_REPORT = TypeAdapter(Report)


class StoredQuestions:
    """The port `Questions`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, question_id: UUID) -> Question | None:
        """One of them."""
        return one(_QUESTION, await self._tx.find_one(QUESTIONS, {"_id": question_id}))

    async def asked(self) -> list[Question]:
        """All that a worker is to answer, the oldest first."""
        where = {"state": QuestionState.ASKED.value}
        found = await self._tx.find(QUESTIONS, where, sort=[("asked_at", 1), ("_id", 1)])
        return every(_QUESTION, found)

    async def count_asked(self, round_id: UUID) -> int:
        """How many about this round wait for an answer."""
        where = {"state": QuestionState.ASKED.value, "round_id": round_id}
        return await self._tx.count(QUESTIONS, where)

    def put(self, question: Question) -> None:
        """Keep it as it is now."""
        self._tx.write(QUESTIONS, ReplaceOne({"_id": question.id}, document(question), upsert=True))


class StoredPools:
    """The port `Pools`. They expire, by an index, so many days after they were kept."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def holds(self, round_id: UUID, pairing: Pairing | None = None) -> bool:
        """Whether the pool of a round is kept, and has these two as mentor and mentee."""
        where: Document = {"_id": round_id}
        if pairing is not None:
            where["mentors"], where["mentees"] = pairing
        return await self._tx.find_one(POOLS, where, {"_id": 1}) is not None

    async def packed(self, round_id: UUID) -> bytes | None:
        """The packed pool of a round."""
        found = await self._tx.find_one(POOLS, {"_id": round_id}, {"packed": 1})
        return None if found is None else bytes(found["packed"])

    def put(self, pool: KeptPool) -> None:
        """Keep it."""
        kept = document(pool) | {"kept_at": self._tx.now}
        kept["_id"] = kept.pop("round_id")
        self._tx.write(POOLS, ReplaceOne({"_id": pool.round_id}, kept, upsert=True))

    def claim(self, round_id: UUID, by: UUID) -> None:
        """Write to its document, so that a unit of work which deletes it conflicts."""
        self._tx.write(POOLS, UpdateOne({"_id": round_id}, {"$set": {"claimed_by": by}}))


class StoredReports:
    """The port `Reports`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, round_id: UUID) -> Report | None:
        """The report of a round."""
        found = await self._tx.find_one(REPORTS, {"_id": round_id})
        return None if found is None else _REPORT.validate_python(found)

    def put(self, round_id: UUID, report: Report) -> None:
        """Keep it."""
        kept = document(report) | {"_id": round_id}
        self._tx.write(REPORTS, ReplaceOne({"_id": round_id}, kept, upsert=True))
