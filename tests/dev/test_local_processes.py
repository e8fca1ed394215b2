"""Children must not outlive their launcher, and a part that does not come up must say why."""

import asyncio
import os
import signal
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from dev.local.processes import Child, Frozen, NotReady, free_port, start_child, wait_until
from tests.support.processes import gone, lives, state_of

_LAUNCHER = """
import asyncio, sys
from pathlib import Path
from dev.local.processes import start_child

async def main():
    child = await start_child("sleeper", ["sleep", "600"], log=Path(sys.argv[1]))
    print(child.pid, flush=True)
    await child.ended()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
async def test_a_child_dies_with_a_launcher_that_is_killed(
    tmp_path: Path, ending: signal.Signals
) -> None:
    launcher = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _LAUNCHER, str(tmp_path / "log"), stdout=asyncio.subprocess.PIPE
    )
    assert launcher.stdout is not None
    pid = int(await asyncio.wait_for(launcher.stdout.readline(), 20))
    assert lives(pid)

    launcher.send_signal(ending)
    await launcher.wait()

    await wait_until(lambda: gone(pid), what="the child is gone", within=10)


async def test_a_child_outlives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    children = []

    def passing_thread() -> None:
        start = start_child("sleeper", ["sleep", "600"], log=tmp_path / "log")
        children.append(asyncio.run(start))

    thread = threading.Thread(target=passing_thread)
    thread.start()
    await asyncio.to_thread(thread.join)
    (child,) = children
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(child.ended(), 0.3)
    assert await child.stop() == -signal.SIGTERM


async def test_a_child_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    script = "trap '' TERM; echo deaf; while true; do sleep 0.1; done"
    child = await start_child("deaf", ["sh", "-c", script], log=tmp_path / "log")

    async def is_deaf() -> bool:
        return "deaf" in child.log_tail()

    await wait_until(is_deaf, what="it ignores SIGTERM", within=10, child=child)
    assert await child.stop(within=0.2) == -signal.SIGKILL
    assert not child.running


async def test_a_child_that_ends_early_is_reported_with_its_log(tmp_path: Path) -> None:
    child = await start_child("doomed", ["sh", "-c", "echo no disk; exit 3"], log=tmp_path / "log")

    async def never() -> bool:
        return False

    with pytest.raises(NotReady, match=r"(?s)code 3.*no disk"):
        await wait_until(never, what="it is ready", within=30, child=child)


async def test_a_condition_that_hangs_ends_at_the_deadline() -> None:
    async def hangs() -> bool:
        await asyncio.Event().wait()
        return True

    with pytest.raises(NotReady, match=r"not so after 0\.1 seconds"):
        await wait_until(hangs, what="an answer", within=0.1)


def test_free_ports_are_below_those_of_outgoing_connections() -> None:
    assert 1024 < free_port() < 32_768


def test_no_port_is_given_twice_before_anybody_listens_there() -> None:
    """Drawn at random, two of five hundred would be the same nearly always."""
    assert len({free_port() for _ in range(500)}) == 500


def test_a_launcher_starts_children_in_sessions_of_their_own(tmp_path: Path) -> None:
    async def session() -> int:
        child = await start_child("sleeper", ["sleep", "600"], log=tmp_path / "log")
        try:
            return os.getsid(child.pid)
        finally:
            await child.stop()

    assert asyncio.run(session()) != os.getsid(0)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
async def test_who_was_frozen_goes_on_and_who_died_meanwhile_is_no_trouble(tmp_path: Path) -> None:
    frozen = Frozen()
    sleepers = [await start_child("s", ["sleep", "600"], log=tmp_path / "log") for _ in range(3)]

    async def is_(child: Child, state: str) -> bool:
        return state_of(child.pid) == state

    for child in sleepers:
        frozen.stop(child.pid)
        await wait_until(partial(is_, child, "T"), what="it stands still", within=10)
    first, killed, last = sleepers
    frozen.go_on(first.pid)
    await wait_until(partial(is_, first, "S"), what="it goes on", within=10)
    assert state_of(last.pid) == "T"
    await killed.kill()
    frozen.all_go_on()
    await wait_until(partial(is_, last, "S"), what="the last goes on", within=10)

    await asyncio.gather(first.kill(), last.kill())
