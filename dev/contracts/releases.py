"""The contracts of the working tree against those of the last release, which git keeps under its tag."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dev.contracts.asyncapi import document
from dev.contracts.compatibility import incompatibilities
from dev.contracts.files import ASYNCAPI, SCHEMAS
from dev.contracts.golden import FOLDER, Golden
from dev.contracts.schemas import open_view
from shared.contracts.catalogue import CATALOGUE, Audience
from shared.contracts.envelope import UnreadableData, UnreadableEnvelope, from_headers, from_value


def last_release(root: Path) -> str | None:
    """The newest tag `v<number>...` that the working tree descends from."""
    try:
        return _git(root, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*").strip()
    except (subprocess.CalledProcessError, FileNotFoundError):
        return None


def changes_since_release(root: Path, tag: str) -> list[str]:
    """What of the released contracts does not hold any more, one line each."""
    return [
        *_schema_changes(_released(root, tag, SCHEMAS)),
        *_channel_changes(json.loads(_git(root, "show", f"{tag}:{ASYNCAPI[Audience.INTERNAL]}"))),
        *_unread_messages(_released(root, tag, FOLDER)),
    ]


def _schema_changes(released: dict[str, str]) -> Iterator[str]:
    for type_, text in released.items():
        event = CATALOGUE.by_type.get(type_)
        if event is None:
            yield f"{type_}: the event is gone"
        else:
            problems = incompatibilities(json.loads(text), open_view(event))
            yield from (f"{type_}: {problem}" for problem in problems)


def _channel_changes(released: dict[str, Any]) -> Iterator[str]:
    """Topics keep their name, partitions, clean-up and key; an event keeps its topic."""
    now = document(CATALOGUE, [], Audience.INTERNAL)
    for name, channel in released["channels"].items():
        other = now["channels"].get(name, {})
        if other.get("bindings") != channel["bindings"]:
            yield f"{name}: the topic or its settings changed"
        yield from (
            f"{type_}: not on {name} any more"
            for type_ in channel["messages"]
            if type_ not in other.get("messages", {})
        )
    messages = now["components"]["messages"]
    for type_, message in released["components"]["messages"].items():
        if type_ in messages and messages[type_]["bindings"] != message["bindings"]:
            yield f"{type_}: another key"


def _unread_messages(released: dict[str, str]) -> Iterator[str]:
    for name, text in released.items():
        message = Golden.parse(name, text)
        event = CATALOGUE.by_type.get(message.type)
        if event is None:
            continue
        try:
            from_headers(message.kafka_headers())
            from_value(event.model, message.kafka_value())
        except (UnreadableEnvelope, UnreadableData) as error:
            yield f"{name}: its released example is not read any more: {error.code}"


def _released(root: Path, tag: str, folder: Path) -> dict[str, str]:
    """Name to text of the JSON files that the tag holds in this folder."""
    names = _git(root, "ls-tree", "--name-only", tag, f"{folder}/").split()
    return {
        Path(name).stem: _git(root, "show", f"{tag}:{name}")
        for name in names
        if name.endswith(".json")
    }


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
