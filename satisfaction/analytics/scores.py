"""From answers to scores, and from the contacts of a customer to the customer."""

from __future__ import annotations

import numpy as np

PROMOTER, DETRACTOR = 9, 6
SATISFIED = 75.0


def index(scores, lows, highs, weights):
    """Satisfaction index of a response: weighted mean of its answers, each brought to 0-100.

    ``scores`` has the shape (questions,) or (responses, questions); NaN is no answer.  ``lows``
    and ``highs`` are the ends of each question's scale, ``weights`` its weight (0: not part of
    the index); shape (questions,).  The weights of unanswered questions fall away.  Gives one
    number, or one a response, from 0 to 100; NaN where nothing that counts was answered.

    The form is that of the ACSI (Fornell, Johnson, Anderson, Cha and Bryant 1996, "The American
    Customer Satisfaction Index", Journal of Marketing 60(4), appendix): sum of w (x - low) over
    sum of w (high - low), times 100, with each item first put on the same scale; weights here are
    chosen by the maker of the questionnaire and not fitted.
    """
    scores = np.asarray(scores, dtype=float)
    lows, highs = np.asarray(lows, dtype=float), np.asarray(highs, dtype=float)
    parts = 100 * (scores - lows) / (highs - lows)
    counted = np.where(np.isnan(scores), 0.0, np.asarray(weights, dtype=float))
    total = counted.sum(axis=-1)
    summed = (np.where(np.isnan(parts), 0.0, parts) * counted).sum(axis=-1)
    found = np.divide(summed, total, out=np.full(np.shape(total), np.nan), where=total > 0)
    return float(found) if found.ndim == 0 else found


def recommendation(recommend) -> np.ndarray:
    """+1 for promoters (9, 10), 0 for passives (7, 8), -1 for detractors (0 to 6); NaN stays.

    Reichheld 2003, "The One Number You Need to Grow", Harvard Business Review 81(12).
    """
    recommend = np.asarray(recommend, dtype=float)
    found = (recommend >= PROMOTER) * 1.0 - (recommend <= DETRACTOR) * 1.0
    return np.where(np.isnan(recommend), np.nan, found)


def top_two(overall) -> np.ndarray:
    """1 where the overall answer (0-100) is in the upper two boxes, else 0; NaN stays.

    75 is the fourth of five points; of seven points it takes the sixth and seventh.
    """
    overall = np.asarray(overall, dtype=float)
    return np.where(np.isnan(overall), np.nan, (overall >= SATISFIED) * 1.0)


def by_customer(customers, values) -> tuple[np.ndarray, np.ndarray]:
    """Mean of each customer's contacts, so that one with many contacts has no louder voice.

    ``customers`` are keys and ``values`` numbers of one entry a response; NaN is left out, and a
    customer with nothing else is too.  Gives the customers in order, and their means.
    """
    customers, values = np.asarray(customers), np.asarray(values, dtype=float)
    known = ~np.isnan(values)
    found, places = np.unique(customers[known], return_inverse=True)
    sums = np.bincount(places, weights=values[known], minlength=len(found))
    return found, sums / np.bincount(places, minlength=len(found))


def response_rate(finished: int, sent: int) -> float | None:
    """Finished of those that were sent, 0 to 1; None where none was sent."""
    return finished / sent if sent else None
