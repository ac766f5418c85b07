"""What all customers bought together in the last eight quarters, by one pass over their days."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from django.db import connection

from lifecycle.analytics.periods import QUARTER
from lifecycle.services.summaries import QUARTERS, year_before

TOTALS = f"""
    SELECT c.industry, c.region, (%(cut)s - d.day) / {QUARTER} AS back, d.day > %(year_ago)s,
        sum(d.net), sum(d.known_net)
    FROM customers_dealingday d JOIN customers_customer c ON c.id = d.customer_id
    WHERE d.day <= %(cut)s AND d.day > %(cut)s::date - {QUARTER * QUARTERS} GROUP BY 1, 2, 3, 4
"""  # noqa: S608 -- no value in it


class Part(NamedTuple):
    """Net of an industry in a region, so many quarters ago, of which so much has known costs."""

    industry: str
    region: str
    back: int
    in_year: bool
    net: Decimal
    known_net: Decimal


@dataclass(frozen=True)
class Totals:
    """Sums are exact, so they are the same in whatever order the rows came."""

    parts: list[Part]

    @classmethod
    def of(cls, as_of: dt.date) -> "Totals":
        with connection.cursor() as cursor:
            cursor.execute(TOTALS, {"cut": as_of, "year_ago": year_before(as_of)})
            return cls([Part(*row) for row in cursor.fetchall()])

    def quarters(self) -> np.ndarray:
        """Net of the last eight times 91 days, newest last."""
        sums = [Decimal()] * QUARTERS
        for part in self.parts:
            sums[QUARTERS - 1 - part.back] += part.net
        return np.array(sums, dtype=float)

    def year(self) -> tuple[Decimal, Decimal]:
        """Net of the last twelve months, and that of lines with known cost."""
        lately = [part for part in self.parts if part.in_year]
        return sum(part.net for part in lately), sum(part.known_net for part in lately)
