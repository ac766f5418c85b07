"""Who is unhappy and says nothing, and how far the word of it goes.

The textbook's figures are of Technical Assistance Research Programs (TARP 1986, "Consumer Complaint
Handling in America: an update study", for the US Office of Consumer Affairs): for each one that
speaks about 24 stay silent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

TEXTBOOK_SILENT = 24.0
FEWEST_UNHAPPY = 30
FEWEST_SPEAKING = 5
LEVEL = 0.95

# Days since it happened, and how many people have heard of it by then.
REACH = ((1.0, 12), (3.0, 23), (7.0, 72))


@dataclass(frozen=True)
class Silent:
    """How many unhappy customers stay silent for each one that speaks, with its 95 % interval."""

    ratio: float
    low: float | None
    high: float | None
    unhappy: int
    speaking: int
    is_textbook: bool

    def of(self, complainants: int) -> tuple[float, float | None, float | None]:
        """Silent customers behind so many who complained, with the ends of the interval."""
        ends = [None if end is None else complainants * end for end in (self.low, self.high)]
        return complainants * self.ratio, *ends


def silent_for_each(unhappy: int, speaking: int) -> Silent:
    """From survey answers: of so many who were unhappy, so many complained to us.

    With p = speaking ÷ unhappy the ratio is (1 − p) ÷ p, and the interval that of p by Wilson
    1927 ("Probable Inference, the Law of Succession, and Statistical Inference", JASA 22), put
    through the same formula. With fewer than 30 unhappy, or fewer than 5 of them speaking, the
    textbook's 24, without an interval and marked.
    """
    if unhappy < FEWEST_UNHAPPY or speaking < FEWEST_SPEAKING or speaking > unhappy:
        return Silent(TEXTBOOK_SILENT, None, None, unhappy, speaking, is_textbook=True)
    low, high = _wilson(speaking / unhappy, unhappy)
    return Silent(
        ratio=unhappy / speaking - 1,
        low=1 / high - 1,
        high=1 / low - 1,
        unhappy=unhappy,
        speaking=speaking,
        is_textbook=False,
    )


def _wilson(p: float, n: int) -> tuple[float, float]:
    z = float(ndtri(0.5 + LEVEL / 2))
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return float(middle - half), min(1.0, float(middle + half))


def reached(ages) -> np.ndarray:
    """People who have heard of each complaint that is so many days old (a step at each figure)."""
    ages = np.asarray(ages, dtype=float)
    steps = np.searchsorted([days for days, _people in REACH], ages, side="right")
    return np.asarray([0, *(people for _days, people in REACH)])[steps]


@dataclass(frozen=True)
class Loss:
    """What complaints and silence cost in a year; customers and money."""

    unhappy: float
    left_speaking: float
    left_silent: float
    put_off: float

    value: float  # of one customer

    @property
    def customers(self) -> float:
        return self.left_speaking + self.left_silent + self.put_off

    @property
    def money(self) -> float:
        return self.customers * self.value


def loss(
    *,
    complainants: float,
    silent: float,
    leave_speaking: float,
    leave_silent: float,
    told: float,
    put_off: float,
    value: float,
) -> Loss:
    """Customers lost in a year, and their value; all assumptions are the caller's.

    ``complainants`` complain in the year, and ``silent`` unhappy ones stay silent for each of
    them. Of the former the share ``leave_speaking`` leaves, of the latter ``leave_silent``; every
    unhappy one tells ``told`` people, of whom the share ``put_off`` would have become customers
    and now do not. Each lost one is worth ``value``.
    """
    quiet = complainants * silent
    unhappy = complainants + quiet
    return Loss(
        unhappy=unhappy,
        left_speaking=complainants * leave_speaking,
        left_silent=quiet * leave_silent,
        put_off=unhappy * told * put_off,
        value=value,
    )
