"""Generated dealings of many kinds of business, for `worlds.py`; each a function of a generator.

Customers buy at rates drawn from a gamma distribution until they leave, by a chance after each
purchase (as in the model) or on a day drawn beforehand (as in none of ours); a ``chance`` of a
purchase to take place makes seasons, growth and the like. Day numbers begin with 1.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

YEAR = 365.25
Generator = np.random.Generator
Chance = Callable[[np.ndarray, np.ndarray], np.ndarray]


def bought(
    rng: Generator,
    rate: np.ndarray,
    first: np.ndarray,
    until: int,
    *,
    leaves: np.ndarray | float = 0.0,
    ends: np.ndarray | float = np.inf,
    k: np.ndarray | int = 1,
    chance: Chance | None = None,
) -> pd.DataFrame:
    """Rows of customer and day; gaps are Erlang-k of the rate (a day), the first day is a purchase.

    ``leaves`` is the chance to leave after each purchase, ``ends`` the day a customer leaves
    anyway, ``chance`` that of customers (an index) to buy on days when they would.
    """
    n = len(rate)
    leaves, ends = np.broadcast_to(leaves, n), np.broadcast_to(ends, n)
    time = first.astype(float)
    who, when = [np.arange(n)], [time.copy()]
    here = np.flatnonzero(rng.random(n) > leaves)
    while len(here):
        time[here] = time[here] + rng.gamma(np.broadcast_to(k, n)[here], 1 / rate[here])
        here = here[(time[here] < until) & (time[here] < ends[here])]
        happens = np.ones(len(here), dtype=bool)
        if chance is not None:
            happens = rng.random(len(here)) < chance(here, time[here])
        who.append(here[happens])
        when.append(time[here][happens])
        here = here[~happens | (rng.random(len(here)) > leaves[here])]
    rows = {"customer": np.concatenate(who), "day": np.concatenate(when).astype(int)}
    return pd.DataFrame(rows).drop_duplicates()


def priced(
    rng: Generator, rows: pd.DataFrame, order: np.ndarray, *, shape: float = 4.0, level=None
) -> pd.DataFrame:
    """With amounts about each customer's mean ``order``; ``level`` is a factor by row."""
    amount = order[rows["customer"]] * rng.gamma(shape, 1 / shape, len(rows))
    if level is not None:
        amount = amount * level
    rows = rows.assign(gross=np.round(amount, 2) + 0.01)
    return rows.assign(net=rows["gross"])


class Base:
    """What most worlds have in common: n customers won over some days, their rates and orders."""

    def __init__(self, rng, n=4_000, *, won=900, pace=1.0, shape=0.9, sigma=0.9):
        self.rng, self.n = rng, n
        self.rate = pace * rng.gamma(shape, 1 / 40, n)
        self.first = rng.integers(1, won + 1, n)
        self.leaves = rng.beta(0.6, 3, n)
        self.order = rng.lognormal(4.5, sigma, n)

    def days(self, until=1_400, **how) -> pd.DataFrame:
        how = {"leaves": self.leaves} | how
        return priced(self.rng, bought(self.rng, self.rate, self.first, until, **how), self.order)


def plain(rng):
    return Base(rng).days()


def pareto(rng):
    base = Base(rng, 5_000)
    ends = base.first + rng.exponential(1 / rng.gamma(0.6, 1 / 60, base.n))
    return base.days(leaves=0.0, ends=ends)


def spend_trends(rng):
    base = Base(rng, pace=1.5)
    rows = bought(rng, base.rate, base.first, 1_400, leaves=base.leaves)
    own = rng.normal(0, 0.7, base.n)[rows["customer"]]
    return priced(rng, rows, base.order, level=np.exp(own * (rows["day"] - 700) / YEAR))


def pace_changes(rng):
    """Each customer's pace changes at a time of its own, up or down up to fivefold."""
    base = Base(rng, 5_000, pace=2)
    changes = base.first + rng.integers(30, 900, base.n)
    before, after = rng.choice([1.0, 0.2], base.n), rng.choice([1.0, 0.2], base.n)
    return base.days(chance=lambda who, day: np.where(day < changes[who], before[who], after[who]))


def on_and_off(rng):
    """Nobody ever leaves, but a customer sleeps for months and wakes up."""
    base = Base(rng, 4_000, pace=2.5)
    length, shift = rng.uniform(120, 500, base.n), rng.uniform(0, 500, base.n)
    return base.days(
        leaves=0.0,
        chance=lambda who, day: ((day + shift[who]) % length[who] < 0.4 * length[who]) + 0.03,
    )


def season(rng):
    base = Base(rng, 5_000, pace=2)
    return base.days(chance=lambda who, day: 0.5 + 0.45 * np.sin(2 * np.pi * day / YEAR))


def christmas(rng):
    base = Base(rng, 5_000, pace=2.5)
    peak = rng.random(base.n) < 0.5
    inside = lambda day: (day % YEAR > 300) & (day % YEAR < 355)  # noqa: E731
    return base.days(
        chance=lambda who, day: np.where(peak[who], np.where(inside(day), 1.0, 0.1), 0.4)
    )


def new_only(rng):
    return Base(rng, 3_000, won=120, pace=2).days(400)


def one_import(rng):
    """All known from one day on, as after a change of systems."""
    return Base(rng, 3_000, won=7).days(900)


def mostly_once(rng):
    base = Base(rng, 12_000, shape=0.25)
    base.leaves = rng.beta(2, 1, base.n)
    return base.days()


def regular(rng):
    base = Base(rng, 3_000)
    base.rate, base.leaves = rng.gamma(3, 4 / 75, base.n), rng.beta(1, 15, base.n)
    return base.days(k=4)


def half_regular(rng):
    base = Base(rng, 4_000)
    k = rng.choice([1, 5], base.n)
    base.rate, base.leaves = k * rng.gamma(2, 1 / 80, base.n), rng.beta(1, 12, base.n)
    return base.days(k=k)


def _won_at_a_pace(base: Base, a_year: float, days: int) -> None:
    growth = np.log(a_year) / YEAR
    share = base.rng.random(base.n)
    base.first = np.ceil(np.log1p(share * np.expm1(growth * days)) / growth).astype(int)


def grows(rng):
    base = Base(rng, 6_000, pace=1.5)
    _won_at_a_pace(base, 1.5, 1_300)
    return base.days(chance=lambda who, day: np.minimum(1.5 ** ((day - 1_400) / YEAR), 1))


def shrinks(rng):
    base = Base(rng, 6_000, pace=1.5)
    _won_at_a_pace(base, 0.5, 1_300)
    return base.days(chance=lambda who, day: 0.5 ** (day / YEAR))


def returns(rng):
    days = Base(rng, pace=1.3).days()
    back = days[rng.random(len(days)) < 0.3].copy()
    back["day"] += rng.integers(3, 30, len(back))
    back["net"], back["gross"] = -back["gross"] * rng.uniform(0.3, 1, len(back)), 0.0
    return pd.concat([days, back[back["day"] < 1_400]], ignore_index=True)


def some_return_all(rng):
    """One customer in eight sends nearly everything back."""
    base = Base(rng, pace=1.3)
    days, rate = base.days(), np.where(rng.random(base.n) < 0.125, 0.9, 0.05)
    back = rng.random(len(days)) < rate[days["customer"]]
    days.loc[back, "net"] = 0.0
    return days


def few_large(rng):
    base = Base(rng, 1_000, pace=1.5, sigma=2.0)
    return base.days()


def projects(rng):
    """Orders that differ hundredfold from one to the next of the same customer."""
    base = Base(rng, 2_000, sigma=1.0)
    rows = bought(rng, base.rate, base.first, 1_400, leaves=base.leaves)
    return priced(rng, rows, base.order, level=rng.lognormal(-1.1, 1.5, len(rows)))


def short(rng):
    return Base(rng, 4_000, won=150, pace=2).days(300)


def contracts(rng):
    base = Base(rng, 3_000)
    days = base.days()
    pays = rng.integers(1, 900, 1_000)
    how = {"k": 200, "leaves": rng.beta(1, 30, 1_000)}
    monthly = bought(rng, np.full(1_000, 200 / 30.4), pays, 1_400, **how)
    fees = np.round(rng.lognormal(4, 0.7, 1_000))
    monthly["gross"] = monthly["net"] = fees[monthly["customer"]]
    monthly["customer"] += base.n
    return pd.concat([days, monthly], ignore_index=True)


def prices(rng):
    """Prices rise by 40 % on one day, shortly before the cut."""
    base = Base(rng, pace=1.5)
    rows = bought(rng, base.rate, base.first, 1_400, leaves=base.leaves)
    return priced(rng, rows, base.order, level=np.where(rows["day"] > 1_040, 1.4, 1.0))


def promotions(rng):
    """Half of what is bought is bought in a week of each quarter, and a little more a time."""
    base = Base(rng, 5_000, pace=3)
    weeks = (40, 131, 215, 330, 420, 498, 600, 690, 777, 860, 950, 1_047, 1_130, 1_225, 1_310)
    on = np.isin(np.arange(1_401), [week + day for week in weeks for day in range(7)])
    return base.days(chance=lambda who, day: np.where(on[day.astype(int)], 1.0, 0.12))


def weekdays(rng):
    base = Base(rng, pace=1.5)
    weights = np.array([1, 0.9, 0.8, 0.9, 1, 0.15, 0])
    return base.days(chance=lambda who, day: weights[day.astype(int) % 7])


def often_is_small(rng):
    base = Base(rng, pace=1.5)
    base.order = 60 * (base.rate * 40) ** -0.6 * rng.lognormal(0, 0.5, base.n)
    return base.days()


def often_is_large(rng):
    base = Base(rng, pace=1.5)
    base.order = 60 * (base.rate * 40) ** 0.8 * rng.lognormal(0, 0.5, base.n)
    return base.days()


def shock(rng):
    """A competitor takes half of the customers within a month, before the cut."""
    base = Base(rng, 5_000, pace=1.5)
    ends = np.where(rng.random(base.n) < 0.5, rng.uniform(970, 1_000, base.n), np.inf)
    return base.days(ends=np.maximum(ends, base.first + 1))


def recovers(rng):
    """Everybody bought half as much for half a year, as in a closed market."""
    base = Base(rng, 5_000, pace=2)
    return base.days(chance=lambda who, day: np.where((day > 700) & (day < 960), 0.3, 0.8))


def yearly(rng):
    base = Base(rng, 4_000, won=1_800)
    base.rate, base.leaves = rng.gamma(20, 1 / 20, base.n) * 12 / YEAR, rng.beta(1, 4, base.n)
    return base.days(2_600, k=12)


def long(rng):
    return Base(rng, 6_000, won=2_200).days(2_800)


def loyal(rng):
    """Weekly buyers who hardly ever leave, as of a wholesaler of food."""
    base = Base(rng, 1_500)
    base.rate, base.leaves = rng.gamma(4, 1 / 28, base.n), rng.beta(1, 200, base.n)
    return base.days()


WORLDS: dict[str, tuple[Callable, tuple[tuple[int, int], ...]]] = {
    "as the model has it": (plain, ((1_000, 91), (1_000, 182))),
    "Pareto/NBD": (pareto, ((1_000, 91), (700, 365))),
    "spend trends": (spend_trends, ((1_000, 91), (1_000, 182))),
    "pace changes": (pace_changes, ((1_000, 91), (700, 161))),
    "on and off": (on_and_off, ((1_000, 91),)),
    "season, three years": (season, ((1_100, 91), (1_200, 120), (1_000, 182))),
    "season, a year and more": (season, ((500, 91), (600, 91), (680, 60))),
    "Christmas": (christmas, ((1_025, 91), (1_100, 91), (640, 91))),
    "new only": (new_only, ((125, 60), (200, 91))),
    "one import": (one_import, ((400, 91), (600, 182))),
    "mostly once": (mostly_once, ((1_000, 91), (1_000, 273))),
    "regular": (regular, ((1_000, 91), (1_000, 30))),
    "half regular": (half_regular, ((1_000, 91),)),
    "grows by half a year": (grows, ((1_000, 91), (1_200, 161))),
    "shrinks by half a year": (shrinks, ((900, 91), (700, 161))),
    "returns": (returns, ((1_000, 91),)),
    "some return all": (some_return_all, ((1_000, 91),)),
    "few large": (few_large, ((1_000, 91), (1_000, 182))),
    "projects": (projects, ((1_000, 91), (1_000, 182))),
    "few months": (short, ((150, 91), (100, 60), (200, 45))),
    "contracts among them": (contracts, ((1_000, 91),)),
    "prices changed": (prices, ((1_100, 91), (1_060, 60))),
    "promotions": (promotions, ((1_000, 91), (1_100, 60))),
    "weekdays": (weekdays, ((1_000, 91), (1_000, 28))),
    "often is small": (often_is_small, ((1_000, 91),)),
    "often is large": (often_is_large, ((1_000, 91),)),
    "shock": (shock, ((1_020, 91), (1_200, 91))),
    "recovers": (recovers, ((1_000, 91), (1_100, 161))),
    "yearly": (yearly, ((2_000, 365), (2_000, 182))),
    "long": (long, ((2_200, 91), (2_200, 365))),
    "loyal": (loyal, ((1_000, 91), (1_000, 182))),
}


def made(name: str, seed: int) -> pd.DataFrame:
    """The days of a world, one row a customer and day: customer, day, gross, net."""
    make, _ = WORLDS[name]
    days = make(np.random.default_rng(seed))
    return days.groupby(["customer", "day"], as_index=False).sum()
