"""How long good events took: which log line counts, which window, which percentile."""

from pathlib import Path

import pytest

from dev.faults.share import Taken, applied, latencies, percentile

HERE = ("obverse.matching.pair.v1", 2)


def test_an_event_took_until_the_first_line_that_goes_over_it() -> None:
    published = {HERE: {7: 100.0, 8: 101.0}}
    taken = [Taken("notifications", HERE, 7, 8, 103.0), Taken("notifications", HERE, 8, 8, 102.5)]
    assert sorted(latencies(published, taken, [(100.0, 110.0)])) == [1.5, 3.0]


def test_each_group_counts() -> None:
    taken = [Taken("notifications", HERE, 7, 7, 103.0), Taken("matching", HERE, 7, 7, 102.0)]
    assert sorted(latencies({HERE: {7: 100.0}}, taken, [(100.0, 110.0)])) == [2.0, 3.0]


def test_what_was_published_outside_or_thrown_in_does_not_count() -> None:
    taken = [Taken("matching", HERE, 6, 9, 120.0)]
    published = {HERE: {7: 100.0, 8: 110.0, 9: 99.0}}
    assert latencies(published, taken, [(100.0, 110.0)]) == [20.0]


@pytest.mark.parametrize(
    ("share", "seconds"), [(0.5, 3.0), (0.99, 5.0), (0.8, 4.0), (0.81, 5.0), (0.2, 1.0)]
)
def test_a_percentile_is_one_of_the_seconds(share: float, seconds: float) -> None:
    assert percentile([5.0, 1.0, 2.0, 4.0, 3.0], share) == seconds


def test_lines_of_batches_are_read_from_all_logs(tmp_path: Path) -> None:
    (tmp_path / "matching-1.log").write_text(
        '{"event": "service.ready", "ts": "2026-11-24T12:00:01+00:00"}\n'
        '{"event": "intake.batch_applied", "ts": "2026-11-24T12:00:02.500+00:00", '
        '"group": "matching", "offsets": {"obverse.matching.pair.v1:2": [7, 9]}}\n'
        '{"event": "intake.batch_applied", "ts": "2026-11-24T11:59:59+00:00", '
        '"group": "matching", "offsets": {"obverse.matching.pair.v1:2": [6, 6]}}\n'
    )
    assert list(applied(tmp_path, 1_795_521_600.0)) == [
        Taken("matching", HERE, 7, 9, 1_795_521_602.5)
    ]
