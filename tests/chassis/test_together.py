"""A route that takes its events of a batch together: one call, and everything else as with single ones."""

from collections.abc import Sequence

import pytest
from pymongo import InsertOne

from shared.chassis.foundation import OWN_INDEXES
from shared.chassis.intake import Intake
from shared.chassis.messages import Routes, Together
from shared.chassis.mongo import Client, MongoDatabase, ensure_indexes
from shared.chassis.operator import DeadLetterDesk
from shared.chassis.refusals import Invalid
from shared.chassis.transactions import Tx
from shared.contracts.enrollment.v1 import ContactChanged
from shared.contracts.envelope import Event
from shared.contracts.matching.v1 import PairEnded
from tests.chassis.test_intake import Desk, contact, ended


class Crowd(Desk):
    """Takes the contacts of a batch together: one row for each time it was called, and an event for each."""

    def __init__(self, database: MongoDatabase, client: Client) -> None:
        super().__init__(database, client)
        routes: Routes = {PairEnded: self.handle, ContactChanged: Together(self.handle_all)}
        self.intake = Intake("test", database, self.transactions, routes)
        self.letters = DeadLetterDesk(self.intake, self.refetch)

    async def handle_all(self, tx: Tx, events: Sequence[Event[ContactChanged]]) -> None:
        sequences = [event.envelope.sequence for event in events]
        seen = await tx.count("seen", {})
        if self.failing & set(sequences):
            raise Invalid("no_such_contact", "Mend it.")
        tx.write("together", InsertOne({"sequences": sequences, "pairs_before": seen}))

    async def calls(self) -> list[tuple[list[int], int]]:
        rows = await self.database["together"].find().sort("_id", 1).to_list(None)
        return [(row["sequences"], row["pairs_before"]) for row in rows]


@pytest.fixture
async def crowd(database: MongoDatabase, client: Client) -> Crowd:
    await ensure_indexes(database, OWN_INDEXES)
    return Crowd(database, client)


async def test_what_is_taken_together_comes_in_one_call_after_the_rest_of_the_batch(
    crowd: Crowd,
) -> None:
    batch = (contact(1, key="a"), ended(1), contact(1, key="b"), contact(2, key="b"))
    assert await crowd.take(*batch) == {"applied": 3, "superseded": 1}
    assert await crowd.calls() == [([1, 2], 1)]
    assert await crowd.take(*batch) == {"duplicate": 4}
    assert await crowd.calls() == [([1, 2], 1)]


async def test_one_that_fails_among_those_taken_together_is_the_only_dead_letter(
    crowd: Crowd,
) -> None:
    crowd.failing = {7}
    batch = (contact(3, key="a"), contact(7, key="b"), contact(4, key="c"))
    assert await crowd.take(*batch) == {"applied": 2, "dead_lettered": 1}
    assert await crowd.calls() == [([3], 0), ([4], 0)]
    assert await crowd.reasons() == ["handler:no_such_contact"]


async def test_a_redriven_letter_reaches_a_route_that_takes_all_together(crowd: Crowd) -> None:
    crowd.failing = {7}
    bad = contact(7, key="b")
    await crowd.take(bad)
    crowd.failing, crowd.in_kafka = set(), {bad.offset: bad}
    assert await crowd.letters.redrive(bad.place, by="ops") == "redriven"
    assert await crowd.calls() == [([7], 0)]
