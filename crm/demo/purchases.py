"""On which days who buys, and for how much: the history, and the nights after it."""

import datetime as dt

import numpy as np
import pandas as pd
from scipy.special import gammaincc

from crm.demo import seasons
from crm.demo.draws import coins, day_number, stream
from crm.demo.model import HISTORY_DAYS, Kind, P, volume


def history(seed: int, traits: pd.DataFrame, today: dt.date) -> pd.DataFrame:
    """Every order of the three years that end the day before `today`.

    Columns: ordinal, day (datetime64), amount; sorted by day and customer, one row of each.
    """
    start = today - dt.timedelta(days=HISTORY_DAYS)
    known = traits[traits["born"] >= 0]
    days = _purchase_days(seed, known, start)
    days["before"] = (HISTORY_DAYS - days["offset"]).astype(float)
    days = days[days["before"] > traits["stop"].to_numpy()[days["ordinal"]]]
    days["age"] = days["offset"] - days.groupby("ordinal")["offset"].transform("min")
    days["day"] = np.datetime64(start) + days["offset"].to_numpy().astype("timedelta64[D]")
    days = _kept(seed, traits, _planted_limits(traits, days))
    amount = _amounts(stream(seed, "amounts"), traits, days)
    orders = pd.DataFrame({"ordinal": days["ordinal"], "day": days["day"], "amount": amount})
    return orders.sort_values(["day", "ordinal"], ignore_index=True)


def _purchase_days(seed: int, known: pd.DataFrame, start: dt.date) -> pd.DataFrame:
    """Renewals in operational time, round by round over all customers, turned into days."""
    rng = stream(seed, "purchases")
    clock = np.cumsum(seasons.weights(start, HISTORY_DAYS), axis=1)
    calendar = known["calendar"].to_numpy()
    born = HISTORY_DAYS - known["born"].to_numpy()
    # A trace above zero: nobody's first day is a holiday at the very beginning.
    time = np.maximum(clock[calendar, np.minimum(born, HISTORY_DAYS - 1)], 1e-9)
    ordinal, rate, stages = (
        known.index.to_numpy(),
        known["rate"].to_numpy(),
        known["stages"].to_numpy(),
    )
    rounds = []
    while len(ordinal):
        rounds.append(np.column_stack([ordinal, calendar, time]))
        time = time + rng.gamma(stages, 1 / (stages * rate))
        on = time < clock[calendar, -1]
        ordinal, calendar, time, rate, stages = (
            column[on] for column in (ordinal, calendar, time, rate, stages)
        )
    events = np.concatenate(rounds)
    # The first day whose end the operational time has not passed.
    offset = np.empty(len(events), dtype=np.int64)
    for which in (seasons.CHINA, seasons.EUROPE):
        mine = events[:, 1] == which
        offset[mine] = np.searchsorted(clock[which], events[mine, 2], side="left")
    days = pd.DataFrame({"ordinal": events[:, 0].astype(np.int64), "offset": offset})
    return days.drop_duplicates().sort_values(["ordinal", "offset"], ignore_index=True)


def _planted_limits(traits: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """One-time buyers buy once, those who explore at most three times."""
    most = traits["kind"].map({Kind.ONE_TIME: 1, Kind.EXPLORING: 3}).fillna(10**6)
    place = days.groupby("ordinal").cumcount()
    return days[place < most.to_numpy()[days["ordinal"]]]


def _kept(seed: int, traits: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """Without the orders that falling customers no longer place and those after leaving."""
    mine = traits.loc[days["ordinal"]]
    part = volume(mine, days["age"].to_numpy(), days["before"].to_numpy())
    number = day_number(days["day"])
    skipped = coins(seed, "skip", days["ordinal"], number) >= np.sqrt(part)
    days = days.assign(part=part)[~skipped | (days["age"] == 0)]
    leaves = _leaves(seed, traits, days["ordinal"].to_numpy(), day_number(days["day"]))
    left_before = pd.Series(leaves, index=days.index).groupby(days["ordinal"]).cumsum() - leaves
    return days[left_before == 0]


def _leaves(seed: int, traits: pd.DataFrame, ordinal: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Whether the customer is gone after its purchase of that day."""
    return coins(seed, "leave", ordinal, number) < traits["dropout"].to_numpy()[ordinal]


def _amounts(rng: np.random.Generator, traits: pd.DataFrame, days: pd.DataFrame) -> np.ndarray:
    """What the orders are worth: the number of orders took sqrt(part) of a fall already."""
    part = days["part"].to_numpy()
    scale = part / np.minimum(np.sqrt(part), 1.0)
    spend = traits["spend"].to_numpy()[days["ordinal"]]
    return rng.gamma(P, spend / P) * scale


def alive(seed: int, traits: pd.DataFrame, last: pd.Series) -> pd.Series:
    """Who still buys after the last purchase (`last`: day by ordinal)."""
    mine = traits.loc[last.index]
    left = _leaves(seed, traits, last.index.to_numpy(), day_number(last.to_numpy()))
    over = mine["kind"].isin([Kind.SILENT, Kind.ENDED, Kind.ONE_TIME]).to_numpy()
    return pd.Series(~left & ~over, index=last.index)


def buyers(seed: int, traits: pd.DataFrame, state: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The orders of one day after the history, columns as in `history`.

    `state`, index ordinal: `first` and `last` purchase before the day (datetime64). Who buys is
    decided customer by customer: by the hazard of the gaps since its last purchase.
    """
    here = state[alive(seed, traits, state["last"]).to_numpy()]
    mine = traits.loc[here.index]
    since = day_number(day) - day_number(here["last"].to_numpy())
    begun, ended = _clock_since(mine["calendar"].to_numpy(), since, day)
    stages, rate = mine["stages"].to_numpy(), mine["rate"].to_numpy()
    still = gammaincc(stages, stages * rate * ended) / np.maximum(
        gammaincc(stages, stages * rate * begun), 1e-300
    )
    age = (day_number(day) - day_number(here["first"].to_numpy())).astype(float)
    part = volume(mine, age, np.zeros(len(here)))
    number = day_number(day)
    buys = coins(seed, "buy", here.index, number) < (1 - still)
    buys &= coins(seed, "skip", here.index, number) < np.sqrt(part)
    days = pd.DataFrame({"ordinal": here.index[buys], "part": part[buys]})
    amount = _amounts(stream(seed, "amounts", int(number)), traits, days)
    return pd.DataFrame({"ordinal": days["ordinal"], "day": np.datetime64(day), "amount": amount})


def _clock_since(calendar: np.ndarray, since: np.ndarray, day: dt.date) -> tuple[np.ndarray, ...]:
    """Operational time from the end of the last purchase day to the begin and end of `day`."""
    reach = int(since.max(initial=0)) + 1
    start = day - dt.timedelta(days=reach - 1)
    clock = np.cumsum(seasons.weights(start, reach), axis=1)
    last = clock[calendar, reach - 1 - since]
    before = clock[:, -2] if reach > 1 else np.zeros(2)
    return np.maximum(before[calendar] - last, 0), clock[calendar, -1] - last


def newcomers(seed: int, traits: pd.DataFrame, known: pd.Index, day: dt.date) -> pd.DataFrame:
    """First orders of prospects: about three in five working days, columns as in `history`.

    Which prospect it is depends on the day alone; one who is a customer already is none.
    """
    number = int(day_number(day))
    prospects = traits.index[traits["born"] < 0].to_numpy()
    slots = prospects[(np.arange(2) + 2 * number) % len(prospects)]
    weight = seasons.weights(day, 1)[traits["calendar"].to_numpy()[slots], 0]
    come = (coins(seed, "come", slots, number) < 0.3 * weight) & ~np.isin(slots, known)
    days = pd.DataFrame({"ordinal": slots[come], "part": 1.0})
    amount = _amounts(stream(seed, "first amounts", number), traits, days)
    return pd.DataFrame({"ordinal": days["ordinal"], "day": np.datetime64(day), "amount": amount})
