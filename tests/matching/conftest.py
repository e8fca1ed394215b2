"""The stores of matching on a real database, and a solver that needs no process of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import pytest

from services.matching import store
from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Candidate
from services.matching.domain.explaining.answers import Answer
from services.matching.domain.pairs import Pair, PairState
from services.matching.domain.rounds import Outcome, Pool, Round
from services.matching.domain.routines import Release
from services.matching.handlers import by_hand, learning, pairs, rounds
from services.matching.handlers.drafts import DraftOf
from services.matching.handlers.pairs import Caller
from services.matching.schedules import QuestionDesk, RoundDesk, schedules
from services.matching.solver import wire
from services.matching.solver.explain.answering import answer
from services.matching.solver.explain.wire import unpack
from services.matching.solver.run import decide
from services.matching.store import Unit
from shared.chassis import foundation
from shared.chassis.leases import Leases
from shared.chassis.mongo import Client, MongoDatabase, ensure_indexes
from shared.chassis.transactions import Transactions
from shared.contracts.envelope import from_headers
from tests.matching.builders import COHORT, NOW, PROGRAMME, TERMS

Result = TypeVar("Result")


class SolverAtHand:
    """The port `Solver` in this process; `before` is called first, so that things may change meanwhile."""

    def __init__(self) -> None:
        self.before: Callable[[], Awaitable[object]] | None = None

    async def solve(self, pool: Pool) -> Outcome:
        if self.before is not None:
            await self.before()
        return decide(pool, lambda step, done, total: None)


class StuckSolver:
    """Never answers; tells when it was asked and whether it was ended."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.ended = asyncio.Event()

    async def solve(self, pool: Pool) -> Outcome:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()
        raise AssertionError("nobody sets this event")


class ExplainerAtHand:
    """The port `Explainer` in this process."""

    async def explain(self, pairing: Pairing | None, packed: bytes) -> Answer:
        pool = wire.read_pool(unpack(packed))
        return answer(pool, pairing, lambda step, done, total: None)


class House:
    """A programme with its volunteers, and what can be done there."""

    def __init__(self, client: Client, database: MongoDatabase) -> None:
        self.database = database
        self.now = NOW
        self.transactions = Transactions(client, database, lambda: self.now)
        self.leases = Leases(database)
        self.solver = SolverAtHand()
        self.desk = self.a_desk("worker-1")
        self.questions_desk = QuestionDesk(
            self.transactions, self.leases, ExplainerAtHand(), "worker-1"
        )

    def a_desk(self, owner: str, **more: Any) -> RoundDesk:
        solver = more.pop("solver", self.solver)
        return RoundDesk(self.transactions, self.leases, solver, owner, **more)

    async def do(self, work: Callable[[Unit], Awaitable[Result]]) -> Result:
        return await self.transactions.run(lambda tx: work(Unit(tx)))

    async def learn(self, *candidates: Candidate) -> None:
        """One after the other, each in a unit of work of its own."""
        for candidate in candidates:
            await self.learn_together(candidate)

    async def learn_together(self, *candidates: Candidate) -> None:
        """All of them in one unit of work, as they come in a batch."""

        async def learn(unit: Unit) -> None:
            known = await learning.look_up(unit, candidates)
            for candidate in candidates:
                learning.learn_candidate(unit, candidate, known)

        await self.do(learn)

    async def ask_for_round(
        self,
        programme: UUID = PROGRAMME,
        cohort: UUID = COHORT,
        release: Release = Release.AT_ONCE,
    ) -> Round:
        wish = rounds.RequestRound(programme, cohort, UUID(int=0xD001), release)
        return await self.do(lambda unit: rounds.request_round(unit, wish))

    async def round(self, programme: UUID = PROGRAMME, cohort: UUID = COHORT) -> Round:
        """A whole round, from the request to its proposals."""
        asked = await self.ask_for_round(programme, cohort)
        await self.desk.solve_waiting()
        return await self.do(lambda unit: rounds.read_round(unit, programme, asked.id))

    async def draft(self, programme: UUID = PROGRAMME, cohort: UUID = COHORT) -> DraftOf:
        """A round that is solved into a draft."""
        asked = await self.ask_for_round(programme, cohort, Release.BY_LEAD)
        await self.desk.solve_waiting()
        return DraftOf(programme, asked.id)

    async def start_by_themselves(self) -> None:
        """What the schedule does every two seconds."""
        (start,) = [
            one
            for one in schedules(self.transactions, self.desk, self.questions_desk)
            if one.name == "start rounds"
        ]
        await start.tick()

    async def rounds(self) -> list[Round]:
        """All rounds, the oldest first."""
        rows = await self.database["rounds"].find(sort=[("_id", 1)]).to_list(None)
        return [
            await self.do(
                partial(rounds.read_round, programme_id=row["programme_id"], round_id=row["_id"])
            )
            for row in rows
        ]

    async def form(self, mentor: int, mentee: int) -> Pair:
        """A running pair of these two, chosen by hand."""
        them = UUID(int=mentor), UUID(int=mentee)
        pair = await self.do(lambda unit: by_hand.propose_by_hand(unit, PROGRAMME, them))
        await self.accept(pair, mentor)
        return await self.accept(pair, mentee)

    async def accept(self, pair: Pair, volunteer: int) -> Pair:
        caller = Caller(frozenset({UUID(int=volunteer)}))
        return await self.do(lambda unit: pairs.accept(unit, caller, pair.id))

    async def decline(self, pair: Pair, volunteer: int) -> Pair:
        caller = Caller(frozenset({UUID(int=volunteer)}))
        return await self.do(lambda unit: pairs.decline(unit, caller, pair.id))

    async def pairs(self, programme: UUID = PROGRAMME) -> list[Pair]:
        """All pairs of a programme, in whatever state."""
        states = list(PairState)
        return await self.do(
            lambda unit: unit.pairs.in_programme(programme, states, after=None, limit=0)
        )

    async def published(self) -> list[str]:
        """The events in the outbox, as `proposal.made`, in the order of their writing."""
        rows = await self.database["outbox"].find(sort=[("_id", 1)]).to_list(None)
        return [row["type"].split(".", 2)[2].removesuffix(".v1") for row in rows]

    async def correlations(self) -> set[UUID]:
        """The trails that the events in the outbox belong to."""
        rows = await self.database["outbox"].find().to_list(None)
        headers = [[(name, bytes(value)) for name, value in row["headers"]] for row in rows]
        return {from_headers(of_one).correlation_id for of_one in headers}

    def later(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
async def house(client: Client, database: MongoDatabase) -> House:
    """A house with an open programme and a cohort in it."""
    await ensure_indexes(database, (*foundation.OWN_INDEXES, *store.INDEXES))
    house = House(client, database)
    await house.do(lambda unit: learning.learn_terms(unit, PROGRAMME, TERMS))
    await house.do(lambda unit: learning.learn_cohort(unit, PROGRAMME, COHORT))
    return house
