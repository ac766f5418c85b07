"""Backtests: what the forecast of an earlier date said against what then happened."""

import datetime as dt

import numpy as np
import pandas as pd
from django.utils import timezone

from customers.models import TouchedCustomer
from lifecycle.analytics import backtest
from lifecycle.models import BacktestResult
from lifecycle.services import columns, contracts, runs, summaries, voices

# Above so many customers, a fixed sample of them; the measures come within about a percent.
SAMPLE = 100_000
EACH = dt.timedelta(days=7)
HORIZON_DAYS = 91
# A new installation looks back, so that its first trend need not wait for a year.
EARLIER_CUTS = 3

CHOSEN = """
    SELECT customer_id FROM {table} WHERE {day} <= %(until)s
    GROUP BY customer_id ORDER BY hashint8extended(customer_id, 0), customer_id LIMIT %(sample)s
"""
FROM_DAYS = """
    SELECT customer_id, day, gross, net FROM customers_dealingday
    WHERE day <= %(until)s AND customer_id IN ({chosen}) ORDER BY customer_id, day
"""
# Where no night has summed the days yet, or they changed since.
FROM_TRANSACTIONS = """
    SELECT customer_id, date AS day, coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS gross,
        sum(amount) AS net
    FROM customers_transaction
    WHERE date <= %(until)s AND customer_id IN ({chosen})
    GROUP BY customer_id, date ORDER BY customer_id, date
"""
KINDS = {"customer_id": "int", "day": "date", "gross": "float", "net": "float"}


class NothingToTest(Exception):  # noqa: N818 -- an outcome for the person
    """There are no purchases up to the cut."""


def run(*, as_of: dt.date, horizon: int) -> dict:
    """Backtest a cut and store the result, in place of an earlier one of the same cut."""
    result = compute(as_of=as_of, horizon=horizon)
    store(as_of, horizon, result)
    return result


def compute(*, as_of: dt.date, horizon: int) -> dict:
    """Backtest a cut; NothingToTest without purchases up to it."""
    days, left_out = _without_contracts(_days(as_of + dt.timedelta(days=horizon)), as_of)
    if not ((days["gross"] > 0) & (days["day"] <= as_of.toordinal())).any():
        raise NothingToTest(as_of.isoformat())
    customers = np.unique(days["customer"])

    def heard(cut: int) -> np.ndarray:
        return voices.load(dt.date.fromordinal(max(cut, 1)), customers)

    result = backtest.run(days, as_of.toordinal(), horizon, voices=heard)
    return result | {"contract_customers": left_out}


def store(as_of: dt.date, horizon: int, result: dict) -> BacktestResult:
    """Keep a result in place of an earlier one of the same cut."""
    found, _is_new = BacktestResult.objects.update_or_create(
        as_of=as_of, horizon_days=horizon, defaults={"result": result}
    )
    return found


def run_if_due() -> BacktestResult | None:
    """Each week, for the newest cut whose horizon has passed, and earlier ones not tested yet."""
    latest = runs.latest_done()
    if latest is None:
        return None
    recent = BacktestResult.objects.filter(computed_at__gt=timezone.now() - EACH)
    cut = latest - dt.timedelta(days=HORIZON_DAYS)
    first = summaries.first_ever()
    if recent.filter(horizon_days=HORIZON_DAYS).exists() or first is None or first > cut:
        return None
    for back in range(EARLIER_CUTS, 0, -1):
        earlier = cut - back * dt.timedelta(days=HORIZON_DAYS)
        if first <= earlier - dt.timedelta(days=2 * HORIZON_DAYS) and not _is_tested(earlier):
            run(as_of=earlier, horizon=HORIZON_DAYS)
    run(as_of=cut, horizon=HORIZON_DAYS)
    return BacktestResult.objects.get(as_of=cut, horizon_days=HORIZON_DAYS)


def _is_tested(cut: dt.date) -> bool:
    """Whether there is a result of about this cut: those of each week move on."""
    near = dt.timedelta(days=HORIZON_DAYS // 2)
    tested = BacktestResult.objects.filter(horizon_days=HORIZON_DAYS)
    return tested.filter(as_of__gt=cut - near, as_of__lte=cut + near).exists()


def _days(until: dt.date) -> pd.DataFrame:
    latest = runs.latest_done()
    summed = latest is not None and latest >= until
    if summed and not TouchedCustomer.objects.filter(since__lte=until).exists():
        query, table, day = FROM_DAYS, "customers_dealingday", "day"
    else:
        query, table, day = FROM_TRANSACTIONS, "customers_transaction", "date"
    chosen = CHOSEN.format(table=table, day=day)
    found = columns.read(query.format(chosen=chosen), {"until": until, "sample": SAMPLE}, KINDS)
    return pd.DataFrame(found).rename(columns={"customer_id": "customer"})


def _without_contracts(days: pd.DataFrame, as_of: dt.date) -> tuple[pd.DataFrame, int]:
    """The days of those who had not bought by contract up to the cut, and how many had.

    These have a model of their own, in which no rhythm speaks.
    """
    known = days[days["day"] <= as_of.toordinal()]
    year = known[known["day"] > summaries.year_before(as_of).toordinal()]
    customers, place = np.unique(days["customer"], return_inverse=True)
    gross, net_year = (
        rows.groupby("customer")[name].sum().reindex(customers, fill_value=0.0).to_numpy()
        for rows, name in ((known, "gross"), (year, "net"))
    )
    bought = known[known["gross"] > 0].groupby("customer")["day"].max()
    last = bought.reindex(customers, fill_value=0).to_numpy()
    under = contracts.load(as_of, customers, gross, net_year).bound(last)
    return days[~under.member[place]], len(under)
