"""What is left to be drained: mails that wait until they are tried again, by the lines of notifications."""

import json
from pathlib import Path

from dev.faults.retries import Retries


def write(log: Path, event: str, reminder: str, attempts: int = 1) -> None:
    line = {"event": event, "reminder_id": reminder, "attempts": attempts}
    with log.open("a") as file:
        file.write(json.dumps(line) + "\n")


def test_a_mail_waits_for_as_long_as_the_pause_after_so_many_attempts(tmp_path: Path) -> None:
    write(tmp_path / "notifications-1.log", "delivery.retried", "a", attempts=4)
    retries = Retries(tmp_path)
    assert retries.waiting(100.0) == ["a"]
    assert retries.waiting(107.9) == ["a"]
    assert retries.waiting(108.1) == []


def test_whatever_became_of_it_and_whoever_says_so_it_waits_no_longer(tmp_path: Path) -> None:
    retries = Retries(tmp_path)
    endings = ("sent", "failed", "suppressed", "unknown")
    for ending in endings:
        write(tmp_path / "notifications-1.log", "delivery.retried", ending, attempts=6)
    assert retries.waiting(100.0) == list(endings)
    for ending in endings:
        write(tmp_path / "notifications-2.log", f"delivery.{ending}", ending, attempts=7)
    assert retries.waiting(101.0) == []


def test_each_further_attempt_has_a_pause_of_its_own(tmp_path: Path) -> None:
    retries = Retries(tmp_path)
    write(tmp_path / "notifications-1.log", "delivery.retried", "a", attempts=1)
    assert retries.waiting(100.0) == ["a"]
    assert retries.waiting(101.5) == []
    write(tmp_path / "notifications-2.log", "delivery.retried", "a", attempts=3)
    assert retries.waiting(101.5) == ["a"]
    assert retries.waiting(105.4) == ["a"]
    assert retries.waiting(105.6) == []


def test_a_line_that_is_still_being_written_counts_once_it_is_whole(tmp_path: Path) -> None:
    log, retries = tmp_path / "notifications-1.log", Retries(tmp_path)
    log.write_text('{"event": "delivery.retried", "reminder_id": "a", ')
    assert retries.waiting(100.0) == []
    with log.open("a") as file:
        file.write('"attempts": 1}\n')
    assert retries.waiting(100.0) == ["a"]


def test_what_a_killed_process_left_half_written_is_passed_over(tmp_path: Path) -> None:
    log = tmp_path / "notifications-1.log"
    log.write_text('{"event": "delivery.retried", "remin\n')
    write(log, "delivery.retried", "b", attempts=2)
    assert Retries(tmp_path).waiting(100.0) == ["b"]


def test_other_lines_and_other_services_do_not_count(tmp_path: Path) -> None:
    write(tmp_path / "notifications-1.log", "reminder.scheduled", "a", attempts=0)
    write(tmp_path / "matching-1.log", "delivery.retried", "b", attempts=2)
    assert Retries(tmp_path).waiting(100.0) == []
