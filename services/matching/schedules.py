"""The time edge: rounds start by themselves, those that wait are claimed and solved, proposals whose time is over expire."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

import structlog

from services.matching.domain.ports import Solver, SolverFailed
from services.matching.domain.rounds import Outcome, Pool, Round
from services.matching.domain.routines import Start
from services.matching.handlers import formats, pairs, rounds, routines
from services.matching.handlers.rounds import Claim
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
LOOK_FOR_EXPIRED = timedelta(seconds=2)

Result = TypeVar("Result")


def schedules(transactions: Transactions, desk: "RoundDesk") -> list[Schedule]:
    """What this service does by itself."""

    async def expire() -> None:
        while await transactions.run(lambda tx: pairs.expire_due(Unit(tx))) == pairs.AT_ONCE:
            pass

    async def start_one(tx: Tx, start: Start) -> None:
        await routines.start_by_itself(Unit(tx), start)

    async def start() -> None:
        await transactions.run(lambda tx: routines.note_due(Unit(tx)))
        for one in await transactions.read(lambda tx: routines.list_to_start(Unit(tx))):
            # While another round of the programme stands in the way, it waits.
            with contextlib.suppress(Refusal):
                await transactions.run(partial(start_one, start=one))

    async def close_sprints() -> None:
        while await transactions.run(lambda tx: formats.close_sprints(Unit(tx))) == pairs.AT_ONCE:
            pass

    async def look_at_groups() -> None:
        while await transactions.run(lambda tx: formats.look_at_groups(Unit(tx))) == pairs.AT_ONCE:
            pass

    return [
        Schedule("start rounds", LOOK_FOR_ROUNDS_TO_START, start),
        Schedule("solve rounds", LOOK_FOR_ROUNDS, desk.solve_waiting, cut_short=True),
        Schedule("expire proposals", LOOK_FOR_EXPIRED, expire),
        Schedule("close sprints", LOOK_FOR_EXPIRED, close_sprints),
        Schedule("look at groups", LOOK_FOR_EXPIRED, look_at_groups),
    ]


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
            await self._run(lambda unit: rounds.finish_round(unit, claim, outcome))

    async def _while_held(
        self, round_: Round, claim: Claim, solving: Awaitable[Outcome]
    ) -> Outcome:
        """Renew the lease until there is an answer; raises LeaseLost, and ends the solver in any case."""
        task = asyncio.ensure_future(solving)
        try:
            while True:
                await asyncio.wait({task}, timeout=self.lease_seconds / 3)
                if task.done():
                    return task.result()
                if await self._take(round_) != claim.fence:
                    raise LeaseLost(_name(round_))
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _take(self, round_: Round) -> int | None:
        name = _name(round_)
        return await self.leases.take(name, owner=self.owner, seconds=self.lease_seconds)

    async def _run(self, work: Callable[[Unit], Awaitable[Result]]) -> Result:
        return await self.transactions.run(lambda tx: work(Unit(tx)))


def _name(round_: Round) -> str:
    return f"round {round_.id}"
