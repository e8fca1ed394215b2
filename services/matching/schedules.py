"""The time edge: rounds start by themselves, those that wait are claimed and solved, proposals whose time is over expire."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

import structlog

from services.matching.domain.ports import Explainer, Solver, SolverFailed
from services.matching.domain.questions import Question, kept
from services.matching.domain.rounds import Outcome, Pool, Round
from services.matching.domain.routines import Start
from services.matching.handlers import formats, pairs, questions, rounds, routines
from services.matching.handlers.rounds import Claim
from services.matching.solver.explain.wire import packed_pool
from services.matching.store import Unit
from shared.chassis.correlation import Trail, following
from shared.chassis.leases import LeaseLost, Leases
from shared.chassis.lifecycle import Schedule
from shared.chassis.passages import passage
from shared.chassis.refusals import Refusal
from shared.chassis.transactions import Transactions, Tx

log = structlog.get_logger("services.matching.schedules")

LEASE_SECONDS = 15.0
LOOK_FOR_ROUNDS = timedelta(seconds=0.5)
LOOK_FOR_ROUNDS_TO_START = timedelta(seconds=2)
LOOK_FOR_QUESTIONS = timedelta(seconds=0.5)
LOOK_FOR_EXPIRED = timedelta(seconds=2)

Result = TypeVar("Result")


def schedules(
    transactions: Transactions, desk: "RoundDesk", questions_desk: "QuestionDesk"
) -> list[Schedule]:
    """What this service does by itself."""

    async def expire() -> None:
        while await transactions.poll(lambda tx: pairs.expire_due(Unit(tx))) == pairs.AT_ONCE:
            pass

    async def start_one(tx: Tx, start: Start) -> None:
        await routines.start_by_itself(Unit(tx), start)

    async def start() -> None:
        await transactions.poll(lambda tx: routines.note_due(Unit(tx)))
        for one in await transactions.read(lambda tx: routines.list_to_start(Unit(tx))):
            # While another round of the programme stands in the way, it waits.
            with contextlib.suppress(Refusal):
                await transactions.run(partial(start_one, start=one))

    async def close_sprints() -> None:
        while await transactions.poll(lambda tx: formats.close_sprints(Unit(tx))) == pairs.AT_ONCE:
            pass

    async def look_at_groups() -> None:
        while await transactions.poll(lambda tx: formats.look_at_groups(Unit(tx))) == pairs.AT_ONCE:
            pass

    return [
        Schedule("start rounds", LOOK_FOR_ROUNDS_TO_START, start),
        Schedule("solve rounds", LOOK_FOR_ROUNDS, desk.solve_waiting, cut_short=True),
        Schedule(
            "answer questions", LOOK_FOR_QUESTIONS, questions_desk.answer_waiting, cut_short=True
        ),
        Schedule("expire proposals", LOOK_FOR_EXPIRED, expire),
        Schedule("close sprints", LOOK_FOR_EXPIRED, close_sprints),
        Schedule("look at groups", LOOK_FOR_EXPIRED, look_at_groups),
    ]


@dataclass(frozen=True, slots=True)
class Held:
    """A lease that is renewed while something is solved under it."""

    leases: Leases
    name: str
    owner: str
    seconds: float

    async def take(self) -> int | None:
        """Take or renew it; the fence, or None while another one has it."""
        return await self.leases.take(self.name, owner=self.owner, seconds=self.seconds)

    async def during(self, solving: Awaitable[Result], fence: int) -> Result:
        """Wait for the answer; raises LeaseLost when another one took over, and ends the solver in any case."""
        task = asyncio.ensure_future(solving)
        try:
            while True:
                await asyncio.wait({task}, timeout=self.seconds / 3)
                if task.done():
                    return task.result()
                if await self.take() != fence:
                    raise LeaseLost(self.name)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class RoundDesk:
    """Takes rounds up, one at a time on each worker, and holds the lease of each while it is solved.

    A round whose worker died keeps its row; once the lease has run out, another worker claims it with a
    greater fence. `owner` names this process.
    """

    transactions: Transactions
    leases: Leases
    solver: Solver
    owner: str
    lease_seconds: float = LEASE_SECONDS

    async def solve_waiting(self) -> None:
        """Solve all rounds that wait and that nobody else holds."""
        for round_ in await self.transactions.read(lambda tx: rounds.list_unfinished(Unit(tx))):
            fence = await self._take(round_)
            if fence is not None:
                passage("round.claimed")
                with following(Trail(round_.correlation_id, round_.id, None)):
                    await self._solve(round_, Claim(round_.id, fence))

    async def _solve(self, round_: Round, claim: Claim) -> None:
        try:
            pool = await self._run(lambda unit: rounds.start_round(unit, claim))
            if pool is not None:
                await self._answer(round_, claim, pool)
        except (LeaseLost, Refusal) as lost:
            # Refused means: over, or with a newer claim. Whoever holds that claim goes on.
            log.warning("round.lease_lost", round_id=str(round_.id), reason=type(lost).__name__)
        finally:
            await self.leases.give_back(_name(round_), claim.fence)

    async def _answer(self, round_: Round, claim: Claim, pool: Pool) -> None:
        try:
            outcome = await self._while_held(round_, claim, self.solver.solve(pool))
        except SolverFailed as failure:
            code = failure.code
            await self._run(lambda unit: rounds.fail_round(unit, claim, code))
        else:
            passage("round.solved")
            await self._keep(round_, claim, pool, outcome)
            await self._run(lambda unit: rounds.finish_round(unit, claim, outcome))

    async def _keep(self, round_: Round, claim: Claim, pool: Pool, outcome: Outcome) -> None:
        packed = await asyncio.to_thread(packed_pool, pool)
        kept_pool = kept(pool, round_.programme_id, packed)
        await self._run(lambda unit: questions.keep(unit, claim, kept_pool, outcome))

    async def _while_held(
        self, round_: Round, claim: Claim, solving: Awaitable[Outcome]
    ) -> Outcome:
        held = Held(self.leases, _name(round_), self.owner, self.lease_seconds)
        return await held.during(solving, claim.fence)

    async def _take(self, round_: Round) -> int | None:
        name = _name(round_)
        return await self.leases.take(name, owner=self.owner, seconds=self.lease_seconds)

    async def _run(self, work: Callable[[Unit], Awaitable[Result]]) -> Result:
        return await self.transactions.run(lambda tx: work(Unit(tx)))


def _name(round_: Round) -> str:
    return f"round {round_.id}"


@dataclass(frozen=True, slots=True)
class QuestionDesk:
    """Answers questions about rounds, one at a time on each worker, as rounds are solved."""

    transactions: Transactions
    leases: Leases
    explainer: Explainer
    owner: str
    lease_seconds: float = LEASE_SECONDS

    async def answer_waiting(self) -> None:
        """Answer all questions that wait and that nobody else holds."""
        for question in await self.transactions.read(lambda tx: questions.list_asked(Unit(tx))):
            held = Held(self.leases, f"question {question.id}", self.owner, self.lease_seconds)
            fence = await held.take()
            if fence is None:
                continue
            with following(Trail(question.correlation_id, question.id, None)):
                try:
                    await self._answer(question, held, fence)
                except LeaseLost:
                    log.warning("question.lease_lost", question_id=str(question.id))
                finally:
                    await self.leases.give_back(held.name, fence)

    async def _answer(self, question: Question, held: Held, fence: int) -> None:
        taken = await self._run(lambda unit: questions.take_up(unit, question.id))
        if taken is None:
            return
        pairing, packed = taken[0].pairing, taken[1]
        try:
            answer = await held.during(self.explainer.explain(pairing, packed), fence)
        except SolverFailed as failure:
            code = failure.code
            await self._run(lambda unit: questions.fail(unit, question.id, code))
        else:
            await self._run(lambda unit: questions.answer(unit, question.id, answer))

    async def _run(self, work: Callable[[Unit], Awaitable[Result]]) -> Result:
        return await self.transactions.run(lambda tx: work(Unit(tx)))
