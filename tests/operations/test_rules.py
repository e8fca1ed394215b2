"""The shipped rules: Prometheus' own tests of them, and how the drills make them quicker."""

import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.alerts.ask import queries
from dev.documents.alarms import alarms
from dev.drills.scenes import DRILLS
from dev.drills.shortening import alerts, shortened

HERE = Path(__file__).parent
RULES = HERE.parents[1] / "deploy/alerts/obverse.rules.yml"

RULE = """
groups:
  - name: g
    rules:
      - alert: A
        expr: sum by (x) (increase(a_total[5m])) > 300 unless b offset 1h > 2
        for: 2m
      - alert: B
        expr: max by (x) (c_seconds) > 60 or max(a_seconds_total[90s]) > 3
"""


def test_the_rules_hold_in_prometheus_own_tests() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not here; on Debian: apt-get install prometheus")
    test = HERE / "obverse.test.yml"
    done = subprocess.run(
        [promtool, "test", "rules", test], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_duration_is_divided_and_nothing_else() -> None:
    assert shortened(RULE, 30) == (
        "groups:\n"
        "- name: g\n"
        "  rules:\n"
        "  - alert: A\n"
        "    expr: sum by (x) (increase(a_total[10000ms])) > 300 unless b offset 120000ms > 2\n"
        "    for: 4000ms\n"
        "  - alert: B\n"
        "    expr: max by (x) (c_seconds) > 2 or max(a_seconds_total[3000ms]) > 3\n"
    )


def test_every_alarm_has_a_drill_a_query_and_a_line_in_the_runbook() -> None:
    by_metrics, by_logs = alerts(RULES.read_text(encoding="utf-8")), list(queries("logs.sql"))
    drilled = {alert for drill in DRILLS for alert in drill.must}
    assert set(by_logs) - set(by_metrics) == {"OffsetLost"}
    assert set(by_metrics) - set(by_logs) == set()
    assert drilled == set(by_logs)
    table = alarms(HERE.parents[1])
    assert [name for name in by_logs if f"| {name} | " not in table] == []


def test_an_alarm_without_a_query_over_logs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deploy/alerts").mkdir(parents=True)
    more = "\n      - alert: Unheard\n        expr: up == 7\n        labels: {severity: page}\n"
    text = RULES.read_text(encoding="utf-8").rstrip() + more
    (tmp_path / "deploy/alerts/obverse.rules.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="Unheard has no query"):
        alarms(tmp_path)
