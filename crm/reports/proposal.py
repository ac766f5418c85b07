"""The proposal of the expected next order: what a customer usually orders, when, how much of it.

It is sent to the customer, so nothing of its value, tier or risk is read.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from crm.platform.models import Installation
from crm.reports import figures
from customers.models import Contact, Customer, Transaction
from customers.models.standing import NEVER
from lifecycle.expected_orders import expected_on
from lifecycle.services import peer_categories

# Of the orders of a year: what is in so many of them is usual.
USUAL_SHARE = 1 / 3
FEWEST_ORDERS = 2
MOST_LINES = 14

# A product is counted once a day, however many lines of it there are; the last price is that of its
# last day, after discounts. The lines of one customer and year are read by its index.
USUAL = """
    WITH line AS ({lines}),
    day AS (
        SELECT product_id, date, sum(quantity) AS quantity, sum(amount) AS amount
        FROM line GROUP BY product_id, date)
    SELECT p.code, p.name, p.category, count(*) AS orders, max(d.date) AS last_on,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY d.quantity) AS quantity,
        (array_agg(d.amount / nullif(d.quantity, 0) ORDER BY d.date DESC))[1] AS price,
        (SELECT count(DISTINCT date) FROM line) AS all_orders
    FROM day d JOIN customers_product p ON p.id = d.product_id
    GROUP BY p.id, p.code, p.name, p.category
    HAVING count(*) >= %s
    ORDER BY count(*) DESC, max(d.date) DESC, p.code LIMIT %s
"""


@dataclass(frozen=True)
class Line:
    """A product that it orders again and again; the price is that of the last time."""

    code: str
    name: str
    category: str
    orders: int
    last_on: dt.date
    quantity: Decimal
    price: Decimal | None
    is_usual: bool

    @property
    def amount(self) -> Decimal | None:
        return None if self.price is None else self.price * self.quantity


@dataclass(frozen=True)
class NextOrder:
    """All that the proposal is made of; without a gap there is no rhythm to speak of."""

    customer: Customer
    today: dt.date
    last_on: dt.date | None
    gap: int | None
    expected_on: dt.date | None
    lines: list[Line]
    more: list[str]
    buyers: list[Contact]

    @property
    def usual(self) -> list[Line]:
        return [line for line in self.lines if line.is_usual]

    @property
    def sometimes(self) -> list[Line]:
        return [line for line in self.lines if not line.is_usual]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.usual if line.amount), Decimal(0))

    @property
    def is_late(self) -> bool:
        return self.gap is not None and self.expected_on is None

    @property
    def due_on(self) -> dt.date | None:
        """By the rhythm, also where that day is past."""
        if self.gap is None or self.last_on is None:
            return None
        return self.last_on + dt.timedelta(days=self.gap)


def read(customer: Customer, user) -> NextOrder:
    """Everything at once; `customer` comes with its standing and valuation."""
    today = Installation.cached().today()
    standing = getattr(customer, "standing", None)
    valuation = getattr(customer, "valuation", None)
    bought = standing is not None and standing.last_purchase != NEVER
    gap = valuation and valuation.usual_gap
    return NextOrder(
        customer=customer,
        today=today,
        last_on=standing.last_purchase if bought else None,
        gap=max(1, round(gap)) if bought and gap else None,
        expected_on=expected_on(valuation, standing, today) if bought else None,
        lines=_lines(customer, user, standing.last_purchase) if bought else [],
        more=_more(customer, user, standing.last_purchase) if bought else [],
        buyers=_buyers(customer, user),
    )


def _year_to(last_on: dt.date) -> tuple[dt.date, dt.date]:
    return figures.year_earlier(last_on) + dt.timedelta(days=1), last_on


def _lines(customer: Customer, user, last_on: dt.date) -> list[Line]:
    """What it ordered at least twice in the year up to its last purchase, most often first."""
    rows = Transaction.objects.visible_to(user).filter(
        customer=customer, date__range=_year_to(last_on), amount__gt=0, quantity__gt=0
    )
    rows = rows.filter(product__isnull=False).order_by()
    lines, values = rows.values("product_id", "date", "quantity", "amount").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(USUAL.format(lines=lines), [*values, FEWEST_ORDERS, MOST_LINES])
        found = cursor.fetchall()
    return [
        Line(*columns, is_usual=columns[3] >= USUAL_SHARE * all_orders)
        for *columns, all_orders in found
    ]


def _more(customer: Customer, user, last_on: dt.date) -> list[str]:
    """Categories that most customers of its industry buy and it does not."""
    if not customer.industry:
        return []
    rows = Transaction.objects.visible_to(user).filter(
        customer=customer, date__range=_year_to(last_on)
    )
    bought = [row["category"] for row in rows.by_category() if row["category"]]
    return [row.category for row in peer_categories.proposals(customer.industry, bought)]


def _buyers(customer: Customer, user) -> list[Contact]:
    """Who orders there and may be written to."""
    people = Contact.objects.visible_to(user).there().filter(customer=customer)
    people = people.exclude(email="").exclude(consent=Contact.Consent.REFUSED)
    roles = (Contact.Role.BUYER, Contact.Role.DECISION_MAKER)
    return list(people.filter(role__in=roles).order_by("role", "name")[:3])
