"""Child processes that never outlive their launcher, also when that is killed with SIGKILL.

Linux ends a child with its parent when asked to (PR_SET_PDEATHSIG), but "parent" is the *thread*
that forked: a child forked by a passing worker thread would be killed when that thread ends. So one
thread, which lives as long as this process, does all the forking.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Protocol

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_FORKS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="forks")  # its thread ends at exit
_PAUSE = 0.02  # seconds between two looks at a condition
_LOG_TAIL = 4_000  # bytes of a log that are worth showing in an error
# Below the range from which Linux takes the ports of outgoing connections: while a broker is down,
# a client that keeps trying its port must not be able to occupy it (or to connect to itself).
_PORTS = range(15_000, 32_000)
_given: set[int] = set()


class NotReady(Exception):
    """A part ended or was not ready in time; the message holds the end of its log."""


class Process(Protocol):
    """What we need of a `subprocess.Popen`."""

    @property
    def pid(self) -> int:
        """The process id."""
        ...

    def poll(self) -> int | None:
        """The exit code, negative for a signal, None while it runs."""
        ...

    def send_signal(self, sig: int) -> None:
        """Nothing where it has ended."""
        ...

    def kill(self) -> None:
        """SIGKILL."""
        ...


@dataclass
class Child:
    """A running process with its log in a file. Always end it by stop() or kill(): both reap it."""

    name: str
    log: Path
    process: Process

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    @property
    def running(self) -> bool:
        """False once the process has ended."""
        return self.process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """The exit code, negative for a signal, None while it runs."""
        return self.process.poll()

    def log_tail(self) -> str:
        """The end of its log, for error messages."""
        if not self.log.exists():
            return ""
        return self.log.read_bytes()[-_LOG_TAIL:].decode(errors="replace").strip()

    async def ended(self) -> int:
        """Wait until the process ends; its exit code."""
        while (code := self.process.poll()) is None:  # noqa: ASYNC110 - a process sets no event
            await asyncio.sleep(_PAUSE)
        return code

    async def succeeds(self, *, within: float) -> None:
        """Wait for its end. Raises NotReady after `within` seconds or if it ends with an error."""
        try:
            await asyncio.wait_for(self.ended(), within)
        except TimeoutError:
            await self.kill()
        if self.exit_code != 0:
            raise NotReady(_explain(f"{self.name}: ended with code {self.exit_code}", self))

    async def stop(self, *, within: float = 10.0) -> int:
        """SIGTERM, and SIGKILL when it still runs after `within` seconds; its exit code."""
        if self.running:
            self.process.send_signal(signal.SIGTERM)
        try:
            return await asyncio.wait_for(self.ended(), within)
        except TimeoutError:
            return await self.kill()

    async def kill(self) -> int:
        """SIGKILL; its exit code."""
        if self.running:
            self.process.kill()
        return await self.ended()


class ProcessPart:
    """A part of the stack that is one child process: how it ends, whatever it is."""

    _child: Child | None = None
    _grace = 15.0  # seconds between SIGTERM and SIGKILL

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._child is not None and self._child.running

    @property
    def pid(self) -> int:
        """The process id of the one that runs, or ran last; 0 before the first start."""
        return self._child.pid if self._child else 0

    async def stop(self) -> None:
        """Stop it in an orderly way; no error when it is not running."""
        if self._child is not None:
            await self._child.stop(within=self._grace)

    async def kill(self) -> None:
        """SIGKILL."""
        if self._child is not None:
            await self._child.kill()

    async def ended(self) -> None:
        """Return when its process has ended."""
        if self._child is not None:
            await self._child.ended()


class Frozen:
    """The processes that stand still by SIGSTOP, so that none is forgotten."""

    def __init__(self) -> None:
        self._pids: set[int] = set()

    def stop(self, pid: int) -> None:
        """SIGSTOP. Raises ProcessLookupError where there is no such process."""
        os.kill(pid, signal.SIGSTOP)
        self._pids.add(pid)

    def go_on(self, pid: int) -> None:
        """SIGCONT; nothing where it does not stand still, or was killed meanwhile."""
        if pid in self._pids:
            self._pids.remove(pid)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def all_go_on(self) -> None:
        """SIGCONT to each."""
        for pid in tuple(self._pids):
            self.go_on(pid)


async def start_child(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Child:
    """Start `command` with its output appended to `log`.

    It gets a session of its own, so that Ctrl-C reaches only the launcher. `env` replaces the
    environment. Raises OSError when the program can not be started.
    """
    arguments = [str(part) for part in command]
    log.parent.mkdir(parents=True, exist_ok=True)
    launcher = os.getpid()

    def fork() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                start_new_session=True,
                preexec_fn=lambda: die_with(launcher),  # noqa: PLW1509 - it takes no lock
            )

    process = await asyncio.wrap_future(_FORKS.submit(fork))
    return Child(name, log, process)


def die_with(launcher: int) -> None:
    """Run in the child before all else: be killed with the launcher, also if it is gone already."""
    if _LIBC is None:
        return
    if _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != launcher:
        os._exit(1)


async def wait_until(
    condition: Callable[[], Awaitable[bool]],
    *,
    what: str,
    within: float,
    child: Child | None = None,
) -> None:
    """Look at `condition` until it holds.

    Raises NotReady after `within` seconds, or at once when `child` has ended.
    """
    deadline = monotonic() + within
    while True:
        left = deadline - monotonic()
        if child is not None and not child.running:
            raise NotReady(_explain(f"{what}: ended with code {child.exit_code}", child))
        try:
            if left > 0 and await asyncio.wait_for(condition(), left):
                return
        except TimeoutError:
            pass
        if monotonic() >= deadline:
            raise NotReady(_explain(f"{what}: not so after {within:g} seconds", child))
        await asyncio.sleep(_PAUSE)


def _explain(problem: str, child: Child | None) -> str:
    return problem if child is None else f"{problem}\nend of {child.log.name}:\n{child.log_tail()}"


def refuse_old_data(folder: Path) -> None:
    """Raise NotReady when `folder` holds something.

    Both systems keep their own address in their data, and a new launcher picks new ports.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise NotReady(f"{folder} holds the data of an earlier run: empty it first")


def free_port() -> int:
    """A TCP port on 127.0.0.1 on which nothing listens; no two calls of one process get the same."""
    for port in random.sample(_PORTS, 200):
        if port in _given:  # whoever has it may not listen yet
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            _given.add(port)
            return port
    raise NotReady("200 random ports on 127.0.0.1 are all taken")
