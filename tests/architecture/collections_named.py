"""Reads off the code which collections a service works on: the names that its stores give to the database."""

import ast
from collections.abc import Iterable, Iterator, Mapping

from tests.architecture.sources import Source, dotted

_TAKES_A_COLLECTION = {
    "find", "find_one", "count", "aggregate", "write", "matched", "claim", "Index",
}  # fmt: skip


def named(sources: Iterable[Source]) -> set[str]:
    """Every collection that is written to, read from or indexed, as far as its name stands in the code."""
    sources = list(sources)
    known = {name: text for source in sources for name, text in constants(source)}
    return {
        name
        for source in sources
        for call in source.calls
        for argument in _collection_of(call)
        if (name := _text(argument, known)) is not None
    }


def _collection_of(call: ast.Call) -> Iterator[ast.expr]:
    called = dotted(call.func).rpartition(".")[2]
    if called in _TAKES_A_COLLECTION and call.args:
        yield call.args[0]
    if called == "Kind" and len(call.args) > 1:
        yield call.args[1]


def _text(node: ast.expr, known: Mapping[str, str]) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return known.get(dotted(node).rpartition(".")[2])


def constants(source: Source) -> Iterator[tuple[str, str]]:
    """Names in capitals that are given a text, at the top of a module or in an enumeration."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Assign):
            continue
        targets, value = node.targets[0], node.value
        pairs = [(targets, value)]
        if isinstance(targets, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = list(zip(targets.elts, value.elts, strict=False))
        for target, text in pairs:
            is_text = isinstance(text, ast.Constant) and isinstance(text.value, str)
            if isinstance(target, ast.Name) and target.id.isupper() and is_text:
                yield target.id, ast.literal_eval(text)
