"""The journals in MongoDB: what the topics tell of a pair never touches what the pair reported."""

from datetime import timedelta
from typing import Any

from services.reporting.journal import consumers
from services.reporting.journal.domain.model import Members, Pair, Session, Span, State
from services.reporting.journal.store import StoredPairs
from shared.chassis.transactions import Transactions, Tx
from shared.contracts.envelope import Event
from tests.reporting.projections import events as e

MEMBERS = Members(e.pair(1), e.PROGRAMME, e.mentor(1), e.mentee(1))
HELD = Session(e.session(1), State.HELD, Span(e.START, 45), ("crm", "ai"), 4)
FORMED = e.event(e.formed(1))
ENDED = e.event(e.ended(1), minute=90, sequence=2)


async def told(transactions: Transactions, *events: Event[Any]) -> None:
    async def work(tx: Tx) -> None:
        for event in events:
            await consumers.ROUTES[type(event.data)](tx, event)

    await transactions.run(work)


async def put(transactions: Transactions, session: Session) -> None:
    async def work(tx: Tx) -> None:
        StoredPairs(tx).put(e.pair(1), session)

    await transactions.run(work)


async def stored(transactions: Transactions) -> Pair | None:
    return await transactions.read(lambda tx: StoredPairs(tx).get(e.pair(1)))


async def test_a_pair_is_unknown_until_it_is_told(transactions: Transactions) -> None:
    assert await stored(transactions) is None


async def test_a_pair_comes_back_with_its_sessions(transactions: Transactions) -> None:
    await told(transactions, FORMED)
    await put(transactions, HELD)

    assert await stored(transactions) == Pair(MEMBERS, e.START, None, (HELD,))


async def test_a_session_replaces_the_one_with_its_id(transactions: Transactions) -> None:
    planned = Session(HELD.session_id, State.PLANNED, Span(e.START, 60))
    await told(transactions, FORMED)
    await put(transactions, planned)
    await put(transactions, HELD)

    assert await stored(transactions) == Pair(MEMBERS, e.START, None, (HELD,))


async def test_a_redelivered_event_leaves_the_sessions_alone(transactions: Transactions) -> None:
    await told(transactions, FORMED)
    await put(transactions, HELD)
    await told(transactions, FORMED, ENDED, ENDED)

    ended_at = e.START + timedelta(minutes=90)
    assert await stored(transactions) == Pair(MEMBERS, e.START, ended_at, (HELD,))


async def test_a_pair_may_be_known_by_its_end_alone(transactions: Transactions) -> None:
    await told(transactions, ENDED)

    assert await stored(transactions) == Pair(MEMBERS, None, e.START + timedelta(minutes=90))
