"""How good a forecast or a risk was, once the days it spoke of have passed.

Every function takes arrays of one entry a customer and is defined for any input: where a measure
makes no sense (nobody left, nothing spent) it is None.
"""

from __future__ import annotations

import numpy as np
import scipy  # scipy.stats named in full is loaded when first used: it takes a second


def bias(forecast: np.ndarray, actual: np.ndarray) -> float | None:
    """Forecast total over actual total, less 1; None where the actual total is not positive."""
    total = float(np.sum(actual))
    return float(np.sum(forecast)) / total - 1 if total > 0 else None


def mae(forecast: np.ndarray, actual: np.ndarray) -> float | None:
    """Mean absolute error, in currency a customer."""
    return float(np.mean(np.abs(forecast - actual))) if len(actual) else None


def top_share(forecast: np.ndarray, actual: np.ndarray, share: float = 0.2) -> float | None:
    """Share of the actual total that fell to the customers forecast highest (a fifth of them)."""
    total = float(np.sum(actual))
    if total <= 0 or not round(share * len(actual)):
        return None
    return float(top_places(forecast, share) @ actual) / total


def top_places(forecast: np.ndarray, share: float = 0.2) -> np.ndarray:
    """1 for those among the highest share of customers, 0 for others.

    Where equal forecasts straddle the edge, they share the remaining places out.
    """
    places = round(share * len(forecast))
    if not places:
        return np.zeros(len(forecast))
    edge = np.partition(forecast, -places)[-places]
    above, at = forecast > edge, forecast == edge
    return above + at * ((places - above.sum()) / at.sum())


def auc(score: np.ndarray, happened: np.ndarray) -> float | None:
    """Probability that one to whom it happened scored higher than one to whom not (Mann-Whitney).

    Equal scores count half.
    """
    happened = np.asarray(happened, dtype=bool)
    positive, negative = int(happened.sum()), int((~happened).sum())
    if not positive or not negative:
        return None
    ranks = scipy.stats.rankdata(score)[happened].sum()
    return float((ranks - positive * (positive + 1) / 2) / (positive * negative))


def brier(probability: np.ndarray, happened: np.ndarray) -> float | None:
    """Mean squared difference between the probability and what happened (0 or 1)."""
    if not len(probability):
        return None
    return float(np.mean((probability - np.asarray(happened, dtype=float)) ** 2))


def quintiles(values: np.ndarray) -> np.ndarray:
    """Rank of each value in five equal parts, 1 (lowest) to 5; equal values get the same."""
    return np.ceil(scipy.stats.rankdata(values) * 5 / max(len(values), 1))


def rfm(recency: np.ndarray, frequency: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """Sum of the quintile ranks of recency (fresh is high), frequency and amount: 3 to 15."""
    return quintiles(-np.asarray(recency, dtype=float)) + quintiles(frequency) + quintiles(amount)


def deciles(forecast: np.ndarray, actual: np.ndarray) -> list[dict]:
    """Ten equal groups, highest forecast first: customers, and forecast and actual totals."""
    order = np.argsort(-forecast, kind="stable")
    return [
        {
            "decile": place,
            "customers": len(group),
            "forecast": float(forecast[group].sum()),
            "actual": float(actual[group].sum()),
        }
        for place, group in enumerate(np.array_split(order, 10), start=1)
        if len(group)
    ]


def calibration(probability: np.ndarray, happened: np.ndarray, bins: int = 10) -> list[dict]:
    """Equal groups by probability: what was said on average and what share it happened to."""
    order = np.argsort(probability, kind="stable")
    happened = np.asarray(happened, dtype=float)
    return [
        {
            "customers": len(group),
            "predicted": float(probability[group].mean()),
            "observed": float(happened[group].mean()),
        }
        for group in np.array_split(order, bins)
        if len(group)
    ]
