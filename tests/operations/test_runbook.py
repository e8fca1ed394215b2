"""The runbook's questions to the logs, run as they stand there, on an excerpt of the logs of a run of drills."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.alerts.ask import Logs, queries

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RECORDED = HERE / "recorded"
RUNBOOK = (ROOT / "docs/operations/runbook.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^python deploy/alerts/ask.py .*LOGS$", RUNBOOK, re.MULTILINE)

MENTEE = "b383a59a-85ab-4fb4-8f5b-ce44a90cd57a"
TRAIL = "01a20ea5-bad2-70d2-8999-4e6849b52779"


def answer(command: str) -> list[dict[str, Any]]:
    """What a command of the runbook prints, as JSON lines."""
    words = shlex.split(command)[1:-1]
    logs = str(RECORDED / "*.log")
    done = subprocess.run(
        [sys.executable, *words, "--json", logs],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def answer_to(question: str) -> list[dict[str, Any]]:
    (command,) = [one for one in COMMANDS if f" {question} " in one]
    return answer(command)


def columns(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_every_question_stands_in_the_runbook() -> None:
    asked = [shlex.split(command)[2] for command in COMMANDS]
    assert sorted(asked) == sorted(queries("questions.sql"))


def test_a_command_is_followed_through_the_services() -> None:
    rows = answer_to("where-is-event")
    assert columns(rows, "service", "event") == [
        ("enrollment", "programme.opened"),
        ("enrollment", "cohort.opened"),
        ("enrollment", "http.request"),
        ("notifications", "intake.batch_applied"),
        ("notifications", "intake.batch_applied"),
        ("reporting", "intake.batch_applied"),
        ("matching", "intake.batch_applied"),
        ("reporting", "intake.batch_applied"),
        ("matching", "intake.batch_applied"),
        ("reporting", "intake.batch_applied"),
    ]


def test_what_happened_to_a_person_is_told_by_pseudonym() -> None:
    rows = answer_to("what-happened-to")
    assert columns(rows, "event", "said") == [
        ("reminder.scheduled", "proposal"),
        ("reminder.scheduled", "proposal_reminder"),
        ("delivery.retried", "proposal SMTPConnectError"),
        ("delivery.retried", "proposal SMTPConnectError"),
        ("delivery.failed", "proposal 550"),
    ]


def test_dead_letters_are_counted_by_reason_less_what_was_decided() -> None:
    (row,) = answer_to("dead-letters")
    assert (row["reason"], row["letters"], row["open"]) == ("unknown_major", 1, 0)
    assert row["for_example"] == "obverse.matching.round.v1:2:0"


def test_the_oldest_unsent_event_is_seen_while_the_broker_stands_still() -> None:
    rows = answer_to("oldest-unsent")
    assert columns(rows, "database", "seconds", "events") == [("obverse_enrollment", 17.1, 8)]


def test_the_lag_is_told_by_group() -> None:
    rows = answer_to("lag")
    assert rows[0]["group"] == "reporting-projections"
    assert rows[0]["behind"] > 1000


def test_a_reminder_without_an_outcome_is_late() -> None:
    (row,) = answer_to("late-reminders")
    assert (row["kind"], row["outcome"]) == ("proposal", "nothing yet")
    assert row["reminder_id"] == "dc5bd4a7-dde6-51b0-a8ab-9d3e3bdb50f3"
    assert row["late"] == "0:06:13.064000"


def test_who_decided_about_a_dead_letter_is_named() -> None:
    rows = answer_to("who-changed-what")
    assert columns(rows, "event", "by") == [
        ("programme.opened", None),
        ("cohort.opened", None),
        ("dead_letter.discarded", "drill"),
    ]


def test_partitions_that_change_hands_are_counted() -> None:
    rows = answer_to("rebalances")
    assert columns(rows, "group", "went", "came") == [
        ("enrollment", 6, 12),
        ("matching", 18, 36),
        ("notifications", 48, 96),
        ("reporting-journal", 12, 24),
        ("reporting-projections", 48, 96),
    ]


def test_errors_are_counted_by_what_brought_them() -> None:
    rows = answer_to("top-errors")
    assert ("notifications", "delivery.retried", "SMTPConnectError", 2) in columns(
        rows, "service", "event", "why", "times"
    )
    assert len(rows) == 15


def test_what_may_be_lost_is_named() -> None:
    rows = answer_to("losing-data")
    assert columns(rows, "sign", "what") == [
        ("given up by an operator", "obverse.matching.round.v1:2:0"),
        ("mail may be lost", "11f35b6b-ba06-55b0-a2f5-51f0db078996"),
    ]


def test_an_offset_that_was_passed_over_is_seen(tmp_path: Path) -> None:
    lines = (RECORDED / "reporting.log").read_text(encoding="utf-8").splitlines()
    without = [line for line in lines if '"obverse.matching.round.v1:2": [1, 131]' not in line]
    (tmp_path / "reporting.log").write_text("\n".join(without), encoding="utf-8")
    logs = Logs([str(tmp_path / "reporting.log")], at="end")
    (row,) = logs.ask(queries("questions.sql")["losing-data"])
    assert row["what"] == "obverse.matching.round.v1:2 from 1 to 131"


def test_lines_that_are_no_json_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(
        'Traceback (most recent call last):\n{"ts": "2026-01-01T00:00:00Z", "event": "round.failed",'
        ' "service": "matching", "level": "error"}\n{"ts": "2026-0',
        encoding="utf-8",
    )
    raised = Logs([str(tmp_path / "a.log")], at="end").alarms()
    assert {name: [row["what"] for row in rows] for name, rows in raised.items()} == {
        "OtherErrors": ["matching"]
    }


@pytest.mark.parametrize(("at", "code"), [("end", 1), ("2026-11-24T17:41:20", 0)])
def test_the_command_says_by_its_code_whether_something_is_raised(at: str, code: int) -> None:
    words = ["deploy/alerts/ask.py", "alarms", "--at", at, str(RECORDED / "matching.log")]
    if code:
        words.append(str(RECORDED / "notifications.log"))
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == code
