"""How many planted falls could be seen in time at all: by who knows what nobody knows.

On the histories of `benchmarks.planted` the best test there is (a cumulative sum of log-likelihood
ratios, Page 1954; none sees a change sooner at the same rate of false alarms, Moustakides 1986) is
told each customer's true mean and spread of amounts and how deep the fall will be. Its marks are
set so that it brings as many false alarms a customer-year as asked for: in three ways, of which the
last spends them on those customers with whom most is seen. It knows nothing of seasons of amounts
(those of their pace don't matter to it).
`python -m benchmarks.planted_ideal --customers 20000 --alarms 0.23`.
"""

import argparse
from dataclasses import fields

import numpy as np

from benchmarks.planted import DECLINE, FATES, PAST, UNDISTURBED, Histories, World, generate

MARKS = np.linspace(-4, 14, 73)
GAPS = 8  # groups of customers by their gap, times two by regularity
PRICES = np.geomspace(1e-3, 1e2, 200)  # of a false alarm, in falls seen


def surety(histories: Histories, depth: float) -> np.ndarray:
    """The cumulative sum after each order: how sure it is that amounts fell by ``depth`` (a
    logarithm) at some time before."""
    of, spread = histories.customer, histories.spread
    off = (histories.level[of] - np.log(histories.gross)) / spread[of]
    size = depth / spread[of]
    ratio = size * (off - size / 2)
    first = np.append(True, np.diff(of) > 0)
    place = np.arange(len(of)) - np.flatnonzero(first)[of]
    rows = np.zeros((len(histories), place.max() + 2))
    rows[of, place + 1] = ratio
    total = rows.cumsum(axis=1)
    return (total[:, 1:] - np.minimum.accumulate(total, axis=1)[:, :-1])[of, place]


def seen_and_alarms(histories: Histories, depth: float) -> tuple[np.ndarray, np.ndarray]:
    """For each mark and customer: whether it was passed in time, and how often it began to be."""
    of, day, n = histories.customer, histories.day, len(histories)
    sure = surety(histories, depth)
    same = np.append(False, np.diff(of) == 0)
    in_time = (day >= PAST) & (day <= histories.in_time[of])
    seen, alarms = np.zeros((len(MARKS), n), dtype=bool), np.zeros((len(MARKS), n))
    for row, mark in enumerate(MARKS):
        fires = sure > mark
        seen[row, of[fires & in_time]] = True
        begins = fires & ~(same & np.append(False, fires[:-1])) & (day > PAST)
        alarms[row] = np.bincount(of[begins], minlength=n)
    return seen, alarms


def shares(histories: Histories, fate: int, most: float) -> dict[str, float]:
    """The share of the planted seen in time, by how false alarms are spread over customers."""
    seen, alarms = seen_and_alarms(histories, -np.log(DECLINE[fate]))
    edges = np.linspace(np.log(5), np.log(60), GAPS + 1)[1:-1]
    group = np.digitize(np.log(histories.gap), edges) + GAPS * histories.regular
    planted, calm = histories.fate == fate, histories.fate == UNDISTURBED

    def sums(values, which):
        return np.stack([np.bincount(group[which], row[which], 2 * GAPS) for row in values], 1)

    hits = sums(seen, planted) / planted.sum()
    false, each = sums(alarms, calm), np.bincount(group[calm], minlength=2 * GAPS)
    by_customer, false = false / np.maximum(each, 1)[:, None], false / calm.sum()
    groups = np.arange(2 * GAPS)
    one = hits.sum(axis=0)[np.argmax(false.sum(axis=0) <= most)]
    alike = hits[groups, np.argmax(by_customer <= most, axis=1)].sum()
    best = 0.0
    for price in PRICES:
        chosen = groups, (hits - price * false).argmax(axis=1)
        if false[chosen].sum() <= most:
            best = max(best, hits[chosen].sum())
    return {"one mark for all": one, "as many for each customer": alike, "as most is seen": best}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--alarms", type=float, default=0.23, help="false, a customer-year")
    for field in fields(World):
        parser.add_argument(f"--{field.name}", type=float, default=field.default)
    options = vars(parser.parse_args())
    customers, seed, alarms = (options.pop(name) for name in ("customers", "seed", "alarms"))
    histories = generate(customers, seed, World(**options))
    for fate in DECLINE:
        found = shares(histories, fate, alarms)
        cells = ", ".join(f"{name} {share:.1%}" for name, share in found.items())
        print(f"{FATES[fate]}: {cells}")


if __name__ == "__main__":
    main()
