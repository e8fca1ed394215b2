"""Finds tests and files that a page names in code marks and that do not exist."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from dev.documents.links import pages

_CODE = re.compile(r"`([^`\n]+)`")
_TEST = re.compile(r"test_[a-z0-9_]+")
_PATH = re.compile(r"(deploy|dev|docs|mappings|services|shared|tests)/[\w./-]+")


def lost(root: Path) -> list[str]:
    """`page -> name` for each name of a test or a file that leads nowhere."""
    return [
        f"{page.relative_to(root)} -> {name}"
        for page in pages(root)
        for name in _named(page)
        if not _exists(root, name)
    ]


def _named(page: Path) -> Iterator[str]:
    for code in _CODE.findall(page.read_text(encoding="utf-8")):
        if _TEST.fullmatch(code) or _PATH.fullmatch(code):
            yield code


def _exists(root: Path, name: str) -> bool:
    if "/" in name:
        return (root / name).exists()
    return name in _tests(root)


@cache
def _tests(root: Path) -> frozenset[str]:
    """Every test function of the project, those of classes too."""
    return frozenset(
        node.name
        for path in (root / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )
