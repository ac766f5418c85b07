"""Customers whose contract is most of what they buy: maintenance paid by period, goods beside.

The model values these by what is signed and by renewals, not by their rhythm. Each has a story told
by when its running term ends, as of the company's first day in the books; later days go on from
there, renewed or not by a coin. Those chosen are the smallest of the contract customers, so that
nobody else is another one than before; what each signs is a multiple of its own goods.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm.demo.draws import coins
from crm.demo.model import Kind
from crm.demo.register import FIRST_NUMBER
from crm.demo.seasons import on_weekday

PRODUCT = "SV-MT-FULL"
ONE_IN = 6  # so many of the contract customers at most
SOONEST = 20  # days after its first purchase, at which a contract may begin
RENEWED = 0.92  # each time after the company's first day in the books
COST, DEARER_COST = 0.62, 0.86
CREDITED = 0.35  # of an invoice, for service that was not delivered
CREDIT_AFTER = 9  # days
MONTHS = 60  # behind the term that runs, and ahead of it
COLUMNS = [
    "ordinal", "reference", "line", "date", "product", "quantity", "unit_price", "amount", "cost",
    "discount", "contract", "period_start", "period_end",
]  # fmt: skip


@dataclass(frozen=True)
class Story:
    """A term of so many ``months`` that ends so many days after the company's first day.

    ``size`` is what a year of it costs, in years of what the customer buys beside. ``kept`` is the
    part that was signed again the last time before that day, ``dearer`` and ``credited`` the days
    before it since which it costs us more, and since which a part is credited each time.
    """

    months: int
    ends: int
    size: float
    kept: float = 1.0
    renews: bool = True
    dearer: int = 0
    credited: int = 0


STORIES = (
    Story(12, ends=24, size=2.4),
    Story(12, ends=262, size=5.0, kept=0.45),
    Story(1, ends=12, size=2.2, dearer=85),
    Story(12, ends=-16, size=2.6, renews=False),
    Story(3, ends=47, size=2.0),
    Story(1, ends=14, size=2.8, credited=80),
    Story(6, ends=75, size=2.2),
    Story(12, ends=171, size=2.8, kept=1.3),
    Story(3, ends=5, size=3.2, kept=0.45),
)


def stories(traits: pd.DataFrame) -> dict[int, Story]:
    """Whose contract is most of what it buys, and how that goes."""
    mine = traits[traits["kind"].eq(Kind.CONTRACT)]
    yearly = (mine["spend"] * mine["rate"]).sort_values(kind="stable")
    chosen = yearly.index[: min(len(STORIES), -(-len(mine) // ONE_IN))]
    return dict(zip(chosen.tolist(), STORIES, strict=False))


def lines(
    seed: int, products: pd.DataFrame, traits: pd.DataFrame, first: pd.Series
) -> pd.DataFrame:
    """Their invoices and credit notes, those of the years ahead among them.

    `first`: first purchase by ordinal, as of the history and of each later day.
    """
    rows = []
    for ordinal, story in stories(traits).items():
        if ordinal in first.index:
            rows += _invoices(seed, products, traits.loc[ordinal], story, first[ordinal])
    return pd.DataFrame(rows, columns=COLUMNS)


def _invoices(seed: int, products: pd.DataFrame, of: pd.Series, story: Story, first: pd.Timestamp):
    """Term by term; the 0th is the one that runs, or ended last, on the company's first day."""
    ordinal, number = int(of.name), f"{of.name + FIRST_NUMBER}"
    begins = first + pd.Timedelta(days=int(of["born"]))  # the company's first day, about
    running = begins + pd.Timedelta(days=story.ends + 1) - pd.DateOffset(months=story.months)
    earliest = first + pd.Timedelta(days=SOONEST)
    for term in range(-MONTHS // story.months, MONTHS // story.months):
        start = running + pd.DateOffset(months=story.months * term)
        if start < earliest:
            continue
        signs = story.renews and coins(seed, "signs again", ordinal, MONTHS + term) < RENEWED
        if term > 0 and not signs:
            return
        changed = story.kept if term >= 0 else 1.0
        row = _invoice(of, products, story, start, changed, (begins - start).days)
        row |= {"ordinal": ordinal, "contract": f"MC-{first:%Y}-{number}"}
        yield row | {"reference": f"SM{row['date']:%y%m%d}-{number}"}
        if story.credited and 0 < (begins - start).days <= story.credited:
            yield _credit(row) | {"reference": f"CM{row['date']:%y%m%d}-{number}"}


def _invoice(of, products: pd.DataFrame, story: Story, start, changed: float, ago: int) -> dict:
    """One term: so many machines at the price of these months."""
    price = float(products.loc[products["code"] == PRODUCT, "price"].iloc[0])
    price = round(price * story.months / 12, 2)
    wanted = of["spend"] * of["rate"] * 365 * story.size * changed * story.months / 12
    quantity = max(1, round(wanted / price))
    cost = DEARER_COST if story.dearer and ago <= story.dearer else COST
    amount = round(quantity * price, 2)
    return {
        "line": 1,
        "date": on_weekday(pd.Series([start]))[0],
        "product": PRODUCT,
        "quantity": float(quantity),
        "unit_price": price,
        "amount": amount,
        "cost": round(amount * cost, 2),
        "discount": np.nan,
        "period_start": start,
        "period_end": start + pd.DateOffset(months=story.months) - pd.Timedelta(days=1),
    }


def _credit(row: dict) -> dict:
    back = -round(row["amount"] * CREDITED, 2)
    date = on_weekday(pd.Series([row["date"] + pd.Timedelta(days=CREDIT_AFTER)]))[0]
    return row | {
        "date": date,
        "quantity": -1.0,
        "unit_price": -back,
        "amount": back,
        "cost": 0.0,
    }
