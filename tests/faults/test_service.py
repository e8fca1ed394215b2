"""Whoever listens at the passages writes down what is passed, and obeys orders to die; nobody else is harmed."""

import json
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WALK = """
import sys
from pathlib import Path
from dev.faults.service import Listener
from shared.chassis import passages
file, crash, *orders = sys.argv[1:]
passages.hook = Listener(file, crash or None, [Path(order) for order in orders])
for name in ("relay.claimed", "relay.sent", "relay.marked", "relay.sent"):
    passages.passage(name)
print("alive")
"""


def walk(file: Path, crash: str, *orders: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WALK, str(file), crash, *map(str, orders)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def passed(file: Path) -> list[tuple[str, int]]:
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return [(line["passage"], line["count"]) for line in lines]


def test_each_passage_is_written_down_before_anything_happens_there(tmp_path: Path) -> None:
    ended = walk(tmp_path / "passed.jsonl", "relay.sent:2")

    assert ended.returncode == -signal.SIGKILL
    assert passed(tmp_path / "passed.jsonl") == [
        ("relay.claimed", 1),
        ("relay.sent", 1),
        ("relay.marked", 1),
        ("relay.sent", 2),
    ]


def test_an_order_is_obeyed_once_and_taken_away(tmp_path: Path) -> None:
    order = tmp_path / "matching"
    order.write_text(f"relay.marked:{int(signal.SIGKILL)}")

    assert walk(tmp_path / "a.jsonl", "", order).returncode == -signal.SIGKILL
    assert not order.exists()
    assert walk(tmp_path / "b.jsonl", "", order).stdout == "alive\n"


def test_an_order_for_another_place_harms_nobody(tmp_path: Path) -> None:
    order = tmp_path / "matching"
    order.write_text(f"mail.recorded:{int(signal.SIGKILL)}")

    assert walk(tmp_path / "a.jsonl", "", order, tmp_path / "none").stdout == "alive\n"
    assert order.exists()


CLOCK = """
from datetime import UTC, datetime
from dev.faults.service import set_clock_ahead
set_clock_ahead(3600)
from shared.chassis.foundation import Foundation
print(round((Foundation.__init__.__defaults__[0]() - datetime.now(UTC)).total_seconds()))
"""


def test_a_clock_that_is_ahead_is_so_for_the_whole_service() -> None:
    command = [sys.executable, "-c", CLOCK]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.stdout == "3600\n"
