"""MongoDB behind the ports. Every write is keyed, so that the same again is nothing."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from logging import INFO
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne

from services.matching import translation
from services.matching.domain.candidates import Candidate
from services.matching.domain.pairs import NOT_AGAIN, Pair, PairState
from services.matching.domain.ports import Fact
from services.matching.domain.rounds import Outcome, Round
from services.matching.domain.terms import Programme, Terms
from shared.chassis.ids import new_id
from shared.chassis.mongo import Document, Index
from shared.chassis.transactions import Tx

PROGRAMMES, CANDIDATES, ROUNDS, PAIRS = "programmes", "candidates", "rounds", "pairs"
INDEXES = (
    Index(CANDIDATES, [("programme_id", 1), ("cohort_id", 1)]),
    Index(CANDIDATES, [("person_id", 1)]),
    # What the handler checks in words the index makes certain: one open round per programme.
    Index(ROUNDS, [("programme_id", 1)], unique=True, partial={"open": True}),
    Index(PAIRS, [("volunteers", 1), ("state", 1)]),
    Index(PAIRS, [("people", 1), ("state", 1)]),
    Index(PAIRS, [("programme_id", 1), ("state", 1), ("_id", 1)]),
    Index(PAIRS, [("expires_at", 1)], partial={"state": PairState.PROPOSED.value}),
)

_PROGRAMME = TypeAdapter(Programme)
_CANDIDATE = TypeAdapter(Candidate)
_ROUND = TypeAdapter(Round)
_PAIR = TypeAdapter(Pair)
Kept = TypeVar("Kept")


class Unit:
    """The unit of work that handlers get."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.now = tx.now
        self.programmes = StoredProgrammes(tx)
        self.candidates = StoredCandidates(tx)
        self.rounds = StoredRounds(tx)
        self.pairs = StoredPairs(tx)

    def new_id(self) -> UUID:
        """A fresh random id."""
        return new_id()

    def publish(self, *facts: Fact) -> None:
        """Put the facts into the outbox, and a line of each into the log."""
        for fact in facts:
            self._tx.publish(*translation.outgoing(fact))
            event, ids = translation.log_line(fact)
            self.note(event, **ids)

    def note(self, event: str, *, level: int = INFO, **ids: object) -> None:
        """Log once this is committed."""
        self._tx.note(event, level=level, **{name: str(value) for name, value in ids.items()})


class StoredProgrammes:
    """The port `Programmes`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, programme_id: UUID) -> Programme | None:
        """The programme."""
        return _one(_PROGRAMME, await self._tx.find_one(PROGRAMMES, {"_id": programme_id}))

    async def of(self, programme_ids: Collection[UUID]) -> dict[UUID, Programme]:
        """These, as far as they are known."""
        found = await self._tx.find(PROGRAMMES, {"_id": {"$in": list(programme_ids)}})
        return {document["_id"]: _read(_PROGRAMME, document) for document in found}

    def put_terms(self, programme_id: UUID, terms: Terms) -> None:
        """Keep its terms."""
        self._update(programme_id, {"$set": {"terms": _document(terms)}})

    def put_cohort(self, programme_id: UUID, cohort_id: UUID) -> None:
        """Keep that it has this cohort."""
        self._update(programme_id, {"$addToSet": {"cohorts": cohort_id}})

    def close(self, programme_id: UUID) -> None:
        """Keep that it takes nobody any more."""
        self._update(programme_id, {"$set": {"closed": True}})

    def close_cohort(self, programme_id: UUID, cohort_id: UUID) -> None:
        """Keep that this cohort of it takes nobody any more."""
        self._update(programme_id, {"$addToSet": {"closed_cohorts": cohort_id}})

    def claim(self, programme_id: UUID, by: UUID) -> None:
        """Write to its document, so that units of work which do so too conflict."""
        self._update(programme_id, {"$set": {"claimed_by": by}})

    def _update(self, programme_id: UUID, change: Document) -> None:
        self._tx.write(PROGRAMMES, UpdateOne({"_id": programme_id}, change, upsert=True))


class StoredCandidates:
    """The port `Candidates`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, volunteer_id: UUID) -> Candidate | None:
        """One of them."""
        return _one(_CANDIDATE, await self._tx.find_one(CANDIDATES, {"_id": volunteer_id}))

    async def of(self, volunteer_ids: Collection[UUID]) -> list[Candidate]:
        """These."""
        where = {"_id": {"$in": list(volunteer_ids)}}
        return _all(_CANDIDATE, await self._tx.find(CANDIDATES, where))

    async def in_cohort(self, programme_id: UUID, cohort_id: UUID) -> list[Candidate]:
        """All of one cohort."""
        where = {"programme_id": programme_id, "cohort_id": cohort_id}
        return _all(_CANDIDATE, await self._tx.find(CANDIDATES, where))

    def put(self, candidate: Candidate) -> None:
        """Keep the newest state."""
        key = {"_id": candidate.id}
        self._tx.write(CANDIDATES, ReplaceOne(key, _document(candidate), upsert=True))

    def remove(self, volunteer_id: UUID) -> None:
        """Keep nothing of this one."""
        self._tx.write(CANDIDATES, DeleteOne({"_id": volunteer_id}))

    def claim(self, person_ids: Collection[UUID], by: UUID) -> None:
        """Write to the documents of these people, so that units of work which do so too conflict."""
        theirs = {"person_id": {"$in": list(person_ids)}}
        self._tx.write(CANDIDATES, UpdateMany(theirs, {"$set": {"claimed_by": by}}))


class StoredRounds:
    """The port `Rounds`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, round_id: UUID) -> Round | None:
        """One of them."""
        return _one(_ROUND, await self._tx.find_one(ROUNDS, {"_id": round_id}))

    async def open_in(self, programme_id: UUID) -> Round | None:
        """The one of a programme that is not over."""
        where = {"programme_id": programme_id, "open": True}
        return _one(_ROUND, await self._tx.find_one(ROUNDS, where))

    async def unfinished(self) -> list[Round]:
        """All that are not over, the oldest first."""
        return _all(_ROUND, await self._tx.find(ROUNDS, {"open": True}, sort=[("_id", 1)]))

    def add(self, round_: Round) -> None:
        """Keep a new one."""
        self._tx.write(ROUNDS, InsertOne(_document(round_) | {"open": True}))

    def save(self, round_: Round, outcome: Outcome | None = None) -> None:
        """Keep its new state, and who was not matched for which reason."""
        document = _document(round_) | {"open": round_.open}
        if outcome is not None:
            document["left_over"] = [_document(one) for one in outcome.unmatched]
        self._tx.write(ROUNDS, ReplaceOne({"_id": round_.id}, document))


class StoredPairs:
    """The port `Pairs`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, pair_id: UUID) -> Pair | None:
        """One of them."""
        return _one(_PAIR, await self._tx.find_one(PAIRS, {"_id": pair_id}))

    async def of_people(self, person_ids: Collection[UUID]) -> list[Pair]:
        """All that these people are or were in, but for voided proposals."""
        where = {"people": {"$in": list(person_ids)}, "state": {"$in": list(NOT_AGAIN)}}
        return _all(_PAIR, await self._tx.find(PAIRS, where))

    async def of_volunteers(
        self, volunteer_ids: Collection[UUID], states: Collection[PairState]
    ) -> list[Pair]:
        """Those of these volunteers in these states, the newest first."""
        where = {"volunteers": {"$in": list(volunteer_ids)}, "state": {"$in": list(states)}}
        return _all(_PAIR, await self._tx.find(PAIRS, where, sort=[("_id", -1)]))

    async def in_programme(
        self, programme_id: UUID, states: Collection[PairState], *, after: UUID | None, limit: int
    ) -> list[Pair]:
        """A page of a programme's pairs in these states, in the order of their ids."""
        where: Document = {"programme_id": programme_id, "state": {"$in": list(states)}}
        if after is not None:
            where["_id"] = {"$gt": after}
        return _all(_PAIR, await self._tx.find(PAIRS, where, sort=[("_id", 1)], limit=limit))

    async def due(self, limit: int) -> list[Pair]:
        """Open proposals whose time has run out by the database's clock."""
        over = {"$expr": {"$lte": ["$expires_at", "$$NOW"]}}
        where = {"state": PairState.PROPOSED.value, **over}
        return _all(_PAIR, await self._tx.find(PAIRS, where, sort=[("expires_at", 1)], limit=limit))

    def put(self, pair: Pair) -> None:
        """Keep it as it is now."""
        document = _document(pair)
        document["volunteers"] = [party.volunteer_id for party in pair.parties]
        document["people"] = [party.person_id for party in pair.parties]
        self._tx.write(PAIRS, ReplaceOne({"_id": pair.id}, document, upsert=True))


def _document(thing: Any) -> Document:
    """A dataclass as MongoDB keeps it."""
    document: Document = asdict(thing, dict_factory=_fields)
    if "id" in document:
        document["_id"] = document.pop("id")
    return document


def _fields(fields: list[tuple[str, Any]]) -> Document:
    return {name: _bson(value) for name, value in fields}


def _bson(value: Any) -> Any:
    # BSON knows moments, but no days.
    is_day = isinstance(value, date) and not hasattr(value, "hour")
    return value.isoformat() if is_day else value


def _one(kind: TypeAdapter[Kept], document: Document | None) -> Kept | None:
    return None if document is None else _read(kind, document)


def _all(kind: TypeAdapter[Kept], documents: list[Document]) -> list[Kept]:
    return [_read(kind, document) for document in documents]


def _read(kind: TypeAdapter[Kept], document: Document) -> Kept:
    return kind.validate_python({"id": document["_id"], **document})
