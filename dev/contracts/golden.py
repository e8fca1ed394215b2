"""Golden messages: examples of every event as it stands on Kafka, written by hand.

Every later version must read them: they are the tests of compatibility and the examples of the documents.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.contracts.envelope import Headers

FOLDER = Path("shared/contracts/examples")


@dataclass(frozen=True, slots=True)
class Golden:
    """One message; `name` is the event's type, with a word behind it where there are several."""

    name: str
    topic: str
    key: str
    headers: dict[str, str]
    value: dict[str, Any]

    @classmethod
    def parse(cls, name: str, text: str) -> "Golden":
        """The message that a file of this name holds."""
        return cls(name, **json.loads(text))

    @property
    def type(self) -> str:
        """The event's type."""
        return self.headers["ce_type"]

    def kafka_headers(self) -> Headers:
        """The headers as Kafka carries them."""
        return [(name, text.encode()) for name, text in self.headers.items()]

    def kafka_value(self) -> bytes:
        """The value as Kafka carries it."""
        return json.dumps(self.value, ensure_ascii=False, separators=(",", ":")).encode()


def golden_messages(root: Path) -> list[Golden]:
    """All golden messages by name."""
    return [
        Golden.parse(path.stem, path.read_text(encoding="utf-8"))
        for path in sorted((root / FOLDER).glob("*.json"))
    ]
