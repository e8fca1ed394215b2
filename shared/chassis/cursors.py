"""How far each key of each topic was processed: one cursor per lane, never expiring.

A cursor makes a redelivery, a replay of a whole topic and a zombie harmless. It moves only from the value
that was read, in the transaction of the effect.
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from pymongo import UpdateOne

from shared.chassis.messages import Incoming
from shared.chassis.transactions import Tx

COLLECTION = "cursors"


class Cursor(NamedTuple):
    """The last processed fact of a lane.

    `held_at` is the sequence of a dead letter that holds the lane, `waiting` says that later messages are
    kept until the lane goes on.
    """

    lane: str
    sequence: int = 0
    id: UUID | None = None
    digest: str = ""
    held_at: int | None = None
    waiting: bool = False

    def moved_to(self, incoming: Incoming) -> "Cursor":
        """The cursor after this message; whatever held the lane is over."""
        envelope = incoming.envelope
        if envelope is None:
            raise ValueError("a message without an envelope moves no cursor")
        digest = incoming.message.digest()
        return Cursor(self.lane, envelope.sequence, envelope.id, digest, waiting=self.waiting)


async def load(tx: Tx, lanes: Collection[str]) -> dict[str, Cursor]:
    """The cursors of these lanes; a lane never seen starts at 0."""
    found = await tx.find(COLLECTION, {"_id": {"$in": list(lanes)}})
    cursors = {
        row["_id"]: Cursor(
            row["_id"], row["sequence"], row["id"], row["digest"], row["held_at"], row["waiting"]
        )
        for row in found
    }
    return {name: cursors.get(name) or Cursor(name) for name in lanes}


def save(tx: Tx, before: dict[str, Cursor], after: dict[str, Cursor]) -> None:
    """Write the cursors that changed, each only over the value it was read with."""
    moves = [
        _move(before[name], cursor) for name, cursor in after.items() if cursor is not before[name]
    ]
    if moves:
        tx.require(COLLECTION, moves, RuntimeError("a cursor moved under a running transaction"))


def _move(before: Cursor, after: Cursor) -> UpdateOne:
    values = {
        "sequence": after.sequence,
        "id": after.id,
        "digest": after.digest,
        "held_at": after.held_at,
        "waiting": after.waiting,
    }
    return UpdateOne(
        {"_id": after.lane, "sequence": before.sequence}, {"$set": values}, upsert=True
    )
