"""The directory: employees by staff number, its layout, and whose turn it is to change it."""

import asyncio
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne
from pymongo.errors import PyMongoError

from services.enrollment.domain.directory import Employee, Layout
from services.enrollment.domain.staging import Round
from services.enrollment.store.listed import Listed
from services.enrollment.store.meanwhile import Meanwhile
from services.enrollment.store.staging import IMPORT, IMPORT_SECONDS, SLOWEST_TRANSACTION
from services.enrollment.store.versions import EMPLOYEE, Pointer, Rows, numbered, row_id
from shared.chassis.behind import behind
from shared.chassis.ids import new_id
from shared.chassis.leases import Leases
from shared.chassis.mongo import Document
from shared.chassis.refusals import Conflict
from shared.chassis.transactions import Tx

ABSENT = "absent_managers"
WAIT_SECONDS, WAITS = 0.5, 60

_LAYOUT = TypeAdapter(Layout)
_ROUND = TypeAdapter(Round)


class Employees(Listed):
    """The current version, and what the provider changes in it, row by row."""

    def __init__(self, tx: Tx, pointer: Pointer) -> None:
        super().__init__(Rows(tx, pointer))
        self._tx = tx
        self._pointer = pointer
        self._meanwhile = Meanwhile(tx, pointer)

    async def renumber(self, old: str, new: str) -> None:
        """Whoever reports to the one number reports to the other from now on."""
        await self._meanwhile.renumbered(old, new)
        for update in (
            UpdateMany({"manager": old}, {"$set": {"manager": new}}),
            UpdateMany({"dotted": old}, {"$set": {"dotted.$": new}}),
        ):
            self._tx.write("employees", update)

    async def put(self, employee: Employee, person_id: UUID) -> None:
        """Add or change; `person_id` is for a newcomer, others keep theirs."""
        await self._meanwhile.wins(employee, person_id)
        fields = EMPLOYEE.document(employee)
        number = fields.pop("_id")
        fields.pop("person_id")
        fields["number"] = number
        here = await self._rows.find_one(numbered([number]))
        if here:
            # Whoever was here before keeps the id under which the others know them.
            self._tx.write("employees", UpdateOne({"_id": here["_id"]}, {"$set": fields}))
            return
        key = row_id(number, await self._pointer.current())
        self._tx.write("employees", InsertOne({"_id": key, "person_id": person_id, **fields}))

    async def remove(self, employee: Employee) -> None:
        """They are in the directory no more."""
        await self._meanwhile.wins(employee, employee.person_id)
        here = await self._rows.find_one(numbered([employee.staff_number]))
        if here:
            self._tx.write("employees", DeleteOne({"_id": here["_id"]}))


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

    def note_change(self) -> None:
        """Volunteers may not show it as it is: the next tick settles that."""
        self._set({"changed_at": self._tx.now})

    async def unsettled(self) -> bool:
        """Whether volunteers may not yet show what was changed."""
        state = await self._tx.find_one("directory", {"_id": "state"}) or {}
        if "changed_at" not in state:
            return False
        settled_at: datetime | None = state.get("settled_at")
        return settled_at is None or settled_at < state["changed_at"] + SLOWEST_TRANSACTION

    async def round(self) -> Round | None:
        """How far settling is."""
        found = await self._tx.find_one("directory", {"_id": "settling"})
        return _ROUND.validate_python(found) if found else None

    def go_on(self, settling: Round) -> None:
        """So far it is."""
        document = {"_id": "settling", **asdict(settling)}
        self._tx.write("directory", ReplaceOne({"_id": "settling"}, document, upsert=True))

    def settled(self, settling: Round) -> None:
        """Volunteers show what was so when this round began."""
        self._tx.write("directory", DeleteOne({"_id": "settling"}))
        self._set({"settled_at": settling.began})

    def _set(self, fields: Document) -> None:
        self._tx.write("directory", UpdateOne({"_id": "state"}, {"$set": fields}, upsert=True))


class ImportTurn:
    """Imports go one after the other, by a lease that a killed one loses by itself. `process` names this one."""

    def __init__(self, leases: Leases, process: str) -> None:
        self._leases = leases
        self._process = process

    async def take(self) -> int:
        """Wait for the turn; returns its fence. Raises Conflict when it takes too long."""
        owner = self._owner()
        for _ in range(WAITS):
            try:
                fence = await self._leases.take(IMPORT, owner=owner, seconds=IMPORT_SECONDS)
            except PyMongoError:
                behind(self._leases.disown(IMPORT, owner))
                raise
            if fence is not None:
                return fence
            await asyncio.sleep(WAIT_SECONDS)
        raise Conflict("import_running", "Another import is running; send this one again later.")

    async def take_if_free(self) -> int | None:
        """The fence, or None while an import is running."""
        return await self._leases.take(IMPORT, owner=self._owner(), seconds=IMPORT_SECONDS)

    async def give_back(self, fence: int) -> None:
        """Let the next one go."""
        await self._leases.give_back(IMPORT, fence)

    def give_up(self, fence: int) -> None:
        """The same, where this one failed: whoever is to hear of that does not wait for it."""
        behind(self.give_back(fence))

    def _owner(self) -> str:
        return f"{self._process}/{new_id()}"
