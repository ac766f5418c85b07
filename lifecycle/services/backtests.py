"""Backtests: what the forecast of an earlier date said against what then happened."""

import datetime as dt

import pandas as pd
from django.utils import timezone

from customers.models import TouchedCustomer
from lifecycle.analytics import backtest
from lifecycle.models import BacktestResult
from lifecycle.services import columns, runs, summaries

# Above so many customers, a fixed sample of them; the measures come within about a percent.
SAMPLE = 100_000
EACH = dt.timedelta(days=7)
HORIZON_DAYS = 91

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
    days = _days(as_of + dt.timedelta(days=horizon))
    if not ((days["gross"] > 0) & (days["day"] <= as_of.toordinal())).any():
        raise NothingToTest(as_of.isoformat())
    result = backtest.run(days, as_of.toordinal(), horizon)
    BacktestResult.objects.update_or_create(
        as_of=as_of, horizon_days=horizon, defaults={"result": result}
    )
    return result


def run_if_due() -> BacktestResult | None:
    """Each week, for the newest cut whose horizon has passed."""
    latest = runs.latest_done()
    if latest is None:
        return None
    recent = BacktestResult.objects.filter(computed_at__gt=timezone.now() - EACH)
    cut = latest - dt.timedelta(days=HORIZON_DAYS)
    first = summaries.first_ever()
    if recent.filter(horizon_days=HORIZON_DAYS).exists() or first is None or first > cut:
        return None
    run(as_of=cut, horizon=HORIZON_DAYS)
    return BacktestResult.objects.get(as_of=cut, horizon_days=HORIZON_DAYS)


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
