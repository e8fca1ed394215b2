"""Which rows of the directory are to be seen: for whoever reads, those of the current version.

A row may begin with one version and end with another. An import stages what it changes under the version after the
current one; nobody sees that before the pointer moves, which is one write. Nothing else decides what is visible.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.enrollment.domain.directory import Employee
from services.enrollment.domain.staging import Staged
from services.enrollment.store.documents import Kind
from shared.chassis.mongo import Document
from shared.chassis.transactions import Index, Tx

EMPLOYEES, INACTIVE_USERS = "employees", "inactive_users"
INDEXES = (
    Index(EMPLOYEES, [("email", 1)]),
    # Of each person one row that has not ended; one more may end with each version.
    Index(EMPLOYEES, [("person_id", 1), ("until", 1)], unique=True),
    Index(EMPLOYEES, [("provided.external_id", 1)]),
    # Of a number one row that has not ended, too: whoever writes or reads it passes no ended ones.
    Index(EMPLOYEES, [("number", 1), ("until", 1)]),
    Index(EMPLOYEES, [("manager", 1)]),
    Index(EMPLOYEES, [("dotted", 1)]),
    Index(EMPLOYEES, [("from", 1), ("_id", 1)]),
    Index(EMPLOYEES, [("until", 1), ("_id", 1)]),
    Index(INACTIVE_USERS, [("until", 1)]),
)
_BEHIND_ALL_VERSIONS = "\v"


class _EmployeeKind(Kind[Employee]):
    def thing(self, document: Document) -> Employee:
        """The document as a row, whichever version it is of."""
        return super().thing({**document, "_id": number_of(document)})


EMPLOYEE = _EmployeeKind(Employee, EMPLOYEES, "staff_number")


def number_of(row: Document) -> str:
    """The staff number of a row."""
    return str(row["_id"]).split("\n")[0]


def row_id(staff_number: str, version: int) -> str:
    """The `_id` of a row that begins with this version; in order of the staff numbers, which hold no line breaks.

    Rows from before there were versions have their number as `_id`, and no field `number`.
    """
    return f"{staff_number}\n{version}" if version else staff_number


def numbered(staff_numbers: Collection[str]) -> Document:
    """Rows with one of these staff numbers."""
    among = {"$in": list(staff_numbers)}
    return {"$or": [{"number": among}, {"_id": among}]}


def beyond(staff_number: str) -> Document:
    """Rows with a greater staff number."""
    return {"_id": {"$gt": staff_number + _BEHIND_ALL_VERSIONS}}


class Pointer:
    """Which version is current, and what is staged; read once in a unit of work."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._state: Document | None = None

    async def current(self) -> int:
        """The version that everybody sees; 0 before the first import."""
        return int((await self._read()).get("version", 0))

    async def staged(self) -> Staged | None:
        """The import that waits for its switch."""
        found = (await self._read()).get("staged")
        return Staged(**found) if found else None

    async def coming(self) -> int:
        """The version that is staged. Raises LookupError where none is."""
        staged = await self.staged()
        if staged is None:
            raise LookupError("nothing is staged")
        return staged.version

    def forget(self) -> None:
        """Read it again the next time: this unit of work has changed it."""
        self._state = None

    async def _read(self) -> Document:
        if self._state is None:
            self._state = await self._tx.find_one("directory", {"_id": "state"}) or {}
        return self._state


class Rows:
    """A collection as the current version has it, or, with `coming`, as it will be after the switch."""

    def __init__(
        self, tx: Tx, pointer: Pointer, collection: str = EMPLOYEES, *, coming: bool = False
    ) -> None:
        self._tx = tx
        self._pointer = pointer
        self._collection = collection
        self._coming = coming

    async def seen(self, where: Mapping[str, Any]) -> Document:
        """The filter for what is visible of it."""
        pointer = self._pointer
        version = await pointer.coming() if self._coming else await pointer.current()
        begun: Document = {"$not": {"$gt": version}}
        return {**where, "from": begun, "until": {"$not": {"$lte": version}}}

    async def find(
        self, where: Mapping[str, Any], *, sort: Sequence[tuple[str, int]] = (), limit: int = 0
    ) -> list[Document]:
        """All visible rows that fit; `limit` 0 means all of them."""
        seen = await self.seen(where)
        return await self._tx.find(self._collection, seen, sort=sort, limit=limit)

    async def find_one(self, where: Mapping[str, Any]) -> Document | None:
        """The first visible row that fits."""
        return await self._tx.find_one(self._collection, await self.seen(where))

    async def count(self, where: Mapping[str, Any]) -> int:
        """How many visible rows fit."""
        return await self._tx.count(self._collection, await self.seen(where))

    async def page(
        self, where: Mapping[str, Any], order: str, skip: int, limit: int
    ) -> list[Document]:
        """Visible rows that fit, in the order of a field."""
        stages: list[Document] = [
            {"$match": await self.seen(where)},
            {"$sort": {order: 1}},
            {"$skip": skip},
            {"$limit": limit},
        ]
        return await self._tx.aggregate(self._collection, stages)
