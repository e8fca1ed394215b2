"""The near side of the solver: starts the child process, feeds it, and never leaves it behind."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

from services.matching.domain.ports import SolverFailed
from services.matching.domain.rounds import Outcome, Pool
from services.matching.solver import wire

ROOT = Path(__file__).resolve().parents[3]
COMMAND = (sys.executable, "-m", "services.matching.solver")
# The child gets no secret, and one thread: the answer must be the same on every machine.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

Progress = Callable[[str, int, int], None]


class ChildSolver:
    """The port `Solver` as a process of its own, so that solving never holds up the event loop."""

    def __init__(
        self, *, seconds: float, progress: Progress, command: tuple[str, ...] = COMMAND
    ) -> None:
        self._seconds = seconds
        self._progress = progress
        self._command = command

    async def solve(self, pool: Pool) -> Outcome:
        """The outcome. Raises SolverFailed: `solver_timeout`, `solver_died` or `solver_unreadable`."""
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
                answer = await self._talk(child, wire.write_pool(pool))
        except TimeoutError:
            raise SolverFailed("solver_timeout") from None
        finally:
            await _end(child)
        if child.returncode != 0:
            raise SolverFailed("solver_died")
        try:
            return wire.read_outcome(answer)
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
