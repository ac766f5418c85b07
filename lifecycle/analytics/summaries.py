"""From the days on which customers dealt with us to the figures that the models read.

A row of *days* is one customer on one local day: gross sales, net amount (gross less returns) and
cost. Rows are given as equally long arrays: ``customer`` an index from 0 to ``customers - 1``,
``day`` a day number (ordinal, any origin), ``gross`` and ``net`` in currency, ``cost`` in currency
or NaN where unknown. A *purchase day* is a day with gross > 0. Several rows for one customer and
day count as one purchase day only if the caller has added them up (``daily`` does it).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from lifecycle.analytics.periods import HALF_YEAR, QUARTER

LEAST_LEVEL = 0.01
"""An amount, in currency, below which there is nothing to compare with."""


@dataclass(frozen=True)
class Summary:
    """What is known of n customers at the end of day ``cut``; every array has n entries.

    The nightly run fills it from its rolled-up columns, ``summarise`` from days. Window fields
    cover the last 91 (``_quarter``) and 182 (``_half``) days up to and with the cut. Customers
    without any purchase day have ``purchases`` 0 and first and last day at the cut.
    ``sum_log_gaps`` sums ln(days between purchase days).
    """

    cut: int
    first: np.ndarray
    last: np.ndarray
    purchases: np.ndarray
    gross: np.ndarray
    net: np.ndarray
    net_quarter: np.ndarray
    net_half: np.ndarray
    purchases_quarter: np.ndarray
    purchases_half: np.ndarray
    costed_net: np.ndarray | None = None
    cost: np.ndarray | None = None
    sum_log_gaps: np.ndarray | None = None

    @classmethod
    def of_rhythm(
        cls,
        cut: int,
        first: np.ndarray,
        last: np.ndarray,
        purchases: np.ndarray,
        sum_log_gaps: np.ndarray | None = None,
    ) -> Summary:
        """When customers bought, without what: the amounts are 0."""
        amounts = ("gross", "net", "net_quarter", "net_half", "purchases_quarter", "purchases_half")
        nothing = dict.fromkeys(amounts, np.zeros(len(purchases)))
        return cls(cut, first, last, purchases, sum_log_gaps=sum_log_gaps, **nothing)

    def __len__(self) -> int:
        return len(self.purchases)

    @property
    def x(self) -> np.ndarray:
        """Repeat purchase days."""
        return np.maximum(self.purchases - 1, 0)

    @property
    def t_x(self) -> np.ndarray:
        """Days from the first to the last purchase day."""
        return np.where(self.purchases > 1, self.last - self.first, 0)

    @property
    def T(self) -> np.ndarray:  # noqa: N802 - the letter of the papers
        """Days from the first purchase day to the cut."""
        return np.maximum(self.cut - self.first, 0)

    @property
    def recency(self) -> np.ndarray:
        """Days from the last purchase day to the cut."""
        return np.maximum(self.cut - self.last, 0)

    @property
    def mean_gross(self) -> np.ndarray:
        """Gross amount of a purchase day, 0 without any."""
        return self.gross / np.maximum(self.purchases, 1)

    @property
    def history(self) -> int:
        """Days from the very first purchase day of all to the cut."""
        bought = self.purchases > 0
        return int(self.cut - self.first[bought].min()) if bought.any() else 0

    def rows(self, chosen: np.ndarray) -> Summary:
        """The same for some customers: a mask or an index array."""
        picked = {
            field.name: value[chosen]
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), np.ndarray)
        }
        return Summary(cut=self.cut, **picked)


def daily(
    customer: np.ndarray,
    day: np.ndarray,
    gross: np.ndarray,
    net: np.ndarray,
    cost: np.ndarray | None = None,
) -> tuple[np.ndarray, ...]:
    """Add up rows of the same customer and day; returns the same columns, sorted by both.

    A day's cost is unknown (NaN) as soon as one of its rows' is. Sums are the same to the last bit
    in whatever order the rows come: of few customers a fit may hang on it.
    """
    order = in_order(np.asarray(customer), np.asarray(day))
    customer, day = np.asarray(customer)[order], np.asarray(day)[order]
    if not len(day):
        return customer, day, gross, net, cost
    other = (customer[1:] != customer[:-1]) | (day[1:] != day[:-1])
    new = np.flatnonzero(np.r_[True, other])
    sizes = np.diff(np.r_[new, len(day)])
    crowded = _crowded(sizes)

    def summed(column):
        amounts = np.asarray(column, dtype=float)[order]
        if len(crowded):
            amounts = amounts.copy()
            group = np.repeat(np.arange(len(sizes)), sizes)[crowded]
            amounts[crowded] = amounts[crowded][np.lexsort((amounts[crowded], group))]
        return np.add.reduceat(amounts, new)

    gross_sum = summed(gross)
    net_sum = gross_sum if net is gross else summed(net)
    return customer[new], day[new], gross_sum, net_sum, None if cost is None else summed(cost)


def _crowded(sizes: np.ndarray) -> np.ndarray:
    """The places of rows in groups of three and more, where it matters what is added first."""
    if sizes.max() <= 2:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(np.repeat(sizes, sizes) > 2)


def in_order(customer: np.ndarray, day: np.ndarray) -> np.ndarray | slice:
    """The places of rows in the order of customer (an index) and day; equal ones stay as they are.

    All, without naming them, where they are in order already. Customer, day and place go into one
    whole number where they fit: plain numbers sort ten times as fast as places by two keys.
    """
    if not len(day):
        return slice(None)
    first, last = int(day.min()), int(day.max())
    days, bits = last - first + 1, len(day).bit_length()
    if int(customer.max()) >= 2**62 // days:
        return np.lexsort((day, customer))
    key = customer.astype(np.int64) * days + (day - first)
    if (key[1:] >= key[:-1]).all():
        return slice(None)
    if int(key.max()) >= 2 ** (63 - bits):
        return np.argsort(key, kind="stable")
    return np.sort((key << bits) | np.arange(len(key))) & ((1 << bits) - 1)


def summarise(
    customer: np.ndarray,
    day: np.ndarray,
    gross: np.ndarray,
    net: np.ndarray,
    cost: np.ndarray | None = None,
    *,
    cut: int,
    customers: int,
) -> Summary:
    """Sum up the days until ``cut`` (with it) of customers 0 ... ``customers - 1``.

    Later days are left out; rows need no order, but one row a customer and day (see ``daily``).
    """
    until = _rows(np.asarray(day) <= cut)
    customer, day = np.asarray(customer)[until], np.asarray(day)[until]
    same = gross is net
    gross = _finite(gross, until)
    net = gross if same else _finite(net, until)

    def total(weights, chosen=slice(None)):
        return np.bincount(customer[chosen], weights[chosen], minlength=customers)

    bought = _rows(gross > 0)
    half = np.flatnonzero(day > cut - HALF_YEAR)
    quarter = half[day[half] > cut - QUARTER]
    all_gross = total(gross)
    return Summary(
        cut=int(cut),
        gross=all_gross,
        net=all_gross if same else total(net),
        net_quarter=total(net, quarter),
        net_half=total(net, half),
        purchases_quarter=_count(customer[quarter][gross[quarter] > 0], customers),
        purchases_half=_count(customer[half][gross[half] > 0], customers),
        **_rhythm(customer[bought], day[bought], cut, customers),
        **({} if cost is None else _costs(customer, net, np.asarray(cost)[until], customers)),
    )


def _count(customer: np.ndarray, customers: int) -> np.ndarray:
    return np.bincount(customer, minlength=customers)


def _costs(customer: np.ndarray, net: np.ndarray, cost: np.ndarray, customers: int) -> dict:
    """Cost, and the net of the rows of which it is known."""
    cost = cost.astype(float)
    known = np.isfinite(cost)
    columns = {"costed_net": net, "cost": cost}
    return {
        name: np.bincount(customer[known], column[known], minlength=customers)
        for name, column in columns.items()
    }


def _rhythm(customer: np.ndarray, day: np.ndarray, cut: int, customers: int) -> dict:
    """Number, first and last of each customer's purchase days, and the sum of ln gap between them.

    First and last are the cut for those that have none.
    """
    order = in_order(customer, day)
    customer, day = customer[order], day[order]
    purchases = _count(customer, customers)
    ends = purchases.cumsum()
    some = purchases > 0
    first, last = np.full(customers, cut, dtype=np.int64), np.full(customers, cut, dtype=np.int64)
    first[some], last[some] = day[(ends - purchases)[some]], day[ends[some] - 1]
    gaps = np.diff(day)
    gaps[ends[some][:-1] - 1] = 0  # from one customer to the next
    logs = np.log(np.maximum(gaps, 1))
    sum_log_gaps = np.bincount(customer[1:], logs, minlength=customers)
    return {"purchases": purchases, "first": first, "last": last, "sum_log_gaps": sum_log_gaps}


def _rows(chosen: np.ndarray) -> np.ndarray | slice:
    """A mask as an index; where all are chosen, one that need not copy them."""
    return slice(None) if chosen.all() else chosen


def first_days(customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The first day of each customer 0, 1, ... that has rows; far ahead for others."""
    first = np.full(int(customer.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, customer, day)
    return first


def _finite(amounts: np.ndarray, chosen: np.ndarray | slice) -> np.ndarray:
    amounts = np.asarray(amounts, dtype=float)[chosen]
    return amounts if np.isfinite(amounts).all() else np.nan_to_num(amounts, posinf=0.0, neginf=0.0)


def from_frame(days: pd.DataFrame) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Turn a frame of customer, day, gross, net and (optional) cost into columns for ``summarise``.

    ``day`` is a date, a datetime64 or a day number (dates become proleptic ordinals, as of
    ``datetime.date.toordinal``). Returns the customers' labels in order of their index and the
    columns, one row a customer and day.
    """
    cost = days["cost"].to_numpy(dtype=float) if "cost" in days else None
    gross, net = (days[name].to_numpy(dtype=float) for name in ("gross", "net"))
    return by_customer(days["customer"], ordinals(days["day"]), gross, net, cost)


def by_customer(
    customer: np.ndarray,
    day: np.ndarray,
    gross: np.ndarray,
    net: np.ndarray,
    cost: np.ndarray | None = None,
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The same from arrays with any labels of customers and day numbers."""
    index, labels = _indexed(customer)
    columns = daily(index, day, gross, net, cost)
    names = ("customer", "day", "gross", "net", "cost")
    return labels, dict(zip(names, columns, strict=True))


def _indexed(customer) -> tuple[np.ndarray, np.ndarray]:
    """Each label's place among the sorted distinct ones, and these; whole numbers need no hash."""
    labels = np.asarray(customer)
    if not len(labels) or labels.dtype.kind not in "iu":
        index, found = pd.factorize(customer, sort=True)
        return index, np.asarray(found)
    first, last = int(labels.min()), int(labels.max())
    if last - first >= 4 * len(labels) + 1_000:
        index, found = pd.factorize(labels, sort=True)
        return index, found
    place = labels.astype(np.int64) - first
    known = np.zeros(last - first + 1, dtype=bool)
    known[place] = True
    return (np.cumsum(known) - 1)[place], np.flatnonzero(known) + first


def ordinals(day) -> np.ndarray:
    """Day numbers of dates or datetimes (``date.toordinal``); numbers come back as they are."""
    day = pd.Series(day)
    if pd.api.types.is_numeric_dtype(day):
        return day.to_numpy(dtype=np.int64)
    epoch = pd.to_datetime(day).to_numpy().astype("datetime64[D]").astype(np.int64)
    return epoch + 719163


def window_net(
    customer: np.ndarray,
    day: np.ndarray,
    net: np.ndarray,
    *,
    after: int,
    until: int,
    customers: int,
) -> np.ndarray:
    """Net amount of each customer over the days after ``after`` up to and with ``until``."""
    chosen = (day > after) & (day <= until)
    return np.bincount(customer[chosen], np.nan_to_num(net[chosen]), minlength=customers)


def quarterly(
    customer: np.ndarray,
    day: np.ndarray,
    amount: np.ndarray,
    *,
    cut: int,
    customers: int,
    quarters: int = 8,
) -> np.ndarray:
    """Amounts in spans of 91 days back from the cut: shape (customers, quarters), newest last."""
    back = (cut - np.asarray(day)) // QUARTER
    chosen = (back >= 0) & (back < quarters)
    cell = np.asarray(customer)[chosen] * quarters + (quarters - 1 - back[chosen])
    weights = _finite(amount, chosen)
    return np.bincount(cell, weights, minlength=customers * quarters).reshape(-1, quarters)


def repeat_gaps(customer: np.ndarray, day: np.ndarray, gross: np.ndarray) -> np.ndarray:
    """Days between consecutive purchase days, of all customers, in one array."""
    bought = np.asarray(gross) > 0
    customer, day = np.asarray(customer)[bought], np.asarray(day)[bought]
    order = np.lexsort((day, customer))
    same = np.diff(customer[order]) == 0
    return np.diff(day[order])[same]
