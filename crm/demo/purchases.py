"""On which days who buys, and for how much: the history, and the nights after it."""

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import gammaincc

from crm.demo import seasons
from crm.demo.draws import coins, day_number, stream
from crm.demo.model import HISTORY_DAYS, Kind, P, volume

# So many days what a complaint left behind is felt.
FELT = 270
# One more order comes so many days after another one.
SOON, LATER = 2, 10


def history(
    seed: int,
    traits: pd.DataFrame,
    today: dt.date,
    marked: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Every order of the three years that end the day before `today`.

    Columns: ordinal, day (datetime64), age (days since the first), amount; sorted by day and
    customer, one row of each.
    `marked` says what complaints left behind (`aftermath.marks`), were they to come of the orders
    that it is given.
    """
    start = today - dt.timedelta(days=HISTORY_DAYS)
    known = traits[traits["born"] >= 0]
    planned = _purchase_days(seed, known, start)
    planned["before"] = (HISTORY_DAYS - planned["offset"]).astype(float)
    planned = planned[planned["before"] > traits["stop"].to_numpy()[planned["ordinal"]]]
    planned["age"] = planned["offset"] - planned.groupby("ordinal")["offset"].transform("min")
    planned["day"] = _days_from(start, planned["offset"])
    planned = _planted_limits(traits, planned)
    days = _kept(seed, traits, planned)
    if marked is not None:
        marks = marked(days[["ordinal", "day"]])
        days = _once_more(seed, traits, _kept(seed, traits, planned, marks), start)
    amount = _amounts(stream(seed, "amounts"), traits, days)
    orders = days[["ordinal", "day", "age"]].assign(amount=amount)
    return orders.sort_values(["day", "ordinal"], ignore_index=True)


def _days_from(start: dt.date, offset: pd.Series) -> np.ndarray:
    return np.datetime64(start) + offset.to_numpy().astype("timedelta64[D]")


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


def _kept(
    seed: int, traits: pd.DataFrame, days: pd.DataFrame, marks: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Without the orders that falling customers no longer place and those after leaving.

    Columns part and more are added: of the volume, and the chance of one more order.
    """
    felt = _felt(days, marks)
    mine = traits.loc[days["ordinal"]]
    part = felt["part"] * volume(mine, days["age"].to_numpy(), days["before"].to_numpy())
    number = day_number(days["day"])
    skipped = coins(seed, "skip", days["ordinal"], number) >= np.sqrt(part)
    days = days.assign(part=part, more=felt["more"])[~skipped | (days["age"] == 0)]
    by = felt["leaving"].loc[days.index].to_numpy()
    leaves = _leaves(seed, traits, days["ordinal"].to_numpy(), day_number(days["day"]), by)
    left_before = pd.Series(leaves, index=days.index).groupby(days["ordinal"]).cumsum() - leaves
    days.loc[leaves, "more"] = 0.0
    return days[left_before == 0]


def _felt(days: pd.DataFrame, marks: pd.DataFrame | None) -> pd.DataFrame:
    """What the newest complaint of the FELT days before each order does to it."""
    usual = {"part": 1.0, "more": 0.0, "leaving": 1.0}
    if marks is None:
        return pd.DataFrame(usual, index=days.index)
    asked = pd.DataFrame({"ordinal": days["ordinal"].to_numpy(), "place": range(len(days))})
    asked["day"] = days["day"].to_numpy().astype("datetime64[ns]")
    found = pd.merge_asof(
        asked.sort_values("day", kind="stable"),
        marks.astype({"ordinal": asked["ordinal"].dtype, "day": "datetime64[ns]"}),
        on="day",
        by="ordinal",
        allow_exact_matches=False,
        tolerance=pd.Timedelta(days=FELT),
    )
    return found.sort_values("place")[[*usual]].fillna(usual).set_axis(days.index)


def _once_more(seed: int, traits: pd.DataFrame, days: pd.DataFrame, start: dt.date) -> pd.DataFrame:
    """With one more order, some days later, of some who were helped with a complaint."""
    key = (days["ordinal"].to_numpy(), day_number(days["day"]))
    more = days[coins(seed, "once more", *key) < days["more"].to_numpy()].copy()
    after = SOON + coins(seed, "how soon", *key) * (LATER - SOON)
    wanted = more["offset"] + np.floor(after[days.index.get_indexer(more.index)]).astype(int)
    open_days = seasons.weights(start, HISTORY_DAYS) > 0
    calendar = traits["calendar"].to_numpy()[more["ordinal"]]
    offset = wanted.to_numpy().copy()
    for which in (seasons.CHINA, seasons.EUROPE):
        working = np.append(np.flatnonzero(open_days[which]), HISTORY_DAYS)
        mine = calendar == which
        offset[mine] = working[np.searchsorted(working[:-1], offset[mine])]
    more["age"] += offset - more["offset"]
    more["offset"], more["before"] = offset, (HISTORY_DAYS - offset).astype(float)
    more["day"] = _days_from(start, more["offset"])
    both = pd.concat([days, more[more["offset"] < HISTORY_DAYS]], ignore_index=True)
    return both.drop_duplicates(["ordinal", "offset"])


def _leaves(
    seed: int, traits: pd.DataFrame, ordinal: np.ndarray, number: np.ndarray, by=1.0
) -> np.ndarray:
    """Whether the customer is gone after its purchase of that day; `by`: factor of its chance."""
    return coins(seed, "leave", ordinal, number) < by * traits["dropout"].to_numpy()[ordinal]


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
    days = pd.DataFrame({"ordinal": here.index[buys], "part": part[buys], "age": age[buys]})
    return _of_day(days, day, _amounts(stream(seed, "amounts", int(number)), traits, days))


def _of_day(days: pd.DataFrame, day: dt.date, amount: np.ndarray) -> pd.DataFrame:
    return days[["ordinal", "age"]].assign(day=np.datetime64(day), amount=amount)


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
    days = pd.DataFrame({"ordinal": slots[come], "part": 1.0, "age": 0.0})
    return _of_day(days, day, _amounts(stream(seed, "first amounts", number), traits, days))
