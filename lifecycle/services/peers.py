"""How an industry does: a fall that a customer's peers share is no sign against the customer."""

import datetime as dt

import numpy as np
from django.db import connection

from lifecycle.analytics.signals import SEASONS
from lifecycle.analytics.summaries import QUARTER

ENOUGH_PEERS = 20
DEEPEST = -0.9

# Net of an industry's customers in the last five quarters.
TOTALS = f"""
    SELECT c.industry, (%(cut)s - d.day) / {QUARTER}, count(DISTINCT d.customer_id),
        sum(d.net)::float8
    FROM customers_dealingday d JOIN customers_customer c ON c.id = d.customer_id
    WHERE c.industry <> '' AND d.day <= %(cut)s
        AND d.day > %(cut)s::date - {QUARTER * (SEASONS + 1)}
    GROUP BY 1, 2
"""  # noqa: S608 -- no value in it


def industries(as_of: dt.date, season: np.ndarray | None) -> list[dict]:
    """Industries of some size: net of the last quarter, and its mean over the four before."""
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, {"cut": as_of})
        rows = cursor.fetchall()
    net: dict[str, np.ndarray] = {}
    sizes: dict[str, int] = {}
    for industry, back, customers, total in rows:
        net.setdefault(industry, np.zeros(SEASONS + 1))[SEASONS - back] = total
        sizes[industry] = max(sizes.get(industry, 0), customers)
    found = []
    for industry, quarters in sorted(net.items()):
        if sizes[industry] >= ENOUGH_PEERS:
            now, level = now_and_level(quarters[None, :], season)
            found.append({"industry": industry, "now": now[0], "level": level[0]})
    return found


def now_and_level(quarters: np.ndarray, season: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """The last of (n, 5 or more) quarters and the mean of the four before, without season."""
    factors = np.ones(SEASONS) if season is None else season
    calm = quarters[:, -SEASONS - 1 :] / np.concatenate([factors[-1:], factors])
    return calm[:, -1], calm[:, :-1].mean(axis=1)


def change(
    quarters: np.ndarray, season: np.ndarray | None, peers_now: np.ndarray, peers_level: np.ndarray
) -> np.ndarray:
    """How far each customer's industry without it fell, from -0.9 to 0; 0 where not known.

    An industry that grows is no reproach: a customer's own level stays its mark.
    """
    now, level = now_and_level(quarters, season)
    before = peers_level - level
    known = (peers_level > 0) & (before > 0)
    others = np.divide(peers_now - now, before, where=known, out=np.ones(len(now)))
    return np.clip(others - 1, DEEPEST, 0.0)
