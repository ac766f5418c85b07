"""The numbers of satisfaction: numpy and scipy only; no Django, no clock, no I/O."""

from satisfaction.analytics.comparing import Comparison, compare, correlation
from satisfaction.analytics.estimates import (
    Estimate,
    Moments,
    mean,
    moments,
    nps,
    share,
    weighted,
    weighted_of_sums,
)
from satisfaction.analytics.scores import (
    by_customer,
    index,
    recommendation,
    response_rate,
    top_two,
)

__all__ = [
    "Comparison",
    "Estimate",
    "Moments",
    "by_customer",
    "compare",
    "correlation",
    "index",
    "mean",
    "moments",
    "nps",
    "recommendation",
    "response_rate",
    "share",
    "top_two",
    "weighted",
    "weighted_of_sums",
]
