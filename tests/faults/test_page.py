"""A report as a page: every figure once, and the worst of what was measured several times."""

from typing import Any

import pytest

from dev.faults.page import page

REPORT: dict[str, Any] = {
    "verdict": "fail", "date": "2026-11-28", "seed": 7, "seconds": 3_610, "commands": 900, "events": 1_800,
    "events_per_second": 30.5, "kills": 12, "records": 1_900, "memory_mib": 2_700, "drain_seconds": 4.5,
    "lost": 1, "doubled": 0, "reordered": 0, "ghosts": 0, "unseen": 0, "broken": 0,
    "crash_points": {"named": 24, "reached": 23, "missed": ["mail.recorded"]},
    "mutants": {"built": 10, "caught": 9},
    "landed": {"rebalance": 5, "inside_transaction": 7},
    "limits": [
        "primary_back.slowest_503: 2.01, at most 3",
        "primary_back.slowest_503: 2.5, at most 3",
        "repeated.duplicates: 52500, at least 49000",
        "repeated.duplicates: 49500, at least 49000",
    ],
    "reasons": ["mail.recorded was never reached"],
    "machine": {"cores": 2, "memory_gib": 23, "system": "Linux"},
    "versions": {"kafka": "4.3.1", "java": "17", "mongod": "6.0.5", "python": "3.11.7", "commit": "abc1234"},
}  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "**Verdict: fail** on 2026-11-28, seed 7, commit `abc1234`,",
        "60 minutes on 2 cores and 23 GiB",
        "| events published | 1800 |",
        "| named places reached | 23 of 24 |",
        "| lost | 1 |",
        "| mutants caught | 9 of 10 |",
        "| inside transaction | 7 |",
        "| primary back: slowest 503 | 2 | 2.5 | at most 3 |",
        "| repeated: duplicates | 2 | 49500 | at least 49000 |",
        "- mail.recorded was never reached",
    ],
)
def test_the_page_says(line: str) -> None:
    assert line in page(REPORT, "make faults-long").splitlines()


def test_a_pass_without_mutants_says_nothing_of_either() -> None:
    passed = REPORT | {"verdict": "pass", "reasons": [], "mutants": {"built": 0, "caught": 0}}
    text = page(passed, "make faults-long")
    assert "mutants" not in text
    assert "Why" not in text


def test_what_is_no_measurement_is_refused() -> None:
    with pytest.raises(ValueError, match="no measurement"):
        page(REPORT | {"limits": ["something"]}, "make faults-long")
