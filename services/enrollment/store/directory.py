"""The directory: employees by staff number, its layout, and whose turn it is to change it."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from pymongo import DeleteMany, ReplaceOne, UpdateMany, UpdateOne

from services.enrollment.domain.directory import Employee, Layout
from services.enrollment.store.documents import Kind
from shared.chassis.ids import new_id
from shared.chassis.leases import LeaseLost, Leases, confirm
from shared.chassis.mongo import Document
from shared.chassis.refusals import Conflict
from shared.chassis.transactions import Index, Tx

INDEXES = (
    Index("employees", [("email", 1)]),
    Index("employees", [("person_id", 1)], unique=True),
    Index("employees", [("provided.external_id", 1)]),
)
ABSENT = "absent_managers"
IMPORT = "directory.import"
IMPORT_SECONDS = 30
WAIT_SECONDS, WAITS = 0.5, 60
SLOWEST_TRANSACTION = timedelta(minutes=2)
"""After so long nothing that began before an import can still be on its way."""

EMPLOYEE = Kind(Employee, "employees", "staff_number")
_LAYOUT = TypeAdapter(Layout)


class Employees:
    """One row each."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def by_staff_numbers(self, staff_numbers: Collection[str]) -> dict[str, Employee]:
        """Those of them who are known."""
        found = await self._find({"_id": {"$in": list(staff_numbers)}}) if staff_numbers else []
        return {employee.staff_number: employee for employee in found}

    async def by_persons(self, person_ids: Collection[UUID]) -> dict[UUID, Employee]:
        """Those of them who are in the directory."""
        found = await self._find({"person_id": {"$in": list(person_ids)}}) if person_ids else []
        return {employee.person_id: employee for employee in found if employee.person_id}

    async def by_emails(self, emails: Collection[str]) -> dict[str, Employee]:
        """Those of them who are known, by address."""
        found = await self._find({"email": {"$in": list(emails)}}) if emails else []
        return {employee.email: employee for employee in found}

    async def staff_numbers(self, after: str, limit: int) -> list[str]:
        """All of them in their order, page by page; "" begins."""
        rows = await self._tx.find(
            "employees", {"_id": {"$gt": after}}, sort=[("_id", 1)], limit=limit
        )
        return [row["_id"] for row in rows]

    async def count(self) -> int:
        """How many there are."""
        return await self._tx.count("employees", {})

    def renumber(self, old: str, new: str) -> None:
        """Whoever reports to the one number reports to the other from now on."""
        for update in (
            UpdateMany({"manager": old}, {"$set": {"manager": new}}),
            UpdateMany({"dotted": old}, {"$set": {"dotted.$": new}}),
        ):
            self._tx.write("employees", update)

    def put(self, employee: Employee, person_id: UUID) -> None:
        """Add or change; `person_id` is for a newcomer, others keep theirs."""
        fields = EMPLOYEE.document(employee)
        key = {"_id": fields.pop("_id")}
        fields.pop("person_id")
        if employee.provided is None:
            fields.pop("provided")  # a file says nothing of it
        # Whoever was here before keeps the id under which the others know them.
        update = {"$set": fields, "$setOnInsert": {"person_id": person_id}}
        self._tx.write("employees", UpdateOne(key, update, upsert=True))

    def remove(self, staff_numbers: Collection[str]) -> None:
        """They are in the directory no more."""
        if staff_numbers:
            self._tx.write("employees", DeleteMany({"_id": {"$in": list(staff_numbers)}}))

    async def _find(self, where: Mapping[str, Any]) -> list[Employee]:
        return [EMPLOYEE.thing(row) for row in await self._tx.find("employees", where)]


class Directory:
    """What is known of it as a whole."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def layout(self) -> Layout | None:
        """How the company's files are laid out."""
        document = await self._tx.find_one("directory", {"_id": "layout"})
        return _LAYOUT.validate_json(document["json"]) if document else None

    def keep_layout(self, layout: Layout) -> None:
        """From now on they are laid out like this."""
        # As text: a grade may be called anything, also what MongoDB takes for a path.
        document = {"_id": "layout", "json": _LAYOUT.dump_json(layout).decode()}
        self._tx.write("directory", ReplaceOne({"_id": "layout"}, document, upsert=True))

    async def absent_managers(self, staff_numbers: Collection[str]) -> dict[str, UUID]:
        """A random id for each, always the same, under which the others know that there is somebody."""
        if not staff_numbers:
            return {}
        where = {"_id": {"$in": list(staff_numbers)}}
        found = {row["_id"]: row["person_id"] for row in await self._tx.find(ABSENT, where)}
        for staff_number in set(staff_numbers) - found.keys():
            found[staff_number] = new_id()
            insert = {"$setOnInsert": {"person_id": found[staff_number]}}
            self._tx.write(ABSENT, UpdateOne({"_id": staff_number}, insert, upsert=True))
        return found

    async def mark_changed(self, fence: int) -> None:
        """Rows change with this unit of work. Raises Conflict when another import took over."""
        try:
            await confirm(self._tx, IMPORT, fence, seconds=IMPORT_SECONDS)
        except LeaseLost as error:
            raise Conflict(
                "import_overtaken", "Another import took over; run this one again."
            ) from error
        self._set({"changed_at": self._tx.now})

    def note_change(self) -> None:
        """Volunteers may not show it as it is: the next tick settles that."""
        self._set({"changed_at": self._tx.now})

    async def unsettled(self) -> bool:
        """Whether volunteers may not yet show what an import changed."""
        state = await self._tx.find_one("directory", {"_id": "state"}) or {}
        if "changed_at" not in state:
            return False
        settled_at: datetime | None = state.get("settled_at")
        return settled_at is None or settled_at < state["changed_at"] + SLOWEST_TRANSACTION

    def settled(self, at: datetime) -> None:
        """Volunteers show what was imported until then."""
        self._set({"settled_at": at})

    def _set(self, fields: Document) -> None:
        self._tx.write("directory", UpdateOne({"_id": "state"}, {"$set": fields}, upsert=True))


class ImportTurn:
    """Imports go one after the other, by a lease that a killed one loses by itself."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases

    async def take(self) -> int:
        """Wait for the turn; returns its fence. Raises Conflict when it takes too long."""
        owner = str(new_id())
        for _ in range(WAITS):
            fence = await self._leases.take(IMPORT, owner=owner, seconds=IMPORT_SECONDS)
            if fence is not None:
                return fence
            await asyncio.sleep(WAIT_SECONDS)
        raise Conflict("import_running", "Another import is running; send this one again later.")

    async def give_back(self, fence: int) -> None:
        """Let the next one go."""
        await self._leases.give_back(IMPORT, fence)
