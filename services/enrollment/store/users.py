"""Users of SCIM: rows of the directory, and beside them those of whom only the identity provider knows."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from pymongo import DeleteOne, ReplaceOne

from services.enrollment.domain.directory import Employee
from services.enrollment.domain.scim.filters import CONSTANTS, TEXTS, Both, Either, Equal, Filter
from services.enrollment.domain.scim.users import User, id_in
from services.enrollment.store.documents import Kind
from services.enrollment.store.meanwhile import Meanwhile
from services.enrollment.store.versions import (
    EMPLOYEE,
    INACTIVE_USERS,
    Pointer,
    Rows,
    numbered,
)
from shared.chassis.mongo import Document
from shared.chassis.transactions import Index, Tx

DAYS_INACTIVE = 90
"""Entra ID deletes 30 days after it has set somebody inactive; who never deletes is not to keep leavers here."""
INACTIVE = Kind(Employee, "inactive_users", "person_id")
INDEXES = (
    Index("inactive_users", [("email", 1)]),
    Index("inactive_users", [("staff_number", 1)]),
    Index("inactive_users", [("left_at", 1)], expire_after_seconds=DAYS_INACTIVE * 86_400),
)
EVERYBODY: Document = {}
NOBODY: Document = {"_id": {"$in": []}}


class Users:
    """Two collections as one: active users first."""

    def __init__(self, tx: Tx, pointer: Pointer) -> None:
        self._tx = tx
        self._meanwhile = Meanwhile(tx, pointer)
        self._active = Rows(tx, pointer)
        self._inactive = Rows(tx, pointer, INACTIVE_USERS)

    async def get(self, person_id: UUID) -> User | None:
        """The user, active or not."""
        found = await self._active.find_one({"person_id": person_id})
        if found:
            return User(EMPLOYEE.thing(found), active=True)
        found = await self._inactive.find_one({"_id": person_id})
        return User(INACTIVE.thing(found), active=False) if found else None

    async def page(self, wanted: Filter | None, skip: int, limit: int) -> list[User]:
        """Those that fit, the active ones first, by staff number."""
        if limit == 0:
            return []
        where = _query(wanted, EMPLOYEE)
        active = await self._active.page(where, "_id", skip, limit)
        users = [User(EMPLOYEE.thing(row), active=True) for row in active]
        if len(users) < limit:
            skip = max(0, skip - await self._active.count(where))
            inactive = await self._inactive.page(
                _query(wanted, INACTIVE), "staff_number", skip, limit - len(users)
            )
            users += [User(INACTIVE.thing(row), active=False) for row in inactive]
        return users

    async def count(self, wanted: Filter | None) -> int:
        """How many fit."""
        active = await self._active.count(_query(wanted, EMPLOYEE))
        return active + await self._inactive.count(_query(wanted, INACTIVE))

    async def inactive(
        self, emails: Collection[str], staff_numbers: Collection[str]
    ) -> dict[str, Employee]:
        """Inactive ones with one of these addresses or staff numbers, by address."""
        either = [
            {"email": {"$in": list(emails)}},
            {"staff_number": {"$in": list(staff_numbers)}},
        ]
        found = await self._inactive.find({"$or": either})
        return {one.email: one for one in map(INACTIVE.thing, found)}

    async def by_external_ids(self, external_ids: Collection[str]) -> dict[str, Employee]:
        """Those in the directory to whom the provider gave one of these ids."""
        where = {"provided.external_id": {"$in": [one for one in external_ids if one]}}
        found = map(EMPLOYEE.thing, await self._active.find(where))
        return {one.provided.external_id: one for one in found if one.provided}

    async def put_inactive(self, employee: Employee) -> None:
        """They are not in the directory, and may come back."""
        await self._meanwhile.wins(employee, employee.person_id)
        document = INACTIVE.document(employee) | {"left_at": self._tx.now}
        where = {"_id": document["_id"]}
        self._tx.write("inactive_users", ReplaceOne(where, document, upsert=True))

    def forget(self, person_id: UUID) -> None:
        """They are inactive no more."""
        self._tx.write("inactive_users", DeleteOne({"_id": person_id}))


def _query(wanted: Filter | None, kind: Kind[Employee]) -> Document:
    if wanted is None:
        return EVERYBODY
    if isinstance(wanted, Equal):
        return _equal(wanted, kind)
    joined = "$and" if isinstance(wanted, Both) else "$or"
    return {joined: [_query(part, kind) for part in _parts(wanted, type(wanted))]}


def _parts(wanted: Filter, joined: type[Both | Either]) -> Iterator[Filter]:
    """All that are joined in one way, side by side: MongoDB nests a query some ninety deep at most."""
    if isinstance(wanted, Equal) or not isinstance(wanted, joined):
        yield wanted
        return
    yield from _parts(wanted.left, joined)
    yield from _parts(wanted.right, joined)


def _equal(wanted: Equal, kind: Kind[Employee]) -> Document:
    value: Any = wanted.value
    active = kind is EMPLOYEE
    if wanted.attribute == "active":
        return EVERYBODY if value == active else NOBODY
    if wanted.attribute in CONSTANTS:
        return EVERYBODY if value == CONSTANTS[wanted.attribute] else NOBODY
    match TEXTS[wanted.attribute]:
        case "id":
            person_id = id_in(value)
            return {"person_id" if active else "_id": person_id} if person_id else NOBODY
        case "email":
            return {"email": value.lower()}
        case "external_id":
            named = {"provided.external_id": value}
            unnamed = {"provided.external_id": {"$in": [None, ""]}}
            return {"$or": [named, {"$and": [_with_number(value, kind), unnamed]}]}
    return _with_number(value, kind)


def _with_number(value: str, kind: Kind[Employee]) -> Document:
    return numbered([value]) if kind is EMPLOYEE else {"staff_number": value}
