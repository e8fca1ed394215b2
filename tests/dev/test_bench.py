"""The figures are only worth something if the floor is bare and the arithmetic right."""

import ast
import json
from pathlib import Path

import pytest

from dev.bench import floor, load, pipeline
from dev.bench.__main__ import main
from dev.bench.report import Goal, Report


def test_the_floor_imports_nothing_of_the_project() -> None:
    tree = ast.parse(Path(floor.__file__).read_text(encoding="utf-8"))
    modules = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    modules |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module.partition(".")[0] for module in modules} == {
        "aiokafka", "argparse", "collections", "json", "motor", "pymongo", "time", "typing", "uvloop",
    }  # fmt: skip


def test_a_run_is_judged_by_its_whole_rounds_after_the_first() -> None:
    laps = [(0.0, 0.0, 0), (5.0, 1.0, 500), (6.0, 1.25, 1000), (7.0, 1.5, 1500)]
    run = pipeline._judge(laps)
    assert run.per_second == 500
    assert run.cpu_microseconds == 500
    assert run.events_per_round == 500


def test_the_events_are_dense_per_key_and_the_same_for_the_same_seed() -> None:
    events = list(load.events(40, 10, 1))
    assert events == list(load.events(40, 10, 1))
    by_key: dict[str, list[int]] = {}
    for envelope, data in events:
        assert envelope.subject == str(data.pair_id)
        by_key.setdefault(envelope.subject, []).append(envelope.sequence)
    assert len(by_key) == 10
    for sequences in by_key.values():
        assert sequences == list(range(1, len(sequences) + 1))


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


def test_the_pipeline_is_inconclusive_without_apache_kafka(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OBVERSE_TEST_STACK", "embedded")
    assert main(["--only", "pipeline"]) == 2
    assert "inconclusive" in capsys.readouterr().out
