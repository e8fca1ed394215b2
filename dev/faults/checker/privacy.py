"""I12: what was planted of people is in no log, no metric and on no public topic."""

import json
import re
from collections.abc import Iterator

from dev.faults.checker.findings import Finding, Kind, found
from dev.faults.history import History
from shared.contracts.catalogue import CATALOGUE, Audience

_WORD = re.compile(r"\w+")
_ESCAPED = re.compile(r"\\u[0-9a-fA-F]{4}")


def kept_private(history: History) -> Iterator[Finding]:
    """I12: names, addresses and whatever else was planted."""
    planted = [(text, frozenset(_WORD.findall(text.lower()))) for text in set(history.personal)]
    for name, text in _public_texts(history):
        lowered = _plain(text).lower()
        words = frozenset(_WORD.findall(lowered))
        # Only a text with all words of a name can hold the name: few are searched for.
        told = [one for one, parts in planted if parts <= words and one.lower() in lowered]
        # The finding is read by others, too: it names the place and not the person.
        ids = [f"{name}, {len(told)} of those planted"] if told else []
        yield from found("I12", Kind.BROKEN, "personal data came out", ids)


def _public_texts(history: History) -> Iterator[tuple[str, str]]:
    yield from history.texts.items()
    for record in history.records:
        topic = CATALOGUE.topics.get(record.topic)
        if topic is not None and topic.audience is Audience.PUBLIC:
            headers = json.dumps(dict(record.headers), ensure_ascii=False)
            yield record.place, f"{record.key} {record.value} {headers}"


def _plain(text: str) -> str:
    """Escapes of JSON as the letters that they stand for."""
    return _ESCAPED.sub(lambda escape: str(json.loads(f'"{escape[0]}"')), text)
