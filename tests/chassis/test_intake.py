"""The topic edge on a real database: every message has its effect once, in the order of its key."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from pymongo import UpdateOne
from pymongo.errors import AutoReconnect, OperationFailure

from shared.chassis import passages
from shared.chassis.clock import system_clock
from shared.chassis.dead_letters import listing
from shared.chassis.foundation import OWN_INDEXES
from shared.chassis.intake import Intake, Unwanted
from shared.chassis.messages import Message, Routes
from shared.chassis.mongo import Client, MongoDatabase, ensure_indexes
from shared.chassis.operator import DeadLetterDesk
from shared.chassis.patience import PATIENT, patience
from shared.chassis.refusals import Conflict, Invalid
from shared.chassis.transactions import Transactions, Tx
from shared.contracts.enrollment.v1 import ContactChanged
from shared.contracts.envelope import Envelope, Event, to_headers, to_value
from shared.contracts.matching.v1 import PairEnded, PairFormed

PAIR = UUID("01890000-0000-7000-8000-000000000001")
OTHER = UUID("01890000-0000-7000-8000-000000000002")
TOPIC = "obverse.matching.pair.v1"


def ended(sequence: int, *, pair: UUID = PAIR, offset: int | None = None, **change: Any) -> Message:
    """A `pair.ended` as it comes from Kafka; `change` replaces parts of the message."""
    data = PairEnded(
        pair_id=pair,
        programme_id=UUID(int=1),
        cohort_id=UUID(int=2),
        mentor_id=UUID(int=3),
        mentee_id=UUID(int=4),
        outcome="completed",
    )
    envelope = Envelope(
        id=UUID(int=pair.int + sequence * 1000),
        type="obverse.matching.pair.ended.v1",
        source="/obverse/matching",
        subject=str(pair),
        time=datetime(2026, 11, 24, tzinfo=UTC),
        sequence=sequence,
        correlationid=UUID(int=7),
    )
    parts: dict[str, Any] = {
        "topic": TOPIC,
        "partition": 0,
        "offset": sequence if offset is None else offset,
        "key": str(pair).encode(),
        "value": to_value(data),
        "headers": to_headers(envelope),
    }
    return Message(**(parts | change))


class Desk:
    """A service with one route: it counts, per pair, the sequences it has seen."""

    def __init__(self, database: MongoDatabase, client: Client) -> None:
        self.database = database
        self.transactions = Transactions(client, database, system_clock)
        self.failing: set[int] = set()
        self.unreachable = 0
        self.dying_now = False
        routes: Routes = {PairEnded: self.handle, ContactChanged: self.handle}
        self.intake = Intake("test", database, self.transactions, routes)
        self.letters = DeadLetterDesk(self.intake, self.refetch)
        self.in_kafka: dict[int, Message] = {}

    async def handle(self, tx: Tx, event: Event[PairEnded]) -> None:
        sequence = event.envelope.sequence
        if sequence in self.failing:
            raise Invalid("no_such_pair", "Mend it.")
        if self.unreachable:
            self.unreachable -= 1
            raise AutoReconnect("primary stepped down")
        if self.dying_now:
            raise asyncio.CancelledError
        key = event.envelope.subject
        tx.write("seen", UpdateOne({"_id": key}, {"$push": {"all": sequence}}, upsert=True))

    def become_another_process(self) -> None:
        intake = self.intake
        self.intake = Intake("test", intake.database, intake.transactions, intake.routes)

    async def refetch(self, topic: str, partition: int, offset: int) -> Message | None:
        return self.in_kafka.get(offset)

    async def seen(self, pair: UUID = PAIR) -> list[int]:
        row = await self.database["seen"].find_one({"_id": str(pair)})
        return row["all"] if row else []

    async def take(self, *messages: Message) -> dict[str, int]:
        return dict(await self.intake.apply(self.intake.read(messages)))

    async def dying(self, *messages: Message) -> None:
        """The process ends in the middle of a handler."""
        self.dying_now = True
        try:
            await self.take(*messages)
        finally:
            self.dying_now = False

    async def reasons(self) -> list[str]:
        return [letter["reason"] for letter in await listing(self.database)]


@pytest.fixture
async def desk(database: MongoDatabase, client: Client) -> Desk:
    await ensure_indexes(database, OWN_INDEXES)
    return Desk(database, client)


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passages gone through so far; clear it where what came before does not count."""
    names: list[str] = []
    monkeypatch.setattr(passages, "hook", names.append)
    return names


async def test_a_batch_is_applied_in_the_order_of_its_keys(desk: Desk) -> None:
    counts = await desk.take(ended(1), ended(1, pair=OTHER), ended(2), ended(2, pair=OTHER))
    assert counts == {"applied": 4}
    assert await desk.seen(PAIR) == [1, 2]
    assert await desk.seen(OTHER) == [1, 2]


async def test_a_redelivered_event_counts_once(desk: Desk) -> None:
    await desk.take(ended(1), ended(2))
    assert await desk.take(ended(1), ended(2)) == {"duplicate": 2}
    assert await desk.take(ended(2), ended(3)) == {"duplicate": 1, "applied": 1}
    assert await desk.seen() == [1, 2, 3]


async def test_the_same_event_twice_in_one_batch_counts_once(desk: Desk) -> None:
    assert await desk.take(ended(1), ended(1, offset=9)) == {"applied": 1, "duplicate": 1}
    assert await desk.seen() == [1]


async def test_a_gap_holds_its_key_and_no_other(desk: Desk) -> None:
    counts = await desk.take(ended(1), ended(3), ended(1, pair=OTHER), ended(4))
    assert counts == {"applied": 2, "waiting": 2}
    assert await desk.seen(PAIR) == [1]
    assert await desk.seen(OTHER) == [1]


async def test_a_filled_gap_lets_everything_behind_it_go_on_in_order(desk: Desk) -> None:
    await desk.take(ended(1), ended(4), ended(3))
    assert await desk.take(ended(2)) == {"applied": 3}
    assert await desk.seen() == [1, 2, 3, 4]
    assert await desk.database["waiting"].count_documents({}) == 0


async def test_a_message_that_fails_becomes_a_dead_letter_and_holds_its_key(desk: Desk) -> None:
    desk.failing = {2}
    counts = await desk.take(ended(1), ended(2), ended(3), ended(1, pair=OTHER))
    assert counts == {"applied": 2, "dead_lettered": 1, "waiting": 1}
    assert await desk.seen(PAIR) == [1]
    assert await desk.seen(OTHER) == [1]
    assert await desk.reasons() == ["handler:no_such_pair"]


async def test_a_dead_letter_that_is_delivered_again_stays_one(desk: Desk) -> None:
    desk.failing = {1}
    await desk.take(ended(1))
    assert await desk.take(ended(1)) == {"duplicate": 1}
    assert await desk.reasons() == ["handler:no_such_pair"]


async def test_a_redriven_dead_letter_is_applied_once_and_frees_its_key(desk: Desk) -> None:
    desk.failing = {2}
    await desk.take(ended(1), ended(2), ended(3), ended(4))
    desk.failing = set()
    assert await desk.letters.redrive(f"{TOPIC}:0:2", by="anna") == "redriven"
    assert await desk.letters.redrive(f"{TOPIC}:0:2", by="anna") == "redriven"
    assert await desk.seen() == [1, 2, 3, 4]
    assert await desk.reasons() == []
    audit = await desk.database["audit"].find().to_list(None)
    assert [(row["by"], row["action"]) for row in audit] == [("anna", "dead_letter.redriven")]


async def test_a_redrive_that_fails_again_changes_nothing(desk: Desk) -> None:
    desk.failing = {1}
    await desk.take(ended(1), ended(2))
    with pytest.raises(Invalid):
        await desk.letters.redrive(f"{TOPIC}:0:1", by="anna")
    assert await desk.seen() == []
    assert await desk.reasons() == ["handler:no_such_pair"]
    assert await desk.database["audit"].count_documents({}) == 0


async def test_a_discarded_dead_letter_is_given_up_and_its_key_goes_on(desk: Desk) -> None:
    desk.failing = {2}
    await desk.take(ended(1), ended(2), ended(3))
    assert await desk.letters.discard(f"{TOPIC}:0:2", by="boris") == "discarded"
    assert await desk.seen() == [1, 3]


async def test_a_second_failure_behind_a_redriven_letter_holds_the_key_again(desk: Desk) -> None:
    desk.failing = {1, 3}
    await desk.take(ended(1), ended(2), ended(3), ended(4))
    desk.failing = {3}
    await desk.letters.redrive(f"{TOPIC}:0:1", by="anna")
    assert await desk.seen() == [1, 2]
    assert await desk.reasons() == ["handler:no_such_pair"]


async def test_another_event_in_a_taken_place_is_a_conflict(desk: Desk) -> None:
    await desk.take(ended(1))
    other_bytes = ended(1, value=b'{"pair_id": "x"}', offset=8)
    other_id = ended(
        1,
        headers=[
            (n, b"%s" % uuid4().hex.encode() if n == "ce_id" else v) for n, v in ended(1).headers
        ],
        offset=9,
    )
    assert await desk.take(other_bytes, other_id) == {"dead_lettered": 2}
    assert await desk.reasons() == ["id_conflict", "id_conflict"]
    assert await desk.take(ended(2)) == {"applied": 1}


def without(name: str) -> list[tuple[str, bytes]]:
    return [(header, value) for header, value in ended(1).headers if header != name]


def with_header(name: str, value: bytes) -> list[tuple[str, bytes]]:
    return [*without(name), (name, value)]


UNREADABLE: Sequence[tuple[str, dict[str, Any]]] = [
    ("key_missing", {"key": None}),
    ("key_not_text", {"key": b"\xff\xfe"}),
    ("header_missing", {"headers": without("ce_id")}),
    ("header_missing", {"headers": without("ce_sequence")}),
    ("header_missing", {"headers": []}),
    ("header_not_text", {"headers": with_header("ce_source", b"\xff")}),
    ("header_invalid", {"headers": with_header("ce_sequence", b"first")}),
    ("header_invalid", {"headers": with_header("ce_sequence", b"0")}),
    ("header_invalid", {"headers": with_header("ce_id", b"not-a-uuid")}),
    ("header_invalid", {"headers": with_header("ce_time", b"yesterday")}),
    ("too_large", {"key": b"x" * 801}),
]


@pytest.mark.parametrize(("reason", "change"), UNREADABLE)
async def test_an_unreadable_message_is_kept_and_holds_nothing(
    desk: Desk, reason: str, change: dict[str, Any]
) -> None:
    assert await desk.take(ended(1, offset=5, **change)) == {"dead_lettered": 1}
    assert await desk.reasons() == [reason]
    assert await desk.take(ended(1)) == {"applied": 1}


BROKEN: Sequence[tuple[str, dict[str, Any]]] = [
    ("not_json", {"value": b"{"}),
    ("not_utf8", {"value": b'{"pair_id": "\xff"}'}),
    ("schema_invalid", {"value": b"{}"}),
    ("schema_invalid", {"value": b"[1]"}),
    ("value_missing", {"value": None}),
    ("too_large", {"value": b" " * (1024 * 1024 + 1)}),
    ("unknown_major", {"headers": with_header("ce_type", b"obverse.matching.pair.ended.v9")}),
    ("wrong_topic", {"headers": with_header("ce_type", b"obverse.matching.round.completed.v1")}),
]


@pytest.mark.parametrize(("reason", "change"), BROKEN)
async def test_a_readable_envelope_with_broken_content_holds_its_key(
    desk: Desk, reason: str, change: dict[str, Any]
) -> None:
    assert await desk.take(ended(1, **change)) == {"dead_lettered": 1}
    assert await desk.reasons() == [reason]
    assert await desk.take(ended(2)) == {"waiting": 1}


async def test_an_unknown_type_and_an_unrouted_one_are_passed_over_in_order(desk: Desk) -> None:
    unknown = ended(1, headers=with_header("ce_type", b"obverse.matching.pair.praised.v1"))
    formed = with_header("ce_type", b"obverse.matching.pair.formed.v1")
    unrouted = ended(
        2, headers=[("ce_sequence", b"2") if n == "ce_sequence" else (n, v) for n, v in formed]
    )
    assert PairFormed not in desk.intake.routes
    assert await desk.take(unknown, unrouted, ended(3)) == {"ignored": 2, "applied": 1}
    assert await desk.reasons() == []


async def test_a_database_that_is_away_is_no_fault_of_the_message(desk: Desk) -> None:
    desk.unreachable = 1
    with pytest.raises(AutoReconnect):
        await desk.take(ended(1), ended(2))
    assert await desk.reasons() == []
    assert await desk.take(ended(1), ended(2)) == {"applied": 2}
    assert await desk.seen() == [1, 2]


async def test_a_batch_that_was_begun_and_never_ended_is_taken_one_by_one(desk: Desk) -> None:
    await desk.database["in_flight"].insert_one(
        {"_id": f"{TOPIC}:0", "first": 1, "last": 3, "begun": 1}
    )
    await desk.intake.assigned([(TOPIC, 0)])
    assert await desk.take(ended(1), ended(2), ended(3)) == {"applied": 3}
    assert await desk.seen() == [1, 2, 3]


async def test_a_message_that_killed_its_process_three_times_is_not_tried_again(desk: Desk) -> None:
    await desk.database["in_flight"].insert_one(
        {"_id": f"{TOPIC}:0", "first": 2, "last": 2, "begun": 3}
    )
    await desk.intake.assigned([(TOPIC, 0)])
    assert await desk.take(ended(1), ended(2)) == {"applied": 1, "dead_lettered": 1}
    assert await desk.reasons() == ["killed_process"]


async def test_trouble_that_many_owners_live_through_counts_as_no_death(desk: Desk) -> None:
    """Found by the fault harness: a partition that changed hands in trouble lost an innocent message."""
    for _ in range(5):  # each another process, which takes the partition over from one that lives
        desk.become_another_process()
        await desk.intake.assigned([(TOPIC, 0)])
        desk.unreachable = 1
        with pytest.raises(AutoReconnect):
            await desk.take(ended(1))
    desk.become_another_process()
    await desk.intake.assigned([(TOPIC, 0)])

    assert await desk.take(ended(1)) == {"applied": 1}
    assert await desk.reasons() == []


async def test_only_what_a_dead_process_had_begun_is_taken_one_by_one(
    desk: Desk, passed: list[str]
) -> None:
    stretch = {"_id": f"{TOPIC}:0", "first": 3, "last": 4, "begun": 1, "owner": "the dead one"}
    await desk.database["in_flight"].insert_one(stretch)
    await desk.intake.assigned([(TOPIC, 0)])
    passed.clear()
    assert await desk.take(*map(ended, range(1, 8))) == {"applied": 7}
    # 1 and 2 together, 3, 4, and 5 to 7 together.
    assert passed.count("transaction.committed") == 4
    assert await desk.seen() == [1, 2, 3, 4, 5, 6, 7]


async def test_what_a_dead_process_had_ended_is_passed_over_together(
    desk: Desk, passed: list[str]
) -> None:
    assert await desk.take(*map(ended, range(1, 7))) == {"applied": 6}
    stretch = {"_id": f"{TOPIC}:0", "first": 1, "last": 8, "begun": 1, "owner": "the dead one"}
    await desk.database["in_flight"].replace_one({"_id": f"{TOPIC}:0"}, stretch)
    await desk.intake.assigned([(TOPIC, 0)])
    passed.clear()
    assert await desk.take(*map(ended, range(1, 9))) == {"duplicate": 6, "applied": 2}
    # 1 to 6 together, 7, 8.
    assert passed.count("transaction.committed") == 3


async def test_the_mark_of_a_small_batch_covers_a_few_behind_it(desk: Desk) -> None:
    """A mark costs the database as much as a small transaction does."""
    await desk.take(ended(1))
    written = await desk.database["in_flight"].find_one({"_id": f"{TOPIC}:0"})
    for sequence in range(2, 10):
        await desk.take(ended(sequence))
    assert await desk.database["in_flight"].find_one({"_id": f"{TOPIC}:0"}) == written
    await desk.take(ended(10))
    assert await desk.database["in_flight"].find_one({"_id": f"{TOPIC}:0"}) != written


async def test_what_a_mark_covered_is_taken_one_by_one_after_a_death(
    desk: Desk, passed: list[str]
) -> None:
    await desk.take(ended(1), ended(2))
    desk.become_another_process()
    await desk.intake.assigned([(TOPIC, 0)])
    passed.clear()
    assert await desk.take(*map(ended, range(1, 14))) == {"duplicate": 2, "applied": 11}
    # 1 and 2 together, 3 to 10 one by one, and 11 to 13 together.
    assert passed.count("transaction.committed") == 10


async def test_a_covered_message_that_kills_each_process_is_found_out(desk: Desk) -> None:
    await desk.take(ended(1))
    # The first one dies under its mark, which tells of no message alone; then three begin this one alone.
    for _ in range(4):
        with pytest.raises(asyncio.CancelledError):
            await desk.dying(ended(2), ended(3))
        desk.become_another_process()
        await desk.intake.assigned([(TOPIC, 0)])
    assert await desk.take(ended(2), ended(3)) == {"dead_lettered": 1, "waiting": 1}
    assert await desk.reasons() == ["killed_process"]


async def test_whoever_leaves_in_order_leaves_nothing_to_suspect(
    desk: Desk, passed: list[str]
) -> None:
    await desk.take(ended(1), ended(2))
    await desk.intake.leave()
    desk.become_another_process()
    await desk.intake.assigned([(TOPIC, 0)])
    passed.clear()
    assert await desk.take(*map(ended, range(3, 9))) == {"applied": 6}
    assert passed.count("transaction.committed") == 1


async def test_the_mark_of_a_large_batch_covers_nothing_behind_it(
    desk: Desk, passed: list[str]
) -> None:
    await desk.take(*map(ended, range(1, 51)))
    desk.become_another_process()
    await desk.intake.assigned([(TOPIC, 0)])
    passed.clear()
    assert await desk.take(*map(ended, range(51, 59))) == {"applied": 8}
    assert passed.count("transaction.committed") == 1


async def test_after_trouble_nothing_counts_as_covered(desk: Desk) -> None:
    await desk.take(ended(1))
    desk.unreachable = 1
    with pytest.raises(AutoReconnect):
        await desk.take(ended(2))
    await desk.take(ended(2))
    mark = await desk.database["in_flight"].find_one({"_id": f"{TOPIC}:0"})
    assert mark is not None
    assert (mark["first"], mark["last"], mark["begun"]) == (2, 2, 1)


async def test_offsets_that_begin_again_are_not_covered_by_an_old_mark(desk: Desk) -> None:
    """A topic that was made anew while the service lives."""
    await desk.take(ended(1, offset=70))
    await desk.take(ended(2, offset=0))
    mark = await desk.database["in_flight"].find_one({"_id": f"{TOPIC}:0"})
    assert mark is not None
    assert (mark["first"], mark["last"]) == (0, 0)


async def test_one_by_one_ends_where_nobody_wants_the_rest(desk: Desk) -> None:
    """Found by a fault run: a process that was to stop went on one by one for a minute."""
    stretch = {"_id": f"{TOPIC}:0", "first": 1, "last": 9, "begun": 1, "owner": "the dead one"}
    await desk.database["in_flight"].insert_one(stretch)
    await desk.intake.assigned([(TOPIC, 0)])
    answers = iter([True, True, True, False])
    incoming = desk.intake.read(map(ended, range(1, 10)))
    with pytest.raises(Unwanted):
        await desk.intake.apply(incoming, lambda: next(answers))
    assert await desk.seen() == [1, 2, 3]
    assert await desk.take(*map(ended, range(1, 10))) == {"duplicate": 3, "applied": 6}
    assert await desk.seen() == [1, 2, 3, 4, 5, 6, 7, 8, 9]


async def test_a_batch_that_nobody_wants_has_no_effect(desk: Desk) -> None:
    with pytest.raises(Unwanted):
        await desk.intake.apply(desk.intake.read([ended(1)]), lambda: False)
    assert await desk.seen() == []
    assert await desk.take(ended(1)) == {"applied": 1}


async def test_a_batch_that_others_overtake_again_and_again_goes_on_in_parts(desk: Desk) -> None:
    patience.set(PATIENT._replace(conflicts=0.2))
    await desk.take(ended(1, pair=OTHER))

    async def hold(tx: Tx) -> None:
        tx.write("seen", UpdateOne({"_id": str(OTHER)}, {"$set": {"held": True}}))
        await tx.count("seen", {})
        with pytest.raises(OperationFailure):
            await desk.take(ended(1), ended(2, pair=OTHER, offset=9))
        assert await desk.seen() == [1]

    await desk.transactions.run(hold)
    assert await desk.take(ended(1), ended(2, pair=OTHER, offset=9)) == {
        "applied": 1,
        "duplicate": 1,
    }
    assert await desk.seen(OTHER) == [1, 2]


async def test_what_waited_when_a_process_died_goes_on_with_the_next_owner(desk: Desk) -> None:
    await desk.take(ended(1), ended(3))
    await desk.database["cursors"].update_one({"_id": f"{TOPIC}|{PAIR}"}, {"$set": {"sequence": 2}})
    await desk.intake.assigned([(TOPIC, 0)])
    assert await desk.seen() == [1, 3]


CONTACT_TOPIC = "obverse-internal.enrollment.contact.v1"


def contact(sequence: int, value: bytes | None = None, *, key: str = str(PAIR)) -> Message:
    """A `contact.changed`: on a state topic, with personal data."""
    data = ContactChanged(
        person_id=PAIR,
        name="Анна",
        email="anna@example.org",
        locale="ru",
        time_zone="Europe/Moscow",
    )
    headers = [
        (n, b"obverse.enrollment.contact.changed.v1" if n == "ce_type" else v)
        for n, v in ended(sequence).headers
    ]
    return ended(
        sequence,
        topic=CONTACT_TOPIC,
        key=key.encode(),
        value=value or to_value(data),
        headers=headers,
    )


async def test_of_several_states_of_a_key_in_a_batch_the_last_readable_one_has_its_effect(
    desk: Desk,
) -> None:
    batch = (contact(1), contact(2), contact(3, b"{"))
    assert await desk.take(*batch) == {"superseded": 1, "applied": 1, "dead_lettered": 1}
    assert await desk.seen() == [2]
    assert await desk.take(*batch[:2]) == {"duplicate": 2}


async def test_on_a_state_topic_only_the_newest_counts_and_nothing_waits(desk: Desk) -> None:
    counts = await desk.take(contact(1), contact(5), contact(3))
    assert counts == {"superseded": 1, "applied": 1, "duplicate": 1}
    assert await desk.seen() == [5]


async def test_a_broken_state_is_replaced_by_the_next_one(desk: Desk) -> None:
    assert await desk.take(contact(1, b"{"), contact(2)) == {"dead_lettered": 1, "applied": 1}


async def test_a_dead_letter_of_a_personal_topic_keeps_coordinates_only(desk: Desk) -> None:
    desk.failing = {1}
    await desk.take(contact(1))
    (letter,) = await desk.database["dead_letters"].find().to_list(None)
    assert letter["original"] is None
    assert "anna" not in str(letter)
    desk.failing = set()
    with pytest.raises(Conflict) as refused:
        await desk.letters.redrive(f"{CONTACT_TOPIC}:0:1", by="anna")
    assert refused.value.code == "record_gone"
    desk.in_kafka[1] = contact(1)
    assert await desk.letters.redrive(f"{CONTACT_TOPIC}:0:1", by="anna") == "redriven"
    assert await desk.seen() == [1]


async def test_trouble_that_passes_by_itself_is_no_death(desk: Desk) -> None:
    for _ in range(5):
        desk.unreachable = 1
        with pytest.raises(AutoReconnect):
            await desk.take(ended(1))
    await desk.intake.assigned([(TOPIC, 0)])
    assert await desk.take(ended(1)) == {"applied": 1}


async def test_a_waiting_message_that_kills_its_process_is_found_out_too(desk: Desk) -> None:
    await desk.take(ended(1), ended(3))
    lane = f"{TOPIC}|{PAIR}"
    await desk.database["cursors"].update_one({"_id": lane}, {"$set": {"sequence": 2}})
    mark = {"_id": lane, "first": 0, "last": 0, "begun": 3, "owner": "the third that died"}
    await desk.database["in_flight"].insert_one(mark)
    await desk.intake.assigned([(TOPIC, 0)])
    assert await desk.seen() == [1]
    assert await desk.reasons() == ["killed_process"]


async def test_a_conflict_can_only_be_discarded(desk: Desk) -> None:
    await desk.take(ended(1), ended(1, value=b"{}", offset=8))
    with pytest.raises(Conflict) as refused:
        await desk.letters.redrive(f"{TOPIC}:0:8", by="anna")
    assert refused.value.code == "id_conflict"
    assert await desk.letters.discard(f"{TOPIC}:0:8", by="anna") == "discarded"
    assert await desk.take(ended(2)) == {"applied": 1}
