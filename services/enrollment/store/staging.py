"""The next version of the directory: rows that begin or end with it, and the one write that makes it the current one."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from pymongo import DeleteMany, ReplaceOne, UpdateMany, UpdateOne

from services.enrollment.domain.staging import (
    Change,
    Kind,
    Outcome,
    Renumbering,
    Round,
    Staged,
    Touched,
)
from services.enrollment.store import meanwhile
from services.enrollment.store.listed import Listed
from services.enrollment.store.meanwhile import Meanwhile
from services.enrollment.store.versions import (
    EMPLOYEE,
    EMPLOYEES,
    INACTIVE_USERS,
    Pointer,
    Rows,
    beyond,
    number_of,
    numbered,
    row_id,
)
from shared.chassis.leases import LeaseLost, confirm
from shared.chassis.mongo import Document
from shared.chassis.refusals import Conflict
from shared.chassis.transactions import Tx

IMPORT = "directory.import"
IMPORT_SECONDS = 30
SLOWEST_TRANSACTION = timedelta(minutes=2)
"""After so long nothing that began before a switch can still be on its way."""
_STATE: Document = {"_id": "state"}
_SEEN: Document = {"_id": "seen"}
_ENDING = ((EMPLOYEES, "until"), (INACTIVE_USERS, "until"), (meanwhile.COLLECTION, "version"))
"""What a version ends, and the field that names it."""


class Staging:
    """What an import stages, within one unit of work."""

    def __init__(self, tx: Tx, pointer: Pointer) -> None:
        self._tx = tx
        self._pointer = pointer
        self._meanwhile = Meanwhile(tx, pointer)
        self.employees = Listed(Rows(tx, pointer, coming=True))

    async def open(self) -> Staged | None:
        """What is staged, if anything is."""
        return await self._pointer.staged()

    async def next_version(self) -> int:
        """The version that comes after the current one."""
        return await self._pointer.current() + 1

    async def confirm(self, fence: int) -> None:
        """It is still the turn of this import. Raises Conflict when another one took over."""
        try:
            await confirm(self._tx, IMPORT, fence, seconds=IMPORT_SECONDS)
        except LeaseLost as error:
            raise Conflict(
                "import_overtaken", "Another import took over; run this one again."
            ) from error

    def begin(self, staged: Staged) -> None:
        """From now on this is staged."""
        self._set({"staged": asdict(staged)})
        self._pointer.forget()

    def touch(self, done: int | None = None) -> None:
        """It goes on; so many records of its file are stored.

        The provider writes the same document, so that no two units of work change the same row unseen.
        """
        fields: Document = {"staged.at": self._tx.now}
        self._set(fields if done is None else fields | {"staged.done": done})

    async def put(self, change: Change) -> None:
        """A row begins, and ends the one that it takes the place of."""
        version, number = await self._pointer.coming(), change.employee.staff_number
        origin = change.origin
        if change.kind is not Kind.JOINED:
            await self._end([origin.was or number], {"until": version})
        if origin.inactive:
            where = {"_id": origin.person_id, "until": None}
            self._tx.write(INACTIVE_USERS, UpdateOne(where, {"$set": {"until": version}}))
        fields = EMPLOYEE.document(change.employee)
        fields |= {
            "_id": row_id(number, version),
            "number": number,
            "person_id": origin.person_id,
            "provided": asdict(origin.provided) if origin.provided else None,
            "from": version,
        }
        key = {"_id": fields.pop("_id")}
        once = {"kind": change.kind.value, "was": origin.was}
        update = {"$set": fields, "$setOnInsert": once}
        self._tx.write(EMPLOYEES, UpdateOne(key, update, upsert=True))

    async def end(self, staff_numbers: Sequence[str]) -> None:
        """These have left."""
        await self._end(staff_numbers, {"until": await self._pointer.coming(), "gone": True})

    async def _end(self, staff_numbers: Sequence[str], fields: Document) -> None:
        begun = {"from": {"$not": {"$gte": fields["until"]}}, "until": None}
        where = {**numbered(staff_numbers), **begun}
        self._tx.write(EMPLOYEES, UpdateMany(where, {"$set": fields}))

    async def touched(
        self, staff_numbers: Collection[str], person_ids: Collection[UUID]
    ) -> Touched:
        """Those of them whom the provider changed meanwhile."""
        return await self._meanwhile.touched(staff_numbers, person_ids)

    async def renumberings(self, after: str, limit: int) -> list[Renumbering]:
        """By new number, page by page; "" begins, with those of the provider."""
        by_provider = [] if after else await self._meanwhile.renumberings()
        where = {**beyond(after), "from": await self._pointer.coming()}
        where["kind"] = Kind.RENUMBERED.value
        found = await self._tx.find(EMPLOYEES, where, sort=[("_id", 1)], limit=limit)
        return by_provider + [Renumbering(row["was"], number_of(row)) for row in found]

    async def switch(self, most_leavers: int) -> Outcome:
        """What is staged is the directory from now on; the next round of settling begins anew."""
        version = await self._pointer.coming()
        group: list[Document] = [
            {"$match": {"from": version}},
            {"$group": {"_id": "$kind", "rows": {"$sum": 1}}},
        ]
        found = await self._tx.aggregate(EMPLOYEES, group)
        counts = {row["_id"]: int(row["rows"]) for row in found}
        left = {"until": version, "gone": True}
        leavers = await self._tx.find(EMPLOYEES, left, sort=[("_id", 1)], limit=most_leavers)
        outcome = Outcome(
            counts.get(Kind.JOINED.value, 0),
            counts.get(Kind.CHANGED.value, 0),
            counts.get(Kind.RENUMBERED.value, 0),
            await self._tx.count(EMPLOYEES, left),
            tuple(map(number_of, leavers)),
        )
        now = self._tx.now
        switched = {"version": version, "changed_at": now, "switched_at": now}
        update = UpdateOne(_STATE, {"$set": switched, "$unset": {"staged": ""}}, upsert=True)
        self._tx.write("directory", update)
        # Written, so that a page that was begun before cannot be kept after this.
        settling = {"_id": "settling", **asdict(Round(now))}
        self._tx.write("directory", ReplaceOne({"_id": "settling"}, settling, upsert=True))
        self._pointer.forget()
        return outcome

    async def take_back(self, limit: int) -> bool:
        """Forget some of what is staged; whether something is left. What is begun must be ended."""
        version = await self._pointer.coming()
        self._set({"staged.dropped": True})
        # Rows that begin go first: of each person one row may not have ended.
        if await self._delete(EMPLOYEES, {"from": version}, limit):
            return True
        ended, reopen = {"until": version}, {"$unset": {"until": "", "gone": ""}}
        for collection in (EMPLOYEES, INACTIVE_USERS):
            rows = await self._tx.find(collection, ended, limit=limit)
            if rows:
                these = {"_id": {"$in": [row["_id"] for row in rows]}}
                self._tx.write(collection, UpdateMany(these, reopen))
                return True
        if await self._delete(meanwhile.COLLECTION, {"version": version}, limit):
            return True
        self._tx.write("directory", UpdateOne(_STATE, {"$unset": {"staged": ""}}))
        self._pointer.forget()
        return False

    async def sweep(self, limit: int) -> bool:
        """Remove rows that nobody can see any more; whether something is left.

        A reader without a transaction may have looked at the pointer just before a switch. So a version is noted with
        the time since which everybody sees it, and later all goes that had ended by then, whatever came since.
        """
        state = await self._tx.find_one("directory", _STATE) or {}
        seen = await self._tx.find_one("directory", _SEEN)
        if seen is not None:
            if seen["since"] + SLOWEST_TRANSACTION > self._tx.now:
                return False
            for collection, field in _ENDING:
                if await self._delete(collection, {field: {"$lte": seen["version"]}}, limit):
                    return True
        if "switched_at" not in state or (seen and seen["version"] == state["version"]):
            return False
        newer = {**_SEEN, "version": state["version"], "since": state["switched_at"]}
        self._tx.write("directory", ReplaceOne(_SEEN, newer, upsert=True))
        return True

    async def _delete(self, collection: str, where: Document, limit: int) -> bool:
        rows = await self._tx.find(collection, where, limit=limit)
        if rows:
            self._tx.write(collection, DeleteMany({"_id": {"$in": [row["_id"] for row in rows]}}))
        return bool(rows)

    def _set(self, fields: Document) -> None:
        self._tx.write("directory", UpdateOne(_STATE, {"$set": fields}, upsert=True))
