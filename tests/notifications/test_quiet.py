"""Quiet hours: by the reader's own clock, over midnight, and where clocks change."""

from datetime import UTC, datetime

import pytest

from services.notifications.domain.quiet import Quiet

NIGHT = Quiet(22 * 60, 7 * 60)
NOON = Quiet(12 * 60, 13 * 60 + 30)


@pytest.mark.parametrize(
    ("quiet", "now", "zone", "ends"),
    [
        (NIGHT, "2027-01-11T21:00", "Europe/Berlin", "2027-01-12T06:00"),
        (NIGHT, "2027-01-12T05:59", "Europe/Berlin", "2027-01-12T06:00"),
        (NIGHT, "2027-01-12T06:00", "Europe/Berlin", None),
        (NIGHT, "2027-01-11T20:59", "Europe/Berlin", None),
        (NIGHT, "2027-01-11T20:59", "Asia/Tokyo", "2027-01-11T22:00"),
        (NIGHT, "2027-01-11T23:00", "Nowhere/At_All", "2027-01-12T07:00"),
        # The night in which Berlin loses an hour.
        (NIGHT, "2027-03-27T22:00", "Europe/Berlin", "2027-03-28T05:00"),
        (NOON, "2027-07-01T10:30", "Europe/Berlin", "2027-07-01T11:30"),
        (NOON, "2027-07-01T11:30", "Europe/Berlin", None),
    ],
)
def test_it_is_quiet_until(quiet: Quiet, now: str, zone: str, ends: str | None) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    expected = datetime.fromisoformat(ends).replace(tzinfo=UTC) if ends else None
    assert quiet.ends(moment, zone) == expected


def test_quiet_is_over_at_the_latest_now_where_the_clocks_skip_its_end() -> None:
    # 02:30 does not exist on that day; what stands for it is never behind us.
    quiet = Quiet(60, 150)
    moment = datetime(2027, 3, 28, 0, 45, tzinfo=UTC)
    end = quiet.ends(moment, "Europe/Berlin")
    assert end is not None
    assert end >= moment
