"""Which customer comes with a complaint or a request on which day: pure, seed and days in.

What becomes of each is in `lives`. Whether somebody comes, and with what, is a function of the
seed, the customer and the day alone: history and later days ask the same question.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm.demo import catalogue, purchases, seasons
from crm.demo.draws import coins, day_number
from crm.demo.invoices import references
from crm.demo.lives import DUPLICATE, HELD, PLACE, RISING, Case, duplicate_of, live, origin
from crm.demo.model import HISTORY_DAYS
from crm.demo.office import office

# A customer complains about what was delivered, a little after its last purchase at the latest.
REST_DAYS = 30
# What comes on a holiday is logged after it.
LOGGED_WITHIN = dt.timedelta(days=12)
FIRST_WORDS = ("acknowledge", "assess")
# Who is about to leave complains more often before.
LAST_DAYS, UNHAPPY = 120, 1.9

# How many suffer from one cause that rises, so many weeks ago: far more than ever before.
RISE = {3: 6, 2: 8, 1: 7}
WEEKDAYS = 5
# Those who rest today or suffer from that cause came in these last days, and this part of all
# others gives way to them: the last month stands out by little more than that cause.
CROWDED, GIVES_WAY = 21, 0.75


# Of which categories the product is that a theme may need.
_DEVICES = (catalogue.SENSORS, catalogue.MEASURING, catalogue.ELECTRICAL)
_PARTS = (catalogue.FASTENERS, catalogue.BEARINGS, catalogue.CUTTING, *_DEVICES)
GOODS = {"": catalogue.CATEGORIES[:-1], "part": _PARTS, "device": _DEVICES}


@dataclass(frozen=True)
class Product:
    """A product of the catalogue, and what the customer calls it."""

    code: str
    spoken: str


@dataclass(frozen=True)
class Book:
    """What the customers' dealings tell of who may complain, and about which order.

    `dealt`, index ordinal: `first` and `last` purchase; `orders`: ordinal and day of each order
    that may be named, sorted by day.
    """

    dealt: pd.DataFrame
    orders: pd.DataFrame


def begun(seed: int, here, book: Book, since: dt.date, until: dt.date) -> pd.DataFrame:
    """Who comes from `since` to `until`, both included: ordinal, day (a number), variant."""
    days = np.arange(np.datetime64(since), np.datetime64(until) + 1)
    dealt = book.dealt
    mine = here.traits.loc[dealt.index]
    worth = (mine["rate"] * mine["spend"]).rank(pct=True).to_numpy()
    weights = seasons.weights(days[0].astype(object), len(days))[mine["calendar"].to_numpy()]
    chance = (0.0045 + 0.112 * worth**3)[:, None] / 30.4 * weights
    first, last = (dealt[name].to_numpy().astype("datetime64[D]") for name in ("first", "last"))
    gone = ~purchases.alive(seed, here.traits, dealt["last"]).to_numpy()
    late = gone[:, None] & (days[None, :] > (last - LAST_DAYS)[:, None])
    chance = np.where(late, UNHAPPY * chance, chance)
    numbers = day_number(days)
    hit = coins(seed, "case", mine.index.to_numpy()[:, None], numbers[None, :]) < chance
    hit &= (days[None, :] > first[:, None]) & (days[None, :] <= (last + REST_DAYS)[:, None])
    row, column = np.nonzero(hit)
    found = {"ordinal": mine.index.to_numpy()[row], "day": numbers[column], "variant": 0}
    return pd.DataFrame(found).sort_values(["day", "ordinal"], ignore_index=True)


def held_now(seed: int, here, book: Book, today: dt.date) -> pd.DataFrame:
    """Some that rest today in each of the open states: columns as of `begun`."""
    yesterday = today - dt.timedelta(days=1)
    left = _good(seed, here, book, today)
    near = {one for one in left if here.traits.loc[one, "calendar"] == seasons.EUROPE}
    rows = []
    for variant, held in enumerate(HELD, start=1):
        for place, back in enumerate(held.since):
            # Who waits for the first word: what comes late in China's day is late already on the
            # clocks of Europe, so only the last of them comes from there.
            first_word = held.action in FIRST_WORDS and place < len(held.since) - 1
            ordinal = next((one for one in left if one in near or not first_word), None)
            if ordinal is None:
                break
            left.remove(ordinal)
            desk = office(int(here.traits.loc[ordinal, "calendar"]))
            day = desk.working_day(yesterday, back)
            rows.append((int(ordinal), day, variant | place << PLACE))
    return pd.DataFrame(rows, columns=["ordinal", "day", "variant"])


def rising_now(seed: int, here, book: Book, today: dt.date, others: Iterable[int]) -> pd.DataFrame:
    """Those who suffer from the cause that rises; nobody who is among the others."""
    others = set(others)
    left = [one for one in _good(seed, here, book, today) if one not in others][::-1]
    monday = today - dt.timedelta(days=today.weekday())
    rows = []
    for weeks, number in RISE.items():
        for nth in range(min(number, len(left))):
            ordinal = left.pop()
            desk = office(int(here.traits.loc[ordinal, "calendar"]))
            date = monday + dt.timedelta(days=nth % WEEKDAYS - 7 * weeks)
            rows.append((int(ordinal), desk.working_day(date, 0), RISING))
    return pd.DataFrame(rows, columns=["ordinal", "day", "variant"])


def given_way(seed: int, starts: pd.DataFrame, today: dt.date) -> pd.DataFrame:
    """Those who came, but for some of the last days."""
    day = starts["day"].to_numpy()
    luck = coins(seed, "gives way", starts["ordinal"].to_numpy(), day)
    return starts[(day <= day_number(today) - CROWDED) | (luck >= GIVES_WAY)]


def _good(seed: int, here, book: Book, today: dt.date) -> list[int]:
    """Customers of some time who bought lately, by luck."""
    alive = purchases.alive(seed, here.traits, book.dealt["last"]).to_numpy()
    first = book.dealt["first"].to_numpy() < np.datetime64(today) - 90
    recent = book.dealt["last"].to_numpy() > np.datetime64(today) - 60
    good = book.dealt.index[alive & first & recent].to_numpy()
    luck = coins(seed, "held", good, int(day_number(today)))
    return list(good[np.argsort(luck)])


def cases(seed: int, here, people: pd.DataFrame, book: Book, starts: pd.DataFrame) -> list[Case]:
    """The whole lives of those who came, duplicates included.

    `people`: the contacts, of which the row of one is noted (-1: nobody's name was taken).
    """
    made = []
    for row in _described(seed, here, people, book, starts).itertuples(index=False):
        case = live(seed, row)
        made.append(case)
        if second := duplicate_of(seed, case, row):
            made.append(second)
    return made


def starts_of(keys: Iterable[uuid.UUID]) -> pd.DataFrame:
    """Who came when, by the keys of their cases; what was told twice has come once."""
    found = {(*origin(key)[:2], origin(key)[2] & ~DUPLICATE) for key in keys}
    return pd.DataFrame(sorted(found), columns=["ordinal", "day", "variant"], dtype="int64")


def _described(seed: int, here, people: pd.DataFrame, book: Book, starts: pd.DataFrame):
    """With what the draw of a life takes from the customer: one row a case."""
    rows = starts.copy()
    ordinal = rows["ordinal"].to_numpy()
    key = (ordinal, rows["day"].to_numpy(), rows["variant"].to_numpy())
    mine = here.register.loc[ordinal]
    rows["calendar"] = here.traits.loc[ordinal, "calendar"].to_numpy()
    for column in ("team", "owner"):
        rows[column] = mine[column].to_numpy()
    yearly = here.traits["spend"] * here.traits["rate"]
    rows["worth"] = yearly.rank(pct=True).loc[ordinal].to_numpy()
    rows["size"] = np.clip(np.sqrt(here.traits.loc[ordinal, "spend"].to_numpy() / 1350), 0.4, 4)
    rows["products"] = _products(seed, key, here, rows)
    rows["order"] = _orders(book.orders, rows)
    rows["contact"] = _contacts(seed, key, rows, people)
    return rows


def _products(seed: int, key: tuple, here, rows: pd.DataFrame) -> list[dict[str, Product]]:
    """By the kind of goods that a theme may need: one of the customer's three favourites of it."""
    shelf = here.shelf.products
    names = shelf[["chinese", "english"]].to_numpy()
    codes, category = shelf["code"].to_numpy(), shelf["category"]
    liking = here.shelf.order[rows["ordinal"]]
    at = np.arange(len(rows))
    language = np.where(rows["calendar"] == seasons.CHINA, 0, 1)
    chosen = {}
    for kind, categories in GOODS.items():
        fits = category.isin(categories).to_numpy()[liking]
        place = np.argsort(~fits, axis=1, kind="stable")[:, :3]
        nth = np.floor(coins(seed, f"item {kind}", *key) * 3).astype(int)
        item = liking[at, place[at, nth]]
        chosen[kind] = list(map(Product, codes[item], names[item, language]))
    return [
        dict(zip(chosen, products, strict=True)) for products in zip(*chosen.values(), strict=True)
    ]


def _orders(orders: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """The reference of the customer's last order before the day, "" where there is none."""
    asked = pd.DataFrame({"ordinal": rows["ordinal"].astype("int64"), "place": range(len(rows))})
    asked["at"] = pd.to_datetime(rows["day"].to_numpy(), unit="D").astype("datetime64[ns]")
    known = orders.assign(at=orders["day"].astype("datetime64[ns]"), bought=orders["day"])
    known["ordinal"] = known["ordinal"].astype("int64")
    found = pd.merge_asof(
        asked.sort_values("at"),
        known[["ordinal", "at", "bought"]].sort_values("at"),
        on="at",
        by="ordinal",
        allow_exact_matches=False,
    ).sort_values("place")
    named = found["bought"].notna()
    text = references("SI", found["bought"].fillna(pd.Timestamp(0)), found["ordinal"])
    return np.where(named, text, "")


def _contacts(seed: int, key: tuple, rows: pd.DataFrame, people: pd.DataFrame) -> np.ndarray:
    """The row of somebody who is still there; now and then nobody's name was taken."""
    there = people[~people["left"]].sort_values("ordinal", kind="stable")
    begin = np.searchsorted(there["ordinal"], rows["ordinal"], side="left")
    count = np.searchsorted(there["ordinal"], rows["ordinal"], side="right") - begin
    place = begin + np.floor(coins(seed, "caller", *key) * count).astype(int)
    noted = (coins(seed, "caller noted", *key) < 0.93) & (count > 0)
    known = np.append(there.index.to_numpy(), -1)
    return np.where(noted, known[np.minimum(place, len(known) - 1)], -1)


def history(seed: int, made, today: dt.date) -> list[Case]:
    """Everything of the years before `today`, in the order in which it was logged."""
    dealt = made.orders.groupby("ordinal")["day"].agg(first="min", last="max")
    book = Book(dealt, made.orders)
    begin = today - dt.timedelta(days=HISTORY_DAYS)
    starts = begun(seed, made.market, book, begin, today - dt.timedelta(days=1))
    starts = given_way(seed, starts, today)
    held = held_now(seed, made.market, book, today)
    rising = rising_now(seed, made.market, book, today, held["ordinal"])
    starts = pd.concat([starts, held, rising], ignore_index=True)
    found = cases(seed, made.market, made.contacts, book, starts)
    return sorted(found, key=lambda case: (case.steps[0].at, case.key))
