"""When customers buy: working days, holidays and a mild season of 12 months.

The processes of `dealings` run on operational time: the sum of the day weights made here, which
average to 1 a day. On a weekend or holiday the clock stands still, before Christmas it runs
slowly: whatever the process, purchases then fall as the weights say.
"""

import datetime as dt

import numpy as np
import pandas as pd

CHINA, EUROPE = 0, 1

# January to December. Mild: the highest month is about 1.35 times the lowest.
MONTHS = {
    CHINA: [0.95, 0.82, 1.08, 1.05, 1.02, 1.03, 0.97, 0.96, 1.05, 0.98, 1.06, 1.10],
    EUROPE: [0.97, 1.00, 1.08, 0.98, 1.01, 1.04, 0.95, 0.84, 1.06, 1.09, 1.07, 0.91],
}
# First day of the Chinese year; the firm and its customers rest from the day before for 8 days.
NEW_YEAR = {
    2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29),
    2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23),
    2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8), 2036: (1, 28), 2037: (2, 15),
    2038: (2, 4), 2039: (1, 24), 2040: (2, 12),
}  # fmt: skip


def rests(day: dt.date, calendar: int) -> bool:
    if calendar == EUROPE:
        return (day.month == 12 and day.day >= 24) or (day.month == 1 and day.day == 1)
    if (day.month, day.day) in {(1, 1), (5, 1), (5, 2), (5, 3)}:
        return True
    if day.month == 10 and day.day <= 7:
        return True
    if day.year not in NEW_YEAR:
        return False
    return -1 <= (day - dt.date(day.year, *NEW_YEAR[day.year])).days <= 6


def _weight(day: dt.date, calendar: int) -> float:
    if rests(day, calendar):
        return 0.0
    # Some Chinese customers order on Saturdays; nobody on Sundays.
    weekday = (1.05, 1.1, 1.05, 1.0, 0.9, 0.12 if calendar == CHINA else 0.0, 0.0)[day.weekday()]
    return weekday * MONTHS[calendar][day.month - 1]


def weights(start: dt.date, days: int) -> np.ndarray:
    """Day weights, shape (2, days), row by calendar; they average to 1 over a long time."""
    dates = [start + dt.timedelta(days=offset) for offset in range(days)]
    raw = np.array([[_weight(day, calendar) for day in dates] for calendar in (CHINA, EUROPE)])
    return raw / _MEAN[:, None]


def on_weekday(date: pd.Series) -> pd.Series:
    """Sundays and Saturdays move to the Monday after."""
    ahead = np.maximum(7 - date.dt.day_of_week.to_numpy(), 0)
    return date + pd.to_timedelta(np.where(ahead <= 2, ahead, 0), unit="D")


def _long_mean() -> np.ndarray:
    dates = [dt.date(2021, 1, 1) + dt.timedelta(days=offset) for offset in range(365 * 4 + 1)]
    return np.array([np.mean([_weight(day, which) for day in dates]) for which in (CHINA, EUROPE)])


_MEAN = _long_mean()
