"""The child process, from this side of its pipes."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from services.matching.domain.ports import SolverFailed
from services.matching.domain.rounds import Pool
from services.matching.solver import wire
from services.matching.solver.child import ChildSolver
from tests.matching.builders import TERMS, a_mentee, a_mentor, a_pool
from tests.support.waiting import until

Told = list[tuple[str, int, int]]


def a_child(
    told: Told | None = None, script: str | None = None, seconds: float = 60
) -> ChildSolver:
    def progress(step: str, done: int, total: int) -> None:
        if told is not None:
            told.append((step, done, total))

    if script is None:
        return ChildSolver(seconds=seconds, progress=progress)
    command = (sys.executable, "-c", script)
    return ChildSolver(seconds=seconds, progress=progress, command=command)


def big_enough() -> Pool:
    mentors = (a_mentor(number, capacity=1) for number in range(1, 41))
    return a_pool(*mentors, *(a_mentee(number) for number in range(101, 131)))


async def test_a_pool_goes_in_and_the_outcome_comes_back() -> None:
    told: Told = []
    outcome = await a_child(told).solve(big_enough())

    assert len(outcome.matches) == 30
    assert {one.reason for one in outcome.unmatched} == {"outcompeted"}
    assert told == [("rules", 0, 30), ("rules", 30, 30), ("optimum", 0, 5), ("optimum", 5, 5)]


async def test_the_hashes_name_the_pool_and_the_policy_whatever_their_order() -> None:
    pool = a_pool(a_mentor(1), a_mentee(2))
    turned_policy = replace(TERMS, weights=dict(list(TERMS.weights.items())[::-1]))
    turned = a_pool(a_mentee(2), a_mentor(1), terms=turned_policy)
    other = a_pool(a_mentor(1, motivation=4), a_mentee(2))

    assert (await a_child().solve(pool)).input_hash == wire.input_hash(pool)
    assert wire.policy_hash(pool.terms) == wire.policy_hash(turned_policy)
    assert wire.input_hash(pool) == wire.input_hash(turned)
    assert wire.input_hash(pool) != wire.input_hash(other)


def test_a_pool_is_the_same_after_its_way_through_the_pipe() -> None:
    pool = a_pool(a_mentor(1, hobbies=("chess",)), a_mentee(2))

    assert wire.read_pool(wire.write_pool(pool)) == pool


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("raise SystemExit(3)", "solver_died"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "solver_died"),
        ("print('no outcome')", "solver_unreadable"),
        ("print('{}')", "solver_unreadable"),
    ],
)
async def test_a_child_without_an_answer_is_a_failure_with_a_code(script: str, code: str) -> None:
    with pytest.raises(SolverFailed) as failed:
        await a_child(script=script).solve(big_enough())

    assert failed.value.code == code


async def test_a_pool_that_is_none_ends_the_child_with_an_error() -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.matching.solver",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    answer, complaint = await child.communicate(json.dumps({"round_id": "none"}).encode())

    assert child.returncode == 1
    assert answer == b""
    assert b"ValidationError" in complaint


async def test_a_child_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(SolverFailed) as failed:
        await a_child(script=_endless(tmp_path), seconds=1).solve(big_enough())

    assert failed.value.code == "solver_timeout"
    assert not _lives(int((tmp_path / "pid").read_text()))


async def test_a_child_does_not_outlive_the_task_that_waits_for_it(tmp_path: Path) -> None:
    waiting = asyncio.create_task(a_child(script=_endless(tmp_path)).solve(big_enough()))
    pid = await until(lambda: _written(tmp_path / "pid"), "the child runs")
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert not _lives(pid)


async def test_noise_on_the_way_is_no_progress() -> None:
    told: Told = []
    script = "import sys; print('warning: []\\n[1]\\n{}', file=sys.stderr); print('{}')"
    with pytest.raises(SolverFailed):
        await a_child(told, script=script).solve(big_enough())

    assert told == []


def test_numpy_and_scipy_are_imported_by_the_child_only() -> None:
    script = "import sys, services.matching.app; print(sorted({'numpy', 'ortools', 'scipy'} & set(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.strip() == "[]"


def _endless(folder: Path) -> str:
    return (
        "import os, threading; "
        f"open({str(folder / 'pid')!r}, 'w').write(str(os.getpid())); "
        "threading.Event().wait()"
    )


async def _written(path: Path) -> int:
    text = await asyncio.to_thread(lambda: path.read_text() if path.exists() else "")
    return int(text or 0)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
