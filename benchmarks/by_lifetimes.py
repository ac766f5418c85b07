"""The work of a night's models by the package `lifetimes`, in a Python that has it.

    DATABASE_URL=... python benchmarks/by_lifetimes.py 2026-01-31 values.npz

Reads customer, day and amount of each transaction, writes each customer's chance to be alive,
purchases expected and value over three years, and prints the seconds of each part as JSON. What
follows the package's own guide: a summary by customer and day, (M)BG/NBD, Gamma-Gamma, and the
discounted value month by month. After reading it is done three times; the middle one counts.
"""

import contextlib
import json
import os
import resource
import sys
import time
import warnings

import numpy as np
import pandas as pd
import psycopg2

ROWS = """
    SELECT customer_id AS customer, date AS day, amount::float8 FROM customers_transaction
    WHERE amount > 0 AND date <= %(until)s
"""
MONTHS, DAYS = 36, 1096
RATE_A_MONTH = 1.10 ** (1 / 12) - 1
PENALTIES = (0.001, 0.01, 0.1)
ROUNDS = 3


def main(until: str, target: str) -> None:
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    frame = pd.read_sql(ROWS, connection, params={"until": until}, parse_dates=["day"])
    reading = round(time.perf_counter() - start, 2)
    rounds = [models(frame) for _ in range(ROUNDS)]
    rounds.sort(key=lambda done: sum(done[0].values()))
    seconds, values = rounds[ROUNDS // 2]
    np.savez(target, **values)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": {"read": reading} | seconds, "peak_mb": peak}))


def models(frame: pd.DataFrame) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Seconds of each part, and the figures by customer."""
    from lifetimes import ModifiedBetaGeoFitter
    from lifetimes.utils import summary_data_from_transaction_data

    seconds, start = {}, time.perf_counter()

    def took(part: str) -> None:
        nonlocal start
        now = time.perf_counter()
        seconds[part], start = round(now - start, 2), now

    table = summary_data_from_transaction_data(
        frame, "customer", "day", monetary_value_col="amount", freq="D"
    )
    took("summary")
    timing = ModifiedBetaGeoFitter(penalizer_coef=0.001)
    timing.fit(table["frequency"], table["recency"], table["T"])
    took("fit rhythm")
    again = table[(table["frequency"] > 0) & (table["monetary_value"] > 0)]
    spend = fit_spend(again)
    took("fit spend")
    history = (table["frequency"], table["recency"], table["T"])
    alive = timing.conditional_probability_alive(*history)
    expected = timing.conditional_expected_number_of_purchases_up_to_time(DAYS, *history)
    took("score")
    value = spend.customer_lifetime_value(
        timing,
        *history,
        table["monetary_value"],
        time=MONTHS,
        discount_rate=RATE_A_MONTH,
        freq="D",
    )
    took("value")
    figures = {"customer": table.index, "alive": alive, "expected": expected, "value": value}
    return seconds, {name: np.asarray(column, dtype=float) for name, column in figures.items()}


def fit_spend(again: pd.DataFrame):
    """With a larger penalty where it does not converge, as its message advises."""
    from lifetimes import GammaGammaFitter
    from lifetimes.utils import ConvergenceError

    for penalty in PENALTIES[:-1]:
        with contextlib.suppress(ConvergenceError):
            return GammaGammaFitter(penalty).fit(again["frequency"], again["monetary_value"])
    return GammaGammaFitter(PENALTIES[-1]).fit(again["frequency"], again["monetary_value"])


if __name__ == "__main__":
    main(*sys.argv[1:])
