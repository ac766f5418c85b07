"""What a backtest says in counts: of the customers called high risk, how many bought nothing."""

from __future__ import annotations

import numpy as np

HIGH_RISK = 0.5
"""From here on a customer is more likely to stay away than to buy again."""


def counts(risk: np.ndarray, left: np.ndarray, mark: float = HIGH_RISK) -> dict:
    """Who was called high risk at the cut, and who then bought nothing.

    ``risk`` is the probability said at the cut, ``left`` whether the customer bought nothing in
    the horizon after it; one entry a customer. ``left / customers`` is the base rate: what would
    have come of customers picked without the score. Numbers of customers, and the ``mark``.
    """
    left = np.asarray(left, dtype=bool)
    high = np.asarray(risk, dtype=float) >= mark
    return {
        "mark": mark,
        "customers": len(left),
        "left": int(left.sum()),
        "high": int(high.sum()),
        "high_left": int((high & left).sum()),
    }
