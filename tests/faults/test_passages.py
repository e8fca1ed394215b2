"""Passages cost nothing and do nothing in what is shipped, and each that is listed is really passed."""

import ast
import inspect
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.chassis import passages
from shared.chassis.passages import PASSAGES, passage

ROOT = Path(__file__).parents[2]


def shipped() -> Iterator[tuple[Path, ast.Module]]:
    for folder in ("shared", "services"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text())


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for path, tree in shipped():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "passage":
                yield path, node


def test_every_listed_passage_is_called_and_every_called_one_is_listed() -> None:
    called = Counter(ast.literal_eval(call.args[0]) for _, call in calls())

    assert set(called) == set(PASSAGES)
    assert len(set(PASSAGES)) == len(PASSAGES) >= 16


def test_nobody_listens_in_what_is_shipped() -> None:
    """The hook is set nowhere in shared or services, so a passage is one comparison there."""
    assert passages.hook is None
    for path, tree in shipped():
        for node in ast.walk(tree):
            if str(path) == "shared/chassis/passages.py":
                assert not isinstance(node, ast.Global)
            elif isinstance(node, ast.Attribute):
                assert node.attr != "hook", path
            elif isinstance(node, ast.ImportFrom) and node.module == "shared.chassis.passages":
                assert [name.name for name in node.names] == ["passage"], path


def test_a_passage_without_a_listener_returns_nothing_and_changes_nothing() -> None:
    before = dict(vars(passages))

    assert all(passage(name) is None for name in PASSAGES)  # type: ignore[func-returns-value]

    assert dict(vars(passages)) == before
    assert inspect.getsource(passage).count("\n") == 4


def test_a_listener_hears_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(passages, "hook", heard.append)

    passage("relay.sent")

    assert heard == ["relay.sent"]
