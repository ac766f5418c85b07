"""Who was at risk at the demo company, who was lost and came back, and what people did about it.

Pure: the company and a day in, plain rows out. Rows name customers by their ordinal; what they say
of purchases is what the customers' orders say.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm.demo import leaving_words as words
from crm.demo.draws import stream
from crm.demo.standings import margins

H = 90
MOST_RESCUES, MOST_LOSSES, MOST_RETURNS = 90, 45, 8
ASKED = ("call", "visit", "call", "not", "letter")


@dataclass(frozen=True)
class Silence:
    """A span without orders: its first day, and the day on which it ended (None: it lasts)."""

    ordinal: int
    calendar: int
    begin: dt.date
    end: dt.date | None
    usual: float  # days between its orders
    value: float  # margin of the twelve months before


def silences(made, today: dt.date) -> list[Silence]:
    """The spans of three usual gaps and more, of customers with an account manager."""
    orders = made.orders.sort_values(["ordinal", "day"])
    days = orders.groupby("ordinal")["day"]
    orders = orders.assign(next=days.shift(-1), gap=days.diff().dt.days)
    usual = orders.groupby("ordinal")["gap"].median()
    orders["usual"] = orders["ordinal"].map(usual)
    until = orders["next"].fillna(pd.Timestamp(today))
    length = (until - orders["day"]).dt.days
    owned = orders["ordinal"].map(made.customers["owner"]) != ""
    chosen = orders[owned & (length >= np.maximum(3 * orders["usual"], 40))]
    lines = margins(made.transactions)
    by_customer = dict(list(lines[lines["ordinal"].isin(chosen["ordinal"])].groupby("ordinal")))
    traits = made.market.traits
    return [
        Silence(
            int(row.ordinal),
            int(traits.at[row.ordinal, "calendar"]),
            row.day.date(),
            None if pd.isna(row.next) else row.next.date(),
            float(row.usual),
            _worth(by_customer[row.ordinal], row.day),
        )
        for row in chosen.itertuples()
    ]


def _worth(lines: pd.DataFrame, day: pd.Timestamp) -> float:
    year = (lines["date"] <= day) & (lines["date"] > day - pd.DateOffset(years=1))
    return round(float(lines.loc[year, "margin"].sum()), 2)


def rescues(seed: int, found: list[Silence], today: dt.date) -> Iterator[dict]:
    """Of the silences of a year the dearest: somebody called; what came of it the orders say."""
    rng = stream(seed, "rescues")
    begun = set()
    for silence in sorted(found, key=lambda one: (-one.value, one.ordinal, one.begin)):
        lead = max(2.2 * silence.usual, 30) + rng.integers(0, 9)
        opened = silence.begin + dt.timedelta(days=int(lead))
        age = (today - opened).days
        if silence.ordinal in begun or not 1 < age < 380 or opened >= (silence.end or today):
            continue
        # Of those who came back by themselves not all were called.
        if rng.random() < (0.7 if silence.end else 0.1):
            continue
        begun.add(silence.ordinal)
        yield _rescue(silence, opened, today, rng)
        if len(begun) == MOST_RESCUES:
            return


def _rescue(silence: Silence, opened: dt.date, today: dt.date, rng) -> dict:
    last = opened + dt.timedelta(days=H)
    bought = silence.end
    state, closed, note = "open", None, ""
    if rng.random() < 0.12:
        state, closed = "no_danger", opened
        note = words.NO_DANGER[rng.integers(len(words.NO_DANGER))][silence.calendar]
    elif bought and bought <= last and bought < today - dt.timedelta(days=1):
        state, closed = "saved", bought
    elif last < today - dt.timedelta(days=1) and (bought is None or bought > last):
        state, closed = "lost", last + dt.timedelta(days=1)
    risk = round(float(np.clip(0.35 + 0.08 * (opened - silence.begin).days / 30, 0.3, 0.9)), 3)
    return {
        "ordinal": silence.ordinal,
        "opened_on": opened,
        "reasons": ["silent"] if rng.random() < 0.7 else ["silent", "volume_down"],
        "risk": risk,
        "value_at_risk": round(max(silence.value, 50.0) * 2 * risk, 2),
        "state": state,
        "closed_on": closed,
        "bought_on": bought,
        "note": note,
    }


def losses(seed: int, found: list[Silence], today: dt.date) -> Iterator[dict]:
    """Those gone for a year, the dearest first, most of them reviewed; and some who came back."""
    rng = stream(seed, "losses")
    year = dt.timedelta(days=366)
    gone = [one for one in found if one.end is None and one.begin + year < today]
    for silence in sorted(gone, key=lambda one: (-one.value, one.ordinal))[:MOST_LOSSES]:
        marked = rng.random() < 0.35
        days = int(rng.integers(60, 300)) if marked else 366
        on = silence.begin + dt.timedelta(days=days)
        yield _loss(silence, on, today, rng, marked=marked)
    back = [
        one
        for one in found
        if one.end and (one.end - one.begin).days > 130 and one.end < today - dt.timedelta(days=9)
    ]
    dearest = {}
    for silence in sorted(back, key=lambda one: (-one.value, one.ordinal, one.begin)):
        dearest.setdefault(silence.ordinal, silence)
    for silence in list(dearest.values())[:MOST_RETURNS]:
        on = silence.begin + dt.timedelta(days=60)
        yield _loss(silence, on, today, rng, marked=True)


def _loss(silence: Silence, on: dt.date, today: dt.date, rng, *, marked: bool) -> dict:
    reason = _reason(rng)
    texts = words.LEARNED[reason][1]
    tried = on + dt.timedelta(days=int(rng.integers(10, 60)))
    wanted = silence.end is not None or rng.random() < 0.3
    seen = rng.random() < 0.7 or silence.end is not None
    reviewed = min(on + dt.timedelta(days=int(rng.integers(5, 45))), today)
    return {
        "ordinal": silence.ordinal,
        "on": on,
        "last_purchase": silence.begin,
        "value_lost": silence.value,
        "returned": silence.end,
        "reason": reason,
        "marked": _say(rng, words.MARKED, silence.calendar) if marked else "",
        "learned": _say(rng, texts, silence.calendar) if seen else "",
        "reviewed": reviewed,
        "how": str(rng.choice(ASKED)),
        "rival": 4 * silence.calendar + int(rng.integers(4)) if reason == "competitor" else None,
        "tried": tried if wanted and tried < (silence.end or today) else None,
        "by_us": bool(silence.end is None and reason == "other"),
        "action": {"staff": int(rng.choice([0, 2])), "service": 1, "product": 3}.get(reason),
    }


def _reason(rng: np.random.Generator) -> str:
    names = list(words.LEARNED)
    shares = np.array([words.LEARNED[name][0] for name in names], dtype=float)
    return str(rng.choice(names, p=shares / shares.sum()))


def _say(rng: np.random.Generator, texts, calendar: int) -> str:
    return texts[rng.integers(len(texts))][calendar]
