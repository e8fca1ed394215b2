"""The mail sink: says 250 only once a mail is on disk for good. `python -m dev.faults.sink <folder> <port>`.

Each mail becomes NNNNNN.eml, and a line of `accepted.jsonl` with its Message-ID and a hash of its reader.
"""

import asyncio
import email
import email.policy
import hashlib
import json
import os
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from dev.faults.journal import now


class Sink:
    """What aiosmtpd calls with each mail."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._number = len(list(folder.glob("*.eml")))
        self._accepted = folder / "accepted.jsonl"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep it, then say so."""
        self._number += 1
        content = envelope.original_content or b""
        headers = email.message_from_bytes(content, policy=email.policy.default)
        reader = hashlib.sha256(",".join(envelope.rcpt_tos).encode()).hexdigest()[:16]
        line = {
            "at": now(),
            "message_id": str(headers.get("Message-ID", "")).strip(),
            "recipient_hash": reader,
            "number": self._number,
        }
        _append(self._folder / f"{self._number:06}.eml", content)
        _append(self._accepted, (json.dumps(line) + "\n").encode())
        return "250 Kept"


def _append(path: Path, content: bytes) -> None:
    """On disk when this returns, the name of the file too."""
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


async def serve(folder: Path, port: int) -> None:
    """Take mail until killed."""
    sink = Sink(folder)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(sink, enable_SMTPUTF8=True, hostname="sink.test"), "127.0.0.1", port
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
