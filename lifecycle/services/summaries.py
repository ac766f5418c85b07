"""Customers' dealings up to a date, as the columns that the analytics take."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection

from lifecycle.analytics import silence
from lifecycle.analytics.dealing_days import Days
from lifecycle.analytics.periods import HALF_YEAR, QUARTER
from lifecycle.analytics.summaries import Summary
from lifecycle.services import columns
from lifecycle.services.shards import Shard

QUARTERS = 8
# Fits and choices rest on no more customers than this; the total comes within 0.1 % of all.
SAMPLE = 50_000
# Days that a night looks back on: a silence of a year is held against the same days a year before.
LOOK_BACK = 2 * silence.YEAR + silence.AROUND
# A fixed order of draws: the same customers each time, whoever asks.
SAMPLED = f"""
    SELECT customer_id FROM customers_dealingsummary WHERE purchase_days > 0
    ORDER BY hashint8extended(customer_id, 0), customer_id LIMIT {SAMPLE}
"""  # noqa: S608 -- no value in it
# As an array, whose members the index is asked for: a join reads the days of all customers.
IN_SAMPLE = f"s.customer_id = ANY (ARRAY({SAMPLED}))"
IN_SHARD = "s.customer_id >= %(low)s AND s.customer_id < %(high)s"
SUMMARIES = """
    SELECT s.customer_id, coalesce(s.first_purchase, %(cut)s) AS first,
        coalesce(s.last_purchase, %(cut)s) AS last, s.purchase_days AS purchases,
        s.gross, s.net, s.known_net, s.cost, s.sum_log_gaps,
        coalesce(p.now, 0) AS peers_now, coalesce(p.level, 0) AS peers_level
    FROM customers_dealingsummary s
    JOIN customers_customer c ON c.id = s.customer_id
    LEFT JOIN jsonb_to_recordset(%(industries)s::jsonb)
        AS p (industry text, now float8, level float8) ON p.industry = c.industry
    WHERE {chosen} ORDER BY s.customer_id
"""
DAYS = """
    SELECT s.customer_id, s.day, s.gross, s.returns, s.net, s.known_net, s.cost
    FROM customers_dealingday s
    WHERE {chosen} AND s.day > %(since)s AND s.day <= %(cut)s ORDER BY s.customer_id, s.day
"""
KINDS = {
    "customer_id": "int",
    **dict.fromkeys(("first", "last"), "date"),
    "purchases": "int",
    **dict.fromkeys(("gross", "net", "known_net", "cost", "sum_log_gaps"), "float"),
    **dict.fromkeys(("peers_now", "peers_level"), "float"),
}
AMOUNTS = ("gross", "returns", "net", "known_net", "cost")
DAY_KINDS = {"customer_id": "int", "day": "date", **dict.fromkeys(AMOUNTS, "float")}


@dataclass(frozen=True)
class Dealings:
    """A summary and what else the night needs of the same customers, in the same order."""

    customer_id: np.ndarray
    summary: Summary
    quarters: np.ndarray  # net of the last eight times 91 days, newest last
    net_year: np.ndarray  # of the last twelve months
    net_before: np.ndarray  # of the twelve months before them
    known_year: np.ndarray  # of its lines with known cost
    cost_year: np.ndarray
    peers_now: np.ndarray  # net of its industry's last quarter
    peers_level: np.ndarray  # and its level before
    sum_log_gaps: np.ndarray  # of the days between purchase days
    days: Days  # of the last `LOOK_BACK`; a customer's place here is its number there

    def __len__(self) -> int:
        return len(self.customer_id)


def year_before(date: dt.date) -> dt.date:
    """The same day a year ago; the 28th for a leap day."""
    try:
        return date.replace(year=date.year - 1)
    except ValueError:
        return date.replace(year=date.year - 1, day=28)


def first_ever() -> dt.date | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(first_purchase) FROM customers_dealingsummary")
        return cursor.fetchone()[0]


def load(as_of: dt.date, shard: Shard | None, industries: Sequence[dict] = ()) -> Dealings:
    """The dealings of a shard's customers, or (None) of the sample that models are fitted on.

    `industries` as of `peers.industries`.
    """
    values = {
        "cut": as_of,
        "since": as_of - dt.timedelta(days=LOOK_BACK),
        "industries": json.dumps(list(industries)),
        **(shard.ids if shard else {}),
    }
    chosen = IN_SHARD if shard else IN_SAMPLE
    found = columns.read(SUMMARIES.format(chosen=chosen), values, KINDS)
    read = columns.read(DAYS.format(chosen=chosen), values, DAY_KINDS)
    days, cut = _days(found["customer_id"], read), as_of.toordinal()
    year_ago = year_before(as_of)
    year = days.within(year_ago.toordinal(), cut)
    return Dealings(
        found["customer_id"],
        _summary(found, days, cut),
        quarters=days.net_by_quarter(cut, QUARTERS),
        net_year=year.net,
        net_before=days.within(year_before(year_ago).toordinal(), year_ago.toordinal()).net,
        known_year=year.known_net,
        cost_year=year.cost,
        days=days,
        **{name: found[name] for name in ("peers_now", "peers_level", "sum_log_gaps")},
    )


def _summary(found: dict[str, np.ndarray], days: Days, cut: int) -> Summary:
    quarter, half = days.within(cut - QUARTER, cut), days.within(cut - HALF_YEAR, cut)
    same = ("first", "last", "purchases", "gross", "net", "cost", "sum_log_gaps")
    return Summary(
        cut=cut,
        costed_net=found["known_net"],
        net_quarter=quarter.net,
        net_half=half.net,
        purchases_quarter=quarter.purchases,
        purchases_half=half.purchases,
        **{name: found[name] for name in same},
    )


def _days(ids: np.ndarray, found: dict[str, np.ndarray]) -> Days:
    """The rows of these customers (ids in order), whose place becomes their number."""
    chosen = np.isin(found["customer_id"], ids)
    return Days(
        customers=len(ids),
        customer=np.searchsorted(ids, found["customer_id"][chosen]),
        **{name: found[name][chosen] for name in ("day", *AMOUNTS)},
    )


SAMPLED_DAYS = f"""
    SELECT s.customer_id, s.day, s.gross, s.net FROM customers_dealingday s
    WHERE {IN_SAMPLE} AND s.day <= %(cut)s
    ORDER BY s.customer_id, s.day
"""  # noqa: S608 -- no value in it


def sampled_days(as_of: dt.date) -> dict[str, np.ndarray]:
    """Day rows of the sample; `customer` counts from 0 in the order of the `ids`."""
    kinds = {"customer_id": "int", "day": "date", "gross": "float", "net": "float"}
    found = columns.read(SAMPLED_DAYS, {"cut": as_of}, kinds)
    ids, index = np.unique(found.pop("customer_id"), return_inverse=True)
    return {"customer": index, "ids": ids, **found}
