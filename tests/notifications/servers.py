"""Real SMTP servers for the tests: one that keeps what it takes, and one that misbehaves on purpose."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Mailbox:
    """An SMTP server that keeps its mails. `answers` (by command) says something else than 250."""

    answers: dict[str, str] = field(default_factory=dict)
    envelopes: list[Envelope] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    port: int = 0
    may_answer: asyncio.Event | None = None
    """Where given, a mail is taken and kept, and its sender waits for the answer until this is set."""
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    def mails(self) -> list[EmailMessage]:
        """What was accepted, parsed. (No property: aiosmtpd reads those for each connection.)"""
        parsed = (
            message_from_bytes(e.original_content or b"", policy=default) for e in self.envelopes
        )
        return [mail for mail in parsed if isinstance(mail, EmailMessage)]

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to this address."""
        pairs = zip(self.envelopes, self.mails(), strict=True)
        return [mail for envelope, mail in pairs if address in envelope.rcpt_tos]

    async def holds(self, count: int, within: float = 10.0) -> list[EmailMessage]:
        """Wait until so many mails are there."""
        async with asyncio.timeout(within), self._arrived:
            await self._arrived.wait_for(lambda: len(self.envelopes) >= count)
        return self.mails()

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, _s: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _s: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _s: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.encrypted.append(session.ssl is not None)
        async with self._arrived:
            self.envelopes.append(envelope)
            self._arrived.notify_all()
        if self.may_answer:
            await self.may_answer.wait()
        return "250 OK"

    def authenticate(
        self, _s: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        """Lets in `obverse` with the password `open sesame`."""
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login)
        right = data == LoginPassword(b"obverse", b"open sesame")
        return AuthResult(success=right, handled=False)


@asynccontextmanager
async def mail_server(
    mailbox: Mailbox, tls: ssl.SSLContext | None = None, *, smtputf8: bool = False
) -> AsyncIterator[Mailbox]:
    """Serve; with `tls`, STARTTLS and authentication are demanded."""
    demands: dict[str, Any] = {}
    if tls:
        demands = {"tls_context": tls, "require_starttls": True, "auth_required": True}
        demands |= {"authenticator": mailbox.authenticate}

    def protocol() -> SMTP:
        return SMTP(mailbox, hostname="localhost", enable_SMTPUTF8=smtputf8, **demands)

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", mailbox.port)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def rude_server(
    after: bytes, *, greeting: bytes = b"220 rude\r\n", silent: bool = False
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Takes a mail and breaks the connection right after the command `after` (b"." = the final dot).

    `silent` keeps the line open and says nothing more instead. Yields the port and the received messages.
    """
    received: list[bytes] = []
    open_lines: set[asyncio.StreamWriter] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_lines.add(writer)
        writer.write(greeting)
        async for line in reader:
            command = line.strip().split(b" ")[0].upper()
            if command == b"DATA" and after == b".":
                writer.write(b"354 go on\r\n")
                received.append(await reader.readuntil(b"\r\n.\r\n"))
                command = b"."
            if command == after:
                if not silent:
                    writer.transport.abort()
                return
            writer.write(b"250 fine\r\n")

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], received
    finally:
        server.close()
        for writer in open_lines:
            writer.transport.abort()
        await server.wait_closed()
