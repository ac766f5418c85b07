"""Planted events and false alarms: how soon signals from dealings see what was put there.

Generated histories of 900 days, half of them as by chance and half of a regular rhythm; then, from
one day on, some customers leave without a word, some buy for less, at once or slowly, some more
seldom, the others go on. Each day is judged by the functions of the night.
`python -m benchmarks.planted --customers 2000 --seeds 3` prints the tables of docs/metrics.md.
"""

import argparse
from dataclasses import dataclass, fields

import numpy as np

from lifecycle.analytics import dealing_signals, mbgnbd, signals
from lifecycle.analytics.dealing_days import Days
from lifecycle.analytics.order_sizes import spread_of
from lifecycle.analytics.silence import a_year_ago
from lifecycle.analytics.summaries import quarterly, summarise

PAST, FUTURE, SLOWLY = 900, 365, 182
LEFT, THIRD, HALF, SELDOM, SLOW, UNDISTURBED = range(6)
FATES = {
    LEFT: "silent leaver",
    THIRD: "a third of the amounts",
    HALF: "half of the amounts",
    SELDOM: "a third of the orders",
    SLOW: "a third of the amounts, slowly",
}
PARTS = 0.15, 0.15, 0.1, 0.1, 0.1, 0.4
DECLINE = {THIRD: 1 / 3, HALF: 1 / 2}
KINDS = "silent", "volume_down", "smaller_orders"
DECLINING = "volume_down or smaller_orders"
ANY = "any of the three"
TOGETHER = {DECLINING: KINDS[1:], ANY: KINDS}
MARGIN = 0.4
RETURNED = 0.02  # of the days, half of what was bought
ITERATIONS = 40
FIXED = 30, 3  # within so many days, or so many of the customer's own gaps


@dataclass(frozen=True)
class World:
    """How customers buy: gaps of gamma ``shape`` (the regular half), logarithms of amounts that
    spread by ``spread``, a ``growth`` a year, a ``season`` of amounts (the low is 1 - season of the
    mean) and one of their ``tempo``, a share of ``odd`` orders of a tenth, and ``before`` days of
    history more."""

    shape: float = 9.0
    spread: float = 0.4
    spreads: float = 0.0  # of the spread, from customer to customer
    growth: float = 0.0
    season: float = 0.0
    tempo: float = 0.0
    odd: float = 0.0
    before: float = 0.0


@dataclass(frozen=True)
class Histories:
    """Rows of purchases sorted by customer and day, and what happens to each customer."""

    customer: np.ndarray
    day: np.ndarray
    gross: np.ndarray
    returns: np.ndarray
    cost: np.ndarray
    fate: np.ndarray
    regular: np.ndarray
    gap: np.ndarray  # days, as drawn
    event: np.ndarray  # the day on which it happened
    level: np.ndarray  # mean logarithm of amounts, before
    spread: np.ndarray  # their standard deviation

    def __len__(self) -> int:
        return len(self.fate)

    @property
    def days(self) -> Days:
        net = self.gross - self.returns
        return Days(
            len(self), self.customer, self.day, self.gross, self.returns, net, net, self.cost
        )

    @property
    def in_time(self) -> np.ndarray:
        """The last day in time: 30 days or three gaps; what is slow has half a year before."""
        limit = self.event + np.maximum(FIXED[0], np.ceil(FIXED[1] * self.gap))
        return np.where(self.fate == SLOW, self.event + SLOWLY, limit)


def generate(customers: int, seed: int, world: World = World()) -> Histories:
    """Gaps of 5 to 60 days, amounts log-normal about each customer's own; all the same each time.

    A leaver's event is its last purchase; others change on the day 900.
    """
    rng = np.random.default_rng(seed)
    gap = np.exp(rng.uniform(np.log(5), np.log(60), customers))
    regular = rng.random(customers) < 0.5
    fate = rng.choice(len(PARTS), customers, p=PARTS)
    start = rng.integers(0, 200, customers) - int(world.before)
    shape = np.where(regular, world.shape, 1.0)
    customer, day = _purchases(rng, gap, shape, fate, start, world.tempo)
    level, spread = _levels(rng, customers, world)
    gross = _amounts(rng, customer, day, fate, level, spread, world)
    returns = np.where(rng.random(len(day)) < RETURNED, gross / 2, 0.0)
    cost = (gross - returns) * np.clip(rng.normal(1 - MARGIN, 0.05, len(day)), 0.3, 0.9)
    last = np.zeros(customers, dtype=np.int64)
    np.maximum.at(last, customer, day)
    event = np.where(fate == LEFT, last, PAST)
    return Histories(customer, day, gross, returns, cost, fate, regular, gap, event, level, spread)


def _purchases(rng, gap, shape, fate, start, tempo) -> tuple[np.ndarray, np.ndarray]:
    most = int((PAST + FUTURE - start.min()) / 5 * 3)
    steps = np.maximum(1, np.rint(rng.gamma(shape, gap / shape, (most, len(gap)))))
    days = start + steps.cumsum(axis=0)
    if tempo:
        days = _in_season(days, rng.uniform(0, 364, len(gap)), tempo)
    days = np.where((fate == SELDOM) & (days > PAST), PAST + 3 * (days - PAST), days)
    who = np.broadcast_to(np.arange(len(gap)), days.shape)
    kept = (days < PAST + FUTURE) & ~((fate[who] == LEFT) & (days >= PAST))
    customer, day = who[kept], days[kept].astype(np.int64)
    order = np.lexsort((day, customer))
    customer, day = customer[order], day[order]
    new = np.append(True, (np.diff(customer) > 0) | (np.diff(day) > 0))
    return customer[new], day[new]


def _in_season(days: np.ndarray, high: np.ndarray, tempo: float) -> np.ndarray:
    """Days moved to where the pace goes up and down by ``tempo`` within the year.

    At the pace 1 + tempo cos(2 pi (t - high) / 364) so many days have passed by t as would at an
    even one by t + tempo 364 / 2 pi sin(...): solved for t by iteration, which contracts.
    """
    turn, moved = 2 * np.pi / 364, days.astype(float)
    for _ in range(ITERATIONS):
        moved = days - tempo / turn * np.sin(turn * (moved - high))
    return np.rint(moved)


def _levels(rng, customers: int, world: World) -> tuple[np.ndarray, np.ndarray]:
    level = rng.normal(6, 1, customers)
    return level, world.spread * np.exp(rng.normal(0, world.spreads, customers))


def _amounts(rng, customer, day, fate, level, spread, world: World) -> np.ndarray:
    high = rng.uniform(0, 364, len(fate))[customer]
    gross = np.exp(level[customer] + spread[customer] * rng.normal(0, 1, len(day)))
    gross *= np.exp(np.log1p(world.growth) * day / 365)
    gross *= 1 + world.season * np.cos(2 * np.pi * (day - high) / 364)
    gross *= np.where(rng.random(len(day)) < world.odd, 0.1, 1.0)
    after = day >= PAST
    for one, share in DECLINE.items():
        gross *= np.where((fate[customer] == one) & after, share, 1.0)
    slowly = 1 - (1 - DECLINE[THIRD]) * np.clip((day - PAST) / SLOWLY, 0, 1)
    return gross * np.where(fate[customer] == SLOW, slowly, 1.0)


@dataclass(frozen=True)
class Judge:
    """The night's functions on the histories, with the rhythm fitted on the day 900."""

    histories: Histories
    timing: mbgnbd.Fit
    variation: float
    own: float | None

    @classmethod
    def of(cls, histories: Histories, world: World) -> "Judge":
        summary = _summary(histories, PAST - 1)
        timing = mbgnbd.fit_regular(summary.x, summary.t_x, summary.T, summary.sum_log_gaps)
        own = dealing_signals.own_seasons(
            _days_read(histories, PAST - 1),
            cut=PAST - 1,
            age=summary.T,
            gap=summary.t_x / np.maximum(summary.x, 1),
        )
        return cls(histories, timing, np.exp(world.spread**2) - 1, own)

    def at(self, cut: int) -> dict[str, np.ndarray]:
        """The strength of each signal at the end of a day, by kind."""
        past, days = self.histories, self.histories.days
        summary = _summary(past, cut)
        quarters = quarterly(past.customer, past.day, days.net, cut=cut, customers=len(past))
        volume = signals.volume_down(
            quarters, summary.T, summary.mean_gross, variation=self.variation
        )["strength"].to_numpy()
        lately = self._lately(cut, summary)
        return {
            "silent": self._silent(cut, summary),
            "volume_down": np.maximum(volume, lately.pop("volume_down")),
            **lately,
        }

    def _silent(self, cut: int, summary) -> np.ndarray:
        after, until = a_year_ago(summary.last, cut)
        then = self.histories.days.within(after, until).purchases
        return signals.silent_in_season(self.timing, summary, then)["strength"].to_numpy()

    def _lately(self, cut: int, summary) -> dict[str, np.ndarray]:
        """From the days that the night reads, of those who bought within a quarter."""
        frames = dealing_signals.found(
            _days_read(self.histories, cut),
            dealing_signals.Rhythms(
                age=summary.T,
                gaps=summary.x,
                usual_gap=summary.t_x / np.maximum(summary.x, 1),
                sum_log_gaps=summary.sum_log_gaps,
            ),
            cut=cut,
            spread=spread_of(self.variation),
            own=self.own,
        )
        buying = summary.recency < dealing_signals.QUARTER
        return {kind: np.where(buying, frame["strength"], 0.0) for kind, frame in frames.items()}


def _days_read(past: Histories, cut: int) -> Days:
    """The days that the night reads for what customers buy lately."""
    days = past.days
    read = (days.day <= cut) & (days.day > cut - dealing_signals.BEHIND)
    columns = ("customer", "day", "gross", "returns", "net", "known_net", "cost")
    return Days(len(past), *(getattr(days, name)[read] for name in columns))


def _summary(past: Histories, cut: int):
    net = past.gross - past.returns
    return summarise(past.customer, past.day, past.gross, net, cut=cut, customers=len(past))


@dataclass(frozen=True)
class Found:
    """When each customer's signal was seen first after its event, and how many began in a year."""

    histories: Histories
    first: dict[str, np.ndarray]  # by kind; PAST + FUTURE where never
    alarms: dict[str, np.ndarray]

    def in_time(self, kind: str, fate: int, which: slice | np.ndarray = slice(None)) -> float:
        """The share of the planted (of some) whose signal came in time."""
        past = self.histories
        seen = self.first[kind] <= past.in_time
        chosen = past.fate == fate
        return float(seen[which][chosen[which]].mean())

    def days(self, kind: str, fate: int) -> float:
        """The median of the days from event to signal."""
        chosen = self.histories.fate == fate
        return float(np.median((self.first[kind] - self.histories.event)[chosen]))

    def false_alarms(self, kind: str, which: slice | np.ndarray = slice(None)) -> float:
        """Signals that began within the year at customers who went on as before, a customer."""
        undisturbed = self.histories.fate == UNDISTURBED
        return float(self.alarms[kind][which][undisturbed[which]].mean())

    def with_few_orders(self, fate: int, fewest: int = 2) -> float:
        """The share of the planted that had fewer orders than that while it was in time."""
        past = self.histories
        after = (past.day >= PAST) & (past.day <= past.in_time[past.customer])
        orders = np.bincount(past.customer[after], minlength=len(past))
        return float((orders < fewest)[past.fate == fate].mean())


def watch(histories: Histories, step: int = 1, world: World = World()) -> Found:
    """Judge every `step` days from the events' first to the end of the year after."""
    judge = Judge.of(histories, world)
    earliest = int(histories.event.min())
    n, first, alarms, stood = len(histories), {}, {}, {}
    for cut in range(earliest, PAST + FUTURE, step):
        found = judge.at(cut)
        for name, kinds in TOGETHER.items():
            found[name] = np.maximum.reduce([found[kind] for kind in kinds])
        for kind, strength in found.items():
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
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--seeds", type=int, default=1, help="so many histories, from seed 1 on")
    for field in fields(World):
        parser.add_argument(f"--{field.name}", type=float, default=field.default)
    options = vars(parser.parse_args())
    customers, seeds = options.pop("customers"), options.pop("seeds")
    world = World(**options)
    found = [watch(generate(customers, 1 + n, world), world=world) for n in range(seeds)]
    print_planted(found)
    print_alarms(found)


def print_planted(found: list[Found]) -> None:
    """Per planted event: the share in time by each signal, of all, regular and chance buyers."""
    kinds = (*KINDS, *TOGETHER)
    print("| planted | " + " | ".join(kinds) + " | fewer than two orders in time |")
    print("|---" * (len(kinds) + 2) + "|")
    for fate, name in FATES.items():
        cells = []
        for kind in kinds:
            all_, regular, chance = (
                np.mean([one.in_time(kind, fate, which(one)) for one in found]) for which in GROUPS
            )
            days = np.mean([one.days(kind, fate) for one in found])
            cells.append(f"{all_:.1%} ({regular:.0%}, {chance:.0%}), {days:.0f} days")
        few = np.mean([one.with_few_orders(fate) for one in found])
        print(f"| {name} | " + " | ".join(cells) + f" | {few:.1%} |")


def print_alarms(found: list[Found]) -> None:
    """Per signal: false alarms a customer-year, of all, regular and chance buyers."""
    print("\n| signal | false alarms a customer-year | regular | by chance |\n|---|---|---|---|")
    for kind in found[0].alarms:
        rates = (np.mean([one.false_alarms(kind, which(one)) for one in found]) for which in GROUPS)
        print(f"| `{kind}` | " + " | ".join(f"{rate:.3f}" for rate in rates) + " |")


GROUPS = (
    lambda found: slice(None),
    lambda found: found.histories.regular,
    lambda found: ~found.histories.regular,
)

if __name__ == "__main__":
    main()
