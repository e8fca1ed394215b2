"""A figure is only worth something if the arithmetic is right and the report says where it stands."""

import json
from pathlib import Path

import pytest

from dev.bench import cluster
from dev.bench.__main__ import main
from dev.bench.report import Goal, Report
from dev.bench.statistics import Estimate, median_of, p99, ratio_of


def test_a_report_says_what_was_measured_where_and_whether_it_is_enough(tmp_path: Path) -> None:
    goals = (Goal("ratios.batched", 0.5, 0.35), Goal("idle_mib", 130.0, 120.0, highest=True))
    report = Report("example", {"a": 1}, {"a": 2}, {"a": 0.5}, goals, seed=7, stack="none")
    written = json.loads(report.write(tmp_path).read_text(encoding="utf-8"))
    assert written["figures"] == {"a": 1}
    assert written["floors"] == {"a": 2}
    assert written["ratios"] == {"a": 0.5}
    assert written["seed"] == 7
    assert written["machine"]["cores"] >= 1
    assert "motor" in written["versions"]
    assert [goal["met"] for goal in written["goals"]] == [True, False]
    assert not report.met
    assert "MISSED" in report.table()


def test_a_goal_is_told_with_the_interval_of_its_value() -> None:
    goal = Goal.of("ratios.example", Estimate(0.61234, 0.5, 0.7777), 0.6)
    assert goal == Goal("ratios.example", 0.612, 0.6, interval=(0.5, 0.778))
    table = Report("example", {}, {}, {}, (goal,), seed=7, stack="none").table()
    assert "0.612" in table
    assert "0.5 - 0.778" in table
    assert "90% interval" in table


def test_a_median_lies_between_order_statistics() -> None:
    # Five values: the smallest and the largest hold the median with 1 - 2/32. Eleven: the third and the ninth.
    assert median_of([5, 1, 4, 2, 3]) == Estimate(3, 1, 5)
    assert median_of([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) == Estimate(6, 3, 9)


def test_too_few_values_give_their_whole_range() -> None:
    assert median_of([4, 2]) == Estimate(3, 2, 4)
    assert median_of([7]) == Estimate(7, 7, 7)


def test_a_ratio_is_the_median_of_those_of_the_turns() -> None:
    assert ratio_of([6, 8, 30], [2, 4, 3]) == Estimate(3, 2, 10)


def test_a_p99_is_a_value_that_was_measured() -> None:
    assert p99([float(value) for value in range(1, 301)]) == 297
    assert p99([3.0, 1.0, 2.0]) == 3


def test_the_pipeline_is_inconclusive_without_apache_kafka(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cluster, "lacks_for_jars", lambda: "Maven")
    assert main(["--only", "pipeline"]) == 2
    assert "inconclusive: it needs three brokers of Apache Kafka, and here is no Maven" in (
        capsys.readouterr().out
    )
