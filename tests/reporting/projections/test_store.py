"""The folded documents: MongoDB holds exactly what a pure fold of the events says, however they came."""

import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting.projections import consumers
from services.reporting.projections.domain.documents import Collection
from services.reporting.projections.domain.figures import Figures, figures
from services.reporting.projections.store import INDEXES, StoredProjections
from services.reporting.projections.translation import CHANGES
from shared.chassis.mongo import MongoDatabase, ensure_indexes
from shared.chassis.transactions import Transactions, Tx
from shared.contracts.base import Contract
from shared.contracts.envelope import Event
from tests.reporting.projections import events as e
from tests.reporting.projections.folded import FoldedProjections, documents_of

Events = Sequence[Event[Any]]
ReadFigures = Callable[[Events, UUID], Awaitable[Figures | None]]


def story() -> list[Contract]:
    """A small programme in which everything happens that an event can tell."""
    return [
        e.opened(objectives=[e.objective("ai_users", 20, 60)]),
        e.cohort_opened(),
        e.measured("ai_users", 30, date(2026, 5, 1)),
        e.measured("ai_users", 26, date(2026, 4, 1)),
        e.measured("ai_users", 35, date(2026, 5, 1)),
        e.gap_opened("crm"),
        e.gap_opened("presenting"),
        e.gap_closed("crm"),
        e.cohort_promoted(),
        e.cohort_closed(),
        *(e.enrolled(e.mentor(n), "mentor") for n in range(1, 7)),
        *(e.enrolled(e.mentee(n), "mentee", "mentor") for n in range(1, 7)),
        e.round_completed(1, no_topic="<5"),
        *(e.made(n) for n in range(1, 7)),
        e.answered(1, "accepted", "mentor"),
        e.answered(1, "accepted", "mentee"),
        e.answered(2, "accepted", "mentee"),
        e.answered(2, "accepted", "mentor"),
        e.answered(3, "accepted", "mentor"),
        e.answered(3, "declined", "mentee"),
        e.answered(4, "expired"),
        e.answered(5, "voided"),
        e.formed(1),
        e.formed(2),
        e.paused(e.mentor(3), "mentor"),
        e.withdrawn(e.mentee(3), "mentee", "mentor"),
        e.resumed(e.mentor(3), "mentor"),
        e.planned(1, 1),
        e.planned(1, 2),
        e.cancelled(1, 2),
        e.held(1, 1, mood=4, minutes=50),
        e.held(2, 3, days=2),
        e.held(2, 4, mood=2, days=4),
        e.ended(2),
        e.round_completed(2, no_common_slot="7"),
        e.delivery(1, "proposal", "sent"),
        e.delivery(2, "introduction", "unknown"),
        e.delivery(2, "introduction", "failed"),
        e.delivery(3, "session_reminder", "suppressed"),
        e.concern(1, "raised"),
        e.concern(1, "answered", days=3),
        e.concern(1, "raised"),
        e.concern(1, "answered", days=5),
        e.concern(2, "raised", "other"),
        e.concern(2, "closed", "other"),
        e.dialogue(1, "planned"),
        e.dialogue(1, "held"),
        e.dialogue(2, "planned"),
        e.compromise(1, 1),
        e.compromise(2, 1),
        e.compromise(2, 1, "kept"),
        *(e.invitation(n) for n in range(1, 7)),
        e.invitation(1, "later"),
        e.invitation(1, "accepted"),
        e.invitation(2, "declined"),
        e.invitation(3, "later"),
        e.invitation(4, "closed"),
        e.invitation(5, "accepted"),
        *(e.confirmation(n, "requested") for n in range(1, 5)),
        e.confirmation(1, "given"),
        e.confirmation(2, "lapsed"),
        e.confirmation(3, "given"),
        e.opened(UUID(int=77)),
    ]


def interleaved(events: Events, chance: random.Random) -> list[Event[Any]]:
    """The same events in another order: free between keys, kept within each."""
    lanes: dict[Any, list[Event[Any]]] = {}
    for event in events:
        lanes.setdefault(e.key_of(event.data), []).append(event)
    mixed = []
    while lanes:
        key = chance.choice(sorted(lanes, key=str))
        mixed.append(lanes[key].pop(0))
        if not lanes[key]:
            del lanes[key]
    return mixed


def with_repeats(events: Events, chance: random.Random) -> list[Event[Any]]:
    """Some events once more, right away: what a crash before the commit of the offsets leads to."""
    return [event for event in events for _ in range(chance.choice((1, 1, 2, 3)))]


async def consume(transactions: Transactions, events: Events) -> None:
    async def work(tx: Tx) -> None:
        for event in events:
            await consumers.ROUTES[type(event.data)](tx, event)

    await transactions.run(work)


@pytest.fixture(params=["in memory", "in MongoDB"])
def read_figures(
    request: pytest.FixtureRequest, transactions: Transactions, database: MongoDatabase
) -> ReadFigures:
    """Figures after some events, by the fake and by the real store: one suite for both."""

    async def in_memory(events: Events, programme: UUID) -> Figures | None:
        folded = FoldedProjections()
        for event in events:
            folded.apply(CHANGES[type(event.data)](event))
        material = await folded.material(programme)
        return None if material is None else figures(material)

    async def in_mongodb(events: Events, programme: UUID) -> Figures | None:
        await ensure_indexes(database, INDEXES)
        await consume(transactions, events)
        material = await transactions.read(lambda tx: StoredProjections(tx).material(programme))
        return None if material is None else figures(material)

    return in_memory if request.param == "in memory" else in_mongodb


async def test_the_figures_of_a_whole_story(read_figures: ReadFigures) -> None:
    found = await read_figures(e.numbered(story()), e.PROGRAMME)

    assert found is not None
    values = {".".join(path): figure.value for path, figure in found.items() if figure.value}
    assert values == {
        # mentors 1-6, and the six mentees who would teach as well
        "volunteers.mentor.waiting": 9,
        "volunteers.mentor.proposed": 1,
        "volunteers.mentor.paired": 1,
        "volunteers.mentor.withdrawn": 1,
        "volunteers.mentor.total": 12,
        "volunteers.mentee.waiting": 3,
        "volunteers.mentee.proposed": 1,
        "volunteers.mentee.paired": 1,
        "volunteers.mentee.withdrawn": 1,
        "volunteers.mentee.total": 6,
        "proposals.open": 1,
        "proposals.accepted": 2,
        "proposals.declined": 1,
        "proposals.expired": 1,
        "proposals.voided": 1,
        "proposals.made": 6,
        "pairs.active": 1,
        "pairs.completed": 1,
        "pairs.formed": 2,
        "invitations.waiting": 1,
        "invitations.accepted": 2,
        "invitations.declined": 1,
        "invitations.later": 1,
        "invitations.expired": 1,
        "invitations.asked": 6,
        "confirmations.waiting": 1,
        "confirmations.given": 2,
        "confirmations.lapsed": 1,
        "confirmations.asked": 4,
        "rounds.completed": 2,
        "rounds.last.mentors": 30,
        "rounds.last.mentees": 20,
        "rounds.last.matched": 15,
        "rounds.last.unmatched.no_common_slot": 7,
        "sessions.held": 3,
        "sessions.cancelled": 1,
        "sessions.minutes": 170,
        "sessions.mood_mean": 3.0,
        "sessions.days_to_first_median": 1.5,
        "mails.proposal.sent": 1,
        "mails.introduction.failed": 1,
        "mails.session_reminder.suppressed": 1,
        "concerns.fear_of_harm.days_to_answer_median": 5.0,
        "dialogues.planned": 1,
        "dialogues.held": 1,
        "compromises.open": 1,
        "compromises.kept": 1,
    }


def test_of_who_was_asked_nothing_is_kept_but_the_answer() -> None:
    asked = e.numbered(
        [e.invitation(1), e.invitation(1, "accepted"), e.confirmation(2, "requested")]
    )
    documents = documents_of(asked)

    assert documents[Collection.INVITATIONS] == {
        UUID(int=8_801): {
            "_id": UUID(int=8_801),
            "programme_id": e.PROGRAMME,
            "state": "accepted",
        }
    }
    assert documents[Collection.CONFIRMATIONS] == {
        UUID(int=8_902): {
            "_id": UUID(int=8_902),
            "programme_id": e.PROGRAMME,
            "state": "waiting",
        }
    }


async def test_a_programme_without_anybody_has_figures_of_zero(read_figures: ReadFigures) -> None:
    found = await read_figures(e.numbered([e.opened()]), e.PROGRAMME)

    assert found is not None
    assert {figure.value for figure in found.values()} == {0, None}


async def test_a_programme_that_was_not_opened_has_none(read_figures: ReadFigures) -> None:
    events = e.numbered([e.enrolled(e.mentor(1), "mentor"), e.formed(1)])

    assert await read_figures(events, e.PROGRAMME) is None


async def test_an_event_costs_no_read(transactions: Transactions) -> None:
    async def work(tx: Tx) -> None:
        tx.find_one = None  # type: ignore[method-assign,assignment]
        tx.find = None  # type: ignore[method-assign,assignment]
        for event in e.numbered(story()):
            await consumers.ROUTES[type(event.data)](tx, event)

    await transactions.run(work)


@given(seed=st.integers(0, 2**32), batch=st.integers(1, 60))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_the_documents_equal_a_fold_of_the_topics_in_whatever_order_they_came(
    transactions: Transactions, database: MongoDatabase, seed: int, batch: int
) -> None:
    events = e.numbered(story())
    chance = random.Random(seed)
    came = with_repeats(interleaved(events, chance), chance)
    for collection in Collection:
        await database[collection].delete_many({})

    for start in range(0, len(came), batch):
        await consume(transactions, came[start : start + batch])

    assert await stored(database) == documents_of(events)


async def test_a_replay_from_the_beginning_rebuilds_the_same(
    transactions: Transactions, database: MongoDatabase
) -> None:
    events = e.numbered(story())
    await consume(transactions, events)
    before = await stored(database)

    await consume(transactions, events)
    again = await stored(database)

    assert again == before == documents_of(events)


async def stored(database: MongoDatabase) -> dict[Collection, dict[Any, dict[str, Any]]]:
    return {
        collection: {
            document["_id"]: document
            for document in await database[collection].find().to_list(None)
        }
        for collection in Collection
    }
