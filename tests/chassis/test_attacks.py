"""Attempts to make the topic edge lose, double or hold something; each succeeded once."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import pytest

from shared.chassis.batches import correlations
from shared.chassis.foundation import OWN_INDEXES
from shared.chassis.intake import Unwanted
from shared.chassis.messages import Message
from shared.chassis.mongo import Client, MongoDatabase, ensure_indexes
from shared.chassis.refusals import Conflict
from shared.chassis.transactions import Tx
from shared.contracts.envelope import Event
from shared.contracts.matching.v1 import PairEnded
from tests.chassis.test_intake import OTHER, TOPIC, Desk, contact, ended


class Killed(BaseException):
    """The process ends here."""


class Mortal(Desk):
    """A service in whose process some messages are deadly."""

    deadly: frozenset[int] = frozenset()

    async def handle(self, tx: Tx, event: Event[PairEnded]) -> None:
        if event.envelope.sequence in self.deadly:
            raise Killed
        await super().handle(tx, event)


@pytest.fixture
async def desk(database: MongoDatabase, client: Client) -> Desk:
    await ensure_indexes(database, OWN_INDEXES)
    return Desk(database, client)


async def lives(
    database: MongoDatabase, client: Client, deadly: set[int], batch: Sequence[Message]
) -> int:
    """How many processes die of a batch that is delivered again and again until one does not."""
    for deaths in range(12):
        process = Mortal(database, client)
        process.deadly = frozenset(deadly)
        await process.intake.assigned([(message.topic, 0) for message in batch[:1]])
        try:
            await process.take(*batch)
        except Killed:
            continue
        return deaths
    raise AssertionError("every process dies")


async def test_a_deadly_message_behind_others_is_found_out(desk: Desk, client: Client) -> None:
    batch = [ended(1), ended(2), ended(3), ended(4), ended(1, pair=OTHER, offset=9)]
    assert await lives(desk.database, client, {3}, batch) <= 4
    assert await desk.reasons() == ["killed_process"]
    assert await desk.seen() == [1, 2]
    assert await desk.seen(OTHER) == [1]


async def test_two_deadly_states_in_one_batch(desk: Desk, client: Client) -> None:
    batch = [contact(1), contact(2), contact(3), contact(4)]
    await lives(desk.database, client, {3, 4}, batch)
    assert await desk.reasons() == ["killed_process", "killed_process"]
    assert await desk.seen() == [1, 2]


async def test_who_loses_the_partition_before_a_deadly_message_does_not_make_it_harmless(
    desk: Desk, client: Client
) -> None:
    """Found by a fault run: seven processes died of one message, since others came and went between them."""
    batch = [ended(1), ended(2), ended(3), ended(1, pair=OTHER, offset=9)]
    deaths = 0
    for _ in range(12):
        visitor = Desk(desk.database, client)
        await visitor.intake.assigned([(TOPIC, 0)])
        with suppress(Unwanted):
            looks = iter([deaths > 0])
            await visitor.intake.apply(visitor.intake.read(batch), partial(next, looks, False))
        process = Mortal(desk.database, client)
        process.deadly = frozenset({3})
        await process.intake.assigned([(TOPIC, 0)])
        try:
            await process.take(*batch)
        except Killed:
            deaths += 1
        else:
            break
    assert deaths <= 4
    assert await desk.reasons() == ["killed_process"]
    assert await desk.seen() == [1, 2]


FOREIGN = (
    "note",
    b"x" * 17_000_000,
)  # a record of 1 MiB unpacks to this; a document cannot hold it


async def test_foreign_headers_that_fit_no_document_harm_nothing(desk: Desk) -> None:
    early = ended(2, headers=[*ended(2).headers, FOREIGN])
    assert await desk.take(early, ended(1)) == {"waiting": 1, "applied": 2}
    assert await desk.seen() == [1, 2]


async def test_what_fails_with_headers_that_fit_no_document_is_a_dead_letter(desk: Desk) -> None:
    desk.failing = {1}
    counts = await desk.take(
        ended(1, headers=[*ended(1).headers, FOREIGN]), ended(5, offset=5, headers=[FOREIGN])
    )
    assert counts == {"dead_lettered": 2}
    assert sorted(await desk.reasons()) == ["handler:no_such_pair", "header_missing"]


async def test_a_key_too_large(desk: Desk) -> None:
    assert await desk.take(ended(1, key=b"x" * 17_000_000)) == {"dead_lettered": 1}


async def test_discarding_what_is_too_large_frees_its_key(desk: Desk) -> None:
    await desk.take(ended(1), ended(2, value=b" " * (1024 * 1024 + 1)), ended(3))
    await desk.letters.discard(f"{TOPIC}:0:2", by="anna")
    assert await desk.seen() == [1, 3]


async def test_what_was_delivered_again_while_it_waited_is_not_left_behind(desk: Desk) -> None:
    await desk.take(ended(1), ended(3))
    await desk.database["cursors"].update_one({}, {"$set": {"sequence": 2}})
    await desk.take(ended(3), ended(4))
    assert await desk.seen() == [1, 3, 4]
    assert await desk.database["waiting"].count_documents({}) == 0


async def test_redrive_refetches_the_same_record_or_nothing(desk: Desk) -> None:
    desk.failing = {1}
    await desk.take(contact(1))
    desk.failing = set()
    desk.in_kafka[1] = contact(2, b'{"another": "record"}')
    with pytest.raises(Conflict) as refused:
        await desk.letters.redrive(contact(1).place, by="anna")
    assert refused.value.code == "record_gone"
    assert await desk.reasons() == ["handler:no_such_pair"]


class Counting(Desk):
    """A service that knows in which transactions its messages were applied."""

    def __init__(self, database: MongoDatabase, client: Client) -> None:
        super().__init__(database, client)
        self.units: list[Tx] = []

    async def handle(self, tx: Tx, event: Event[PairEnded]) -> None:
        self.units.append(tx)
        await super().handle(tx, event)


async def test_what_waited_does_not_share_the_transaction_of_what_it_waited_for(
    desk: Desk, client: Client
) -> None:
    counting = Counting(desk.database, client)
    await counting.take(ended(1), *(ended(n) for n in range(3, 10)))
    assert await counting.take(ended(2)) == {"applied": 8}
    assert await counting.seen() == list(range(1, 10))
    assert len(set(counting.units)) == 9


def test_a_log_line_of_a_batch_tells_trails_and_nothing_else_that_a_header_holds() -> None:
    foreign = ended(2, headers=[("ce_correlationid", b"anna.ivanova@example.org, +49 30 12345")])
    assert correlations([ended(1), foreign]) == ["00000000-0000-0000-0000-000000000007"]
