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
from collections import deque
from enum import StrEnum
from typing import cast

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
        self.ends: set[End] = set()
        self._server: asyncio.Server | None = None
        self._joining: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._client, "127.0.0.1", self.port)

    def become(self, mode: Mode, latency: float = 0.0) -> None:
        """Change what happens from now on, to old connections too."""
        self.mode, self.latency = mode, latency
        if mode is Mode.CUT:
            self.reset()
        for end in self.ends:
            end.listen_or_not()

    def reset(self) -> None:
        """Reset every connection there is."""
        for end in list(self.ends):
            end.reset()

    async def stop(self) -> None:
        """Reset everything and listen no more."""
        if self._server is not None:
            self._server.close()
        self.reset()
        for task in self._joining:
            task.cancel()
        await asyncio.gather(*self._joining, return_exceptions=True)

    def _client(self) -> "End":
        return End(self, answers=False)

    def join(self, client: "End") -> None:
        """Connect a client that has come with the target, or turn it away."""
        if self.mode is Mode.CUT:
            client.reset()
            return
        task = asyncio.ensure_future(self._join(client))
        self._joining.add(task)
        task.add_done_callback(self._joining.discard)

    async def _join(self, client: "End") -> None:
        target = End(self, answers=True)
        try:
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: target, "127.0.0.1", self.target)
        except OSError:
            client.reset()
            return
        client.other, target.other = target, client
        for end in (client, target):
            end.listen_or_not()


class End(asyncio.Protocol):
    """One end of a connection: what it hears, the `other` end says. The one at the target hears `answers`."""

    def __init__(self, proxy: Proxy, *, answers: bool) -> None:
        self.other: End | None = None
        self._proxy = proxy
        self._answers = answers
        self._line: asyncio.Transport | None = None
        self._held_back = False
        self._on_the_way: deque[bytes] = deque()
        self._due = 0.0  # when the last of these arrives
        self._ended = {"heard": False, "said": False}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hear nothing until there is somebody to tell."""
        self._line = cast("asyncio.Transport", transport)
        self._proxy.ends.add(self)
        self.listen_or_not()
        if not self._answers:
            self._proxy.join(self)

    def listen_or_not(self) -> None:
        """Read where what is heard may be passed on."""
        mode = self._proxy.mode
        silent = mode is Mode.HALF_OPEN or (self._answers and mode is Mode.DEAF)
        if self._line is None or self._line.is_closing():
            return
        if silent or self._held_back or self.other is None:
            self._line.pause_reading()
        else:
            self._line.resume_reading()

    def data_received(self, content: bytes) -> None:
        """Pass it on, now or after the latency."""
        self._pass_on(content, self._proxy.latency)

    def eof_received(self) -> bool:
        """Pass on that no more is said here; what is still said there goes on."""
        slow = self._proxy.mode is Mode.SLOW_CLOSE
        self._pass_on(b"", SLOW_CLOSE_SECONDS if slow else self._proxy.latency)
        self._end("heard")
        return True

    def pause_writing(self) -> None:
        """Too much is said here: nothing more is heard at the other end."""
        self._hold_back(full=True)

    def resume_writing(self) -> None:
        """There is room again."""
        self._hold_back(full=False)

    def connection_lost(self, error: Exception | None) -> None:
        """Nothing more comes or goes here, so it ends at the other end, too."""
        self._proxy.ends.discard(self)
        if self.other is not None:
            self.other.reset() if error else self.other.close()

    def say(self, content: bytes) -> None:
        """Say it here; nothing is the end of all that is said."""
        if self._line is None or self._line.is_closing():
            return
        if content:
            self._line.write(content)
        else:
            self._line.write_eof()
            self._end("said")

    def be_held_back(self, *, full: bool) -> None:
        """Hear no more while the other end cannot say it."""
        self._held_back = full
        self.listen_or_not()

    def close(self) -> None:
        """End it once all is said."""
        if self._line is not None:
            self._line.close()

    def reset(self) -> None:
        """End it with RST."""
        if self._line is None:
            return
        with contextlib.suppress(OSError):
            plug = self._line.get_extra_info("socket")
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._line.abort()

    def _pass_on(self, content: bytes, seconds: float) -> None:
        """After so long, and after all that was heard before."""
        if self.other is None:
            return
        if not seconds and not self._on_the_way:
            self.other.say(content)
            return
        loop = asyncio.get_running_loop()
        self._due = max(self._due, loop.time() + seconds)
        self._on_the_way.append(content)
        loop.call_at(self._due, self._arrive)

    def _arrive(self) -> None:
        content = self._on_the_way.popleft()
        if self.other is not None:
            self.other.say(content)

    def _hold_back(self, *, full: bool) -> None:
        if self.other is not None:
            self.other.be_held_back(full=full)

    def _end(self, side: str) -> None:
        self._ended[side] = True
        if all(self._ended.values()):
            self.close()
