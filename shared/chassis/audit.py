"""Who changed what: one entry per decision of a lead, the directory's feeder or an operator; ids, never values.

An entry is written in the transaction that it tells of, so there is one exactly where there is an effect.
What people do about themselves is written down nowhere: a route that participants may call leaves no entry.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pymongo import UpdateOne

from shared.chassis.correlation import current_trail
from shared.chassis.ids import new_id
from shared.chassis.mongo import Document, Index
from shared.chassis.retention import AUDIT_DAYS, DAY
from shared.chassis.transactions import Tx

COLLECTION = "audit"
INDEXES = (
    Index(
        COLLECTION,
        [("at", 1)],
        expire_after_seconds=AUDIT_DAYS * DAY,
        period="retention_audit_days",
    ),
    Index(COLLECTION, [("subject", 1), ("_id", -1)]),
)
_OF_EVERY_ENTRY = frozenset({"_id", "at", "by", "action", "subject"})


def entry(at: datetime, by: str, action: str, subject: str, details: Mapping[str, Any]) -> Document:
    """An entry; `by` is a person_id, an account, or the name that an operator gave."""
    told = {"correlation_id": current_trail().correlation_id, **details}
    return {"_id": new_id(), "at": at, "by": by, "action": action, "subject": subject} | told


def write_down(tx: Tx, written: Document) -> None:
    """Keep an entry; the same one again, by another unit of work of one command, is nothing."""
    fields = {name: value for name, value in written.items() if name != "_id"}
    tx.write(COLLECTION, UpdateOne({"_id": written["_id"]}, {"$setOnInsert": fields}, upsert=True))


def account(issuer: str, subject: str) -> str:
    """A stand-in for a token's holder who is no person that we know, such as a machine; always the same."""
    digest = hashlib.sha256(f"{issuer}\n{subject}".encode("utf-8", "surrogatepass"))
    return f"account:{digest.hexdigest()[:16]}"


async def listing(tx: Tx, where: Document, before: UUID | None, limit: int) -> list[Document]:
    """Entries that fit, the newest first."""
    if before is not None:
        where = where | {"_id": {"$lt": before}}
    return await tx.find(COLLECTION, where, sort=[("_id", -1)], limit=limit)


def details(found: Document) -> dict[str, str]:
    """What an entry holds beside the fields that each of them has, as text."""
    return {
        name: str(value)
        for name, value in found.items()
        if name not in _OF_EVERY_ENTRY and value is not None
    }
