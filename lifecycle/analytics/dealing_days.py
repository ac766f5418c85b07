"""Dealing days of customers, and sums of them over spans of days."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lifecycle.analytics.periods import QUARTER
from lifecycle.analytics.summaries import LEAST_LEVEL


@dataclass(frozen=True)
class Days:
    """Dealing days of n customers, one row a customer and day, sorted by both.

    ``customer`` counts from 0 to ``customers`` - 1. ``returns`` are positive figures; ``cost`` is
    that of ``known_net``, the part of the net whose cost is known.
    """

    customers: int
    customer: np.ndarray
    day: np.ndarray
    gross: np.ndarray
    returns: np.ndarray
    net: np.ndarray
    known_net: np.ndarray
    cost: np.ndarray

    def of(self, chosen: np.ndarray) -> Days:
        """The rows of some customers (rising numbers), whose place becomes their number."""
        place = np.full(self.customers, -1)
        place[chosen] = np.arange(len(chosen))
        customer = place[self.customer]
        rows = customer >= 0
        columns = ("day", "gross", "returns", "net", "known_net", "cost")
        picked = {name: getattr(self, name)[rows] for name in columns}
        return Days(customers=len(chosen), customer=customer[rows], **picked)

    def within(self, after, until) -> Window:
        """The rows of after < day <= until; either is one day for all or one a customer."""
        first = np.broadcast_to(after, self.customers)[self.customer]
        last = np.broadcast_to(until, self.customers)[self.customer]
        return Window(self, np.flatnonzero((self.day > first) & (self.day <= last)))

    def net_by_quarter(self, cut: int, quarters: int) -> np.ndarray:
        """Net of so many times 91 days up to and with day ``cut``, newest last: (n, quarters)."""
        back = (cut - self.day) // QUARTER
        rows = np.flatnonzero((back >= 0) & (back < quarters))
        place = self.customer[rows] * quarters + quarters - 1 - back[rows]
        size = self.customers * quarters
        sums = np.bincount(place, np.nan_to_num(self.net[rows]), minlength=size)
        return sums.reshape(self.customers, quarters)

    def purchases(self, until: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Customer, day and gross of the purchase days up to a day."""
        bought = (self.gross > 0) & (self.day <= until)
        return self.customer[bought], self.day[bought], self.gross[bought]


@dataclass(frozen=True)
class Window:
    """Sums over some rows of days, made when they are asked for; one entry a customer.

    ``squares`` are of the gross of purchase days, ``logs`` of the logarithms of these, ``margins``
    of the margin rates of days with known cost and a positive net.
    """

    days: Days
    rows: np.ndarray

    @cached_property
    def purchases(self) -> np.ndarray:
        return self._sum(self._bought)

    @cached_property
    def gross(self) -> np.ndarray:
        return self._sum(self._bought, self.days.gross[self._bought])

    @cached_property
    def squares(self) -> np.ndarray:
        return self._sum(self._bought, self.days.gross[self._bought] ** 2)

    @cached_property
    def logs(self) -> np.ndarray:
        return self._sum(
            self._bought, np.log(np.maximum(self.days.gross[self._bought], LEAST_LEVEL))
        )

    @cached_property
    def net(self) -> np.ndarray:
        return self._sum(self.rows, self.days.net[self.rows])

    @cached_property
    def returns(self) -> np.ndarray:
        return self._sum(self.rows, self.days.returns[self.rows])

    @cached_property
    def return_days(self) -> np.ndarray:
        return self._sum(self.rows[self.days.returns[self.rows] > 0])

    @cached_property
    def known_net(self) -> np.ndarray:
        return self._sum(self.rows, self.days.known_net[self.rows])

    @cached_property
    def cost(self) -> np.ndarray:
        return self._sum(self.rows, self.days.cost[self.rows])

    @cached_property
    def costed_days(self) -> np.ndarray:
        return self._sum(self._costed)

    @cached_property
    def margins(self) -> np.ndarray:
        return self._sum(self._costed, self._rates)

    @cached_property
    def margin_squares(self) -> np.ndarray:
        return self._sum(self._costed, self._rates**2)

    @property
    def order(self) -> np.ndarray:
        """Mean gross of a purchase day, 0 without any."""
        return self.gross / np.maximum(self.purchases, 1)

    @property
    def variance(self) -> np.ndarray:
        """Of the gross of a purchase day, 0 with fewer than two."""
        return sample_variance(self.purchases, self.gross, self.squares)

    @property
    def margin(self) -> np.ndarray:
        """Margin rate over all with known cost; 0 where there is no such net."""
        known = self.known_net > LEAST_LEVEL
        spent = np.divide(self.cost, self.known_net, where=known, out=np.ones(len(known)))
        return 1 - spent

    @cached_property
    def _bought(self) -> np.ndarray:
        return self.rows[self.days.gross[self.rows] > 0]

    @cached_property
    def _costed(self) -> np.ndarray:
        return self.rows[self.days.known_net[self.rows] > LEAST_LEVEL]

    @cached_property
    def _rates(self) -> np.ndarray:
        return 1 - self.days.cost[self._costed] / self.days.known_net[self._costed]

    def _sum(self, rows: np.ndarray, values: np.ndarray | None = None) -> np.ndarray:
        weights = None if values is None else np.nan_to_num(values)
        of = self.days.customer[rows]
        return np.bincount(of, weights, minlength=self.days.customers).astype(float)


def sample_variance(count, total, squares) -> np.ndarray:
    """Of a sample, from its sums; 0 with fewer than two."""
    spread = squares - total**2 / np.maximum(count, 1)
    return np.where(count > 1, np.maximum(spread, 0.0) / np.maximum(count - 1, 1), 0.0)
