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
        """What a report is made of: one question to the database, however many parts it has."""
        part: dict[str, list[dict[str, Any]]] = {name: [] for name in ("programme", *_PARTS)}
        for found in await self._tx.aggregate(Collection.PROGRAMMES, _everything(programme_id)):
            part[found["part"]].append(found["row"])
        if not part["programme"] or "starts_on" not in part["programme"][0]:
            return None
        programme = part["programme"][0]
        pairings = map(reading.pairing, part["pairings"])
        return Material(
            reading.programme(programme, part["cohorts"]),
            tuple(map(reading.volunteer, part["volunteers"])),
            tuple(pairing for pairing in pairings if pairing is not None),
            tuple(Meetings(row.pop("_id"), **row) for row in part["meetings"]),
            {(row["_id"]["kind"], row["_id"]["outcome"]): row["count"] for row in part["mails"]},
            sum(row["count"] for row in part["rounds"]),
            reading.last_round(part["last_round"][0]) if part["last_round"] else None,
            reading.objectives(programme, part["measurements"]),
            reading.gaps(part["gaps"]),
            tuple(map(reading.concern, part["concerns"])),
            Talks(_counted(part["dialogues"]), _counted(part["compromises"])),
            Asked(_counted(part["invitations"]), _counted(part["confirmations"])),
        )


def _everything(programme_id: UUID) -> list[dict[str, Any]]:
    """Rows of all parts, each with the name of its part; a cursor, since one document may not hold them all."""
    stages = [{"$match": {"_id": programme_id}}, _named("programme")]
    mine = {"$match": {"programme_id": programme_id}}
    for name, (collection, folded) in _PARTS.items():
        pipeline = [mine, *folded, _named(name)]
        stages.append({"$unionWith": {"coll": collection, "pipeline": pipeline}})
    return stages


def _named(part: str) -> dict[str, Any]:
    return {"$replaceWith": {"part": part, "row": "$$ROOT"}}


def _by(field: str) -> list[dict[str, Any]]:
    return [{"$group": {"_id": f"${field}", "count": {"$sum": 1}}}]


def _counted(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {row["_id"]: row["count"] for row in rows}


def _count(condition: dict[str, Any]) -> dict[str, Any]:
    return {"$sum": {"$cond": [condition, 1, 0]}}


_HELD = {"$eq": ["$state", "held"]}
_HAS_MOOD = {"$and": [_HELD, {"$gt": ["$mood", None]}]}
_MEETINGS: dict[str, Any] = {
    "_id": "$pair_id",
    **{name: _count({"$eq": ["$state", name]}) for name in ("planned", "held", "cancelled")},
    "minutes": {"$sum": {"$cond": [_HELD, "$minutes", 0]}},
    "first_held_at": {"$min": {"$cond": [_HELD, "$held_at", None]}},
    "mood_sum": {"$sum": {"$cond": [_HAS_MOOD, "$mood", 0]}},
    "moods": _count(_HAS_MOOD),
}
_MAILS = {"_id": {"kind": "$kind", "outcome": "$outcome"}, "count": {"$sum": 1}}
_NEWEST: list[dict[str, Any]] = [{"$sort": {"completed_at": -1, "_id": -1}}, {"$limit": 1}]

_PARTS: dict[str, tuple[Collection, list[dict[str, Any]]]] = {
    "cohorts": (Collection.COHORTS, []),
    "volunteers": (Collection.VOLUNTEERS, []),
    "pairings": (Collection.PAIRINGS, []),
    "meetings": (Collection.SESSIONS, [{"$group": _MEETINGS}]),
    "mails": (Collection.DELIVERIES, [{"$group": _MAILS}]),
    "rounds": (Collection.ROUNDS, [{"$count": "count"}]),
    "last_round": (Collection.ROUNDS, _NEWEST),
    "measurements": (Collection.MEASUREMENTS, []),
    "gaps": (Collection.GAPS, []),
    "concerns": (Collection.CONCERNS, []),
    "dialogues": (Collection.DIALOGUES, _by("state")),
    "compromises": (Collection.COMPROMISES, _by("outcome")),
    "invitations": (Collection.INVITATIONS, _by("state")),
    "confirmations": (Collection.CONFIRMATIONS, _by("state")),
}
"""Beside the programme itself: where each part of a report lies, and how it is folded there."""
