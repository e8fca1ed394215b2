"""The chassis' own table: what its collections hold on people, and what erasure does there."""

import re

from pymongo import DeleteMany, DeleteOne, UpdateOne

from shared.chassis import (
    audit,
    cursors,
    dead_letters,
    in_flight,
    leases,
    migrations,
    orphans,
    outbox,
    principals,
    upkeep,
    waiting,
)
from shared.chassis.http import idempotency
from shared.chassis.mongo import Document
from shared.chassis.privacy import erasures
from shared.chassis.privacy.holdings import Holding, OnErasure, Subject, of_person
from shared.chassis.transactions import Tx
from shared.contracts.catalogue import CATALOGUE


def lanes(subject: Subject) -> list[str]:
    """The lanes of a person and their volunteers, on every topic."""
    return [
        outbox.lane(topic.name, str(id_))
        for topic in CATALOGUE.topics.values()
        for id_ in subject.ids
    ]


async def _purge_answers(tx: Tx, subject: Subject) -> int:
    """Answers to requests are kept as they were sent, and may show what was said."""
    marks = "|".join(re.escape(mark) for mark in subject.marks)
    where = {"answer.body": {"$regex": marks}}
    return await tx.matched(idempotency.COLLECTION, [DeleteMany(where)])


async def _purge_letters(tx: Tx, subject: Subject) -> int:
    """A letter that holds its lane has to stay until somebody decides it; what it holds need not."""
    changes = [
        UpdateOne({"_id": letter["_id"]}, {"$set": {"original": None, "detail": ""}})
        if letter["holds"] and letter["state"] == dead_letters.OPEN
        else DeleteOne({"_id": letter["_id"]})
        for letter in await _letters(tx, subject)
    ]
    return await tx.matched(dead_letters.COLLECTION, changes) if changes else 0


async def _letters(tx: Tx, subject: Subject) -> list[Document]:
    """In a lane of the person, or with the person in what came."""
    marks = [mark.encode() for mark in subject.marks]
    own = await tx.find(dead_letters.COLLECTION, {"lane": {"$in": lanes(subject)}})
    others = await tx.find(dead_letters.COLLECTION, {"original": {"$ne": None}})
    named = [letter for letter in others if any(mark in _bytes(letter) for mark in marks)]
    return list({letter["_id"]: letter for letter in (*own, *named)}.values())


def _bytes(letter: Document) -> bytes:
    original = letter["original"]
    parts = [original["key"], original["value"], *(value for _, value in original["headers"])]
    return b"\n".join(bytes(part or b"") for part in parts)


# fmt: off
OWN_HOLDINGS = (
    Holding(principals.COLLECTION, "whose token is whose, with roles and volunteers", OnErasure.DELETE, of_person()),
    Holding(idempotency.COLLECTION, "answers to POSTs, to be given again", OnErasure.DELETE, purge=_purge_answers,
            kept="OBVERSE_RETENTION_IDEMPOTENCY_DAYS, 2 by default"),
    Holding(dead_letters.COLLECTION, "messages that could not be processed; of personal topics only where they lie",
            OnErasure.DELETE, purge=_purge_letters, kept="until decided, then OBVERSE_RETENTION_DEAD_LETTERS_DAYS"),
    Holding(outbox.OUTBOX, "events on their way; personal ones go as soon as the broker has them, the others hold ids only",
            OnErasure.STAYS, kept="OBVERSE_RETENTION_OUTBOX_DAYS after they were sent, 7 by default"),
    Holding(waiting.COLLECTION, "messages that wait for an earlier one; never of a personal topic", OnErasure.STAYS,
            kept="until their turn"),
    Holding(audit.COLLECTION, "who changed what: ids, never values", OnErasure.STAYS,
            kept="OBVERSE_RETENTION_AUDIT_DAYS, 730 by default"),
    Holding(erasures.COLLECTION, "who was erased", OnErasure.STAYS, of_person(), kept="for good"),
    Holding(outbox.SEQUENCES, "how far each lane was counted, by id", OnErasure.STAYS, kept="for good"),
    Holding(cursors.COLLECTION, "how far each lane was read, by id", OnErasure.STAYS, kept="for good"),
    Holding(in_flight.COLLECTION, "what is being processed, by place or lane", OnErasure.STAYS),
    Holding(leases.COLLECTION, "who works on what"),
    Holding(migrations.COLLECTION, "which migrations have ended"),
    Holding(orphans.COLLECTION, "which processes live"),
    Holding(upkeep.OURS, "which indexes are ours"),
)
# fmt: on
