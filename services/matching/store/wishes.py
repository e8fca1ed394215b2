"""Pins of the lead, and wishes of volunteers."""

from collections.abc import Collection
from uuid import UUID

from pydantic import TypeAdapter
from pymongo import DeleteMany, DeleteOne, ReplaceOne

from services.matching.domain.assignment import Pairing
from services.matching.domain.rounds import Pin, Wish
from services.matching.domain.wishes import AskedFor
from services.matching.store.documents import document, every
from shared.chassis.mongo import Document
from shared.chassis.transactions import Tx

PINS, WISHES = "pins", "wishes"

_WISH = TypeAdapter(AskedFor)


class StoredPins:
    """The port `Pins`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def in_programme(self, programme_id: UUID) -> list[Pin]:
        """The lead's pins, in the order of the two."""
        found = await self._tx.find(PINS, {"programme_id": programme_id}, sort=[("_id", 1)])
        return [Pin(row["mentor_id"], row["mentee_id"], Wish.LEAD) for row in found]

    def put(self, programme_id: UUID, pair: Pairing) -> None:
        """Keep a pin; again is nothing."""
        named = {"mentor_id": pair[0], "mentee_id": pair[1]}
        key = {"_id": _key(pair)}
        row = {**key, "programme_id": programme_id, **named}
        self._tx.write(PINS, ReplaceOne(key, row, upsert=True))

    def remove(self, programme_id: UUID, pair: Pairing) -> None:
        """Keep it no more."""
        where = {"_id": _key(pair), "programme_id": programme_id}
        self._tx.write(PINS, DeleteOne(where))


class StoredWishes:
    """The port `Wishes`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def in_programme(self, programme_id: UUID) -> list[AskedFor]:
        """All of a programme."""
        return every(_WISH, await self._tx.find(WISHES, {"programme_id": programme_id}))

    async def about(self, volunteer_ids: Collection[UUID]) -> list[AskedFor]:
        """Those that these volunteers ask, or that ask for them, in the order of their making."""
        theirs = {"$in": list(volunteer_ids)}
        where = {"$or": [{"wisher_id": theirs}, {"other_id": theirs}]}
        return every(_WISH, await self._tx.find(WISHES, where, sort=[("_id", 1)]))

    def put(self, wish: AskedFor) -> None:
        """Keep a wish; again is nothing."""
        key = _wish_key(wish)
        self._tx.write(WISHES, ReplaceOne(key, {**key, **document(wish)}, upsert=True))

    def remove(self, wisher_id: UUID, other_id: UUID) -> None:
        """Keep nothing of what the one wished of the other."""
        where = {"wisher_id": wisher_id, "other_id": other_id}
        self._tx.write(WISHES, DeleteMany(where))

    def fulfilled(self, pair: Pairing) -> None:
        """Keep nothing of what the two wished of each other."""
        self.remove(*pair)
        self.remove(pair[1], pair[0])


def _key(pair: Pairing) -> str:
    return f"{pair[0]}:{pair[1]}"


def _wish_key(wish: AskedFor) -> Document:
    return {"_id": f"{wish.wisher_id}:{wish.other_id}:{wish.side}"}
