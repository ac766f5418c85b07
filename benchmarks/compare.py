"""The same work by Perennial's engine and by the package `lifetimes`, in one run.

From transactions to each customer's chance to be alive, purchases and discounted value over three
years: with the transactions already in memory, and from the database and back to it. The engine
works on two shards at once, as its nights do; `lifetimes` knows none. In memory each does it three
times and the middle one counts. From the database both write their figures by the
same COPY; the engine reads by COPY as its nights do, `lifetimes` by `pandas.read_sql` as its users
do. `lifetimes` runs in a process of its own: this Python, or another one that has it
(`--lifetimes PYTHON` of `run.py`).
"""

import json
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import numpy as np

SCRIPT = Path(__file__).with_name("by_lifetimes.py")
ROWS = """
    SELECT customer_id AS customer, date AS day, amount FROM customers_transaction
    WHERE amount > 0 AND date <= %(until)s AND customer_id >= %(low)s AND customer_id < %(high)s
"""
WORKERS = 2
KINDS = {"customer": "int", "day": "date", "amount": "float"}
TARGET = "bench_values"
YEARS_3 = 1096
ROUNDS = 3


def compare(until, python: str | None) -> dict:
    """Seconds of each part; those of `lifetimes` where a Python that has it is named."""
    with ThreadPoolExecutor(WORKERS) as pool:
        start = time.perf_counter()
        shards = read(pool, until)
        reading = time.perf_counter() - start
        rounds = [in_memory(pool, shards) for _ in range(ROUNDS)]
    ours, values = middle([seconds for seconds, _ in rounds]), rounds[0][1]
    start = time.perf_counter()
    write(values)
    writing = round(time.perf_counter() - start, 2)
    found = {
        "rows": sum(len(rows["customer"]) for rows in shards),
        "customers": len(values["customer_id"]),
        "write": writing,
    } | told("ours", {"read": round(reading, 2)} | ours, writing)
    if python:
        theirs = by_lifetimes(until, python)
        found |= told("lifetimes", theirs["seconds"], writing)
        found["lifetimes, MB"] = theirs["peak_mb"]
        found |= alike(values, theirs["values"])
        for part in ("in memory", "from the database"):
            found[f"times faster {part}"] = round(
                found[f"lifetimes {part}"] / found[f"ours {part}"], 1
            )
    return found


def middle(rounds: list[dict[str, float]]) -> dict[str, float]:
    """The round of the median total."""
    return sorted(rounds, key=lambda seconds: sum(seconds.values()))[len(rounds) // 2]


def told(side: str, seconds: dict[str, float], writing: float) -> dict:
    whole = sum(seconds.values())
    return {
        side: seconds,
        f"{side} in memory": round(whole - seconds["read"], 2),
        f"{side} from the database": round(whole + writing, 2),
    }


def alike(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> dict[str, float]:
    """How far the totals of both agree: theirs over ours."""
    return {
        f"{name}, total, lifetimes over ours": round(
            float(np.nansum(theirs[name]) / ours[name].sum()), 3
        )
        for name in ("alive", "expected", "value")
    }


def read(pool: ThreadPoolExecutor, until) -> list[dict[str, np.ndarray]]:
    """The rows of each shard, each by a connection of its own."""
    from lifecycle.services.shards import inner_bounds, shard

    bounds = inner_bounds(parts=WORKERS)
    parts = [shard(bounds, number) for number in range(len(bounds) + 1)]
    return list(pool.map(lambda part: read_shard(part, until), parts))


def read_shard(part, until) -> dict[str, np.ndarray]:
    from django.db import connection

    from lifecycle.services import columns

    try:
        return columns.read(ROWS, {"until": until, **part.ids}, KINDS)
    finally:
        connection.close()


def in_memory(
    pool: ThreadPoolExecutor, shards: list[dict[str, np.ndarray]]
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Seconds of summary, fit and score by the engine, and the figures."""
    from lifecycle.analytics import scoring

    seconds, start = {}, time.perf_counter()

    def took(part: str) -> None:
        nonlocal start
        now = time.perf_counter()
        seconds[part], start = round(now - start, 2), now

    cut = max(int(rows["day"].max()) for rows in shards)
    summed = list(pool.map(lambda rows: summed_up(rows, cut), shards))
    took("summary")
    whole = together([summary for _, summary in summed])
    fitted = scoring.fit_models(whole, np.random.default_rng(1))
    took("fit")
    scored = list(pool.map(lambda part: score(*part, *fitted), summed))
    took("score and value")
    names = scored[0]
    return seconds, {name: np.concatenate([part[name] for part in scored]) for name in names}


def summed_up(rows: dict[str, np.ndarray], cut: int) -> tuple:
    """A shard's customers and their summary."""
    from lifecycle.analytics.summaries import by_customer, summarise

    labels, columns = by_customer(rows["customer"], rows["day"], rows["amount"], rows["amount"])
    return labels, summarise(**columns, cut=cut, customers=len(labels))


def together(summaries: list):
    """One summary of all shards, in their order."""
    kind = type(summaries[0])
    columns = {}
    for field in fields(kind):
        parts = [getattr(summary, field.name) for summary in summaries]
        columns[field.name] = (
            np.concatenate(parts) if isinstance(parts[0], np.ndarray) else parts[0]
        )
    return kind(**columns)


def score(labels: np.ndarray, summary, timing, spend) -> dict[str, np.ndarray]:
    """A shard's figures by the models of all."""
    from lifecycle.analytics import gamma_gamma, mbgnbd, value

    x, t_x, age = summary.x, summary.t_x, summary.T
    alive = mbgnbd.probability_alive(timing, x, t_x, age)
    rates = 0.0, value.daily_discount(0.10)
    counts = mbgnbd.counts_if_alive(timing, x, t_x, age, YEARS_3, rates)
    expected, discounted = (alive * count for count in counts)
    order = gamma_gamma.expected_mean(spend, summary.purchases, summary.mean_gross)
    return {
        "customer_id": labels,
        "alive": alive,
        "expected": expected,
        "value": discounted * order,
    }


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


def by_lifetimes(until, python: str) -> dict:
    """Its seconds and memory, and its figures."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "values.npz"
        done = subprocess.run(
            [python, str(SCRIPT), str(until), str(target)], check=True, stdout=subprocess.PIPE
        )
        values = dict(np.load(target))
        return json.loads(done.stdout.decode().splitlines()[-1]) | {"values": values}


def print_comparison(found: dict) -> None:
    print(f"\n{found['rows']:,} transactions of {found['customers']:,} customers\n")
    print("| part | seconds |\n|---|--:|")
    for side in ("ours", "lifetimes"):
        for part, seconds in found.get(side, {}).items():
            print(f"| {side}, {part} | {seconds} |")
    print(f"| write, both | {found['write']} |")
    for name, figure in found.items():
        if name.startswith(("ours ", "lifetimes ", "lifetimes,", "times faster")) or "over" in name:
            print(f"| {name} | {figure} |")
