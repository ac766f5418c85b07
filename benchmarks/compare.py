"""The same work by Perennial's engine and by the package `lifetimes`, in one run.

From transactions to each customer's chance to be alive, purchases and value over three years: once
with the transactions already in memory, once from the database and back to it. `lifetimes` runs in
a Python of its own, since its newest release (0.11.3 of 2020) pins nothing and must not decide on
the versions of ours; `--lifetimes PYTHON` of `run.py` names it.
"""

import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

SCRIPT = Path(__file__).with_name("by_lifetimes.py")
ROWS = """
    SELECT customer_id AS customer, date AS day, amount FROM customers_transaction
    WHERE amount > 0 AND date <= %(until)s
"""
KINDS = {"customer": "int", "day": "date", "amount": "float"}
TARGET = "bench_values"
YEARS_3 = 1096


def compare(until, python: str | None) -> dict:
    """Seconds of each part; those of `lifetimes` where a Python that has it is named."""
    start = time.perf_counter()
    rows = read(until)
    reading = time.perf_counter() - start
    ours, values = in_memory(rows)
    start = time.perf_counter()
    write(values)
    writing = time.perf_counter() - start
    found = {
        "rows": len(rows["customer"]),
        "customers": len(values["customer_id"]),
        "read": round(reading, 2),
        "write": round(writing, 2),
        "ours": ours,
        "ours in memory": round(sum(ours.values()), 2),
        "ours from the database": round(reading + sum(ours.values()) + writing, 2),
    }
    if python:
        theirs = by_lifetimes(rows, python)
        whole = sum(theirs["seconds"].values())
        found |= {
            "lifetimes": theirs["seconds"],
            "lifetimes, MB": theirs["peak_mb"],
            "lifetimes in memory": round(whole, 2),
            "lifetimes from the database": round(reading + whole + writing, 2),
        }
        for part in ("in memory", "from the database"):
            found[f"times faster {part}"] = round(
                found[f"lifetimes {part}"] / found[f"ours {part}"], 1
            )
    return found


def read(until) -> dict[str, np.ndarray]:
    from lifecycle.services import columns

    return columns.read(ROWS, {"until": until}, KINDS)


def in_memory(rows: dict[str, np.ndarray]) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Seconds of summary, fit and score by the engine, and the figures."""
    from lifecycle.analytics import gamma_gamma, mbgnbd, scoring, value
    from lifecycle.analytics.summaries import by_customer, summarise

    seconds, start = {}, time.perf_counter()

    def took(part: str) -> None:
        nonlocal start
        now = time.perf_counter()
        seconds[part], start = round(now - start, 2), now

    labels, columns = by_customer(rows["customer"], rows["day"], rows["amount"], rows["amount"])
    summary = summarise(**columns, cut=int(rows["day"].max()), customers=len(labels))
    took("summary")
    timing, spend = scoring.fit_models(summary, np.random.default_rng(1))
    took("fit")
    x, t_x, age = summary.x, summary.t_x, summary.T
    alive = mbgnbd.probability_alive(timing, x, t_x, age)
    expected = alive * mbgnbd.count_if_alive(timing, x, t_x, age, YEARS_3)
    took("score")
    delta = value.daily_discount(0.10)
    discounted = alive * mbgnbd.count_if_alive(timing, x, t_x, age, YEARS_3, delta)
    order = gamma_gamma.expected_mean(spend, summary.purchases, summary.mean_gross)
    took("value")
    figures = {
        "customer_id": labels,
        "alive": alive,
        "expected": expected,
        "value": discounted * order,
    }
    return seconds, figures


def write(values: dict[str, np.ndarray]) -> None:
    from django.db import connection

    from lifecycle.services import columns

    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TARGET}")
        cursor.execute(
            f"CREATE TEMP TABLE {TARGET}"
            " (customer_id bigint, alive float8, expected float8, value float8)"
        )
    columns.write(TARGET, values)


def by_lifetimes(rows: dict[str, np.ndarray], python: str) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "purchases.npz", Path(folder) / "values.npz"
        np.savez(source, customer=rows["customer"], day=rows["day"] - 719163, amount=rows["amount"])
        done = subprocess.run(
            [python, str(SCRIPT), str(source), str(target)], check=True, capture_output=True
        )
        return json.loads(done.stdout.decode().splitlines()[-1])


def print_comparison(found: dict) -> None:
    print(f"\n{found['rows']:,} transactions of {found['customers']:,} customers\n")
    print("| part | seconds |\n|---|--:|")
    for side in ("ours", "lifetimes"):
        for part, seconds in found.get(side, {}).items():
            print(f"| {side}, {part} | {seconds} |")
    for name in ("read", "write"):
        print(f"| {name}, both | {found[name]} |")
    for name, figure in found.items():
        if name.startswith(("ours ", "lifetimes ", "lifetimes,", "times faster")):
            print(f"| {name} | {figure} |")
