"""The optimum against an oracle that tries every answer there is, and its certificate read word for word."""

import pytest

from services.matching.solver.optimum.solve import solve
from services.matching.solver.optimum.task import Task
from shared.chassis.refusals import Invalid
from tests.matching.solver.optimum.cases import random_task
from tests.matching.solver.optimum.oracle import best, proves, silent

BATCH = 1000


def agrees(task: Task) -> bool:
    """Whether pairs are those of the oracle and proven, or both find that the pins leave no answer."""
    expected = best(task)
    if expected is None:
        with pytest.raises(Invalid) as refused:
            solve(task, silent)
        return refused.value.code == "pins_conflict"
    solution = solve(task, silent)
    return solution.pairs == expected and proves(task, solution)


@pytest.mark.parametrize("batch", range(6))
def test_up_to_five_on_a_side_no_answer_is_better_in_any_level(batch: int) -> None:
    seeds = range(batch * BATCH, (batch + 1) * BATCH)
    assert [seed for seed in seeds if not agrees(random_task(seed, (0, 5)))] == []


@pytest.mark.parametrize("batch", range(6, 10))
def test_up_to_five_on_a_side_somebody_in_both_roles_keeps_to_one_limit(batch: int) -> None:
    seeds = range(batch * BATCH, (batch + 1) * BATCH)
    assert [seed for seed in seeds if not agrees(random_task(seed, (0, 5), shared=True))] == []


@pytest.mark.parametrize("shared", [False, True])
def test_six_or_seven_on_a_side_no_answer_is_better_in_any_level(shared: bool) -> None:
    seeds = range(100)
    assert [seed for seed in seeds if not agrees(random_task(seed, (6, 7), shared=shared))] == []
