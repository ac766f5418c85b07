"""Both definitions of value at risk, held against what happened: whom does each put first?

The *excess* definition weighs the value, were the customer alive, with its risk less the risk that
it would have just after a purchase; the *plain* one with its risk as it is, which puts those first
who bought once and would hardly have come back anyway.
"""

from __future__ import annotations

import numpy as np

from lifecycle.analytics import risk as risks
from lifecycle.analytics import scoring
from lifecycle.analytics.summaries import Summary

FIRST, TENTH = 100, 10
"""So many customers at the head of the list, at most this part of all."""


def heads(
    trained: scoring.Trained,
    now: Summary,
    risk: np.ndarray,
    voices: np.ndarray | None,
    left: np.ndarray,
) -> dict[str, dict] | None:
    """The head of the list by each definition: customers, how many ``left``, median of orders.

    ``risk`` is that said at the cut; one entry a customer. Those without value at risk are on no
    list. None where a tenth of the customers is nobody.
    """
    count = min(FIRST, len(now) // TENTH)
    if not count:
        return None
    value = scoring.plain_forecasts(trained, now, trained.horizon)["model_if_alive"]
    bought = risks.Rhythm.just_bought(now, voices)
    after = risks.risk(trained.risk, trained.timing, bought, trained.horizon)
    weights = {"excess": np.maximum(risk - after, 0.0), "plain": risk}
    return {
        name: _head(np.maximum(value, 0.0) * weight, count, now.purchases, left)
        for name, weight in weights.items()
    }


def _head(at_risk: np.ndarray, count: int, orders: np.ndarray, left: np.ndarray) -> dict:
    first = np.argsort(-at_risk, kind="stable")[:count]
    first = first[at_risk[first] > 0]
    return {
        "customers": len(first),
        "left": int(np.asarray(left, dtype=bool)[first].sum()),
        "orders": float(np.median(orders[first])) if len(first) else None,
    }
