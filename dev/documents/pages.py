"""Which page holds which generated block, and the pages with their blocks filled anew."""

from collections.abc import Callable, Mapping
from pathlib import Path

from dev.documents import alarms, decisions, tables

Block = Callable[[Path], str]

RUNBOOK = Path("docs/operations/runbook.md")
SETTINGS = Path("docs/operations/settings.md")
DECISIONS = Path("docs/decisions/README.md")

BLOCKS: Mapping[Path, Mapping[str, Block]] = {
    RUNBOOK: {
        "alarms": alarms.alarms,
        "log-events": tables.log_events,
        "metrics": tables.metrics,
    },
    SETTINGS: {"settings": tables.settings},
    DECISIONS: {"decisions": decisions.index},
}


def marks(block: str) -> tuple[str, str]:
    """The lines between which a block stands."""
    return (
        f"<!-- {block}: begin (written by `python -m dev.documents`) -->",
        f"<!-- {block}: end -->",
    )


def filled(text: str, block: str, content: str) -> str:
    """The text with the content between the block's marks.

    Raises ValueError when the text does not hold both marks, each once and in order.
    """
    begin, end = marks(block)
    if not (text.count(begin) == text.count(end) == 1 and text.index(begin) < text.index(end)):
        raise ValueError(f"needs the lines {begin} and {end}, each once")
    before, rest = text.split(begin)
    return f"{before}{begin}\n\n{content}\n{end}{rest.split(end)[1]}"


def stale(root: Path) -> dict[Path, str]:
    """The pages that differ from the code, with what they should say."""
    wanted: dict[Path, str] = {}
    for path, blocks in BLOCKS.items():
        there = text = (root / path).read_text(encoding="utf-8")
        for block, content in blocks.items():
            text = filled(text, block, content(root))
        if text != there:
            wanted[path] = text
    return wanted
