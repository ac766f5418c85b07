"""Tiers A, B, C: the Pareto classes of customers by an amount (margin, net revenue or value).

``basis`` is one amount a customer, over all customers of the installation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

A, B, C = "A", "B", "C"
CUTS = (0.80, 0.95)
CROSSING = 0.10
MONTH_ENDS = 2
ROUNDING = 1e-12
"""A mark counts as met within this part of it: 100 x 1.1 comes out a hair above 110."""


def raw_tiers(
    basis: np.ndarray, cuts: tuple[float, float] = CUTS
) -> tuple[np.ndarray, tuple[float, float]]:
    """Tier of each customer by its amount alone, and the least amounts of A and of B.

    Customers are counted from the largest amount down; A are those needed to reach the first
    cut's share of the sum of positive amounts, B those needed to reach the second. Equal amounts
    get the same, better, tier. Zero and less is C. Without positive amounts both are infinite.
    """
    basis = np.nan_to_num(np.asarray(basis, dtype=float))
    amounts = np.sort(basis[basis > 0])[::-1]
    if not len(amounts):
        return np.full(len(basis), C), (float("inf"), float("inf"))
    reached = np.cumsum(amounts)
    needed = np.searchsorted(reached, np.array(cuts) * reached[-1] * (1 - ROUNDING))
    least = amounts[np.minimum(needed, len(amounts) - 1)]
    return _tier(basis >= least[0], basis >= least[1]), (float(least[0]), float(least[1]))


def hold(
    previous: np.ndarray,
    basis: np.ndarray,
    cut_amounts: tuple[float, float],
    month_ends: list[np.ndarray],
    crossing: float = CROSSING,
) -> np.ndarray:
    """Tier of each customer, changed only where the change holds.

    A customer passes a cut when its amount is beyond the cut by ``crossing``, or when it is
    beyond it now and was at the last two month-ends. ``previous`` is the tier held so far ("" for
    new customers, which get their raw tier), ``month_ends`` the raw tiers at the last month-ends,
    newest last, "" where unknown. A customer with nothing positive is C at once.
    """
    previous, basis = np.asarray(previous), np.nan_to_num(np.asarray(basis, dtype=float))
    ends = [np.asarray(end) for end in month_ends[-MONTH_ENDS:]]
    settled = len(ends) == MONTH_ENDS
    above = []
    for cut, better in zip(cut_amounts, ((A,), (A, B)), strict=True):
        was = np.isin(previous, better)
        up, down = np.full(len(basis), settled), np.full(len(basis), settled)
        for end in ends:
            known, beyond = np.isin(end, (A, B, C)), np.isin(end, better)
            up &= known & beyond
            down &= known & ~beyond
        rises = (basis >= cut) & ((basis >= cut * (1 + crossing) * (1 - ROUNDING)) | up)
        falls = (basis < cut) & ((basis <= cut * (1 - crossing) * (1 + ROUNDING)) | down)
        above.append(np.where(was, ~falls, rises))
    held = _tier(above[0] & above[1], above[1])
    raw = _tier(basis >= cut_amounts[0], basis >= cut_amounts[1])
    held = np.where(np.isin(previous, (A, B, C)), held, raw)
    return np.where(basis > 0, held, C)


@dataclass(frozen=True)
class Move:
    """What it takes to come into another tier: amounts of the basis.

    ``at_once`` is enough (going up: at least; going down: at most) for a change in one night;
    ``at_month_ends`` is the cut, beyond which the basis has to be at ``missing`` more month-ends
    and in the night after them. ``missing`` counts those at which it was not beyond it yet: 0 to 2.
    """

    tier: str
    up: bool
    at_once: float
    at_month_ends: float
    missing: int


def moves(
    held: str,
    cut_amounts: tuple[float, float],
    month_ends: Sequence[str] = (),
    crossing: float = CROSSING,
) -> list[Move]:
    """The way to the next tier up and to the next one down, of one customer; as ``hold`` decides.

    ``held`` is the tier that the figures give, ``month_ends`` its raw tiers at the last month-ends,
    newest last. Without amounts of the cuts (nobody has a positive basis) there is no way.
    """
    order = (A, B, C)
    place = order.index(held)
    found = []
    if place > 0 and np.isfinite(cut_amounts[place - 1]):
        cut, better = cut_amounts[place - 1], order[:place]
        missing = _missing(month_ends, lambda raw: raw in better)
        found.append(Move(order[place - 1], True, cut * (1 + crossing), cut, missing))
    if place < len(order) - 1 and np.isfinite(cut_amounts[place]):
        cut, worse = cut_amounts[place], order[place + 1 :]
        missing = _missing(month_ends, lambda raw: raw in worse)
        found.append(Move(order[place + 1], False, cut * (1 - crossing), cut, missing))
    return found


def _missing(month_ends: Sequence[str], is_beyond: Callable[[str], bool]) -> int:
    """How many month-ends are missing to two in a row, counted from the newest back."""
    run = 0
    for raw in reversed(month_ends[-MONTH_ENDS:]):
        if not is_beyond(raw):
            break
        run += 1
    return MONTH_ENDS - run


def pareto_curve(basis: np.ndarray, points: int = 200) -> pd.DataFrame:
    """Points of the Pareto curve: the largest customers' share of customers and of the sum.

    Columns ``customers`` (how many), ``customers_share``, ``amount_share`` (of the sum of positive
    amounts) and ``amount`` (of the last one counted). Starts at 0, ends with all customers; no
    more than ``points`` points after the first.
    """
    amounts = np.sort(np.maximum(np.nan_to_num(np.asarray(basis, dtype=float)), 0.0))[::-1]
    if not len(amounts):
        columns = ["customers", "customers_share", "amount_share", "amount"]
        return pd.DataFrame({column: pd.Series(dtype=float) for column in columns})
    counts = np.unique(np.linspace(0, len(amounts), min(points, len(amounts)) + 1).round())
    counts = counts.astype(int)
    reached = np.concatenate([[0.0], np.cumsum(amounts)])
    return pd.DataFrame(
        {
            "customers": counts,
            "customers_share": counts / len(amounts),
            "amount_share": reached[counts] / reached[-1] if reached[-1] > 0 else 0.0,
            "amount": amounts[np.maximum(counts - 1, 0)],
        }
    )


def _tier(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.where(a, A, np.where(b, B, C))
