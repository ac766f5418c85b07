"""The model that the demo company's customers follow, and what each of them is like.

Natural customers buy as MBG/NBD assumes (Batislam, Denizel, Filiztekin 2007), in operational time
(see `seasons`): purchase rate ~ Gamma(R, 1/ALPHA) a day; after each purchase day, the first
included, they leave with a probability of their own ~ Beta(A, B). REGULAR_SHARE of them have gaps
of REGULARITY stages (Erlang) with the same mean: the k of CNBD-k. An order is worth Gamma(P, 1/nu)
with nu ~ Gamma(Q, 1/GAMMA) (Fader & Hardie 2013), so orders average P·GAMMA/(Q-1) and revenue is
concentrated about 80 : 20.

The others are planted, each kind with a known story (`Kind`), so that pages and tests can be held
against the truth.
"""

import enum

import numpy as np
import pandas as pd
from scipy.special import ndtri

from crm.demo import places
from crm.demo.draws import coins, stream
from crm.demo.seasons import CHINA, EUROPE

R, ALPHA = 0.95, 27.0
A, B = 0.45, 13.5
P, Q, GAMMA = 1.9, 1.9, 1_350.0
REGULAR_SHARE, REGULARITY = 0.3, 4
HISTORY_DAYS = 1_095
# Falling customers keep this part of their volume, growing ones reach the other.
FALLEN, GROWN = 0.3, 1.5
SLOW_DAYS = 420
GROWTH_DAYS = 540
# How well each team looks after its customers: the hidden cause behind the service-profit chain.
# Its people are abler and like their work (`deeper`), its customers are more content (`surveys`),
# leave less, buy more each year, more kinds of goods at better prices (`invoices`) and bring others
# (`recommending`).
QUALITY = {places.EAST: 1.0, places.SOUTH: -1.0, places.EUROPE: 0.2}
# What a unit of quality does, as logarithms: to how often customers buy, to their chance of leaving
# and to their volume of each year.
OFTEN, STAYING, YEARLY = 0.25, 0.7, 0.15
# How much of a customer's bond with us is its team's doing, and how much its own nature.
BOND_OF_TEAM, BOND_OF_OWN = 0.9, 1.0


class Kind(enum.StrEnum):
    """What becomes of a customer."""

    NATURAL = "natural"
    SILENT = "silent"  # steady and good, then gone without a word, some own gaps ago
    SLOW_DECLINE = "slow_decline"  # falls evenly over SLOW_DAYS to FALLEN
    SUDDEN_DECLINE = "sudden_decline"  # at FALLEN since 60 to 150 days
    GROWING = "growing"  # young, from 0.3 to GROWN times within GROWTH_DAYS of the first order
    EXPLORING = "exploring"  # one to three trial orders within the last 75 days
    ENDED = "ended"  # steady, silent for more than 13 months
    ONE_TIME = "one_time"  # one order, at least 200 days ago
    CONTRACT = "contract"  # steady, with a service contract renewed each year


COUNTS = {
    Kind.SILENT: 60,
    Kind.SLOW_DECLINE: 50,
    Kind.SUDDEN_DECLINE: 40,
    Kind.GROWING: 110,
    Kind.EXPLORING: 80,
    Kind.ENDED: 80,
    Kind.ONE_TIME: 70,
    Kind.CONTRACT: 60,
}
# Days before today of the first purchase: from, to.
_BORN = {
    Kind.SILENT: (450, 1_090),
    Kind.SLOW_DECLINE: (900, 1_090),
    Kind.SUDDEN_DECLINE: (720, 1_090),
    Kind.GROWING: (210, 640),
    Kind.EXPLORING: (4, 75),
    Kind.ENDED: (800, 1_090),
    Kind.ONE_TIME: (200, 1_000),
    Kind.CONTRACT: (500, 1_090),
}
# Mean days between purchases: from, to.
_GAP = {
    Kind.SILENT: (8, 38),
    Kind.SLOW_DECLINE: (6, 24),
    Kind.SUDDEN_DECLINE: (6, 24),
    Kind.GROWING: (12, 34),
    Kind.EXPLORING: (18, 40),
    Kind.ENDED: (10, 40),
    Kind.ONE_TIME: (30, 60),
    Kind.CONTRACT: (8, 30),
}
# Planted losses are worth noticing: their orders are larger than those of the many. Trial orders
# are small.
_BOOST = {
    Kind.SILENT: 1.3,
    Kind.SLOW_DECLINE: 1.3,
    Kind.SUDDEN_DECLINE: 1.3,
    Kind.GROWING: 1.8,
    Kind.CONTRACT: 1.3,
    Kind.EXPLORING: 0.4,
}


def traits(seed: int, register: pd.DataFrame, customers: int) -> pd.DataFrame:
    """What each customer is like, row by row of `register`; it never changes with the day.

    Columns: kind, calendar, quality (of its team), bond (how much it likes to deal with us, about
    -2 to 2), rate (purchases a day), stages (1: Poisson), dropout (probability after each
    purchase), spend (mean order), born (days before the company's first day in the books at which
    the customer first buys; -1 for prospects), stop (gone since so many days before it, 0: not),
    change (of a sudden decline: so many days before it).
    """
    rng = stream(seed, "traits")
    size = len(register)
    kind = _kinds(rng, customers, size)
    born = _born(rng, kind, customers)
    order = np.concatenate(
        [np.argsort(-born[:customers], kind="stable"), np.arange(customers, size)]
    )
    frame = pd.DataFrame({"kind": kind[order], "born": born[order]})
    planted_gap = _planted_gaps(rng, frame["kind"].to_numpy())
    natural = frame["kind"].to_numpy() == Kind.NATURAL
    quality = register["team"].map(QUALITY).to_numpy(dtype=float)
    often = rng.gamma(R, 1 / ALPHA, size) * _around_one(OFTEN * quality)
    frame["rate"] = np.where(natural, often, 1 / planted_gap)
    regular = np.where(natural, rng.random(size) < REGULAR_SHARE, rng.random(size) < 0.6)
    frame["stages"] = np.where(regular, REGULARITY, 1)
    leaving = np.minimum(rng.beta(A, B, size) * _around_one(-STAYING * quality), 1.0)
    frame["dropout"] = np.where(natural, leaving, 0.0)
    boost = frame["kind"].map(_BOOST).fillna(1.0).to_numpy(dtype=float)
    # The few that a gamma draw makes absurdly large are held at the 99.8th percentile.
    spend = P * GAMMA / rng.gamma(Q, 1.0, size)
    frame["spend"] = np.minimum(spend, np.quantile(spend, 0.998)) * boost
    frame["stop"] = _stops(rng, frame, planted_gap)
    frame["change"] = np.where(frame["kind"] == Kind.SUDDEN_DECLINE, rng.integers(60, 151, size), 0)
    frame["calendar"] = np.where(register["country"] == "CN", CHINA, EUROPE)
    frame["quality"] = quality
    frame["bond"] = BOND_OF_TEAM * quality + BOND_OF_OWN * nature(seed, np.arange(size))
    return frame


def _around_one(logarithm: np.ndarray) -> np.ndarray:
    """Factors with a mean of 1: some more, others less, all together as the model says."""
    factor = np.exp(logarithm)
    return factor / factor.mean()


def nature(seed: int, ordinal: np.ndarray) -> np.ndarray:
    """How easily each customer is content, in standard deviations."""
    return ndtri(coins(seed, "person", ordinal))


def _kinds(rng: np.random.Generator, customers: int, size: int) -> np.ndarray:
    kind = np.full(size, Kind.NATURAL, dtype=object)
    scale = customers / 2_000
    planted = [which for which, count in COUNTS.items() for _ in range(round(count * scale))]
    kind[rng.permutation(customers)[: len(planted)]] = planted
    return kind


def _born(rng: np.random.Generator, kind: np.ndarray, customers: int) -> np.ndarray:
    """Nearly half were customers when the books begin; the others came since, more each year."""
    old = rng.random(len(kind)) < 0.46
    born = np.where(
        old,
        rng.integers(HISTORY_DAYS - 45, HISTORY_DAYS + 1, len(kind)),
        8 + np.floor(rng.random(len(kind)) ** 1.25 * (HISTORY_DAYS - 53)).astype(int),
    )
    for which, (least, most) in _BORN.items():
        mine = kind == which
        born[mine] = rng.integers(least, most + 1, mine.sum())
    born[customers:] = -1
    return born


def _planted_gaps(rng: np.random.Generator, kind: np.ndarray) -> np.ndarray:
    gap = np.ones(len(kind))
    for which, (least, most) in _GAP.items():
        mine = kind == which
        gap[mine] = np.exp(rng.uniform(np.log(least), np.log(most), mine.sum()))
    return gap


def _stops(rng: np.random.Generator, frame: pd.DataFrame, gap: np.ndarray) -> np.ndarray:
    """Silent ones stopped 3.5 to 7 own gaps ago, at least 50 days; ended ones 13 to 21 months."""
    size = len(frame)
    silent = np.maximum(gap * rng.uniform(3.5, 7, size), 50)
    ended = rng.uniform(400, 640, size)
    kind = frame["kind"].to_numpy()
    return np.select([kind == Kind.SILENT, kind == Kind.ENDED], [silent, ended], 0.0).round()


def volume(traits: pd.DataFrame, age: np.ndarray, before: np.ndarray) -> np.ndarray:
    """The part of its usual volume that a customer buys, 1 for most; rows align.

    `age`: days since the first purchase; `before`: days until the books' last day (0 after it).
    """
    kind = traits["kind"].to_numpy()
    slow = 1 - (1 - FALLEN) * np.clip(1 - before / SLOW_DAYS, 0, 1)
    sudden = np.where(before < traits["change"].to_numpy(), FALLEN, 1.0)
    growing = 0.3 + (GROWN - 0.3) * np.clip(age / GROWTH_DAYS, 0, 1)
    years = (HISTORY_DAYS / 2 - before) / 365
    cared = np.exp(YEARLY * traits["quality"].to_numpy() * years)
    kinds = (Kind.SLOW_DECLINE, Kind.SUDDEN_DECLINE, Kind.GROWING, Kind.NATURAL)
    return np.select([kind == one for one in kinds], [slow, sudden, growing, cared], 1.0)
