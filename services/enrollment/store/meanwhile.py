"""Whom the provider changes while an import is staged: there the provider counts more than the file.

What the file had staged of them is taken back, and what it would still stage of them is left out.
"""

from collections.abc import Collection
from uuid import UUID

from pymongo import DeleteMany, UpdateMany, UpdateOne

from services.enrollment.domain.directory import Employee
from services.enrollment.domain.staging import Renumbering, Touched
from services.enrollment.store.versions import (
    EMPLOYEES,
    INACTIVE_USERS,
    Pointer,
    number_of,
    numbered,
)
from shared.chassis.mongo import Document
from shared.chassis.transactions import Index, Tx

COLLECTION = "provided_meanwhile"
INDEXES = (Index(COLLECTION, [("person_id", 1)]), Index(COLLECTION, [("version", 1)]))


class Meanwhile:
    """Staff numbers of the provider's changes since something is staged."""

    def __init__(self, tx: Tx, pointer: Pointer) -> None:
        self._tx = tx
        self._pointer = pointer

    async def wins(self, employee: Employee, person_id: UUID | None) -> None:
        """What the provider says of this employee now is not undone by what is staged."""
        staged = await self._pointer.staged()
        if staged is None:
            return
        version, number = staged.version, employee.staff_number
        either = [numbered([number]), {"person_id": person_id}, {"email": employee.email}]
        lost = await self._tx.find(EMPLOYEES, {"from": version, "$or": either})
        persons = [person_id, *(row["person_id"] for row in lost)]
        numbers = [number, *map(number_of, lost), *(row.get("was", "") for row in lost)]
        self._tx.write(EMPLOYEES, DeleteMany({"_id": {"$in": [row["_id"] for row in lost]}}))
        ended = {"until": version, "$or": [numbered(numbers), {"person_id": {"$in": persons}}]}
        self._tx.write(EMPLOYEES, UpdateMany(ended, {"$unset": {"until": "", "gone": ""}}))
        inactive = {"until": version, "_id": {"$in": persons}}
        self._tx.write(INACTIVE_USERS, UpdateMany(inactive, {"$unset": {"until": ""}}))
        self._note(number, {"version": version, "person_id": person_id})

    async def renumbered(self, old: str, new: str) -> None:
        """Rows of the file that name the old number as manager mean the new one."""
        if staged := await self._pointer.staged():
            self._note(old, {"version": staged.version, "became": new})

    async def touched(
        self, staff_numbers: Collection[str], person_ids: Collection[UUID]
    ) -> Touched:
        """Those of them whom the provider changed."""
        among: list[Document] = [
            {"_id": {"$in": list(staff_numbers)}},
            {"person_id": {"$in": list(person_ids)}},
        ]
        where = {"version": await self._pointer.coming(), "$or": among}
        found = await self._tx.find(COLLECTION, where)
        numbers = frozenset(row["_id"] for row in found)
        return Touched(numbers, frozenset(row["person_id"] for row in found if "person_id" in row))

    async def renumberings(self) -> list[Renumbering]:
        """Those of the provider."""
        where = {"version": await self._pointer.coming(), "became": {"$exists": True}}
        found = await self._tx.find(COLLECTION, where)
        return [Renumbering(row["_id"], row["became"], by_file=False) for row in found]

    def _note(self, staff_number: str, fields: Document) -> None:
        self._tx.write(COLLECTION, UpdateOne({"_id": staff_number}, {"$set": fields}, upsert=True))
