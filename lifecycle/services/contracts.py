"""Contract customers: the periods that their invoices name, and what these are worth.

A line of an invoice with a period is a contract's. A customer is a *contract customer* where such
lines make up half of its gross and more: it is kept out of the models of rhythm and valued by what
its contract still brings and by renewals. Below half the lines count as any others. Who goes on
buying a quarter after its last contract ended has only gone over to buying without one.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from lifecycle.analytics import contracts
from lifecycle.analytics.summaries import QUARTER
from lifecycle.services import chosen, columns
from lifecycle.services.chosen import Chosen
from lifecycle.services.summaries import QUARTERS, year_before

SHARE = 0.5
METHOD = "contract"

# What of it was invoiced in each of the last quarters, the newest last.
INVOICED = [f"invoiced{back}" for back in reversed(range(QUARTERS))]
INVOICED_SUMS = ", ".join(
    f"coalesce(sum(amount) FILTER (WHERE date > %(as_of)s::date - {QUARTER * (back + 1)}"
    f" AND date <= %(as_of)s::date - {QUARTER * back}), 0) AS invoiced{back}"
    for back in reversed(range(QUARTERS))
)
# By its partial index: few installations have contracts, and none should read all lines for them.
PERIODS = """
    SELECT customer_id, period_start, period_end, sum(amount) AS amount,
        coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS gross,
        coalesce(sum(amount) FILTER (WHERE date > %(year_ago)s), 0) AS net_year, {invoiced}
    FROM customers_transaction
    WHERE period_end IS NOT NULL AND period_start IS NOT NULL AND {chosen} AND date <= %(as_of)s
    GROUP BY customer_id, period_start, period_end
    ORDER BY customer_id, period_start, period_end
"""
KINDS = {
    "customer_id": "int",
    **dict.fromkeys(("period_start", "period_end"), "date"),
    **dict.fromkeys(("amount", "gross", "net_year", *INVOICED), "float"),
}


@dataclass(frozen=True)
class Contracts:
    """Contract customers among given ones: `member` says which, `place` where each stands.

    The periods are those of contract customers alone, `period_of` the place of each one's customer.
    """

    member: np.ndarray
    place: np.ndarray
    period_of: np.ndarray
    start: np.ndarray
    end: np.ndarray
    amount: np.ndarray
    beside: np.ndarray  # net a day of what each contract customer buys beside its contracts
    share: np.ndarray  # of its gross that is by contract
    invoiced: np.ndarray  # net of its periods by the dates of invoices, in the last eight quarters

    def __len__(self) -> int:
        return len(self.place)

    def bound(self, last: np.ndarray) -> "Contracts":
        """Those who don't go on without a contract; `last` are the last purchase days of all."""
        ends = np.zeros(len(self), dtype=np.int64)
        of = np.searchsorted(self.place, self.period_of)
        np.maximum.at(ends, of, self.end)
        kept = last[self.place] <= ends + QUARTER
        member = self.member.copy()
        member[self.place[~kept]] = False
        periods = ("period_of", "start", "end", "amount")
        return Contracts(
            member=member,
            **{
                name: getattr(self, name)[kept] for name in ("place", "beside", "share", "invoiced")
            },
            **{name: getattr(self, name)[kept[of]] for name in periods},
        )

    def order_beside(self, gross: np.ndarray, purchases: np.ndarray) -> np.ndarray:
        """Mean gross of a purchase day without a contract's invoice; both are of all customers."""
        invoices = np.bincount(np.searchsorted(self.place, self.period_of), minlength=len(self))
        days = np.maximum(purchases[self.place] - invoices, 1)
        return gross[self.place] * np.maximum(1 - self.share, 0) / days

    def terms(self, grace: int):
        """As of `contracts.terms`; customers by their place."""
        return contracts.terms(self.period_of, self.start, self.end, self.amount, grace)

    def quarters(self, quarters: np.ndarray, cut: int, grace: int) -> np.ndarray:
        """The contract customers' rows of net by quarter, with what is signed by its days.

        `quarters` are those of all given customers, by the dates of invoices.
        """
        signed = contracts.by_quarter(
            np.searchsorted(self.place, self.period_of),
            self.start,
            self.end,
            self.amount,
            cut=cut,
            grace=grace,
            customers=len(self),
            quarters=quarters.shape[1],
        )
        return quarters[self.place] - self.invoiced + signed


def load(
    as_of: dt.date,
    customer_id: np.ndarray,
    gross: np.ndarray,
    net_year: np.ndarray,
    wanted: Chosen | None = None,
) -> Contracts:
    """The contract customers among those of rising ids, with their gross and 12-month net.

    `wanted` says where to look for them; without it, by their ids.
    """
    wanted = customer_id if wanted is None else wanted
    values = {"as_of": as_of, "year_ago": year_before(as_of), **chosen.values(wanted)}
    query = PERIODS.format(chosen=chosen.condition(wanted), invoiced=INVOICED_SUMS)
    found = columns.read(query, values, KINDS)
    place, found = _placed(customer_id, found)
    counts = found["amount"] > 0

    def total(name, rows=slice(None)):
        return np.bincount(place[rows], found[name][rows], minlength=len(customer_id))

    signed = total("gross")
    member = (np.bincount(place[counts], minlength=len(customer_id)) > 0) & (
        signed >= SHARE * gross
    )
    kept = member[place] & counts
    beside = np.maximum(net_year - total("net_year"), 0.0)[member] / contracts.YEAR
    return Contracts(
        member=member,
        place=np.flatnonzero(member),
        period_of=place[kept],
        start=found["period_start"][kept],
        end=found["period_end"][kept],
        amount=found["amount"][kept],
        beside=beside,
        share=signed[member] / np.maximum(gross, signed)[member],
        invoiced=np.column_stack([total(name)[member] for name in INVOICED]),
    )


def _placed(customer_id: np.ndarray, found: dict) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Where the customer of each row stands among the given ones, and the rows of these."""
    place = np.searchsorted(customer_id, found["customer_id"])
    known = place < len(customer_id)
    known[known] = customer_id[place[known]] == found["customer_id"][known]
    return place[known], {name: column[known] for name, column in found.items()}
