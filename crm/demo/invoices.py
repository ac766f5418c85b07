"""Orders become invoices: lines with products, quantities, prices, costs, returns, contracts."""

import datetime as dt

import numpy as np
import pandas as pd

from crm.demo import serviced
from crm.demo.catalogue import AFFINITY, CATEGORIES, SERVICE, products
from crm.demo.draws import coins, day_number, stream
from crm.demo.model import HISTORY_DAYS, Kind
from crm.demo.register import FIRST_NUMBER
from crm.demo.seasons import on_weekday
from crm.demo.serviced import COLUMNS

RETURN_RATE = 0.026
RETURN_DAYS = 25  # a return comes within so many days
RENEWAL_RATE = 0.86
_PRICE_YEAR, _PRICE_RISE, _COST_RISE = 2024, 1.026, 1.022
_TERMS = (0.0, 0.03, 0.05, 0.08, 0.12)
_MAX_LINES = 9
# Who likes to deal with us buys more kinds of goods; a good team gives away less.
WIDER, FIRMER, PROMOTED, LESS_PROMOTED = 0.06, 1.0, 0.06, 0.8
# Nobody tries all it will ever buy at once: a part at first, and more of it each year.
AT_FIRST, EACH_YEAR, BY_BOND = 0.3, 0.2, 0.12


class Shelf:
    """What each customer buys from the catalogue: its usual products, favourites first."""

    def __init__(self, seed: int, register: pd.DataFrame, traits: pd.DataFrame):
        self.products = products()
        goods = (self.products["category"] != SERVICE).to_numpy()
        rng = stream(seed, "shelf")
        size = len(register)
        place = {name: index for index, name in enumerate(CATEGORIES)}
        column = self.products["category"].map(place).to_numpy()
        liking = np.array([[*AFFINITY[industry], 0.0] for industry in register["industry"]])
        # A customer has its own taste for categories on top of its industry's.
        taste = np.log(liking + 1e-9) + rng.gumbel(0, 1.1, liking.shape)
        score = taste[:, column] + rng.gumbel(0, 0.9, (size, len(column)))
        least = (self.products["price"] * self.products["pack"]).to_numpy()
        affordable = least[None, :] <= 0.6 * traits["spend"].to_numpy()[:, None]
        score[~affordable] -= 50
        score[:, ~goods] = -np.inf
        self.order = np.argsort(-score, axis=1)
        wide = 0.12 + 0.1 * np.log10(traits["spend"]) + WIDER * traits["bond"]
        self.breadth = 4 + rng.binomial(26, np.clip(wide, 0, 1))
        rank = traits["spend"].rank(pct=True).to_numpy()
        self.quality, self.bond = traits["quality"].to_numpy(), traits["bond"].to_numpy()
        at = rank * 5 + rng.normal(0, 0.8, size) - FIRMER * self.quality
        self.terms = np.array(_TERMS)[np.clip(at, 0, 4.99).astype(int)]

    def take(self, ordinal: np.ndarray, uniform: np.ndarray, age: np.ndarray | float = 0.0):
        """A product (its row) for each ordinal, so many days after its first purchase; low numbers
        give the favourites.
        """
        yearly = np.clip(EACH_YEAR + BY_BOND * self.bond[ordinal], 0.02, None)
        known = np.minimum(AT_FIRST + yearly * age / 365, 1.0)
        place = np.floor(np.maximum(self.breadth[ordinal] * known, 3) * uniform**1.7).astype(int)
        return self.order[ordinal, place]


def goods_lines(seed: int, label: int, shelf: Shelf, orders: pd.DataFrame) -> pd.DataFrame:
    """The invoices' lines of the orders; `label` tells the day apart (0: the history)."""
    rng = stream(seed, "lines", label)
    count = np.minimum(1 + rng.poisson(1.6, len(orders)), _MAX_LINES)
    row = np.repeat(np.arange(len(orders)), count)
    ordinal = orders["ordinal"].to_numpy()[row]
    lines = pd.DataFrame({"row": row, "ordinal": ordinal})
    age = orders["age"].to_numpy()[row]
    lines["item"] = shelf.take(ordinal, rng.random(len(lines)), age)
    weight = rng.gamma(1.6, 1.0, len(lines))
    given = PROMOTED * np.exp(-LESS_PROMOTED * shelf.quality[orders["ordinal"]])
    promotion = np.where(
        rng.random(len(orders)) < given, rng.choice([0.02, 0.03, 0.05], len(orders)), 0
    )
    lines = lines.assign(weight=weight).drop_duplicates(["row", "item"])
    total = lines.groupby("row")["weight"].transform("sum")
    lines["wanted"] = orders["amount"].to_numpy()[lines["row"]] * lines["weight"] / total
    lines["date"] = orders["day"].to_numpy()[lines["row"]]
    lines["line"] = lines.groupby("row").cumcount() + 1
    lines["reference"] = references("SI", lines["date"], lines["ordinal"])
    _price(rng, shelf, lines, promotion[lines["row"]])
    return lines.reindex(columns=COLUMNS)


def _price(rng: np.random.Generator, shelf: Shelf, lines: pd.DataFrame, promotion) -> None:
    """Quantity, price, amount and cost: whole packs, rounded as on an invoice."""
    item = shelf.products.iloc[lines["item"]].reset_index(drop=True)
    years = lines["date"].dt.year.to_numpy() - _PRICE_YEAR
    price = item["price"].to_numpy() * _PRICE_RISE**years
    price = np.round(price * (1 - shelf.terms[lines["ordinal"]]), 2)
    pack = item["pack"].to_numpy()
    packs = np.maximum(np.round(lines["wanted"].to_numpy() / (price * pack)), 1)
    # From a hundred on people order round figures.
    packs = np.where(
        packs * pack >= 100, np.maximum(np.round(packs * pack / 50) * 50 // pack, 1), packs
    )
    quantity = packs * pack
    lines["product"] = item["code"].to_numpy()
    lines["quantity"] = quantity
    lines["unit_price"] = price
    gross = np.round(quantity * price, 2)
    discount = np.round(gross * promotion, 2)
    lines["discount"] = np.where(discount > 0, discount, np.nan)
    lines["amount"] = np.round(gross - discount, 2)
    bought = item["cost"].to_numpy() * _COST_RISE**years * rng.normal(1, 0.015, len(lines))
    lines["cost"] = np.round(quantity * bought, 2)


def references(prefix: str, date: pd.Series, ordinal: pd.Series) -> pd.Series:
    """Invoice references: a function of the day and the customer, so that none comes twice."""
    stem = prefix + pd.Series(pd.to_datetime(date.to_numpy())).dt.strftime("%y%m%d")
    number = pd.Series(ordinal.to_numpy() + FIRST_NUMBER).astype(str)
    return (stem + "-" + number).set_axis(date.index)


def returned(seed: int, lines: pd.DataFrame) -> pd.DataFrame:
    """The credit notes that the lines bring, with their dates, which may lie ahead.

    Whether a line comes back, when and how much of it are functions of its day, customer and
    number: the history and the later nights agree.
    """
    goods = lines[(lines["quantity"] > 0) & lines["contract"].isna()]
    key = (day_number(goods["date"]), goods["ordinal"], goods["line"].astype(int))
    back = goods[coins(seed, "return", *key) < RETURN_RATE].copy()
    key = (day_number(back["date"]), back["ordinal"], back["line"].astype(int))
    date = on_weekday(back["date"] + pd.to_timedelta(_between(seed, "when", key, 3, 21), unit="D"))
    part = coins(seed, "part", *key)
    whole = (part < 0.35) | (back["quantity"] < 4)
    quantity = np.where(whole, back["quantity"], np.ceil(back["quantity"] * (0.1 + 0.6 * part)))
    share = quantity / back["quantity"]
    back["quantity"] = -quantity
    back["discount"] = -np.round(back["discount"] * share, 2)
    back["amount"] = np.round(back["quantity"] * back["unit_price"] - back["discount"].fillna(0), 2)
    back["cost"] = -np.round(back["cost"] * share, 2)
    back["date"] = date
    back = back.sort_values(["date", "ordinal", "reference", "line"])
    # One credit note a day for a customer; its lines are numbered in this order.
    back["line"] = back.groupby(["date", "ordinal"]).cumcount() + 1
    back["reference"] = references("CN", back["date"], back["ordinal"])
    return back.reset_index(drop=True)


def _between(seed: int, label: str, key: tuple, least: int, most: int) -> np.ndarray:
    return np.floor(least + coins(seed, label, *key) * (most - least + 1)).astype(int)


def contract_lines(
    seed: int, shelf: Shelf, traits: pd.DataFrame, first: pd.Series, since: dt.date, until: dt.date
) -> pd.DataFrame:
    """Invoices of service contracts with a date from `since` to `until`, both included.

    `first`: first purchase by ordinal. Most are of a year: they begin 20 to 200 days after it and
    are renewed each time with RENEWAL_RATE, until one time they are not. Those of `serviced` are
    most of what their customers buy.
    """
    told = serviced.lines(seed, shelf.products, traits, first)
    told = told[told["date"].between(pd.Timestamp(since), pd.Timestamp(until))]
    signed = traits.loc[first.index, "kind"].eq(Kind.CONTRACT).to_numpy()
    mine = first[signed & ~first.index.isin(list(serviced.stories(traits)))]
    services = shelf.products[shelf.products["category"] == SERVICE]
    ordinal = mine.index.to_numpy()
    begin = mine + pd.to_timedelta(_between(seed, "begin", (ordinal,), 20, 200), unit="D")
    pick = np.floor(coins(seed, "service", ordinal) * len(services)).astype(int)
    service = services.iloc[pick].reset_index(drop=True)
    runs = np.ones(len(mine), dtype=bool)
    rows = [told] if len(told) else []
    for year in range(until.year - pd.Timestamp(begin.min()).year + 1 if len(mine) else 0):
        if year:
            runs &= coins(seed, "renew", ordinal, year) < RENEWAL_RATE
        start = on_weekday(begin + pd.DateOffset(years=year))
        due = runs & (start >= pd.Timestamp(since)) & (start <= pd.Timestamp(until))
        rows.append(_contract_year(service, ordinal, start, year)[due.to_numpy()])
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=COLUMNS)


def _contract_year(service: pd.DataFrame, ordinal: np.ndarray, start: pd.Series, year: int):
    price = np.round(service["price"].to_numpy() * _PRICE_RISE ** (start.dt.year - _PRICE_YEAR), 2)
    begin = (start - pd.DateOffset(years=year)).dt.strftime("%Y")
    number = pd.Series(ordinal + FIRST_NUMBER, index=start.index).astype(str)
    return pd.DataFrame(
        {
            "ordinal": ordinal,
            "reference": "SV" + start.dt.strftime("%y%m%d") + "-" + number,
            "line": 1,
            "date": start,
            "product": service["code"].to_numpy(),
            "quantity": 1.0,
            "unit_price": price,
            "amount": price,
            "cost": np.nan,
            "discount": np.nan,
            "contract": "SC-" + begin + "-" + number,
            "period_start": start,
            "period_end": start + pd.DateOffset(years=1) - pd.Timedelta(days=1),
        }
    )


def history_lines(
    seed: int, shelf: Shelf, traits: pd.DataFrame, orders: pd.DataFrame, today: dt.date
) -> pd.DataFrame:
    """All lines before `today`: goods, contracts, and what came back of them."""
    goods = goods_lines(seed, 0, shelf, orders)
    start = today - dt.timedelta(days=HISTORY_DAYS)
    first = orders.groupby("ordinal")["day"].min()
    contracts = contract_lines(seed, shelf, traits, first, start, today - dt.timedelta(days=1))
    back = returned(seed, goods)
    back = back[back["date"] < pd.Timestamp(today)]
    return joined([goods, contracts, back])


def joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Lines of all kinds in one frame, in the order of their days and references."""
    lines = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    for column in ("period_start", "period_end"):
        lines[column] = pd.to_datetime(lines[column])
    return lines.sort_values(["date", "reference", "line"], ignore_index=True)
