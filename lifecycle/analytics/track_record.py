"""How often a signal or a band of risk was right, against what chance would have brought.

Flags are compared with customers alike at the same dates: each flagged customer is expected to
leave with the rate of all customers of its tier at that date, so that neither a season nor a tier
that leaves more often counts for the signal. This is indirect standardisation, observed over
expected (Breslow & Day 1987, "Statistical methods in cancer research" II, chapter 2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from satisfaction.analytics import share

ENOUGH = 20
"""Flags with a known outcome, below which nothing is said and nothing learned."""
LEAST_EXPECTED = 1e-6
"""So few expected leavers are none: nothing can be divided by them."""
PRIOR = 10.0
"""How many expected leavers the prior belief is worth, that a signal is as good as the average."""


@dataclass(frozen=True)
class Tally:
    """Customers flagged, those of them that left, and how many would have without the flag."""

    flagged: int
    left: int
    expected: float

    @property
    def is_enough(self) -> bool:
        return self.flagged >= ENOUGH and self.expected >= LEAST_EXPECTED


@dataclass(frozen=True)
class Record:
    """What a tally says; a figure that it does not carry is None. Shares are 0 to 1.

    ``precision`` is the share of the flagged that left, with its 95 % score interval (Wilson);
    ``base_rate`` the expected share; ``lift`` their quotient, with the interval of the precision
    over the base rate, which rests on so many more customers that its own error is left out.
    """

    precision: float | None = None
    precision_low: float | None = None
    precision_high: float | None = None
    base_rate: float | None = None
    lift: float | None = None
    lift_low: float | None = None
    lift_high: float | None = None


def record(tally: Tally) -> Record:
    """Precision, base rate and lift of a tally."""
    if not tally.flagged:
        return Record()
    precision = share(tally.left, tally.flagged)
    ends = (precision.value, precision.low, precision.high)
    if tally.expected < LEAST_EXPECTED:
        return Record(*ends)
    base = tally.expected / tally.flagged
    return Record(*ends, base, *(end / base for end in ends))


def average_lift(tallies: Iterable[Tally]) -> float:
    """The lift of all signals with enough flags together; 1 where there are none."""
    counted = [tally for tally in tallies if tally.is_enough]
    expected = sum(tally.expected for tally in counted)
    left = sum(tally.left for tally in counted)
    return left / expected if expected > 0 and left else 1.0


def weight(tally: Tally, average: float) -> float:
    """By how much a signal's strength counts, 1 for a signal that is as good as the average.

    (left + k) / (average x expected + k): the posterior mean of a Poisson rate relative to the
    average under a gamma prior of mean 1 and weight ``PRIOR`` = k (the shrinkage of disproportion
    in DuMouchel 1999, "Bayesian data mining in large frequency tables", American Statistician
    53(3), with a single gamma). Few outcomes hardly move it, many carry it to the signal's own
    lift over the average. 1 below ``ENOUGH`` flags: a new signal is neither pushed nor held back.
    """
    if not tally.is_enough:
        return 1.0
    return (tally.left + PRIOR) / (average * tally.expected + PRIOR)
