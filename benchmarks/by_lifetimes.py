"""The work of a night's models by the package `lifetimes`, in a Python that has it.

    python benchmarks/by_lifetimes.py purchases.npz values.npz

Reads customer, day and amount of each transaction, writes each customer's chance to be alive,
purchases expected and value over three years, and prints the seconds of each part as JSON. What
follows the package's own guide: a summary by customer and day, (M)BG/NBD, Gamma-Gamma, and the
discounted value month by month.
"""

import json
import resource
import sys
import time
import warnings

import numpy as np
import pandas as pd

MONTHS, DAYS = 36, 1096
RATE_A_MONTH = 1.10 ** (1 / 12) - 1


def main(source: str, target: str) -> None:
    from lifetimes import GammaGammaFitter, ModifiedBetaGeoFitter
    from lifetimes.utils import summary_data_from_transaction_data

    warnings.simplefilter("ignore")
    rows = np.load(source)
    frame = pd.DataFrame({name: rows[name] for name in ("customer", "amount")})
    frame["day"] = np.datetime64("1970-01-01") + rows["day"].astype("timedelta64[D]")
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
    spend = GammaGammaFitter(penalizer_coef=0.001)
    spend.fit(again["frequency"], again["monetary_value"])
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
    np.savez(
        target,
        customer=table.index.to_numpy(),
        alive=np.asarray(alive, dtype=float),
        expected=np.asarray(expected, dtype=float),
        value=np.asarray(value, dtype=float),
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
