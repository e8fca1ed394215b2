"""Mail by SMTP (RFC 5321), and what each answer of the server means for a reminder.

A server that cannot be reached, or does not let us in, says nothing about the recipient: try again.
"""

import asyncio
import contextlib
import re
import socket
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from services.notifications.channels.message import POLICY, UnusableAddress, compose
from services.notifications.domain.letters import Letter
from services.notifications.domain.reminders import Reminder
from services.notifications.domain.sending import Answer, Outcome
from services.notifications.texts.writing import write
from shared.chassis.passages import passage

_NOT_LET_IN = frozenset({530, 534, 535, 538})  # RFC 4954: our credentials, not the recipient
_GOODBYE_SECONDS = 2.0
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class StartTls(StrEnum):
    """Whether the connection is encrypted before anything is said."""

    REQUIRED = "required"
    IF_OFFERED = "if_offered"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail goes. `timeout` in seconds bounds each step and, doubled, the whole delivery."""

    host: str
    port: int
    starttls: StartTls = StartTls.REQUIRED
    ca_file: Path | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 20.0


class Mail:
    """The channel `mail`."""

    def __init__(self, server: MailServer, sender: str, page: str | None = None) -> None:
        """`sender` is an address; `page` is where people answer."""
        self._server = server
        self._sender = sender
        self._page = page
        self._tls = ssl.create_default_context(cafile=server.ca_file)

    async def send(self, reminder: Reminder, letter: Letter) -> Outcome:
        """Write the letter and hand it over; never raises for what a server or an address does."""
        recipient = (letter.reader.name, letter.reader.email)
        text = write(letter, self._page)
        try:
            message = compose(text, self._sender, recipient, reminder.message_id, letter.written_at)
        except UnusableAddress as error:
            return Outcome(Answer.REFUSED, str(error), bounced=True)
        return await self._deliver(message)

    async def _deliver(self, message: EmailMessage) -> Outcome:
        delivery = _Delivery(self._client(), self._server)
        try:
            async with asyncio.timeout(2 * self._server.timeout):
                return await delivery.of(message)
        except SMTPResponseException as error:
            return delivery.answer(error.code)
        except (SMTPException, OSError, TimeoutError) as error:
            # The kind of the error only: its text may hold the recipient.
            answer = Answer.NO_ANSWER if delivery.handed_over else Answer.NOT_NOW
            return Outcome(answer, type(error).__name__)
        finally:
            await delivery.end()

    def _client(self) -> SMTP:
        server = self._server
        starttls = {
            StartTls.REQUIRED: True,
            StartTls.IF_OFFERED: None,
            StartTls.NEVER: False,
        }[server.starttls]
        return SMTP(
            hostname=server.host,
            port=server.port,
            timeout=server.timeout,
            start_tls=starttls,
            tls_context=self._tls,
            username=server.username,
            password=server.password,
            local_hostname=socket.gethostname(),
        )


class _Delivery:
    """One message on one connection; knows how far it came."""

    def __init__(self, client: SMTP, server: MailServer) -> None:
        self.client = client
        self.handed_over = False
        self._server = server
        self._step = ""

    async def of(self, message: EmailMessage) -> Outcome:
        self._step = "connect"
        await self.client.connect()
        recipient = message["To"].addresses[0].addr_spec
        options = []
        policy = POLICY
        if not recipient.isascii():
            if not self.client.supports_extension("smtputf8"):
                return Outcome(Answer.REFUSED, "smtputf8_not_offered", bounced=True)
            options, policy = ["SMTPUTF8"], POLICY.clone(utf8=True)
        encoding = "utf-8" if options else "ascii"
        self._step = "sender"
        await self.client.mail(
            message["From"].addresses[0].addr_spec, options=options, encoding=encoding
        )
        self._step = "recipient"
        await self.client.rcpt(recipient, encoding=encoding)
        self._step = "message"
        code = await self._hand_over(message.as_bytes(policy=policy))
        return self.answer(code)

    async def _hand_over(self, content: bytes) -> int:
        """DATA in two steps, since only a loss after the second leaves us in doubt (RFC 1047)."""
        begun = await self.client.execute_command(b"DATA")
        if begun.code != aiosmtplib.SMTPStatus.start_input or self.client.protocol is None:
            return begun.code
        lines = _LINE_END.sub(b"\r\n", content.rstrip(b"\r\n"))
        self.client.protocol.write(_LEADING_DOT.sub(b"..", lines) + b"\r\n.\r\n")
        self.handed_over = True
        passage("mail.handed_over")
        ended = await self.client.protocol.read_response(self._server.timeout)
        return ended.code

    def answer(self, code: int) -> Outcome:
        """What a reply code means at the step that was reached."""
        if self.handed_over and not 400 <= code < 600:
            return Outcome(Answer.ACCEPTED if 200 <= code < 300 else Answer.NO_ANSWER, str(code))
        final = 500 <= code < 600 and code not in _NOT_LET_IN
        if not final or self._step == "connect":
            return Outcome(Answer.NOT_NOW, str(code))
        return Outcome(Answer.REFUSED, str(code), bounced=self._step != "sender")

    async def end(self) -> None:
        """Say goodbye; the outcome stands, whatever the server makes of that."""
        with contextlib.suppress(SMTPException, OSError, TimeoutError):
            await self.client.quit(timeout=_GOODBYE_SECONDS)
        self.client.close()
