"""What many measurements come to: a median or a high quantile, and how sure one can be of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

CONFIDENCE = 0.9
RESAMPLES = 2_000
P99 = 0.99


@dataclass(frozen=True)
class Estimate:
    """A value, and the ends of the interval that holds the true one with CONFIDENCE."""

    value: float
    low: float
    high: float


def median_of(values: Sequence[float]) -> Estimate:
    """The median, between order statistics: nothing is assumed of how the values are spread.

    Fewer than five values tell too little for CONFIDENCE; their whole range is given then.
    """
    found = stats.quantile_test(values, p=0.5).confidence_interval(CONFIDENCE)
    low = min(values) if np.isnan(found.low) else found.low
    high = max(values) if np.isnan(found.high) else found.high
    return Estimate(float(np.median(values)), float(low), float(high))


def ratio_of(over: Sequence[float], under: Sequence[float]) -> Estimate:
    """The median of the ratios of what was measured in the same turn."""
    return median_of([above / below for above, below in zip(over, under, strict=True)])


def p99(values: Sequence[float]) -> float:
    """The smallest value that 99 % do not exceed."""
    return float(_p99(values))


def p99_over_median(over: Sequence[float], under: Sequence[float], seed: int) -> Estimate:
    """A p99 over a median, with a bootstrap interval (percentiles of resamples that the seed draws)."""

    def statistic(above: Any, below: Any, axis: int) -> Any:
        return _p99(above, axis) / np.median(below, axis=axis)

    found = stats.bootstrap(
        (over, under),
        statistic,
        n_resamples=RESAMPLES,
        batch=100,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    value = p99(over) / float(np.median(under))
    return Estimate(value, float(found.low), float(found.high))


def _p99(values: Any, axis: int = -1) -> Any:
    return np.quantile(values, P99, axis=axis, method="inverted_cdf")
