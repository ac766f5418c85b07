"""How industries and regions do: a fall that a customer's peers share is no sign against it."""

import datetime as dt
from collections import Counter
from decimal import Decimal

import numpy as np
from django.db import connection

from lifecycle.analytics.signals import SEASONS
from lifecycle.analytics.summaries import QUARTER
from lifecycle.services.totals import Totals

ENOUGH_PEERS = 20
DEEPEST = -0.9

# How many customers of each bought in the last five quarters.
SIZES = f"""
    SELECT c.industry, c.region, count(*)
    FROM customers_dealingsummary s JOIN customers_customer c ON c.id = s.customer_id
    WHERE s.last_purchase > %(cut)s::date - {QUARTER * (SEASONS + 1)} GROUP BY 1, 2
"""  # noqa: S608 -- no value in it
GROUPINGS = (("industries", "industry"), ("regions", "region"))


def groups(totals: Totals, as_of: dt.date, season: np.ndarray | None) -> dict[str, list[dict]]:
    """`industries` and `regions` of some size, as the night's steps agree on them.

    Each with its name under `industry` or `region`, how many `customers` bought from us in the last
    five quarters, its net of the last of them (`now`) and the mean of the four before (`level`),
    without season.
    """
    with connection.cursor() as cursor:
        cursor.execute(SIZES, {"cut": as_of})
        sizes = cursor.fetchall()
    return {
        name: _groups(which, place, totals, sizes, season)
        for place, (name, which) in enumerate(GROUPINGS)
    }


def _groups(
    which: str, place: int, totals: Totals, sizes: list[tuple], season: np.ndarray | None
) -> list[dict]:
    """The groups named in that place of the sizes' rows."""
    customers: Counter[str] = Counter()
    for *names, count in sizes:
        customers[names[place]] += count
    net: dict[str, list[Decimal]] = {}
    for part in totals.parts:
        if part.back <= SEASONS:
            quarters = net.setdefault(getattr(part, which), [Decimal()] * (SEASONS + 1))
            quarters[SEASONS - part.back] += part.net
    found = []
    for name, quarters in sorted(net.items()):
        if name and customers[name] >= ENOUGH_PEERS:
            now, level = now_and_level(np.array([quarters], dtype=float), season)
            found.append(
                {which: name, "customers": customers[name], "now": now[0], "level": level[0]}
            )
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
