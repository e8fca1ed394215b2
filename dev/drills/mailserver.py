"""A mail server with moods: it takes mail, refuses everybody, or lets the caller wait."""

import asyncio
from enum import StrEnum

from aiosmtpd.smtp import SMTP, Envelope, Session


class Mood(StrEnum):
    """How it treats who comes."""

    KIND = "kind"
    REFUSING = "refusing"
    SILENT = "silent"


class MailServer:
    """Listens on `port` of 127.0.0.1, from start() to stop(), as often as wanted."""

    def __init__(self, port: int) -> None:
        self.mood = Mood.KIND
        self.taken = 0
        self._port = port
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, enable_SMTPUTF8=True, hostname="drill.test"),
            "127.0.0.1",
            self._port,
        )

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and shape
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """The mood decides."""
        while self.mood is Mood.SILENT:  # noqa: ASYNC110 - moods change from outside
            await asyncio.sleep(0.1)
        if self.mood is Mood.REFUSING:
            return "550 Nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        """Take it and throw it away."""
        self.taken += 1
        return "250 Kept"
