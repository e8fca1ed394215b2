"""MongoDB behind the ports: one collection a port, keyed upserts, and the indexes they need.

Documents are the domain's own dataclasses, field by field; `_id` is the id of the thing.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from pymongo import InsertOne, ReplaceOne, UpdateOne

from services.enrollment.domain.directory import Employee, Layout
from services.enrollment.domain.pairs import Pair
from services.enrollment.domain.people import Identity, Person
from services.enrollment.domain.ports import Census, Fact
from services.enrollment.domain.programmes import Programme
from services.enrollment.domain.topics import Topic
from services.enrollment.domain.volunteers import Status, Volunteer
from services.enrollment.translation import log_line, outgoing
from shared.chassis.ids import new_id
from shared.chassis.leases import LeaseLost, Leases, confirm
from shared.chassis.mongo import Document
from shared.chassis.principals import Claims, Principal, Role
from shared.chassis.refusals import Conflict
from shared.chassis.transactions import Index, Tx

INDEXES = (
    Index("employees", [("email", 1)]),
    Index("employees", [("person_id", 1)], unique=True),
    Index(
        "people",
        [("identity.issuer", 1), ("identity.subject", 1)],
        unique=True,
        partial={"identity.subject": {"$type": "string"}},
    ),
    Index("volunteers", [("person_id", 1), ("programme_id", 1)], unique=True),
    Index("volunteers", [("programme_id", 1), ("_id", 1)]),
    Index("volunteers", [("cohort_id", 1), ("status", 1)]),
    Index("volunteers", [("paused_until", 1)], partial={"status": "paused"}),
    Index("pairs", [("mentor_id", 1)], partial={"running": True}),
    Index("pairs", [("mentee_id", 1)], partial={"running": True}),
)

ABSENT = "absent_managers"
IMPORT = "directory.import"
IMPORT_SECONDS = 30
WAIT_SECONDS, WAITS = 0.5, 60
SLOWEST_TRANSACTION = timedelta(minutes=2)
"""After so long nothing that began before an import can still be on its way."""

Thing = TypeVar("Thing", Employee, Person, Programme, Topic, Volunteer, Pair)


class _Kind(Generic[Thing]):
    """How one kind of thing lies in its collection."""

    def __init__(self, kind: type[Thing], collection: str, key: str) -> None:
        self.collection = collection
        self._key = key
        self._adapter: TypeAdapter[Thing] = TypeAdapter(kind)

    def document(self, thing: Thing) -> Document:
        fields: Document = _plain(asdict(thing))
        return {"_id": fields.pop(self._key), **fields}

    def thing(self, document: Document) -> Thing:
        return self._adapter.validate_python({**document, self._key: document["_id"]})


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case date() if not isinstance(value, datetime):
            return value.isoformat()
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value


_EMPLOYEE = _Kind(Employee, "employees", "staff_number")
_PERSON = _Kind(Person, "people", "person_id")
_PROGRAMME = _Kind(Programme, "programmes", "programme_id")
_TOPIC = _Kind(Topic, "topics", "topic")
_VOLUNTEER = _Kind(Volunteer, "volunteers", "volunteer_id")
_PAIR = _Kind(Pair, "pairs", "pair_id")
_LAYOUT = TypeAdapter(Layout)


class _Shelf(Generic[Thing]):
    """A collection within one unit of work."""

    def __init__(self, tx: Tx, kind: _Kind[Thing]) -> None:
        self._tx = tx
        self._kind: _Kind[Thing] = kind

    async def get(self, key: Any) -> Thing | None:
        document = await self._tx.find_one(self._kind.collection, {"_id": key})
        return self._kind.thing(document) if document else None

    def add(self, thing: Thing) -> None:
        self._tx.write(self._kind.collection, InsertOne(self._kind.document(thing)))

    def put(self, thing: Thing) -> None:
        document = self._kind.document(thing)
        operation = ReplaceOne({"_id": document["_id"]}, document, upsert=True)
        self._tx.write(self._kind.collection, operation)

    async def _find(self, where: Mapping[str, Any], limit: int = 0) -> list[Thing]:
        found = await self._tx.find(self._kind.collection, where, sort=[("_id", 1)], limit=limit)
        return [self._kind.thing(document) for document in found]


class _Employees:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def by_staff_numbers(self, staff_numbers: Collection[str]) -> dict[str, Employee]:
        found = await self._find({"_id": {"$in": list(staff_numbers)}}) if staff_numbers else []
        return {employee.staff_number: employee for employee in found}

    async def by_persons(self, person_ids: Collection[UUID]) -> dict[UUID, Employee]:
        found = await self._find({"person_id": {"$in": list(person_ids)}}) if person_ids else []
        return {employee.person_id: employee for employee in found if employee.person_id}

    async def count(self) -> int:
        return await self._tx.count("employees", {})

    def put(self, employee: Employee, person_id: UUID) -> None:
        fields = _EMPLOYEE.document(employee)
        key = {"_id": fields.pop("_id")}
        fields.pop("person_id")
        # Whoever was here before keeps the id under which the others know them.
        update = {"$set": fields, "$setOnInsert": {"person_id": person_id}}
        self._tx.write("employees", UpdateOne(key, update, upsert=True))

    async def _find(self, where: Mapping[str, Any]) -> list[Employee]:
        return [_EMPLOYEE.thing(row) for row in await self._tx.find("employees", where)]


class _Directory:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def layout(self) -> Layout | None:
        document = await self._tx.find_one("directory", {"_id": "layout"})
        return _LAYOUT.validate_json(document["json"]) if document else None

    def keep_layout(self, layout: Layout) -> None:
        # As text: a grade may be called anything, also what MongoDB takes for a path.
        document = {"_id": "layout", "json": _LAYOUT.dump_json(layout).decode()}
        self._tx.write("directory", ReplaceOne({"_id": "layout"}, document, upsert=True))

    async def absent_managers(self, staff_numbers: Collection[str]) -> dict[str, UUID]:
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
        try:
            await confirm(self._tx, IMPORT, fence, seconds=IMPORT_SECONDS)
        except LeaseLost as error:
            raise Conflict(
                "import_overtaken", "Another import took over; run this one again."
            ) from error
        self._set({"changed_at": self._tx.now})

    async def unsettled(self) -> bool:
        state = await self._tx.find_one("directory", {"_id": "state"}) or {}
        if "changed_at" not in state:
            return False
        settled_at: datetime | None = state.get("settled_at")
        return settled_at is None or settled_at < state["changed_at"] + SLOWEST_TRANSACTION

    def settled(self, at: datetime) -> None:
        self._set({"settled_at": at})

    def _set(self, fields: Document) -> None:
        self._tx.write("directory", UpdateOne({"_id": "state"}, {"$set": fields}, upsert=True))


class _People(_Shelf[Person]):
    async def by_identity(self, identity: Identity) -> Person | None:
        found = await self._find(
            {"identity.issuer": identity.issuer, "identity.subject": identity.subject}
        )
        return found[0] if found else None

    async def page(self, after: UUID | None, limit: int) -> list[Person]:
        return await self._find({"_id": {"$gt": after}} if after else {}, limit)


class _Programmes(_Shelf[Programme]):
    def queue_up(self, programme_id: UUID) -> None:
        # Two transactions that write one document cannot both commit.
        update = UpdateOne({"_id": programme_id}, {"$currentDate": {"newcomer_at": True}})
        self._tx.write("programmes", update)


class _Topics(_Shelf[Topic]):
    async def all(self) -> list[Topic]:
        return await self._find({})


class _Volunteers(_Shelf[Volunteer]):
    async def of_person(self, person_id: UUID, programme_id: UUID) -> Volunteer | None:
        found = await self._find({"person_id": person_id, "programme_id": programme_id})
        return found[0] if found else None

    async def page(
        self, programme_id: UUID | None, after: UUID | None, limit: int
    ) -> list[Volunteer]:
        where: Document = {"programme_id": programme_id} if programme_id else {}
        return await self._find(where | ({"_id": {"$gt": after}} if after else {}), limit)

    async def filling(self, cohort_id: UUID) -> int:
        here = {"$in": [Status.ACTIVE.value, Status.PAUSED.value]}
        return await self._tx.count("volunteers", {"cohort_id": cohort_id, "status": here})

    async def census(self, programme_id: UUID) -> Census:
        group = {"_id": {"status": "$status", "roles": "$profile.roles"}, "people": {"$sum": 1}}
        pipeline: list[Document] = [
            {"$match": {"programme_id": programme_id}},
            {"$group": group},
        ]
        by_status: Counter[str] = Counter()
        by_role: Counter[str] = Counter()
        for row in await self._tx.aggregate("volunteers", pipeline):
            by_status[row["_id"]["status"]] += row["people"]
            if row["_id"]["status"] != Status.WITHDRAWN:
                for role in row["_id"]["roles"]:
                    by_role[role] += row["people"]
        return Census(by_status, by_role)

    async def back_by(self, today: date) -> list[UUID]:
        over = {"$type": "string", "$lte": today.isoformat()}
        where = {"status": Status.PAUSED.value, "paused_until": over}
        return [row["_id"] for row in await self._tx.find("volunteers", where, limit=100)]


class _Pairs(_Shelf[Pair]):
    async def running(self, volunteer_id: UUID) -> list[Pair]:
        side = [{"mentor_id": volunteer_id}, {"mentee_id": volunteer_id}]
        return await self._find({"running": True, "$or": side})


class Unit:
    """The unit of work that handlers get, on one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.now = tx.now
        self.today = tx.now.date()
        self.employees = _Employees(tx)
        self.directory = _Directory(tx)
        self.people = _People(tx, _PERSON)
        self.programmes = _Programmes(tx, _PROGRAMME)
        self.topics = _Topics(tx, _TOPIC)
        self.volunteers = _Volunteers(tx, _VOLUNTEER)
        self.pairs = _Pairs(tx, _PAIR)

    def new_id(self) -> UUID:
        """A random identifier."""
        return new_id()

    def publish(self, *facts: Fact) -> None:
        """Tell the other services, and the log where the fact stands in its list."""
        for fact in facts:
            self._tx.publish(*outgoing(fact))
            if line := log_line(fact):
                event, ids = line
                self.note(event, **ids)

    def note(self, event: str, **ids: str | int) -> None:
        """Write a line of the list of log events, once this unit of work is committed."""
        self._tx.note(event, level=logging.INFO, **ids)


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


async def resolve(tx: Tx, claims: Claims) -> Principal:
    """Who a token belongs to: whom it is bound to, else the one employee with its e-mail address."""
    unit = Unit(tx)
    person = await unit.people.by_identity(Identity(claims.issuer, claims.subject))
    if person is None and claims.email:
        rows = await tx.find("employees", {"email": claims.email.lower()}, limit=2)
        if len(rows) != 1:
            return Principal(claims)
        person_id = rows[0]["person_id"]
        person = await unit.people.get(person_id) or Person(person_id)
        if person.identity is not None:
            # The employee is bound to another account; an address alone does not take it over.
            return Principal(claims)
    if person is None:
        return Principal(claims)
    roles = {programme: frozenset(map(Role, held)) for programme, held in person.roles.items()}
    return Principal(claims, person.person_id, roles, frozenset(person.volunteer_ids))
