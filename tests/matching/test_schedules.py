"""Rounds are claimed, held, lost and taken over; nothing is solved twice into proposals."""

import asyncio
from functools import partial
from uuid import UUID

import pytest

from services.matching.domain.ports import SolverFailed
from services.matching.domain.rounds import Outcome, Pool, Round, RoundState
from services.matching.handlers import rounds
from services.matching.handlers.rounds import Claim
from tests.matching.builders import PROGRAMME, a_mentee, a_mentor
from tests.matching.conftest import House, StuckSolver
from tests.support.waiting import until

SHORT = 0.3


class FailingSolver:
    async def solve(self, pool: Pool) -> Outcome:
        raise SolverFailed("solver_died")


async def state_of(house: House, asked: Round) -> Round:
    return await house.do(lambda unit: rounds.read_round(unit, PROGRAMME, asked.id))


async def prepared(house: House) -> Round:
    await house.learn(a_mentor(1), a_mentee(2))
    return await house.ask_for_round()


async def test_two_workers_solve_a_round_once(house: House) -> None:
    await prepared(house)
    await asyncio.gather(house.desk.solve_waiting(), house.a_desk("worker-2").solve_waiting())

    assert await house.published() == ["proposal.made", "round.completed"]


async def test_everything_of_a_round_belongs_to_the_trail_of_its_request(house: House) -> None:
    await prepared(house)
    await house.desk.solve_waiting()

    assert await house.correlations() == {UUID(int=0xD001)}


async def test_a_round_whose_worker_died_is_claimed_again_with_a_greater_fence(
    house: House,
) -> None:
    asked = await prepared(house)
    fence = await house.leases.take(f"round {asked.id}", owner="dead worker", seconds=SHORT)
    assert fence is not None
    await house.do(lambda unit: rounds.start_round(unit, Claim(asked.id, fence)))

    async def solved() -> bool:
        await house.desk.solve_waiting()
        return (await state_of(house, asked)).state is RoundState.COMPLETED

    await until(solved, "another worker solves it")
    done = await state_of(house, asked)
    assert (done.attempts, done.matched) == (2, 1)
    assert done.fence > fence


async def test_a_round_that_kills_its_workers_is_given_up(house: House) -> None:
    asked = await prepared(house)
    for fence in (1, 2, 3):
        await house.do(partial(rounds.start_round, claim=Claim(asked.id, fence)))
    await house.leases.take(f"round {asked.id}", owner="the last one", seconds=60)
    pool = await house.do(lambda unit: rounds.start_round(unit, Claim(asked.id, 4)))

    done = await state_of(house, asked)
    assert pool is None
    assert (done.state, done.failure) == (RoundState.FAILED, "worker_died")
    await house.ask_for_round()


async def test_a_worker_that_lost_its_round_ends_the_solver_and_writes_nothing(
    house: House,
) -> None:
    asked = await prepared(house)
    stuck = StuckSolver()
    slow = asyncio.create_task(
        house.a_desk("slow", solver=stuck, lease_seconds=SHORT).solve_waiting()
    )
    await stuck.asked.wait()
    await house.database["leases"].update_one(
        {"_id": f"round {asked.id}"}, {"$set": {"owner": "another"}, "$inc": {"fence": 1}}
    )
    await slow

    assert stuck.ended.is_set()
    assert (await state_of(house, asked)).state is RoundState.SOLVING
    assert await house.published() == []


async def test_an_answer_under_an_old_fence_makes_no_proposals(house: House) -> None:
    asked = await prepared(house)

    async def take_over() -> None:
        await house.do(lambda unit: rounds.start_round(unit, Claim(asked.id, 99)))

    house.solver.before = take_over
    await house.desk.solve_waiting()

    assert await house.pairs() == []
    assert (await state_of(house, asked)).fence == 99


async def test_a_lease_is_renewed_as_long_as_the_solver_works(house: House) -> None:
    asked = await prepared(house)
    rival = house.a_desk("rival")

    async def three_leases_long() -> None:
        began = asyncio.get_running_loop().time()

        async def over() -> bool:
            await rival.solve_waiting()
            return asyncio.get_running_loop().time() - began > 3 * SHORT

        await until(over, "the lease would have run out thrice")

    house.solver.before = three_leases_long
    await house.a_desk("patient", lease_seconds=SHORT).solve_waiting()

    done = await state_of(house, asked)
    assert (done.state, done.attempts, done.matched) == (RoundState.COMPLETED, 1, 1)


async def test_a_worker_that_is_stopped_ends_the_solver_and_leaves_the_round_to_others(
    house: House,
) -> None:
    asked = await prepared(house)
    stuck = StuckSolver()
    stopped = asyncio.create_task(house.a_desk("stopped", solver=stuck).solve_waiting())
    await stuck.asked.wait()
    stopped.cancel()
    await asyncio.gather(stopped, return_exceptions=True)
    await house.desk.solve_waiting()

    assert stuck.ended.is_set()
    assert (await state_of(house, asked)).state is RoundState.COMPLETED


@pytest.mark.parametrize("once_more", [False, True])
async def test_a_round_without_an_answer_fails_and_another_may_be_asked_for(
    house: House, once_more: bool
) -> None:
    asked = await prepared(house)
    await house.a_desk("unlucky", solver=FailingSolver()).solve_waiting()

    done = await state_of(house, asked)
    assert (done.state, done.failure) == (RoundState.FAILED, "solver_died")
    assert await house.published() == []
    if once_more:
        assert (await house.round()).matched == 1
