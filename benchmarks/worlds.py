"""The bar of the backtest on many sets of dealings: generated worlds and slices of the real ones.

    python benchmarks/worlds.py                 all of them, as a table
    python benchmarks/worlds.py season Online   those with one of these words in their name
    SEEDS=4,5,6 python benchmarks/worlds.py     the generated ones drawn anew

Runs what `manage.py backtest` runs, on dealings of other kinds than those that the rules were
first tried on. Nothing may be tuned to a single set: a rule is mended where several sets show one
general reason, and by earlier cuts only. Generated sets have fixed seeds; the worlds themselves are
in `worlds_made.py`, slices of real sets need ../shared/data.
"""

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pandas as pd

from benchmarks import worlds_made
from lifecycle.analytics import backtest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(frozen=True)
class World:
    """A set of dealings, and the cut and horizon at which it is tried."""

    name: str
    cut: int | date
    horizon: int
    seed: int = 1

    def days(self) -> pd.DataFrame:
        """A row for each customer and day: customer, day, gross, net."""
        if self.name in worlds_made.WORLDS:
            return worlds_made.made(self.name, self.seed)
        source, _, slice_ = self.name.partition(", ")
        return SLICES[slice_](SOURCES[source](), self.cut)


@lru_cache
def online_retail() -> pd.DataFrame:
    names = ["Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
    rows = pd.read_csv(DATA / "online_retail_lines.csv.gz", usecols=names)
    rows = rows.dropna(subset=["CustomerID"])
    amount = rows["Quantity"] * rows["UnitPrice"]
    lines = pd.DataFrame(
        {
            "customer": rows["CustomerID"].astype(int),
            "day": pd.to_datetime(rows["InvoiceDate"].str[:10]),
            "country": rows["Country"],
            "gross": amount.clip(lower=0),
            "net": amount,
        }
    )
    sums = {"country": "first", "gross": "sum", "net": "sum"}
    return lines.groupby(["customer", "day"], as_index=False).agg(sums)


@lru_cache
def cdnow() -> pd.DataFrame:
    names = ["customer", "date", "discs", "gross"]
    path = DATA / "cdnow" / "CDNOW_master.txt.gz"
    rows = pd.read_csv(path, sep=r"\s+", header=None, skiprows=1, names=names)
    rows["day"] = pd.to_datetime(rows["date"].astype(str))
    rows["net"] = rows["gross"]
    return rows.groupby(["customer", "day"], as_index=False)[["gross", "net"]].sum()


def _first_orders(days: pd.DataFrame) -> pd.Series:
    bought = days[days["gross"] > 0].sort_values("day")
    return bought.groupby("customer")["gross"].first()


def _by_first_order(least: float, most: float):
    def chosen(days: pd.DataFrame, cut) -> pd.DataFrame:
        first = _first_orders(days)
        ids = first.index[(first >= least) & (first < most)]
        return days[days["customer"].isin(ids)]

    return chosen


def _newest(days: pd.DataFrame, cut) -> pd.DataFrame:
    """Only customers won in the half year before the cut."""
    first = days.groupby("customer")["day"].min()
    ids = first.index[first > pd.Timestamp(cut) - pd.Timedelta(days=182)]
    return days[days["customer"].isin(ids)]


SOURCES = {"Online Retail": online_retail, "CDNOW": cdnow}
SLICES = {
    "all": lambda days, cut: days,
    "UK": lambda days, cut: days[days["country"] == "United Kingdom"],
    "abroad": lambda days, cut: days[days["country"] != "United Kingdom"],
    "large first order": _by_first_order(400, np.inf),
    "small first order": _by_first_order(0, 200),
    "won lately": _newest,
    "every tenth": lambda days, cut: days[days["customer"] % 10 == 4],
    "without returns": lambda days, cut: days[days["gross"] > 0].assign(net=days["gross"]),
}
RETAIL = (
    *(("all", date(2011, 9, 9), 91), ("all", date(2011, 6, 30), 161)),
    *(("all", date(2011, 3, 31), 60), ("all", date(2011, 5, 31), 91)),
    *(("all", date(2011, 7, 31), 91), ("all", date(2011, 8, 31), 91)),
    *(("all", date(2011, 10, 9), 60), ("all", date(2011, 10, 31), 30)),
    *(("all", date(2011, 6, 9), 182), ("all", date(2011, 4, 30), 120)),
    *(("UK", date(2011, 9, 9), 91), ("UK", date(2011, 6, 30), 161)),
    *(("abroad", date(2011, 9, 9), 91), ("abroad", date(2011, 6, 30), 161)),
    *(("large first order", date(2011, 9, 9), 91), ("large first order", date(2011, 6, 30), 161)),
    *(("small first order", date(2011, 9, 9), 91), ("won lately", date(2011, 9, 9), 91)),
    *(("without returns", date(2011, 8, 31), 60), ("every tenth", date(2011, 9, 9), 91)),
)
MUSIC = (
    *(("all", date(1997, 9, 30), 273), ("all", date(1997, 9, 30), 91)),
    *(("all", date(1997, 6, 30), 91), ("all", date(1997, 12, 31), 91)),
    *(("all", date(1998, 3, 31), 91), ("all", date(1997, 12, 31), 180)),
    *(("every tenth", date(1997, 9, 30), 273), ("every tenth", date(1997, 12, 31), 91)),
    *(("large first order", date(1997, 9, 30), 273), ("small first order", date(1997, 9, 30), 273)),
    ("won lately", date(1997, 6, 30), 182),
)


def worlds(seeds: tuple[int, ...] = (1,)) -> list[World]:
    """Every set; the real ones, where they are present, first and beside the first seed only."""
    real = [
        World(f"{source}, {part}", cut, horizon)
        for source, rows in (("Online Retail", RETAIL), ("CDNOW", MUSIC))
        for part, cut, horizon in rows
    ]
    made = [
        World(name, cut, horizon, seed)
        for name, (_, tries) in worlds_made.WORLDS.items()
        for seed in seeds
        for cut, horizon in tries
    ]
    return (real if DATA.exists() and 1 in seeds else []) + made


def tried(world: World) -> dict:
    """What the backtest says of it, and which parts of the bar it misses."""
    start = time.perf_counter()
    found = backtest.run(world.days(), world.cut, world.horizon)
    model, plain = found["model"], min(found["last_window"]["mae"], found["bg_gg"]["mae"])
    pairs = {
        "error": (model["mae"], plain),
        "top 20 %": (found["historic"]["top20"], model["top20"]),
        "AUC": (found["rfm"]["auc"], found["churn"]["auc"]),
    }
    ratios = {name: a / b for name, (a, b) in pairs.items() if a is not None and b}
    return {
        "found": found,
        "plain": plain,
        "misses": [name for name, ratio in ratios.items() if ratio > 1],
        "ratios": ratios,
        "seconds": time.perf_counter() - start,
    }


def line(world: World, result: dict) -> str:
    found = result["found"]
    cells = [
        f"{world.name}{f' ({world.seed})' if world.seed > 1 else ''}",
        f"{world.cut} + {world.horizon}",
        f"{found['customers']:,}",
        found["model"]["name"].replace("_", " "),
        *(_text(value) for value in (found["model"]["mae"], result["plain"])),
        *(_text(found[side]["top20"], 3) for side in ("model", "historic")),
        *(_text(found[side]["auc"], 3) for side in ("churn", "rfm")),
        ", ".join(f"{name} {result['ratios'][name]:.3f}" for name in result["misses"]),
    ]
    return "| " + " | ".join(cells) + " |"


def _text(value: float | None, digits: int | None = None) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if digits is None else f"{value:.{digits}f}".lstrip("0")


def main(words: list[str]) -> None:
    seeds = tuple(int(seed) for seed in os.environ.get("SEEDS", "1").split(","))
    chosen = [
        world for world in worlds(seeds) if not words or any(word in world.name for word in words)
    ]
    print(
        "| set | cut, days | customers | method | error | plain | top | historic | AUC | RFM |  |"
    )
    print("|---|---|--:|---|--:|--:|--:|--:|--:|--:|---|")
    misses = []
    with ProcessPoolExecutor(2) as pool:
        for world, result in zip(chosen, pool.map(tried, chosen), strict=True):
            print(line(world, result), flush=True)
            misses += result["misses"]
    counted = ", ".join(f"{name} {misses.count(name)}" for name in sorted(set(misses)))
    print(f"\n{len(chosen)} sets, missed: {counted or 'nothing'}")


if __name__ == "__main__":
    main(sys.argv[1:])
