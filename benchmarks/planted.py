"""Planted events and false alarms: how soon signals from dealings see what was put there.

Generated histories of 900 days, half of them as by chance and half of a regular rhythm; then, from
one day on, some customers leave without a word, some buy for a third, the others go on. Each day is
judged by the functions of the night. `python -m benchmarks.planted --customers 5000` prints the
table of docs/metrics.md.
"""

import argparse
from dataclasses import dataclass

import numpy as np

from lifecycle.analytics import dealing_signals, mbgnbd, signals
from lifecycle.analytics.summaries import QUARTER, quarterly, summarise

PAST, FUTURE = 900, 365
SPREAD = 0.4  # of the logarithm of a customer's amounts
LEFT, DECLINED, UNDISTURBED = range(3)
DECLINE = 1 / 3
MARGIN = 0.4
RETURNED = 0.02  # of the days, half of what was bought
FIXED = 30, 3  # within so many days, or so many of the customer's own gaps


@dataclass(frozen=True)
class Histories:
    """Rows of purchases sorted by customer and day, and what happens to each customer."""

    customer: np.ndarray
    day: np.ndarray
    gross: np.ndarray
    returns: np.ndarray
    cost: np.ndarray
    fate: np.ndarray
    gap: np.ndarray  # days, as drawn
    event: np.ndarray  # the day on which it happened

    def __len__(self) -> int:
        return len(self.fate)


def generate(customers: int, seed: int) -> Histories:
    """Gaps of 5 to 60 days, amounts log-normal about each customer's own; all the same each time.

    A leaver's event is its last purchase; a decline begins on the day 900.
    """
    rng = np.random.default_rng(seed)
    gap = np.exp(rng.uniform(np.log(5), np.log(60), customers))
    shape = np.where(rng.random(customers) < 0.5, 1.0, 9.0)
    fate = rng.choice([LEFT, DECLINED, UNDISTURBED], customers, p=[0.2, 0.2, 0.6])
    most = int((PAST + FUTURE) / 5 * 3)
    steps = np.maximum(1, np.rint(rng.gamma(shape, gap / shape, (most, customers))))
    days = rng.integers(0, 200, customers) + steps.cumsum(axis=0)
    who = np.broadcast_to(np.arange(customers), days.shape)
    kept = (days < PAST + FUTURE) & ~((fate[who] == LEFT) & (days >= PAST))
    customer, day = who[kept], days[kept].astype(np.int64)
    order = np.lexsort((day, customer))
    customer, day = customer[order], day[order]
    level = np.exp(rng.normal(6, 1, customers))
    gross = level[customer] * rng.lognormal(0, SPREAD, len(day))
    gross *= np.where((fate[customer] == DECLINED) & (day >= PAST), DECLINE, 1.0)
    returns = np.where(rng.random(len(day)) < RETURNED, gross / 2, 0.0)
    cost = (gross - returns) * np.clip(rng.normal(1 - MARGIN, 0.05, len(day)), 0.3, 0.9)
    event = np.full(customers, PAST)
    last = np.zeros(customers, dtype=np.int64)
    np.maximum.at(last, customer, day)
    event = np.where(fate == LEFT, last, event)
    return Histories(customer, day, gross, returns, cost, fate, gap, event)


@dataclass(frozen=True)
class Judge:
    """The night's functions on the histories, with the rhythm fitted on the day 900."""

    histories: Histories
    timing: mbgnbd.Fit

    @classmethod
    def of(cls, histories: Histories) -> "Judge":
        summary = _summary(histories, PAST - 1)
        gaps = _log_gaps(histories, PAST - 1)
        timing = mbgnbd.fit_regular(summary.x, summary.t_x, summary.T, gaps)
        return cls(histories, timing)

    def at(self, cut: int) -> dict[str, np.ndarray]:
        """The strength of each signal at the end of a day, by kind."""
        past = self.histories
        summary = _summary(past, cut)
        net = past.gross - past.returns
        quarters = quarterly(past.customer, past.day, net, cut=cut, customers=len(past))
        volume = signals.volume_down(
            quarters, summary.T, summary.mean_gross, variation=np.exp(SPREAD**2) - 1
        )["strength"].to_numpy()
        lately = self._lately(cut, summary)
        return {
            "silent": signals.silent(self.timing, summary)["strength"].to_numpy(),
            "volume_down": np.maximum(volume, lately.pop("volume_down")),
            **lately,
        }

    def _lately(self, cut: int, summary) -> dict[str, np.ndarray]:
        past = self.histories
        net = past.gross - past.returns
        days = dealing_signals.Days(
            *(len(past), past.customer, past.day, past.gross, past.returns, net, net, past.cost)
        )
        now = days.within(cut - QUARTER, cut)
        year = dealing_signals.YEAR
        before = days.within(cut - QUARTER - year, cut - QUARTER)
        gap = summary.t_x / np.maximum(summary.x, 1)
        span = dealing_signals.span_lately(gap)
        around = dealing_signals.AROUND
        last_weeks = days.within(cut - span, cut)
        behind = days.within(cut - span - year, cut - span)
        down = dealing_signals.down_lately(
            last_weeks,
            behind,
            days.within(cut - year - span - around, cut - year + around),
            span=span,
            age=summary.T,
            shape=dealing_signals.regularity(summary.x, gap, _log_gaps(past, cut)),
        )
        frames = {
            "volume_down": down,
            "smaller_orders": dealing_signals.stronger(
                dealing_signals.smaller_orders(now, before),
                dealing_signals.smaller_orders(last_weeks, behind),
            ),
            "more_returns": dealing_signals.more_returns(now, before),
            "margin_down": dealing_signals.margin_down(now, before),
        }
        return {
            kind: np.where(summary.recency < QUARTER, frame["strength"], 0.0)
            for kind, frame in frames.items()
        }


def _summary(past: Histories, cut: int):
    net = past.gross - past.returns
    return summarise(past.customer, past.day, past.gross, net, cut=cut, customers=len(past))


def _log_gaps(past: Histories, cut: int) -> np.ndarray:
    known = past.day <= cut
    customer, day = past.customer[known], past.day[known]
    same = np.diff(customer) == 0
    logs = np.log(np.diff(day)[same])
    return np.bincount(customer[1:][same], logs, minlength=len(past))


@dataclass(frozen=True)
class Found:
    """When each customer's signal was seen first after its event, and how many began in a year."""

    histories: Histories
    first: dict[str, np.ndarray]  # by kind; PAST + FUTURE where never
    alarms: dict[str, np.ndarray]

    def in_time(self, kind: str, fate: int) -> float:
        """The share of the planted whose signal came within 30 days or three gaps of its own."""
        past = self.histories
        chosen = past.fate == fate
        limit = past.event + np.maximum(FIXED[0], np.ceil(FIXED[1] * past.gap))
        return float((self.first[kind] <= limit)[chosen].mean())

    def days(self, kind: str, fate: int) -> float:
        """The median of the days from event to signal."""
        chosen = self.histories.fate == fate
        return float(np.median((self.first[kind] - self.histories.event)[chosen]))

    def false_alarms(self, kind: str) -> float:
        """Signals that began within the year at customers who went on as before, a customer."""
        return float(self.alarms[kind][self.histories.fate == UNDISTURBED].mean())


def watch(histories: Histories, step: int = 1) -> Found:
    """Judge every `step` days from the events' first to the end of the year after."""
    judge = Judge.of(histories)
    earliest = int(histories.event.min())
    n, first, alarms, stood = len(histories), {}, {}, {}
    for cut in range(earliest, PAST + FUTURE, step):
        for kind, strength in judge.at(cut).items():
            stands = strength > 0
            first.setdefault(kind, np.full(n, PAST + FUTURE))
            seen = stands & (cut >= histories.event) & (first[kind] > cut)
            first[kind][seen] = cut
            if cut >= PAST:
                begins = stands & ~stood.get(kind, stands)
                alarms[kind] = alarms.get(kind, 0) + begins
                stood[kind] = stands
    return Found(histories, first, alarms)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = watch(generate(options.customers, options.seed))
    for kind, fate, event in (
        ("silent", LEFT, "silent leaver"),
        ("volume_down", DECLINED, "decline to a third"),
        ("smaller_orders", DECLINED, "decline to a third"),
    ):
        share, days = found.in_time(kind, fate), found.days(kind, fate)
        print(f"{event}: {kind} in time {share:.1%}, median {days:.0f} days")
    for kind in found.alarms:
        print(f"{kind}: {found.false_alarms(kind):.3f} false alarms a customer-year")


if __name__ == "__main__":
    main()
