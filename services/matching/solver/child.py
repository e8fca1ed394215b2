"""The near side of the solver: starts the child process, feeds it, and never leaves it behind."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from services.matching.domain.assignment import Pairing
from services.matching.domain.explaining.answers import Answer
from services.matching.domain.ports import SolverFailed
from services.matching.domain.rounds import Outcome, Pool
from services.matching.solver import wire
from services.matching.solver.explain import wire as explaining

ROOT = Path(__file__).resolve().parents[3]
COMMAND = (sys.executable, "-m", "services.matching.solver")
EXPLAIN = (sys.executable, "-m", "services.matching.solver.explain")
# The child gets no secret, and one thread: the answer must be the same on every machine.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

Progress = Callable[[str, int, int], None]
Answered = TypeVar("Answered")


class ChildSolver:
    """The port `Solver` as a process of its own, so that solving never holds up the event loop."""

    def __init__(
        self, *, seconds: float, progress: Progress, command: tuple[str, ...] = COMMAND
    ) -> None:
        self._child = Child(command, seconds=seconds, progress=progress)

    async def solve(self, pool: Pool) -> Outcome:
        """The outcome. Raises SolverFailed: `solver_timeout`, `solver_died` or `solver_unreadable`."""
        return await self._child.ask(wire.write_pool(pool), wire.read_outcome)


class ChildExplainer:
    """The port `Explainer`, in the same way."""

    def __init__(
        self, *, seconds: float, progress: Progress, command: tuple[str, ...] = EXPLAIN
    ) -> None:
        self._child = Child(command, seconds=seconds, progress=progress)

    async def explain(self, pairing: Pairing | None, packed: bytes) -> Answer:
        """The answer. Raises SolverFailed as `solve` does, and `pool_damaged`."""
        try:
            pool = await asyncio.to_thread(explaining.unpack, packed)
        except ValueError:
            raise SolverFailed("pool_damaged") from None
        question = explaining.write_question(pairing) + pool
        return await self._child.ask(question, explaining.read_answer)


class Child:
    """A process per question: it is started, fed, listened to, and never left behind."""

    def __init__(self, command: tuple[str, ...], *, seconds: float, progress: Progress) -> None:
        self._command = command
        self._seconds = seconds
        self._progress = progress

    async def ask(self, question: bytes, read: Callable[[bytes], Answered]) -> Answered:
        """What it answers, as `read` reads it; raises SolverFailed."""
        child = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=ROOT,
            env=ENVIRONMENT,
        )
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._talk(child, question)
        except TimeoutError:
            raise SolverFailed("solver_timeout") from None
        finally:
            await _end(child)
        if child.returncode != 0:
            raise SolverFailed("solver_died")
        try:
            return read(answer)
        except ValueError:
            raise SolverFailed("solver_unreadable") from None

    async def _talk(self, child: asyncio.subprocess.Process, question: bytes) -> bytes:
        if not (child.stdin and child.stdout and child.stderr):
            raise TypeError("the child was started without its pipes")
        feeding = _feed(child.stdin, question)
        listening = self._listen(child.stderr)
        _, _, answer, _ = await asyncio.gather(
            feeding, listening, child.stdout.read(), child.wait()
        )
        return answer

    async def _listen(self, lines: asyncio.StreamReader) -> None:
        async for line in lines:
            # What is no progress is a library's warning or a traceback; the exit code tells of the latter.
            with contextlib.suppress(ValueError, KeyError, TypeError):
                told = json.loads(line)
                self._progress(told["step"], told["done"], told["total"])


async def _feed(pipe: asyncio.StreamWriter, question: bytes) -> None:
    # A child that died does not read; its exit code says so.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        pipe.write(question)
        await pipe.drain()
        pipe.close()
        await pipe.wait_closed()


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
