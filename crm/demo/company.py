"""The demo company in whole, and each day after: seed and day in, data frames out.

`build` makes the register and three years of dealings that end the day before `today`;
`next_day` what is added on a later day. Both depend on nothing but their arguments.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import pandas as pd

from crm.demo import aftermath, conversations, invoices, model, purchases
from crm.demo.draws import coins, day_number
from crm.demo.phrases import NOTES, PROBLEMS
from crm.demo.register import contacts, register

SEED = 20_260
CUSTOMERS = 2_000
# How far back `next_day` has to know a customer's lines: until they can't come back any more.
LINES_DAYS = invoices.RETURN_DAYS


@dataclass(frozen=True)
class Market:
    """Everybody who is or may become a customer, their people, and how they are; no dates."""

    register: pd.DataFrame
    contacts: pd.DataFrame
    traits: pd.DataFrame
    shelf: invoices.Shelf


@dataclass(frozen=True)
class Company:
    """The demo company as of one day. All frames name customers by their ordinal."""

    market: Market
    customers: pd.DataFrame
    contacts: pd.DataFrame
    orders: pd.DataFrame
    transactions: pd.DataFrame
    interactions: pd.DataFrame
    tasks: pd.DataFrame
    planted: pd.DataFrame


@lru_cache(maxsize=4)
def market(seed: int, customers: int = CUSTOMERS) -> Market:
    """The part that no day changes."""
    rows = register(seed, customers)
    traits = model.traits(seed, rows, customers)
    yearly = traits["spend"] * traits["rate"]
    people = contacts(seed, rows, yearly.rank(pct=True).to_numpy() ** 2)
    return Market(rows, people, traits, invoices.Shelf(seed, rows, traits))


def build(seed: int, today: dt.date, customers: int = CUSTOMERS) -> Company:
    """The company with everything that happened before `today`."""
    here = market(seed, customers)
    persons = here.contacts[here.contacts["ordinal"] < customers]
    marked = partial(aftermath.marks, seed, here, persons, today=today)
    orders = purchases.history(seed, here.traits, today, marked)
    lines = invoices.history_lines(seed, here.shelf, here.traits, orders, today)
    ordinals = pd.RangeIndex(customers)
    born = pd.to_timedelta(here.traits.loc[ordinals, "born"], unit="D")
    known = profiles(seed, here, ordinals, pd.Timestamp(today) - born)
    yesterday = today - dt.timedelta(days=1)
    dealt = orders.groupby("ordinal")["day"].agg(first="min", last="max")
    begin = today - dt.timedelta(days=conversations.TALK_DAYS)
    talks = conversations.interactions(seed, here, persons, dealt, begin, yesterday)
    return Company(
        market=here,
        customers=known,
        contacts=persons,
        orders=orders,
        transactions=lines,
        interactions=talks,
        tasks=conversations.tasks(seed, here, talks, today),
        planted=truth(seed, here.traits.iloc[:customers], orders, today),
    )


def profiles(
    seed: int, here: Market, ordinals: pd.Index, first: pd.Timestamp | pd.Series
) -> pd.DataFrame:
    """The register's rows with what our own people wrote into them.

    Adds since (when they came into the books), service (who looks after the large ones),
    is_active, problem and notes.
    """
    rows = here.register.loc[ordinals].copy()
    traits = here.traits.loc[ordinals]
    chinese = (rows["country"] == "CN").to_numpy()
    rows["since"] = first - pd.Timedelta(days=9) + pd.Timedelta(hours=2)
    yearly = (here.traits["spend"] * here.traits["rate"]).rank(pct=True).loc[ordinals]
    rows["service"] = np.where(yearly < 0.9, "", np.where(chinese, "xu.min", "grace.okoye"))
    luck = coins(seed, "profile", ordinals.to_numpy())
    ended = (traits["kind"] == model.Kind.ENDED).to_numpy()
    rows["is_active"] = ~(ended & (luck < 0.3))
    for column, part, texts in (("problem", 0.012, PROBLEMS), ("notes", 0.16, NOTES)):
        luck = coins(seed, column, ordinals.to_numpy())
        which = np.floor(luck / part * len(texts)).astype(int) % len(texts)
        pairs = np.array(texts, dtype=object)[which]
        written = np.where(chinese, pairs[:, 0], pairs[:, 1])
        rows[column] = np.where(luck < part, written, "")
    return rows


def truth(seed: int, traits: pd.DataFrame, orders: pd.DataFrame, today: dt.date) -> pd.DataFrame:
    """What is planted, one row a customer: kind, whether it still buys, and its parameters."""
    facts = traits.drop(columns="calendar").copy()
    by = orders.groupby("ordinal")["day"]
    facts["orders"] = by.size().reindex(facts.index, fill_value=0)
    facts["last"] = by.max().reindex(facts.index)
    facts["alive"] = purchases.alive(seed, traits, facts["last"])
    facts["silent_days"] = (pd.Timestamp(today) - facts["last"]).dt.days
    return facts


def next_day(
    seed: int, state: pd.DataFrame, lines: pd.DataFrame, day: dt.date, customers: int = CUSTOMERS
) -> tuple[pd.Index, pd.DataFrame]:
    """Who became a customer on `day` (ordinals), and the lines invoiced on it.

    `state`, index ordinal: `first` and `last` purchase before `day` of every customer so far;
    `lines`: their lines of the LINES_DAYS before it. The same arguments give the same rows with
    the same references, so a day that is run again adds nothing.
    """
    here = market(seed, customers)
    fresh = purchases.newcomers(seed, here.traits, state.index, day)
    orders = pd.concat([purchases.buyers(seed, here.traits, state, day), fresh], ignore_index=True)
    goods = invoices.goods_lines(seed, int(day_number(day)), here.shelf, orders)
    first = state["first"]
    contracts = invoices.contract_lines(seed, here.shelf, here.traits, first, day, day)
    back = invoices.returned(seed, lines)
    back = back[back["date"] == pd.Timestamp(day)]
    return pd.Index(fresh["ordinal"]), invoices.joined([goods, contracts, back])
