"""Finds links of Markdown pages that lead to no file, or to no heading of a page of ours."""

import re
from collections.abc import Iterator
from pathlib import Path

_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6}\s+(?P<title>.+?)\s*$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_ELSEWHERE = ("http://", "https://", "mailto:")
_NOT_OURS = {".git", ".venv", "build", "node_modules", ".pytest_cache", ".hypothesis"}


def pages(root: Path) -> Iterator[Path]:
    """Every Markdown page of the project."""
    for path in sorted(root.rglob("*.md")):
        if not _NOT_OURS & set(path.relative_to(root).parts):
            yield path


def broken(root: Path) -> list[str]:
    """`page -> target` for each link that leads nowhere."""
    return [
        f"{page.relative_to(root)} -> {target}"
        for page in pages(root)
        for target in _targets(page)
        if not _is_there(page, target)
    ]


def _targets(page: Path) -> Iterator[str]:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    for link in _LINK.finditer(text):
        if not link["target"].startswith(_ELSEWHERE):
            yield link["target"]


def _is_there(page: Path, target: str) -> bool:
    name, _, heading = target.partition("#")
    path = (page.parent / name).resolve() if name else page
    if not path.exists():
        return False
    return not heading or path.suffix != ".md" or heading in _anchors(path)


def _anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub names them."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    titles = (found["title"].lower() for found in _HEADING.finditer(text))
    return {re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", title)) for title in titles}
