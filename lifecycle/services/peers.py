"""How industries and regions do: a fall that a customer's peers share is no sign against it."""

import datetime as dt

import numpy as np
from django.db import connection

from lifecycle.analytics.signals import SEASONS
from lifecycle.analytics.summaries import QUARTER

ENOUGH_PEERS = 20
DEEPEST = -0.9

# Net of the customers of each industry and of each region in the last five quarters, by one scan;
# by customer first, since counting them apart within each group takes four times as long.
TOTALS = f"""
    SELECT c.industry, c.region, d.back, count(*), sum(d.net)::float8
    FROM (
        SELECT customer_id, (%(cut)s - day) / {QUARTER} AS back, sum(net) AS net
        FROM customers_dealingday
        WHERE day <= %(cut)s AND day > %(cut)s::date - {QUARTER * (SEASONS + 1)}
        GROUP BY customer_id, back) d
    JOIN customers_customer c ON c.id = d.customer_id
    GROUP BY GROUPING SETS ((1, 3), (2, 3))
"""  # noqa: S608 -- no value in it


def groups(as_of: dt.date, season: np.ndarray | None) -> dict[str, list[dict]]:
    """`industries` and `regions` of some size, as the night's steps agree on them.

    Each with its name under `industry` or `region`, how many `customers` dealt with us, its net of
    the last quarter (`now`) and the mean of the four before (`level`), without season.
    """
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, {"cut": as_of})
        rows = cursor.fetchall()
    return {
        "industries": _groups("industry", [(i, *rest) for i, r, *rest in rows if i], season),
        "regions": _groups("region", [(r, *rest) for i, r, *rest in rows if r], season),
    }


def _groups(which: str, rows: list[tuple], season: np.ndarray | None) -> list[dict]:
    net: dict[str, np.ndarray] = {}
    sizes: dict[str, int] = {}
    for name, back, customers, total in rows:
        net.setdefault(name, np.zeros(SEASONS + 1))[SEASONS - back] = total
        sizes[name] = max(sizes.get(name, 0), customers)
    found = []
    for name, quarters in sorted(net.items()):
        if sizes[name] >= ENOUGH_PEERS:
            now, level = now_and_level(quarters[None, :], season)
            group = {which: name, "customers": sizes[name], "now": now[0], "level": level[0]}
            found.append(group)
    return found


def now_and_level(quarters: np.ndarray, season: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """The last of (n, 5 or more) quarters and the mean of the four before, without season."""
    factors = np.ones(SEASONS) if season is None else season
    calm = quarters[:, -SEASONS - 1 :] / np.concatenate([factors[-1:], factors])
    return calm[:, -1], calm[:, :-1].mean(axis=1)


def change(
    quarters: np.ndarray,
    season: np.ndarray | None,
    peers_now: np.ndarray,
    peers_level: np.ndarray,
    own: np.ndarray | None = None,
) -> np.ndarray:
    """How far each customer's own business fell, from -0.9 to 0; 0 where not known.

    `own` is its change in a year, where somebody said it; where it is NaN, its industry without it
    stands for it. What grows is no reproach: a customer's own level stays its mark.
    """
    now, level = now_and_level(quarters, season)
    before = peers_level - level
    known = (peers_level > 0) & (before > 0)
    others = np.divide(peers_now - now, before, where=known, out=np.ones(len(now)))
    fell = others - 1 if own is None else np.where(np.isnan(own), others - 1, own)
    return np.clip(fell, DEEPEST, 0.0)
