"""Counts of log lines: from 0, by listed names only."""

import io

import structlog

from shared.chassis.line_counts import LineCounts
from shared.chassis.log_events import LogEvent, join
from shared.chassis.logging import configure_logging
from shared.chassis.metrics import Metrics

LISTED = join((LogEvent("crate.opened", "info", "A crate was opened."),))


def count_of(event: str) -> float:
    text = Metrics().render().decode()
    wanted = f'obverse_log_lines_total{{event="{event}"}} '
    (line,) = [line for line in text.splitlines() if line.startswith(wanted)]
    return float(line.rpartition(" ")[2])


def test_a_listed_event_counts_from_zero(quiet_logging: None) -> None:
    configure_logging("boxes", "info", LISTED, io.StringIO())
    before = count_of("crate.opened")
    structlog.get_logger().info("crate.opened")
    structlog.get_logger().info("crate.opened")
    structlog.get_logger().debug("crate.opened")  # below the level: no line, no count
    assert (before, count_of("crate.opened")) == (0, 2)


def test_a_name_that_no_table_lists_makes_no_series_of_its_own() -> None:
    counts = LineCounts()
    counts.expect(["crate.opened"])
    counts.add("crate.opened")
    counts.add("somebody@example.org")
    (family,) = counts.collect()
    assert {sample.labels["event"]: sample.value for sample in family.samples} == {
        "crate.opened": 1,
        "unlisted": 1,
    }
