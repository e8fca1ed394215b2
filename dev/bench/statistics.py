"""What many measurements come to: a median or a high quantile, and how sure one can be of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

CONFIDENCE = 0.9
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
    return float(np.quantile(values, P99, method="inverted_cdf"))
