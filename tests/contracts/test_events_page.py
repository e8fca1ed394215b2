"""The page for subscribers: the rule it gives them works on what we send."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dev.contracts.golden import golden_messages
from dev.contracts.headers import headers_schema
from shared.contracts.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/events.md").read_text(encoding="utf-8")

Verdict = Callable[[int, dict[str, bytes]], str]


@pytest.fixture
def verdict() -> Verdict:
    """The function of the page, run as a reader would copy it."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Verdict] = {}
    exec(code, names)
    return names["verdict"]


@pytest.mark.parametrize(
    ("last", "sequence", "expected"),
    [(0, 1, "apply"), (1, 1, "seen"), (7, 3, "seen"), (1, 2, "apply"), (1, 3, "early")],
)
def test_the_rule_of_the_page_tells_new_from_seen_and_early(
    verdict: Verdict, last: int, sequence: int, expected: str
) -> None:
    assert verdict(last, {"ce_sequence": str(sequence).encode()}) == expected


def test_the_rule_of_the_page_reads_golden_messages(verdict: Verdict) -> None:
    for golden in golden_messages(ROOT):
        before = int(golden.headers["ce_sequence"]) - 1

        assert verdict(before, dict(golden.kafka_headers())) == "apply"


def test_every_header_and_every_event_is_explained() -> None:
    for name in headers_schema()["properties"]:
        assert name in PAGE
    for event in CATALOGUE.events:
        assert f"`{event.name.removeprefix(f'obverse.{event.topic.owner}.')[:-3]}`" in PAGE


def test_every_file_it_points_to_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", PAGE)

    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
