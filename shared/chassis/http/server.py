"""Uvicorn on a socket of ours; signals are the service's, not the server's."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What is under way may end, an import too; then it is told that it did not. Kubernetes and Compose wait for 30 s.
LONGEST_REQUEST_SECONDS = 25
SECONDS_TO_UNWIND = 2
# Whoever keeps connections to us, as load balancers do for up to a minute, is to be the one who ends them: a request
# that meets the server closing an idle connection fails.
IDLE_CONNECTION_SECONDS = 75


class Server(uvicorn.Server):
    """Serves one application on a socket that already listens."""

    def __init__(self, api: FastAPI, listener: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                self._farewell(api),
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_keep_alive=IDLE_CONNECTION_SECONDS,
                timeout_graceful_shutdown=LONGEST_REQUEST_SECONDS + SECONDS_TO_UNWIND,
            )
        )
        # asyncio does this for sockets that it makes itself. Without it the body of an answer waits on a kept
        # connection until the caller has acknowledged the headers, which many put off for 40 ms (RFC 1122, 4.2.3.4).
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._listener = listener
        self._leaving = False
        self._under_way: set[asyncio.Timeout] = set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them to the service."""
        yield

    async def serve_here(self) -> None:
        """Serve until `should_exit` is set."""
        await self.serve(sockets=[self._listener])

    def leave(self) -> None:
        """Answer on, and close each connection after its answer: the caller's next request goes elsewhere.

        A connection that is kept could be closed while the next request is on its way, and nobody would know
        whether that was heard (RFC 9112, 9.6). What is under way for longer than it may is cut short.
        """
        self._leaving = True
        asyncio.get_running_loop().call_later(LONGEST_REQUEST_SECONDS, self._cut_short)

    def _cut_short(self) -> None:
        for limit in self._under_way:
            limit.reschedule(asyncio.get_running_loop().time())

    def _farewell(self, api: ASGIApp) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            async def closing(message: Message) -> None:
                if self._leaving and message["type"] == "http.response.start":
                    headers = [*message.get("headers", ()), (b"connection", b"close")]
                    message = {**message, "headers": headers}
                await send(message)

            try:
                async with asyncio.timeout(None) as limit:
                    self._under_way.add(limit)
                    await api(scope, receive, closing)
            except TimeoutError:
                if not limit.expired():
                    raise
            finally:
                self._under_way.discard(limit)

        return answer
