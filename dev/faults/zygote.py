"""A process that has read all the code of a service and forks the service's processes, as Android's zygote does apps.

Reading the code is most of what it takes to start a service: two seconds of a processor. Where the platform has a machine
for each part that is no one else's loss; where all of it shares two processors, every death would take them away from
those who live. What is forked runs as `dev.faults.service` does, from its settings on, and dies like any process. Each
service has a zygote of its own, so that no process holds code of another service.
"""

import asyncio
import gc
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

from dev.faults import service
from dev.local.processes import Child, NotReady, die_with, start_child, wait_until

ROOT = Path(__file__).parents[2]
SECONDS_TO_READ = 90.0
_MOST_BYTES = 100_000  # of an order: the environment of a process


@dataclass(frozen=True)
class _Order:
    """What one process is to have of its own."""

    log: str
    env: dict[str, str]


class Zygote:
    """The zygote of one service, as the harness sees it; it is started for the first process."""

    def __init__(self, service: str, folder: Path) -> None:
        """`folder` is where it writes what it says itself."""
        self._service = service
        self._log = folder / f"zygote-{service}.log"
        self._folder: Path | None = None
        self._socket: Path | None = None
        self._child: Child | None = None
        self._starting = asyncio.Lock()

    async def fork(self, name: str, log: Path, env: Mapping[str, str]) -> Child:
        """A process of the service, with its output appended to `log`. Raises NotReady where there is no zygote."""
        async with self._starting:
            if self._socket is None:
                self._socket = await self._start()
        log.parent.mkdir(parents=True, exist_ok=True)
        order = _Order(str(log), dict(env))
        # It answers at once, but for that needs a processor, which may take a while.
        forked = await asyncio.to_thread(_forked_by, self._socket, order)
        return Child(name, log, forked)

    async def _start(self) -> Path:
        # The path of a socket must be short, which that of a run need not be.
        self._folder = Path(tempfile.mkdtemp(prefix="zygote-"))
        path = self._folder / self._service
        name = f"zygote of {self._service}"
        command = [sys.executable, "-m", __name__, self._service, str(path)]
        self._child = await start_child(name, command, log=self._log, cwd=ROOT)

        async def listens() -> bool:
            return path.exists()

        what = f"{name} has read the code"
        await wait_until(listens, what=what, within=SECONDS_TO_READ, child=self._child)
        return path

    async def stop(self) -> None:
        """End it, and with it whatever it forked and is still there."""
        if self._child is not None:
            await self._child.kill()
        if self._folder is not None:
            await asyncio.to_thread(shutil.rmtree, self._folder)
            self._folder = None


@dataclass
class Forked:
    """A process that the zygote waits for; its exit code comes over the connection."""

    pid: int
    _connection: socket.socket
    _code: int | None = None

    def poll(self) -> int | None:
        """The exit code, negative for a signal, None while it runs."""
        if self._code is None:
            try:
                told = self._connection.recv(_MOST_BYTES)
            except BlockingIOError:
                return None
            self._code = int(told or -signal.SIGKILL)  # it dies with the zygote
            self._connection.close()
        return self._code

    def send_signal(self, sig: int) -> None:
        """Nothing where it has ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


def _forked_by(path: Path, order: _Order) -> Forked:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(str(path))
        connection.sendall(json.dumps(asdict(order)).encode())
        pid = int(connection.recv(_MOST_BYTES))
    except (OSError, ValueError) as error:
        connection.close()
        raise NotReady(f"the zygote at {path} does not answer") from error
    connection.settimeout(0)
    return Forked(pid, connection)


class _Orders:
    """The zygote's side: one connection for each process, for as long as that lives."""

    def __init__(self, path: Path) -> None:
        woken, waker = socket.socketpair()
        for end in (woken, waker):
            end.settimeout(0)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker.fileno())
        self._woken, self._waker = woken, waker
        unfinished = path.with_name("unfinished")
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(str(unfinished))
        self._listener.listen()
        unfinished.rename(path)
        self._connections: dict[int, socket.socket] = {}

    def taken(self) -> _Order:
        """Fork for each order that comes; returns in those who are forked alone, with the order."""
        zygote = os.getpid()
        with selectors.DefaultSelector() as selector:
            for end in (self._listener, self._woken):
                selector.register(end, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if self._woken in ready:
                    self._woken.recv(_MOST_BYTES)
                    self._reap()
                if self._listener in ready:
                    connection, _ = self._listener.accept()
                    order = _Order(**json.loads(connection.recv(_MOST_BYTES)))
                    if pid := os.fork():
                        self._connections[pid] = connection
                        connection.sendall(str(pid).encode())
                        continue
                    self._let_go(connection)
                    die_with(zygote)
                    return order

    def _reap(self) -> None:
        while self._connections:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            with self._connections.pop(pid) as connection:
                connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())

    def _let_go(self, connection: socket.socket) -> None:
        """In who was forked: none of this is its own."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        ours = (self._listener, self._woken, self._waker, *self._connections.values())
        for end in (connection, *ours):
            end.close()


def _take_on(name: str, order: _Order) -> None:
    """Look like a process that was started for this."""
    os.setsid()
    log = os.open(order.log, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o644)
    for output in (sys.stdout, sys.stderr):
        os.dup2(log, output.fileno())
    os.close(log)
    os.environ.clear()
    os.environ.update(order.env)
    sys.argv = [service.__name__, name]


def main() -> None:
    """Read the code, and be forked; who is forked goes on as the service."""
    name, path = sys.argv[1:]
    import_module(f"services.{name}.__main__")
    import_module("dev.faults.tripping")
    if threading.active_count() > 1:
        raise NotReady("a thread is running, and would be missing in who is forked")
    gc.freeze()  # what is read by now is shared with all, and stays
    _take_on(name, _Orders(Path(path)).taken())
    service.main()


if __name__ == "__main__":
    main()
