"""The project's Python files, parsed once, as the house rules read them."""

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

_LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


@dataclass(frozen=True)
class Source:
    """A file: its path below the root, and its text."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]

    @cached_property
    def code_lines(self) -> frozenset[int]:
        """The lines that hold code: neither empty, nor comment, nor docstring."""
        lines: set[int] = set()
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type not in _LAYOUT:
                lines.update(range(token.start[0], token.end[0] + 1))
        for text in self._docstrings():
            lines.difference_update(range(text.lineno, (text.end_lineno or text.lineno) + 1))
        return frozenset(lines)

    def is_in(self, *folders: str) -> bool:
        """Whether the file lies below one of these folders of the root."""
        return any(self.path.is_relative_to(folder) for folder in folders)

    def at(self, node: ast.AST, what: str) -> str:
        """A finding with its place."""
        return f"{self.path}:{getattr(node, 'lineno', 1)} {what}"

    def _docstrings(self) -> Iterator[ast.expr]:
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                first = node.body[0] if node.body else None
                if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                    yield first.value


def read(root: Path, folders: Iterable[str]) -> list[Source]:
    """Every Python file below these folders of the root."""
    return [
        Source(PurePosixPath(path.relative_to(root).as_posix()), path.read_text(encoding="utf-8"))
        for folder in folders
        for path in sorted((root / folder).rglob("*.py"))
    ]


def dotted(node: ast.AST) -> str:
    """`a.b.c` for an attribute of an attribute of a name; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""
