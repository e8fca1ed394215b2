"""All generated files as one map from path to text: to write, and to compare with what is there."""

import json
from pathlib import Path
from typing import Any

from dev.contracts.asyncapi import document
from dev.contracts.golden import golden_messages
from dev.contracts.schemas import open_view
from dev.contracts.table import BEGIN, filled, full_table, public_table
from shared.contracts.catalogue import CATALOGUE, Audience

SCHEMAS = Path("shared/contracts/schemas")
ASYNCAPI = {
    Audience.PUBLIC: Path("docs/asyncapi.public.json"),
    Audience.INTERNAL: Path("docs/asyncapi.internal.json"),
}
EVENTS_PAGE = Path("docs/events.md")
README = Path("README.md")


def generated(root: Path) -> dict[Path, str]:
    """Path below `root` to text of everything that follows from the catalogue."""
    golden = golden_messages(root)
    texts = {SCHEMAS / f"{event.name}.json": _json(open_view(event)) for event in CATALOGUE.events}
    for audience, path in ASYNCAPI.items():
        texts[path] = _json(document(CATALOGUE, golden, audience))
    page = (root / EVENTS_PAGE).read_text(encoding="utf-8")
    texts[EVENTS_PAGE] = filled(page, full_table(CATALOGUE))
    readme = root / README
    if readme.exists() and BEGIN in (text := readme.read_text(encoding="utf-8")):
        texts[README] = filled(text, public_table(CATALOGUE))
    return texts


def stale(root: Path) -> list[Path]:
    """Files that differ from the catalogue: missing, changed, or of an event that is no more."""
    texts = generated(root)
    changed = [path for path, text in texts.items() if _text(root / path) != text]
    return sorted(changed + _left_over(root, texts))


def write(root: Path) -> None:
    """Bring every generated file up to date."""
    texts = generated(root)
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    for path in _left_over(root, texts):
        (root / path).unlink()


def _left_over(root: Path, texts: dict[Path, str]) -> list[Path]:
    there = (path.relative_to(root) for path in (root / SCHEMAS).glob("*.json"))
    return [path for path in there if path not in texts]


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
