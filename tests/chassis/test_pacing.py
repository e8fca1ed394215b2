"""Few are followed by few a moment later; many are followed at once."""

import pytest

from shared.chassis.pacing import UNHURRIED, rest


@pytest.mark.parametrize(
    ("size", "took", "since", "seconds"),
    [
        (1, 0.010, 0.010, 0.010),  # idle: a moment
        (1, 0.010, 0.050, 0.0),  # the next one comes later anyhow
        (49, 0.040, 0.040, 0.040),  # busy: more will have come by then
        (1, 2.000, 0.060, 0.040),  # crowded: a tenth of a second at most
        (1, 2.000, 2.000, 0.0),
        (50, 0.040, 0.040, 0.0),  # many
    ],
)
def test_the_rest_follows_what_a_round_took(
    size: int, took: float, since: float, seconds: float
) -> None:
    assert rest(size, took, since) == pytest.approx(seconds)


def test_a_reader_of_small_batches_rests_after_none_that_is_full() -> None:
    assert rest(10, 0.010, 0.010, enough=10) == 0.0


@pytest.mark.parametrize(
    ("size", "took", "since", "seconds"),
    [
        (1, 0.010, 0.010, 0.050),  # idle: six times as long
        (1, 0.010, 0.100, 0.0),
        (49, 0.200, 0.100, 0.400),  # busy: half a second at most
        (50, 0.200, 0.100, 0.0),  # many
    ],
)
def test_who_is_not_waited_for_rests_longer(
    size: int, took: float, since: float, seconds: float
) -> None:
    assert rest(size, took, since, pace=UNHURRIED) == pytest.approx(seconds)
