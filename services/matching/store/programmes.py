"""Programmes, and what each does by itself."""

from collections.abc import Collection
from uuid import UUID

from pydantic import TypeAdapter
from pymongo import UpdateOne

from services.matching.domain.routines import Cause, Routine, Start
from services.matching.domain.terms import Programme, Terms
from services.matching.store.documents import document, every, one, read
from shared.chassis.mongo import Document
from shared.chassis.transactions import Tx

PROGRAMMES = "programmes"

_PROGRAMME = TypeAdapter(Programme)


class StoredProgrammes:
    """The port `Programmes`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, programme_id: UUID) -> Programme | None:
        """The programme."""
        return one(_PROGRAMME, await self._tx.find_one(PROGRAMMES, {"_id": programme_id}))

    async def of(self, programme_ids: Collection[UUID]) -> dict[UUID, Programme]:
        """These, as far as they are known."""
        found = await self._tx.find(PROGRAMMES, {"_id": {"$in": list(programme_ids)}})
        return {row["_id"]: read(_PROGRAMME, row) for row in found}

    def put_terms(self, programme_id: UUID, terms: Terms) -> None:
        """Keep its terms."""
        self._update(programme_id, {"$set": {"terms": document(terms)}})

    def put_cohort(self, programme_id: UUID, cohort_id: UUID) -> None:
        """Keep that it has this cohort."""
        self._update(programme_id, {"$addToSet": {"cohorts": cohort_id}})

    def close(self, programme_id: UUID) -> None:
        """Keep that it takes nobody any more."""
        self._update(programme_id, {"$set": {"closed": True}})

    def close_cohort(self, programme_id: UUID, cohort_id: UUID) -> None:
        """Keep that this cohort of it takes nobody any more."""
        self._update(programme_id, {"$addToSet": {"closed_cohorts": cohort_id}})

    def put_routine(self, programme_id: UUID, routine: Routine) -> None:
        """Keep what the lead set; the same number of days leaves the next round where it was."""
        kept: Document = {
            "every_days": routine.every_days,
            "release": routine.release.value,
            "rematch": routine.rematch.value,
            "due": [],
            "next_at": None,
        }
        if routine.every_days is not None:
            kept["due"] = {"$ifNull": ["$routine.due", []]}
            same = {"$eq": ["$routine.every_days", routine.every_days]}
            later = _in_days(routine.every_days)
            kept["next_at"] = {"$cond": [same, {"$ifNull": ["$routine.next_at", later]}, later]}
        self._change(programme_id, kept)

    async def fallen_due(self) -> list[Programme]:
        """Those whose schedule asks for a round by the database's clock."""
        over = {"$expr": {"$lte": ["$routine.next_at", "$$NOW"]}}
        where = {"routine.next_at": {"$type": "date"}, **over}
        return every(_PROGRAMME, await self._tx.find(PROGRAMMES, where))

    def put_due(
        self, programme_id: UUID, cohort_ids: Collection[UUID], every_days: int | None
    ) -> None:
        """Keep whose rounds are to start, and move the schedule on; no days end it."""
        next_at = None if every_days is None else _in_days(every_days)
        self._change(programme_id, {"due": list(cohort_ids), "next_at": next_at})

    def took_up(self, programme_id: UUID, cohort_id: UUID) -> None:
        """Keep that the round of this cohort is not due any more."""
        self._update(programme_id, {"$pull": {"routine.due": cohort_id}})

    async def to_start(self) -> list[Start]:
        """The rounds that the schedule wants, the first of each programme."""
        found = await self._tx.find(PROGRAMMES, {"routine.due.0": {"$exists": True}})
        return [Start(row["_id"], row["routine"]["due"][0], Cause.SCHEDULE) for row in found]

    def _change(self, programme_id: UUID, fields: Document) -> None:
        named = {f"routine.{name}": value for name, value in fields.items()}
        self._tx.write(PROGRAMMES, UpdateOne({"_id": programme_id}, [{"$set": named}]))

    def claim(self, programme_id: UUID, by: UUID) -> None:
        """Write to its document, so that units of work which do so too conflict."""
        self._update(programme_id, {"$set": {"claimed_by": by}})

    def _update(self, programme_id: UUID, change: Document) -> None:
        self._tx.write(PROGRAMMES, UpdateOne({"_id": programme_id}, change, upsert=True))


def _in_days(days: int) -> Document:
    return {"$dateAdd": {"startDate": "$$NOW", "unit": "day", "amount": days}}
