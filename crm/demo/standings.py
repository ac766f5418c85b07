"""Tiers and stages of the demo company's customers in the past, from their invoice lines alone.

The nightly run has not yet computed anything when the demo company moves in. The tiers are those of
its formula, without its patience at the cuts; stages follow the same marks in simpler words.
"""

import datetime as dt

import numpy as np
import pandas as pd

from lifecycle.analytics.tiers import raw_tiers

ASSUMED_MARGIN = 0.30


def margins(lines: pd.DataFrame) -> pd.DataFrame:
    """Ordinal, day, net and margin of each line; where the cost is not known it is assumed."""
    known = lines["cost"].notna()
    margin = np.where(known, lines["amount"] - lines["cost"].fillna(0), 0)
    margin = np.where(known, margin, ASSUMED_MARGIN * lines["amount"])
    columns = {"ordinal": lines["ordinal"], "date": lines["date"], "net": lines["amount"]}
    return pd.DataFrame(columns | {"margin": margin})


def tiers(sums: pd.DataFrame, customers: int, day: dt.date) -> pd.Series:
    """Tier by ordinal, from the margin of the twelve months before the day."""
    end = pd.Timestamp(day)
    year = sums[(sums["date"] < end) & (sums["date"] >= end - pd.DateOffset(years=1))]
    basis = year.groupby("ordinal")["margin"].sum().reindex(range(customers), fill_value=0.0)
    return pd.Series(raw_tiers(basis.to_numpy())[0], index=basis.index)


def monthly_tiers(
    sums: pd.DataFrame, customers: int, since: dt.date, until: dt.date
) -> dict[dt.date, pd.Series]:
    """The tiers that held from the first of each month on."""
    first = since.replace(day=1)
    months = pd.date_range(first, until, freq="MS").date
    return {month: tiers(sums, customers, month) for month in months}


def stages(sums: pd.DataFrame, day: dt.date) -> pd.Series:
    """Stage by ordinal of those who bought before the day; the others are missing."""
    end = pd.Timestamp(day)
    past = sums[(sums["date"] < end) & (sums["net"] > 0)]
    by = past.groupby("ordinal")["date"]
    facts = pd.DataFrame({"first": by.min(), "last": by.max(), "days": by.nunique()})
    age, silent = (end - facts["first"]).dt.days, (end - facts["last"]).dt.days
    half, before, year, year_before = (_between(past, end, *span, facts) for span in _SPANS)
    gap = (facts["last"] - facts["first"]).dt.days / (facts["days"] - 1).clip(lower=1)
    known = age >= 365
    conditions = [
        silent > np.maximum(365, 4 * gap),
        known & (half < 0.75 * before / 2) & (facts["days"] >= 4),
        (facts["days"] < 4) | (age < 90),
        known & (year > 1.2 * year_before) & (year_before > 0),
    ]
    names = ["ended", "decline", "exploration", "formation"]
    return pd.Series(np.select(conditions, names, "stability"), index=facts.index)


def at(sums: pd.DataFrame, customers: int, day: dt.date) -> pd.DataFrame:
    """Tier and stage of those who had bought before the day; the index is the ordinal."""
    stage = stages(sums, day)
    return pd.DataFrame({"tier": tiers(sums, customers, day).reindex(stage.index), "stage": stage})


# Days before: the last half year and the year before it; the last year and the one before it.
_SPANS = ((0, 182), (182, 547), (0, 365), (365, 730))


def _between(
    past: pd.DataFrame, end: pd.Timestamp, least: int, most: int, facts: pd.DataFrame
) -> pd.Series:
    days = (end - past["date"]).dt.days
    part = past[(days > least) & (days <= most)]
    return part.groupby("ordinal")["net"].sum().reindex(facts.index, fill_value=0.0)
