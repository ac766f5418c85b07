"""What customers under contract are worth: what their contracts still bring, and renewals.

A contract customer does not buy at a rhythm and does not fall silent: it renews or it doesn't, and
that is seen. Its value is what is left of the running term, and each further term times the
chance that it gets so far, by the shifted beta-geometric model (``sbg``; Fader & Hardie 2007, "How
to project customer retention").

Days are day numbers, amounts net in currency. A *term* is a time under contract: periods of one
customer that overlap by more than half are one term. A term is *renewed* if the next one begins
within ``grace`` days of its end; whether it was is known when these days have passed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lifecycle.analytics import sbg
from lifecycle.analytics.summaries import QUARTER
from lifecycle.analytics.value import INTERVAL

CLASSES = (45, 135, 270)
"""Up to so many days a term counts as a month, a quarter, half a year; above as a year: those who
decide every month renew otherwise than those who decide once a year."""
ASSUMED_KEPT, ASSUMED = 4.0, 5.0
"""Before anything is known four of five renew; these five decisions stand beside the real ones of
each class: who renews each month says nothing of who signs for a year."""
SHORTEST = 7
YEAR = 365


@dataclass(frozen=True)
class Renewals:
    """The fitted chances of renewal: (alpha, beta) for each class of terms, and on how many
    decisions they rest."""

    fits: tuple[tuple[float, float], ...] = ((1.0, 4.0),) * (len(CLASSES) + 1)
    decisions: int = 0

    def to_dict(self) -> dict:
        """As JSON-able values."""
        return {"fits": [list(fit) for fit in self.fits], "decisions": self.decisions}

    @classmethod
    def from_dict(cls, stored: dict | None) -> Renewals:
        """From ``to_dict``, also after a way through JSON; the assumption where there is none."""
        if stored is None:
            return cls()
        return cls(tuple((float(a), float(b)) for a, b in stored["fits"]), stored["decisions"])

    def retention(self, length: np.ndarray, number: np.ndarray) -> np.ndarray:
        """Chance that a term of that length, the number-th of its customer, is renewed."""
        alpha, beta = np.array(self.fits)[_classes(length)].T
        return (beta + number - 1) / (alpha + beta + number - 1)


def _classes(length: np.ndarray) -> np.ndarray:
    return np.searchsorted(CLASSES, length)


def terms(
    customer: np.ndarray, start: np.ndarray, end: np.ndarray, amount: np.ndarray, grace: int
) -> pd.DataFrame:
    """The terms that periods make up, by customer and start.

    Columns ``customer``, ``start``, ``end``, ``amount``, ``length`` in days, ``number`` (1 for the
    first of a relationship, which begins anew after a pause of more than ``grace`` days) and
    ``last``, whether no term of the customer follows. Periods without a positive amount were
    credited in full and don't count.
    """
    periods = pd.DataFrame({"customer": customer, "start": start, "end": end, "amount": amount})
    periods = periods[(periods["amount"] > 0) & (periods["end"] >= periods["start"])]
    periods = periods.sort_values(["customer", "start", "end"], kind="stable", ignore_index=True)
    covered = periods.groupby("customer")["end"].cummax().groupby(periods["customer"]).shift()
    half = (periods["end"] - periods["start"] + 1) / 2
    begins = ~(periods["start"] <= covered - half)  # the first of a customer: compared with NaN
    grouped = periods.groupby(begins.cumsum().rename("term"))
    found = pd.DataFrame(
        {
            "customer": grouped["customer"].first(),
            "start": grouped["start"].min(),
            "end": grouped["end"].max(),
            "amount": grouped["amount"].sum(),
        }
    ).reset_index(drop=True)
    found["length"] = np.maximum(found["end"] - found["start"] + 1, SHORTEST)
    before = found.groupby("customer")["end"].shift()
    anew = ~(found["start"] - before <= grace + 1)
    found["number"] = found.groupby(anew.cumsum()).cumcount() + 1
    found["last"] = ~found["customer"].duplicated(keep="last")
    return found


def fit(found: pd.DataFrame, cut: int, grace: int) -> Renewals:
    """The chances of renewal from all terms whose ``grace`` has passed by the cut."""
    known = found[found["end"] + grace < cut]
    renewed = (found["number"].shift(-1, fill_value=1) > 1)[known.index].to_numpy()
    number, kind = known["number"].to_numpy(), _classes(known["length"])
    classes = [kind == one for one in range(len(CLASSES) + 1)]
    fits = [_fit_numbers(number[mine], renewed[mine]) for mine in classes]
    return Renewals(tuple((one.alpha, one.beta) for one in fits), len(known))


def _fit_numbers(number: np.ndarray, renewed: np.ndarray) -> sbg.Fit:
    at_risk = np.bincount(number - 1, minlength=1).astype(float)
    kept = np.bincount(number - 1, renewed.astype(float), minlength=1)
    # Over all numbers: put to the first terms alone, it would say that who renewed once stays.
    share = at_risk + (np.arange(len(at_risk)) == 0)
    share /= share.sum()
    return sbg.fit_counts(kept + ASSUMED_KEPT * share, at_risk + ASSUMED * share)


def by_quarter(
    place: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    amount: np.ndarray,
    *,
    cut: int,
    grace: int,
    customers: int,
    quarters: int,
) -> np.ndarray:
    """Net of the last quarters of 91 days, each amount spread evenly over its days: (n, quarters).

    Newest last; ``place`` is each period's customer, from 0. What ended last goes on as before for
    ``grace`` days, or to the cut: till then nobody knows whether it is renewed.
    """
    ends = np.zeros(customers, dtype=np.int64)
    np.maximum.at(ends, place, end)
    goes_on = np.maximum(np.minimum(end + grace, cut), end)
    until = np.where(end == ends[place], goes_on, end)
    daily = amount / np.maximum(end - start + 1, 1)
    found = []
    for back in reversed(range(quarters)):
        last = cut - QUARTER * back
        days = np.minimum(until, last) - np.maximum(start, last - QUARTER + 1) + 1
        found.append(np.bincount(place, daily * np.maximum(days, 0), minlength=customers))
    return np.column_stack(found)


@dataclass(frozen=True)
class Cover:
    """Where each contract customer stands at the cut: arrays of one entry a customer.

    ``rate`` is net a day while under contract, ``left`` the net of what is signed and still ahead,
    ``ends`` the last day signed, ``length`` and ``number`` those of the term that ends then.
    """

    customer: np.ndarray
    cut: int
    ends: np.ndarray
    length: np.ndarray
    number: np.ndarray
    rate: np.ndarray
    left: np.ndarray

    @classmethod
    def of(cls, found: pd.DataFrame, cut: int, beside: np.ndarray | None = None) -> Cover:
        """From terms; ``beside`` is net a day that each buys beside its contracts, in the order of
        the customers, and goes on as long as they run.

        What is left of a term is its amount by the days still ahead.
        """
        last = found[found["last"]]
        ahead = np.clip(found["end"] - np.maximum(cut, found["start"] - 1), 0, None)
        days = found["end"] - found["start"] + 1
        left = (found["amount"] * ahead / days).groupby(found["customer"]).sum().to_numpy()
        on = np.minimum(cut, found.groupby("customer")["end"].transform("max"))
        runs = (found["start"] <= on) & (on <= found["end"])
        daily = found["amount"] / days
        running = (daily * runs).groupby(found["customer"]).sum().to_numpy()
        rate = np.where(running > 0, running, daily[last.index])
        ends = last["end"].to_numpy()
        if beside is not None:
            rate, left = rate + beside, left + beside * np.maximum(ends - cut, 0)
        length, number = last["length"].to_numpy(float), last["number"].to_numpy(float)
        return cls(last["customer"].to_numpy(), cut, ends, length, number, rate, left)


def renewal_chance(renewals: Renewals, cover: Cover, grace: int) -> np.ndarray:
    """Chance in [0, 1] that the term which ends last is renewed.

    After its end it falls with each day of the grace: of those who renew, as many are taken to do
    so on each of its days, so by Bayes' rule p g / (p g + 1 - p), g the share of days left.
    """
    chance = renewals.retention(cover.length, cover.number)
    waiting = 1 - np.clip((cover.cut - cover.ends) / (grace + 1), 0, 1)
    return chance * waiting / (chance * waiting + 1 - chance)


def score(
    renewals: Renewals, cover: Cover, *, grace: int, horizon: float, delta: float
) -> pd.DataFrame:
    """Value and risk of each contract customer, in the order of ``cover``; net, before margin.

    ``value`` over ``horizon`` days from the cut, discounted at ``delta`` a day; ``low`` and
    ``high`` enclose it in 80 of 100 cases (how often it renews is what is uncertain);
    ``value_if_active`` is that of a customer that renews the next time; ``risk`` the chance that it
    doesn't, ``alive`` that it still is a customer, ``due`` whether the decision falls within
    ``grace`` of the cut.
    """
    chance = renewal_chance(renewals, cover, grace)
    ahead = np.maximum(cover.ends - cover.cut, 0).astype(float)
    share = np.divide(np.minimum(ahead, horizon), ahead, where=ahead > 0, out=np.zeros(len(ahead)))
    first = cover.left * share * np.exp(-delta * np.minimum(ahead, horizon) / 2)
    value, low, high = _with_renewals(renewals, cover, first, chance, horizon, delta)
    renewed = np.divide(value - first, chance, where=chance > 0, out=np.zeros(len(chance)))
    return pd.DataFrame(
        {
            "customer": cover.customer,
            "value": value,
            "value_low": np.minimum(low, value),
            "value_high": np.maximum(high, value),
            "value_if_active": first + renewed,
            "left": cover.left,
            "alive": np.where(ahead > 0, 1.0, chance),
            "risk": 1 - chance,
            "due": cover.ends - cover.cut <= grace,
            "expected_terms": np.divide(
                value - first, cover.rate * cover.length, where=cover.rate > 0, out=0 * value
            ),
            "ends": cover.ends,
            "renewals": cover.number - 1,
        }
    )


def _with_renewals(
    renewals: Renewals,
    cover: Cover,
    first: np.ndarray,
    chance: np.ndarray,
    horizon: float,
    delta: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is signed (``first``) and each further term times the ``chance`` to get there.

    Beside it the ends of the interval: what came in by where a tenth, and nine tenths, have left.
    """
    ahead = np.maximum(cover.ends - cover.cut, 0).astype(float)
    value, reached, sum_so_far = first.copy(), chance.copy(), first.copy()
    low, high = np.full(len(first), np.nan), np.full(len(first), np.nan)
    tail = (1 - INTERVAL) / 2
    for turn in range(int(np.ceil(horizon / SHORTEST)) + 1):
        begins = ahead + turn * cover.length
        low = np.where(np.isnan(low) & (1 - reached >= tail), sum_so_far, low)
        high = np.where(np.isnan(high) & (1 - reached >= 1 - tail), sum_so_far, high)
        days = np.clip(horizon - begins, 0, cover.length)
        if not days.any():
            break
        piece = cover.rate * days * np.exp(-delta * (begins + days / 2))
        value += reached * piece
        sum_so_far += piece
        reached = reached * renewals.retention(cover.length, cover.number + turn + 1)
    low, high = (np.where(np.isnan(end), sum_so_far, end) for end in (low, high))
    return value, low, high
