"""Customers' dealings up to a date, as the columns that the analytics take."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection

from lifecycle.analytics.summaries import QUARTER, Summary
from lifecycle.services import columns
from lifecycle.services.shards import Shard

QUARTERS = 8
# Fits and choices rest on no more customers than this; the total comes within 0.1 % of all.
SAMPLE = 50_000

QUARTER_SUMS = ", ".join(
    f"coalesce(sum(net) FILTER (WHERE day > %(cut)s - {QUARTER * (back + 1)}"
    f" AND day <= %(cut)s - {QUARTER * back}), 0) AS quarter{back}"
    for back in reversed(range(QUARTERS))
)
# A fixed order of draws: the same customers each time, whoever asks.
SAMPLED = f"""
    SELECT customer_id FROM customers_dealingsummary WHERE purchase_days > 0
    ORDER BY hashint8extended(customer_id, 0), customer_id LIMIT {SAMPLE}
"""  # noqa: S608 -- no value in it
IN_SAMPLE = f"s.customer_id IN ({SAMPLED})"
IN_SHARD = "s.customer_id >= %(low)s AND s.customer_id < %(high)s"
SUMMARIES = """
    WITH recent AS (
        SELECT customer_id, {quarters},
            coalesce(sum(net) FILTER (WHERE day > %(cut)s - 91), 0) AS net_quarter,
            coalesce(sum(net) FILTER (WHERE day > %(cut)s - 182), 0) AS net_half,
            count(*) FILTER (WHERE gross > 0 AND day > %(cut)s - 91) AS purchases_quarter,
            count(*) FILTER (WHERE gross > 0 AND day > %(cut)s - 182) AS purchases_half,
            coalesce(sum(net) FILTER (WHERE day > %(year_ago)s), 0) AS net_year,
            coalesce(sum(known_net) FILTER (WHERE day > %(year_ago)s), 0) AS known_year,
            coalesce(sum(cost) FILTER (WHERE day > %(year_ago)s), 0) AS cost_year
        FROM customers_dealingday s
        WHERE {chosen} AND day > %(since)s AND day <= %(cut)s GROUP BY customer_id)
    SELECT s.customer_id, coalesce(s.first_purchase, %(cut)s) AS first,
        coalesce(s.last_purchase, %(cut)s) AS last, s.purchase_days AS purchases,
        s.gross, s.net, s.known_net, s.cost, s.sum_log_gaps, {recent},
        coalesce(p.now, 0) AS peers_now, coalesce(p.level, 0) AS peers_level
    FROM customers_dealingsummary s
    JOIN customers_customer c ON c.id = s.customer_id
    LEFT JOIN recent r ON r.customer_id = s.customer_id
    LEFT JOIN jsonb_to_recordset(%(industries)s::jsonb)
        AS p (industry text, now float8, level float8) ON p.industry = c.industry
    WHERE {chosen} ORDER BY s.customer_id
"""
RECENT = (
    *(f"quarter{back}" for back in reversed(range(QUARTERS))),
    *("net_quarter", "net_half", "purchases_quarter", "purchases_half"),
    *("net_year", "known_year", "cost_year"),
)
KINDS = {
    "customer_id": "int",
    **dict.fromkeys(("first", "last"), "date"),
    "purchases": "int",
    **dict.fromkeys(("gross", "net", "known_net", "cost", "sum_log_gaps", *RECENT), "float"),
    **dict.fromkeys(("purchases_quarter", "purchases_half"), "int"),
    **dict.fromkeys(("peers_now", "peers_level"), "float"),
}


@dataclass(frozen=True)
class Dealings:
    """A summary and what else the night needs of the same customers, in the same order."""

    customer_id: np.ndarray
    summary: Summary
    quarters: np.ndarray  # net of the last eight times 91 days, newest last
    net_year: np.ndarray  # of the last twelve months
    known_year: np.ndarray  # of its lines with known cost
    cost_year: np.ndarray
    peers_now: np.ndarray  # net of its industry's last quarter
    peers_level: np.ndarray  # and its level before
    sum_log_gaps: np.ndarray  # of the days between purchase days

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
    recent = ", ".join(f"coalesce(r.{name}, 0) AS {name}" for name in RECENT)
    values = {
        "cut": as_of,
        "year_ago": year_before(as_of),
        "since": as_of - dt.timedelta(days=QUARTER * QUARTERS),
        "industries": json.dumps(list(industries)),
        **(shard.ids if shard else {}),
    }
    query = SUMMARIES.format(
        quarters=QUARTER_SUMS, recent=recent, chosen=IN_SHARD if shard else IN_SAMPLE
    )
    found = columns.read(query, values, KINDS)
    summary = Summary(
        cut=as_of.toordinal(),
        costed_net=found["known_net"],
        sum_log_gaps=found["sum_log_gaps"],
        **{
            name: found[name]
            for name in (
                *("first", "last", "purchases", "gross", "net", "cost"),
                *("net_quarter", "net_half", "purchases_quarter", "purchases_half"),
            )
        },
    )
    quarters = np.column_stack([found[f"quarter{back}"] for back in reversed(range(QUARTERS))])
    others = ("net_year", "known_year", "cost_year", "peers_now", "peers_level", "sum_log_gaps")
    return Dealings(
        found["customer_id"], summary, quarters, **{name: found[name] for name in others}
    )


# As an array, whose members the index is asked for: a join reads the days of all customers.
SAMPLED_DAYS = f"""
    SELECT s.customer_id, s.day, s.gross, s.net FROM customers_dealingday s
    WHERE s.customer_id = ANY (ARRAY({SAMPLED})) AND s.day <= %(cut)s
    ORDER BY s.customer_id, s.day
"""  # noqa: S608 -- no value in it


def sampled_days(as_of: dt.date) -> dict[str, np.ndarray]:
    """Day rows of the sample; `customer` counts from 0 in the order of the `ids`."""
    kinds = {"customer_id": "int", "day": "date", "gross": "float", "net": "float"}
    found = columns.read(SAMPLED_DAYS, {"cut": as_of}, kinds)
    ids, index = np.unique(found.pop("customer_id"), return_inverse=True)
    return {"customer": index, "ids": ids, **found}
