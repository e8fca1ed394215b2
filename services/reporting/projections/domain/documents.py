"""What an event changes: one keyed upsert. The documents are a fold of these, and of nothing else.

A change sets fields of one document to values that the event alone decides. So the order of events counts
within a key only (the cursor keeps it), a document may begin with any event of its key, and a replay in a
fresh database gives equal documents. Fields of different topics never share a name within a document.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Collection(StrEnum):
    """The kinds of document."""

    PROGRAMMES = "programmes"
    COHORTS = "cohorts"
    VOLUNTEERS = "volunteers"
    PAIRINGS = "pairings"
    SESSIONS = "sessions"
    ROUNDS = "rounds"
    DELIVERIES = "deliveries"
    MEASUREMENTS = "measurements"
    GAPS = "gaps"
    CONCERNS = "concerns"
    DIALOGUES = "dialogues"
    COMPROMISES = "compromises"
    INVITATIONS = "invitations"
    CONFIRMATIONS = "confirmations"


@dataclass(frozen=True, slots=True)
class Change:
    """Set these fields of that document, which is made where it is missing.

    A dot in a field's name leads into a nested document.
    """

    collection: Collection
    key: Any
    fields: Mapping[str, Any]


Documents = dict[Collection, dict[Any, dict[str, Any]]]


def fold(changes: Iterable[Change]) -> Documents:
    """The documents that the changes lead to: what any store of them must hold."""
    documents: Documents = {collection: {} for collection in Collection}
    for change in changes:
        document = documents[change.collection].setdefault(change.key, {"_id": change.key})
        for path, value in change.fields.items():
            *parents, name = path.split(".")
            place = document
            for parent in parents:
                place = place.setdefault(parent, {})
            place[name] = value
    return documents
