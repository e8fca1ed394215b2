"""Export and erasure of one person in one database, by the tables."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from bson import Binary
from pymongo import InsertOne

from shared.chassis import principals
from shared.chassis.clock import system_clock
from shared.chassis.foundation import OWN_INDEXES, Database
from shared.chassis.intake import Intake
from shared.chassis.messages import Message, Removals, Routes
from shared.chassis.mongo import Client, MongoDatabase, ensure_indexes
from shared.chassis.outbox import Outgoing
from shared.chassis.privacy.desk import PersonalDesk
from shared.chassis.privacy.holdings import Holding, OnErasure, Subject, of_person, of_volunteers
from shared.chassis.transactions import Transactions, Tx
from shared.contracts.catalogue import CONTACT, PRINCIPAL
from shared.contracts.enrollment.v1 import PrincipalChanged
from shared.contracts.envelope import Envelope, Event, to_headers, to_value

ANN, BEN = UUID(int=1), UUID(int=2)
ANNS = UUID(int=11)
AT = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
HOLDINGS = (
    Holding("diaries", "what they wrote", OnErasure.DELETE, of_person("owner")),
    Holding(
        "walks",
        "who walked with whom",
        OnErasure.BLANK,
        of_volunteers("walkers"),
        blank=lambda _: {"$set": {"said": ""}},
    ),
    Holding("counts", "steps, by volunteer", OnErasure.STAYS, of_volunteers("_id")),
)


@dataclass
class Place:
    database: MongoDatabase
    transactions: Transactions
    desk: PersonalDesk
    intake: Intake

    async def put(self, collection: str, *documents: dict[str, Any]) -> None:
        await self.database[collection].insert_many(list(documents))

    async def rows(self, collection: str) -> list[dict[str, Any]]:
        return await self.database[collection].find({}).sort("_id", 1).to_list(None)

    async def take(self, *messages: Message) -> dict[str, int]:
        return dict(await self.intake.apply(self.intake.read(messages)))


async def _remember(tx: Tx, event: Event[PrincipalChanged]) -> None:
    principals.remember(tx, event.data)


async def _forget(tx: Tx, key: str) -> None:
    principals.forget(tx, UUID(key))


@pytest.fixture
async def place(client: Client, database: MongoDatabase) -> Place:
    await ensure_indexes(database, OWN_INDEXES)
    transactions = Transactions(client, database, system_clock)
    made = Database("boxes", client, database, transactions, OWN_INDEXES)
    routes: Routes = {PrincipalChanged: _remember}
    removals: Removals = {PrincipalChanged: _forget}
    intake = Intake("boxes", database, transactions, routes, removals)
    return Place(database, transactions, PersonalDesk(made, HOLDINGS), intake)


def principal(sequence: int, person_id: UUID, subject: str = "ann") -> Message:
    told = PrincipalChanged(
        person_id=person_id, issuer="https://id", subject=subject, roles={}, volunteer_ids=[ANNS]
    )
    return _message(sequence, person_id, to_value(told), "obverse.enrollment.principal.changed.v1")


def tombstone(sequence: int, person_id: UUID) -> Message:
    return _message(sequence, person_id, None, Outgoing.tombstone(PRINCIPAL, "", AT).type)


def _message(sequence: int, person_id: UUID, value: bytes | None, kind: str) -> Message:
    envelope = Envelope(
        id=UUID(int=sequence + person_id.int * 100),
        type=kind,
        source="/obverse/enrollment",
        time=AT,
        sequence=sequence,
        correlationid=UUID(int=5),
    )
    key = str(person_id).encode()
    return Message(PRINCIPAL.name, 0, sequence, key, value, to_headers(envelope))


async def test_each_place_does_what_its_table_says(place: Place) -> None:
    await place.put("diaries", {"_id": 1, "owner": ANN}, {"_id": 2, "owner": BEN})
    await place.put("walks", {"_id": 1, "walkers": [ANNS], "said": "hello"})
    await place.put("counts", {"_id": ANNS, "steps": 7})

    answer = await place.desk.erase(Subject(ANN, frozenset({ANNS})), "anna")

    assert [row["_id"] for row in await place.rows("diaries")] == [2]
    assert await place.rows("walks") == [{"_id": 1, "walkers": [ANNS], "said": ""}]
    assert await place.rows("counts") == [{"_id": ANNS, "steps": 7}]
    assert answer.done == {"diaries": 1, "walks": 1}
    assert answer.left == ()
    (entry,) = await place.rows("audit")
    assert (entry["by"], entry["action"], entry["subject"]) == ("anna", "person.erased", str(ANN))


async def test_volunteers_are_known_from_the_topic_of_principals(place: Place) -> None:
    await place.take(principal(1, ANN))
    await place.put("walks", {"_id": 1, "walkers": [ANNS], "said": "hello"})

    held = await place.desk.export(Subject(ANN), by=None)
    answer = await place.desk.erase(Subject(ANN), "anna")

    assert sorted(held) == ["principals", "walks"]
    assert answer.volunteer_ids == (ANNS,)
    assert await place.rows("principals") == []
    assert [row["action"] for row in await place.rows("audit")] == ["person.erased"]


async def test_an_export_for_an_operator_is_written_down(place: Place) -> None:
    await place.desk.export(Subject(ANN), by="olga")

    assert [(row["by"], row["action"]) for row in await place.rows("audit")] == [
        ("olga", "person.exported")
    ]


async def test_a_state_of_somebody_who_was_erased_comes_to_nothing(place: Place) -> None:
    await place.desk.erase(Subject(ANN), "anna")

    outcomes = await place.take(principal(1, ANN), principal(1, BEN, "ben"))

    assert outcomes == {"ignored": 1, "applied": 1}
    assert [row["_id"] for row in await place.rows("principals")] == [BEN]


async def test_a_tombstone_removes_what_was_told_also_in_a_replay(place: Place) -> None:
    for message in (principal(1, ANN), principal(2, ANN), tombstone(3, ANN)):
        assert await place.take(message) == {"applied": 1}

    assert await place.rows("principals") == []
    assert await place.take(principal(1, ANN)) == {"duplicate": 1}
    assert await place.rows("principals") == []


async def test_what_is_left_is_told_until_the_broker_has_it(place: Place) -> None:
    async def tell(tx: Tx) -> None:
        tx.tombstone(CONTACT, str(ANN))

    await place.transactions.run(tell)
    answer = await place.desk.erase(Subject(ANN), "anna")
    await place.database["outbox"].delete_many({})
    later = await place.desk.erasure(ANN)

    assert [(one.what, one.documents) for one in answer.left] == [("outbox", 1)]
    assert later is not None
    assert later.left == ()


async def test_what_came_after_an_erasure_is_told_as_left(place: Place) -> None:
    await place.desk.erase(Subject(ANN), "anna")
    await place.put("diaries", {"_id": 1, "owner": ANN})

    state = await place.desk.erasure(ANN)

    assert state is not None
    assert [(one.what, one.until) for one in state.left] == [
        ("diaries", "it came after; erase again")
    ]


def letter(place: str, *, lane: str | None, value: bytes | None, holds: bool) -> dict[str, Any]:
    original = value and {"key": Binary(b"k"), "value": Binary(value), "headers": []}
    return {
        "_id": place,
        "lane": lane,
        "original": original,
        "detail": "words",
        "holds": holds,
        "state": "open",
        "reason": "not_json",
    }


async def test_dead_letters_of_a_person_go_and_one_that_holds_its_key_is_emptied(
    place: Place,
) -> None:
    own = f"obverse.enrollment.volunteer.v1|{ANNS}"
    await place.put(
        "dead_letters",
        letter("a:0:1", lane=f"{CONTACT.name}|{ANN}", value=None, holds=False),
        letter("b:0:1", lane=own, value=b"broken", holds=True),
        letter("c:0:1", lane=None, value=b"it names ann@corp.example", holds=False),
        letter("d:0:1", lane=None, value=b"it names ben@corp.example", holds=False),
    )

    words = frozenset({"ann@corp.example"})
    answer = await place.desk.erase(Subject(ANN, frozenset({ANNS}), words), "anna")

    rows = await place.rows("dead_letters")
    assert [(row["_id"], row["original"] is None, row["detail"]) for row in rows] == [
        ("b:0:1", True, ""),
        ("d:0:1", False, "words"),
    ]
    assert [(one.what, one.documents) for one in answer.left] == [("dead_letters", 1)]


async def test_an_erasure_that_fails_changes_nothing(place: Place) -> None:
    async def refuse(tx: Tx, subject: Subject) -> None:
        tx.write("diaries", InsertOne({"_id": 9}))
        raise RuntimeError

    desk = PersonalDesk(place.desk.database, HOLDINGS, let_go=refuse)

    with pytest.raises(RuntimeError):
        await desk.erase(Subject(ANN), "anna")

    assert await place.rows("diaries") == []
    assert await desk.erasure(ANN) is None
