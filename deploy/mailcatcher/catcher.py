"""The mail catcher of the compose file: takes every mail by SMTP and delivers none.

Each mail becomes <number>.eml in MAIL_FOLDER, as it was received, under the two headers
X-Envelope-From and X-Envelope-To. `GET /messages` lists them as JSON, oldest first, and
`GET /messages/<number>.eml` shows one. MAIL_HOST, MAIL_SMTP_PORT and MAIL_HTTP_PORT say where it
listens. For trials only: anybody who reaches it may read.
"""

import asyncio
import email
import email.policy
import json
import os
import re
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = os.environ.get("MAIL_HOST", "")
SMTP_PORT = int(os.environ.get("MAIL_SMTP_PORT", "1025"))
HTTP_PORT = int(os.environ.get("MAIL_HTTP_PORT", "8025"))


class Mailbox:
    """The mails in one folder, numbered from 1; a restart goes on after the last number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        stored = ((int(path.stem), path) for path in folder.glob("*.eml"))
        self._summaries = {number: _summary(number, path.read_bytes()) for number, path in stored}

    def add(self, content: bytes) -> None:
        """Stores one mail; it is listed only when all of it is on disk."""
        with self._lock:
            number = max(self._summaries, default=0) + 1
            unfinished = self._folder / f"{number:06}.part"
            unfinished.write_bytes(content)
            unfinished.rename(self._path(number))
            self._summaries[number] = _summary(number, content)

    def listing(self) -> list[dict[str, object]]:
        """One summary per mail, oldest first."""
        with self._lock:
            return [self._summaries[number] for number in sorted(self._summaries)]

    def read(self, number: int) -> bytes | None:
        """The whole mail, or None when there is no such number."""
        with self._lock:
            return self._path(number).read_bytes() if number in self._summaries else None

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06}.eml"


def _summary(number: int, content: bytes) -> dict[str, object]:
    headers = email.message_from_bytes(content, policy=email.policy.default)
    names = {"from": "X-Envelope-From", "to": "X-Envelope-To", "subject": "Subject", "date": "Date"}
    summary = {key: str(headers.get(name, "")) for key, name in names.items()}
    return {"number": number, "href": f"/messages/{number}.eml", **summary}


class Receiver:
    """What aiosmtpd calls with each mail."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keeps the mail and says so."""
        sender, recipients = envelope.mail_from or "", ", ".join(envelope.rcpt_tos)
        head = f"X-Envelope-From: {sender}\r\nX-Envelope-To: {recipients}\r\n"
        self._mailbox.add(head.encode("utf-8", "replace") + (envelope.original_content or b""))
        return "250 Message kept"


def reader(mailbox: Mailbox) -> type[BaseHTTPRequestHandler]:
    """The HTTP side as a handler class over this mailbox."""

    class Reader(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path in {"/", "/messages"}:
                body = json.dumps(mailbox.listing()).encode()
                return self._answer(200, "application/json", body)
            match = re.fullmatch(r"/messages/([0-9]{1,9})\.eml", self.path)
            content = mailbox.read(int(match[1])) if match else None
            # Shown as text, so that a browser runs nothing that a mail brings.
            status, body = (404, b"not here\n") if content is None else (200, content)
            return self._answer(status, "text/plain; charset=utf-8", body)

        def _answer(self, status: int, media_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            """Silent: the health check would fill the log."""

    return Reader


async def main() -> None:
    """Serves SMTP and HTTP until SIGINT or SIGTERM."""
    mailbox = Mailbox(Path(os.environ.get("MAIL_FOLDER", "/mails")))
    http = ThreadingHTTPServer((HOST, HTTP_PORT), reader(mailbox))
    threading.Thread(target=http.serve_forever, daemon=True).start()
    loop, stop, handler = asyncio.get_running_loop(), asyncio.Event(), Receiver(mailbox)
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    async with await loop.create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=True), HOST, SMTP_PORT
    ):
        print(f"mail catcher: SMTP on {SMTP_PORT}, HTTP on {HTTP_PORT}", flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main())
