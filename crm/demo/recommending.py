"""Who recommends the demo company to whom: pure, the company and a day in, rows of `keeping` out.

Planted: the better a team, the more of its newcomers come because a customer sent them; who likes
to deal with us sends more, and names firms that come to nothing as well.
"""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd

from crm.demo import keeping_words as words
from crm.demo.draws import coins, day_number
from crm.demo.model import HISTORY_DAYS

# The share of newcomers that somebody sent, at a team of quality 0, and how it grows with quality.
SENT, SENT_BY_QUALITY = 0.26, 0.8
# How much more likely a customer with a stronger bond is the one that sent them.
BY_BOND = 1.3
# For each that came, so many were named who did not.
IN_VAIN = 0.6
# Whoever came in the first weeks of the books was a customer before.
FIRST_DAYS = 60
# Who recommends us has bought for so long, and lately.
KNOWS_US, BUYS_STILL = 60, 120
MEMBERS = 3  # each so many-th member has named somebody whom it met
STATES = ("new", "talking", "nothing")


def recommended(seed: int, made, members: list[dict], today: dt.date) -> Iterator[dict]:
    """Rows of referrals: customers that came of it, firms that may come, and names."""
    yield from _came(seed, made, today)
    for place, member in enumerate(members[::MEMBERS]):
        on = today - dt.timedelta(days=1 + MEMBERS * place)
        name = words.REFERRALS[place % len(words.REFERRALS)][member["club"]]
        yield _row(member["ordinal"], on, name=name, state=STATES[place % len(STATES)])


def _came(seed: int, made, today: dt.date) -> Iterator[dict]:
    """Newcomers whom a customer of the same team sent, and firms that it named as well."""
    begin = today - dt.timedelta(days=HISTORY_DAYS - FIRST_DAYS)
    fresh = made.customers[made.customers["since"] > pd.Timestamp(begin)]
    quality = made.market.traits.loc[fresh.index, "quality"].to_numpy()
    chance = SENT * np.exp(SENT_BY_QUALITY * quality)
    sent = fresh[coins(seed, "was sent", fresh.index.to_numpy()) < chance]
    may = _senders(made)
    prospects = made.market.register.iloc[len(made.customers) :]
    left = {team: list(rows["name"]) for team, rows in prospects.groupby("team")}
    yesterday = today - dt.timedelta(days=1)
    for ordinal, row in sent.iterrows():
        ahead = int(5 + 35 * coins(seed, "sent before", ordinal))
        on = min(row["since"].date() - dt.timedelta(days=ahead), yesterday)
        by = _sender(seed, may, int(ordinal), row["team"], on)
        if by is None:
            continue
        yield _row(by, on, referred=int(ordinal), state="customer")
        if coins(seed, "named another", ordinal) < IN_VAIN and left.get(row["team"]):
            state = "nothing" if (today - on).days > 200 else STATES[int(ordinal) % len(STATES)]
            yield _row(by, on, name=left[row["team"]].pop(), state=state)


def _senders(made) -> pd.DataFrame:
    """Those whom somebody looks after: team, bond, first and last day of purchase."""
    days = made.orders.groupby("ordinal")["day"].agg(first="min", last="max").apply(day_number)
    owned = made.customers[made.customers["owner"] != ""]
    found = days.loc[owned.index.intersection(days.index)]
    bond = made.market.traits["bond"]
    return found.assign(team=owned["team"].reindex(found.index), bond=bond.reindex(found.index))


def _sender(seed: int, may: pd.DataFrame, ordinal: int, team: str, on: dt.date) -> int | None:
    """A customer of the team that knows us and buys still, by luck and its bond with us."""
    day = int(day_number(on))
    fits = (may["team"] == team) & (may["first"] <= day - KNOWS_US) & (may["first"] < may["last"])
    fits &= (may["last"] >= day - BUYS_STILL) & (may.index != ordinal)
    known = may[fits]
    if known.empty:
        return None
    # Gumbel's noise: the largest sum falls on each with a chance that grows with its bond.
    luck = np.maximum(coins(seed, "sends", ordinal, known.index.to_numpy()), 1e-12)
    return int((BY_BOND * known["bond"] - np.log(-np.log(luck))).idxmax())


def _row(ordinal: int, on: dt.date, *, referred=None, name: str = "", state: str) -> dict:
    return {"ordinal": ordinal, "referred": referred, "name": name, "on": on, "state": state}
