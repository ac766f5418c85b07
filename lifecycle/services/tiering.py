"""Tiers and value bands: the cuts rest on all customers together."""

import calendar
import datetime as dt

import numpy as np

from lifecycle.analytics import tiers
from lifecycle.models import NightlyRun, Placed
from lifecycle.override_reads import HOLDING
from lifecycle.services import columns

# What was held so far, and what the figures gave last, which differ where people overrode them.
BASIS = f"""
    SELECT s.customer_id, s.tier_basis AS basis, v.lifetime_value AS value,
        coalesce(held.after, '') AS held, coalesce(m2.raw_tier, '') AS before_last,
        coalesce(m1.raw_tier, '') AS last,
        CASE WHEN other.customer_id IS NULL THEN coalesce(held.after, '')
             ELSE coalesce(other.after, '') END AS by_numbers,
        coalesce(o.value, '') AS override
    FROM lifecycle_scored s
    JOIN lifecycle_valueparts v USING (customer_id)
    LEFT JOIN (
        SELECT DISTINCT ON (customer_id) customer_id, after FROM lifecycle_tierchange
        WHERE "on" < %(as_of)s ORDER BY customer_id, "on" DESC) held USING (customer_id)
    LEFT JOIN (
        SELECT DISTINCT ON (customer_id) customer_id,
            CASE WHEN NOT overridden THEN after END AS after
        FROM lifecycle_tierchange
        WHERE "on" < %(as_of)s AND customer_id IN (
            SELECT customer_id FROM lifecycle_tierchange WHERE overridden)
        ORDER BY customer_id, overridden, "on" DESC) other USING (customer_id)
    LEFT JOIN ({HOLDING.format(kind="tier")}) o USING (customer_id)
    LEFT JOIN lifecycle_standingmonth m1
        ON m1.customer_id = s.customer_id AND m1.month = %(last)s
    LEFT JOIN lifecycle_standingmonth m2
        ON m2.customer_id = s.customer_id AND m2.month = %(before_last)s
    ORDER BY s.customer_id
"""  # noqa: S608 -- no value in it
KINDS = {
    "customer_id": "int", "basis": "float", "value": "float",
    "held": "1", "before_last": "1", "last": "1", "by_numbers": "1", "override": "1",
}  # fmt: skip
HIGH, MEDIUM, LOW = "high", "medium", "low"


def month_end_before(date: dt.date) -> dt.date:
    return date.replace(day=1) - dt.timedelta(days=1)


def is_month_end(date: dt.date) -> bool:
    return date.day == calendar.monthrange(date.year, date.month)[1]


def place(run: NightlyRun) -> int:
    """Cut all customers into tiers and bands; the amounts of the cuts are stored with the run."""
    last = month_end_before(run.as_of)
    values = {"as_of": run.as_of, "last": last, "before_last": month_end_before(last)}
    found = columns.read(BASIS, values, KINDS)
    settings = run.models_used["settings"]
    cuts = (float(settings["tier_a_cut"]), float(settings["tier_b_cut"]))
    raw, amounts = tiers.raw_tiers(found["basis"], cuts)
    month_ends = [found["before_last"], found["last"]]
    if is_month_end(run.as_of):
        month_ends = [found["last"], raw]
    band_amounts = band_cuts(found["value"])
    by_numbers = tiers.hold(found["by_numbers"], found["basis"], amounts, month_ends)
    overridden = found["override"] != ""
    placed = {
        "customer_id": found["customer_id"],
        "tier_before": found["held"],
        "raw_tier": raw,
        "tier": np.where(overridden, found["override"], by_numbers),
        "tier_by_numbers": np.where(overridden, by_numbers, ""),
        "value_band": bands(found["value"], band_amounts),
    }
    Placed.objects.all().delete()
    count = columns.write(Placed._meta.db_table, placed)
    # Infinite without positive amounts, which JSON can't say.
    run.models_used["cut_amounts"] = [a if np.isfinite(a) else None for a in amounts]
    run.models_used["band_amounts"] = list(band_amounts)
    run.save(update_fields=["models_used"])
    return count


def band_cuts(value: np.ndarray) -> tuple[float, float]:
    """The least amounts of the middle and the upper third of the customers of positive value."""
    positive = np.sort(value[value > 0])
    if not len(positive):
        return 0.0, 0.0
    thirds = (np.array([1, 2]) * len(positive)) // 3
    middle, upper = positive[thirds]
    return float(middle), float(upper)


def bands(value: np.ndarray, cuts: tuple[float, float]) -> np.ndarray:
    """The value band of each customer; nothing or less is low."""
    positive = value > 0
    return np.select([positive & (value >= cuts[1]), positive & (value >= cuts[0])],
                     [HIGH, MEDIUM], LOW)  # fmt: skip
