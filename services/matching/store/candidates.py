"""Volunteers as enrollment tells them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from pymongo import DeleteOne, UpdateMany, UpdateOne

from services.matching.domain.candidates import Candidate
from services.matching.store.documents import document, every, one
from shared.chassis.transactions import Tx

CANDIDATES = "candidates"

_CANDIDATE = TypeAdapter(Candidate)


class StoredCandidates:
    """The port `Candidates`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, volunteer_id: UUID) -> Candidate | None:
        """One of them."""
        return one(_CANDIDATE, await self._tx.find_one(CANDIDATES, {"_id": volunteer_id}))

    async def of(self, volunteer_ids: Collection[UUID]) -> list[Candidate]:
        """These."""
        where = {"_id": {"$in": list(volunteer_ids)}}
        return every(_CANDIDATE, await self._tx.find(CANDIDATES, where))

    async def all_known(self, volunteer_ids: Collection[UUID]) -> bool:
        """Whether something is kept of each of these."""
        wanted = set(volunteer_ids)
        found = await self._tx.count(CANDIDATES, {"_id": {"$in": sorted(wanted)}})
        return found == len(wanted)

    async def in_cohort(self, programme_id: UUID, cohort_id: UUID) -> list[Candidate]:
        """All of one cohort."""
        where = {"programme_id": programme_id, "cohort_id": cohort_id}
        return every(_CANDIDATE, await self._tx.find(CANDIDATES, where))

    async def known_since(self, volunteer_ids: Collection[UUID]) -> dict[UUID, datetime]:
        """When matching first heard of each, as far as that was kept."""
        where = {"_id": {"$in": list(volunteer_ids)}, "known_since": {"$type": "date"}}
        return {row["_id"]: row["known_since"] for row in await self._tx.find(CANDIDATES, where)}

    def put(self, candidate: Candidate) -> None:
        """Keep the newest state, and when the first one came."""
        kept = document(candidate)
        change = {"$set": kept, "$setOnInsert": {"known_since": self._tx.now}}
        self._tx.write(CANDIDATES, UpdateOne({"_id": kept.pop("_id")}, change, upsert=True))

    def remove(self, volunteer_id: UUID) -> None:
        """Keep nothing of this one."""
        self._tx.write(CANDIDATES, DeleteOne({"_id": volunteer_id}))

    def claim(self, person_ids: Collection[UUID], by: UUID) -> None:
        """Write to the documents of these people, so that units of work which do so too conflict."""
        theirs = {"person_id": {"$in": list(person_ids)}}
        self._tx.write(CANDIDATES, UpdateMany(theirs, {"$set": {"claimed_by": by}}))
