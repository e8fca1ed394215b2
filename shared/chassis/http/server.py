"""Uvicorn on a socket of ours; signals are the service's, not the server's."""

import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

# What is under way may end; a caller who never sends the rest of a body keeps nobody from stopping.
LONGEST_REQUEST_SECONDS = 10


class Server(uvicorn.Server):
    """Serves one application on a socket that already listens."""

    def __init__(self, api: FastAPI, listener: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                api,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=LONGEST_REQUEST_SECONDS,
            )
        )
        self._listener = listener

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them to the service."""
        yield

    async def serve_here(self) -> None:
        """Serve until `should_exit` is set."""
        await self.serve(sockets=[self._listener])
