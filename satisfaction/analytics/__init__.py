"""The numbers of satisfaction: numpy and scipy only; no Django, no clock, no I/O."""

from satisfaction.analytics.anonymity import FEWEST, publishable
from satisfaction.analytics.comparing import POWERS, Comparison, compare, correlation, powers
from satisfaction.analytics.estimates import (
    Estimate,
    Moments,
    mean,
    moments,
    nps,
    share,
    sums_of_weighted,
    weighted,
    weighted_of_sums,
)
from satisfaction.analytics.importance import Driver, Regression, correlations, enough, regression
from satisfaction.analytics.scores import (
    by_customer,
    index,
    recommendation,
    response_rate,
    top_two,
)
from satisfaction.analytics.values import Pairs, acsi, gap, pairs, ratio, value_equation

__all__ = [
    "FEWEST",
    "POWERS",
    "Comparison",
    "Driver",
    "Estimate",
    "Moments",
    "Pairs",
    "Regression",
    "acsi",
    "by_customer",
    "compare",
    "correlation",
    "correlations",
    "enough",
    "gap",
    "index",
    "mean",
    "moments",
    "nps",
    "pairs",
    "powers",
    "publishable",
    "ratio",
    "recommendation",
    "regression",
    "response_rate",
    "share",
    "sums_of_weighted",
    "top_two",
    "value_equation",
    "weighted",
    "weighted_of_sums",
]
