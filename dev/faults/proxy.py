"""A TCP proxy in front of one part, that can do to its connections what a bad network does.

Modes: `open` passes everything on; `cut` refuses new connections and resets the old ones; `half_open` takes what it
is given and passes nothing on, in either direction, nor ends anything; `deaf` passes on what comes from the
client and holds back the answers (a one-way cut); `slow_close` ends connections only after a long while.
A latency can be set in every mode.
"""

import asyncio
import contextlib
import socket
import struct
from enum import StrEnum

_CHUNK = 65_536
SLOW_CLOSE_SECONDS = 5.0
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: close sends RST


class Mode(StrEnum):
    """What happens to what goes through."""

    OPEN = "open"
    CUT = "cut"
    HALF_OPEN = "half_open"
    DEAF = "deaf"
    SLOW_CLOSE = "slow_close"


class Proxy:
    """Listens on `port` of 127.0.0.1 and passes on to `target`."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self.target = target
        self.mode = Mode.OPEN
        self.latency = 0.0
        self._server: asyncio.Server | None = None
        self._open = asyncio.Event()
        self._open.set()
        self._lines: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    def become(self, mode: Mode, latency: float = 0.0) -> None:
        """Change what happens from now on, to old connections too."""
        self.mode, self.latency = mode, latency
        if mode in (Mode.HALF_OPEN, Mode.DEAF):
            self._open.clear()
        else:
            self._open.set()
        if mode is Mode.CUT:
            self.reset()

    def reset(self) -> None:
        """Reset every connection there is."""
        for writer in list(self._lines):
            _reset(writer)

    async def stop(self) -> None:
        """Reset everything and listen no more."""
        if self._server is not None:
            self._server.close()
        self.reset()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if self.mode is Mode.CUT:
            _reset(writer)
            return
        with contextlib.suppress(OSError):
            await self._join(reader, writer)
        _reset(writer)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, thither = await asyncio.open_connection("127.0.0.1", self.target)
        self._lines |= {writer, thither}
        try:
            await asyncio.gather(
                self._pump(reader, thither, answers=False),
                self._pump(there, writer, answers=True),
            )
        finally:
            self._lines -= {writer, thither}
            thither.close()

    async def _pump(
        self, source: asyncio.StreamReader, drain: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        while content := await source.read(_CHUNK):
            if self.mode is Mode.HALF_OPEN or (answers and self.mode is Mode.DEAF):
                await self._open.wait()
            if self.latency:
                await asyncio.sleep(self.latency)
            drain.write(content)
            await drain.drain()
        if self.mode is Mode.SLOW_CLOSE:
            await asyncio.sleep(SLOW_CLOSE_SECONDS)
        with contextlib.suppress(OSError, RuntimeError):
            drain.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    line = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
