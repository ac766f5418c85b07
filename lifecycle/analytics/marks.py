"""Marks of a scorecard from 1 to 5 that the data give by themselves: fifths of the customer base.

A figure's four cut points are the 20th, 40th, 60th and 80th percentile of the customers of whom it
is known; a customer's mark is one more than the cuts that its figure reaches, so equal figures get
the same mark, the better one. Arrays have one entry a customer; NaN where a figure is not known.
"""

from __future__ import annotations

import numpy as np

VOLUME, MARGIN, GROWTH, RHYTHM = "volume", "margin", "growth", "rhythm"
FIFTHS = (0.2, 0.4, 0.6, 0.8)
LEAST_KNOWN = 5
"""With fewer customers there are no fifths."""
LEAST_GAPS = 3
"""Two gaps are equal, or not, by chance."""


def figures(
    *,
    net_year: np.ndarray,
    known_year: np.ndarray,
    cost_year: np.ndarray,
    quarters: np.ndarray,
    age: np.ndarray,
    repeats: np.ndarray,
    span: np.ndarray,
    sum_log_gaps: np.ndarray,
) -> dict[str, np.ndarray]:
    """The figures that are cut into fifths, by name.

    ``net_year``, ``known_year`` and ``cost_year``: net of twelve months, that of the lines of known
    cost, and their cost. ``quarters``: net of the last eight times 91 days, shape (n, 8), newest
    last. ``age`` and ``span``: days from the first purchase to the date, and to the last one.
    ``sum_log_gaps``: sum of ln(days between purchase days) over the ``repeats`` gaps.

    * volume: 12-month net; known where it is above zero.
    * margin: (net - cost) / net over the lines of known cost, where their net is above zero.
    * growth: net of the last four times 91 days over that of the four before, less 1; of customers
      who bought all that time.
    * rhythm: geometric over arithmetic mean of the gaps between purchase days: 1 for a clockwork,
      lower the more the gaps differ; from three gaps on.
    """
    now, before = quarters[:, 4:].sum(axis=1), quarters[:, :4].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        margin = (known_year - cost_year) / known_year
        growth = now / before - 1
        rhythm = np.exp(sum_log_gaps / repeats) / (span / repeats)
    compared = (before > 0) & (age >= 91 * quarters.shape[1])
    return {
        VOLUME: np.where(net_year > 0, net_year, np.nan),
        MARGIN: np.where(known_year > 0, margin, np.nan),
        GROWTH: np.where(compared, growth, np.nan),
        RHYTHM: np.where((repeats >= LEAST_GAPS) & (span > 0), rhythm, np.nan),
    }


def cuts(figure: np.ndarray) -> list[float] | None:
    """The four cut points of a figure; None where there are no fifths."""
    known = figure[np.isfinite(figure)]
    if len(known) < LEAST_KNOWN:
        return None
    found = np.quantile(known, FIFTHS)
    # All alike: nobody stands out.
    return found.tolist() if found[0] < found[-1] else None


def mark(value: float, points: list[float]) -> int:
    """1 to 5 of a known figure."""
    return int(np.searchsorted(points, value, side="right")) + 1
