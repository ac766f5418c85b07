"""Whole nights over dealings of any kind: each figure is a number, whatever was bought."""

import datetime as dt
import re

import numpy as np
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.platform import amounts
from crm.platform.bulk import copy_rows
from crm.tests.nightly.companies import LAST_DAY, night, touch, unsell
from crm.tests.nightly.everything import everything
from customers.models import (
    Benefit,
    Customer,
    DealingSummary,
    Idea,
    Product,
    Referral,
    Source,
    Standing,
    TouchedCustomer,
    Transaction,
    YearFigure,
)
from customers.services.derived import refresh_derived
from lifecycle.models import NightlyRun, Valuation
from lifecycle.services import rollup, scoring
from lifecycle.services.shards import EVERYBODY
from lifecycle.services.training import Models

pytestmark = pytest.mark.django_db
COLUMNS = (
    *("customer_id", "source_id", "reference", "date", "quantity", "amount", "cost"),
    *("product_id", "period_start", "period_end"),
)
NO_NUMBER = re.compile(r"\b(NaN|-?Infinity|nan|inf)\b")
LARGEST = amounts.MOST - 2  # as imports take it; programs a little more


def day(back: int) -> dt.date:
    return LAST_DAY - dt.timedelta(days=back)


class Base:
    """Customers and what they bought: (days back, amount, cost, category, period) by customer."""

    def __init__(self, kinds: list[list[tuple]], industry: str = "Steel"):
        source, _ = Source.objects.get_or_create(code="erp")
        names = (None, "cups", "plates", "knives")
        products = [
            name and Product.objects.get_or_create(source=source, code=name, category=name)[0].pk
            for name in names
        ]
        made = Customer.objects.bulk_create(
            Customer(number=f"{n:03}", name=f"Any {n}", industry=industry if n % 2 else "")
            for n in range(len(kinds))
        )
        self.ids = [customer.pk for customer in made]
        refresh_derived(self.ids)
        self.rows = [
            (pk, source.pk, f"{pk}-{n}", day(back), 1, amount, cost, products[category])
            + ((day(period[0]), day(period[1])) if period else (None, None))
            for pk, lines in zip(self.ids, kinds, strict=True)
            for n, (back, amount, cost, category, period) in enumerate(lines)
        ]

    def sell(self, order=None) -> None:
        rows = self.rows if order is None else [self.rows[place] for place in order]
        copy_rows(Transaction._meta.db_table, COLUMNS, rows)
        touch(self.ids, dt.date(1990, 1, 1))


def bought(*backs: int, amount: float = 100, cost=None, category: int = 0, period=None):
    return [(back, amount, cost, category, period) for back in backs]


def paid(*periods: tuple[int, int], amount: float = 1200):
    """An invoice on the first day of each period, at the latest on the last day of all."""
    return [(max(start, 0), amount, None, 0, (start, end)) for start, end in periods]


KINDS = {
    "never bought": [],
    "bought once": bought(400),
    "bought once, today": bought(0),
    "tomorrow only": bought(-1),
    "tomorrow too": bought(300, 200, -1, -400),
    "many times on one day": bought(*[90] * 40),
    "returns only": bought(200, 100, amount=-50),
    "returned all": bought(300, amount=80) + bought(299, amount=-80),
    "returned more than it bought": bought(300, 30) + bought(20, amount=-900),
    "returned before it bought": bought(500, amount=-10) + bought(400, 100, 10),
    "nothing for it": bought(300, 200, 100, 1, amount=0),
    "dust": bought(*range(0, 700, 30), amount=0.0001),
    "a fortune": bought(*range(5, 700, 30), amount=10**12, cost=10**12 / 2),
    "costs more than it brings": bought(*range(3, 400, 20), cost=170, category=1),
    "costs nothing": bought(*range(3, 400, 20), cost=0, category=2),
    "every day": bought(*range(800), amount=7, cost=3, category=1),
    "clockwork": bought(*range(0, 900, 30), category=3),
    "stopped": bought(*range(200, 900, 10), category=1) + bought(250, category=2),
    "fell": bought(*range(100, 900, 10), amount=500) + bought(50, amount=3),
    "a century ago": bought(12_000, 11_000),
    "contract": paid((700, 336), (335, -29)),
    "contracts that overlap": paid((700, 300), (500, 100), (300, -300), (290, -290)),
    "contract of a day": paid((40, 40), (39, 39), (38, 38)),
    "contract that is over": paid((900, 800)),
    "contract in the far future": paid((-3000, -9000)),
    "contract of a century": paid((10, -36_500)),
    "contract credited": paid((100, -265)) + paid((100, -265), amount=-1200),
    "contract beside orders": paid((100, -265)) + bought(*range(0, 300, 20), amount=90),
}


def assert_sound() -> None:
    for table, rows in everything().items():
        if table != "models_used":
            found = [row for row in rows if NO_NUMBER.search(row)]
            assert not found, (table, found[:2])
    for chance in ("probability_alive", "probability_active", "risk", "risk_after_purchase"):
        assert not Valuation.objects.exclude(**{f"{chance}__range": (0, 1)}).exists()
    assert not Standing.objects.exclude(risk__range=(0, 1)).exists()
    assert Standing.objects.count() == Customer.objects.count()
    assert not Standing.objects.filter(value_at_risk__lt=0).exists()
    for name in ("transaction_value", "lifetime_value"):
        low = "lifetime_low" if name == "lifetime_value" else f"{name}_low"
        assert not [
            row
            for row in Valuation.objects.select_related("customer__standing")
            if getattr(row, low) > getattr(row, name, row.customer.standing.lifetime_value)
        ]


def compute_two() -> dict:
    """An ordinary night and a month's end after it, over the same dealings."""
    night(day(30))
    night()
    assert_sound()
    return everything()


def test_dealings_of_any_kind_give_sound_figures_in_any_order():
    base = Base(list(KINDS.values()))
    base.sell()
    first = compute_two()
    of = dict(zip(KINDS, base.ids, strict=True))
    worth = dict(Standing.objects.values_list("customer", "lifetime_value"))
    assert not any(worth[of[kind]] for kind in ("never bought", "tomorrow only", "returns only"))
    assert worth[of["contract"]] > 0
    assert Standing.objects.get(pk=of["contract that is over"]).stage == "ended"
    unsell()
    base.sell(np.random.default_rng(1).permutation(len(base.rows)))
    night(day(30), rebuild=True)
    night()
    # Care is as of today, and the three Rs are counted again where a night is.
    again = everything()
    assert {name for name in first if first[name] != again[name]} <= {"CareDue", "LoyaltyCell"}


LARGE = {
    "each day": bought(*range(400), amount=LARGEST, cost=-LARGEST, category=1),
    "on one day": bought(*[3] * 300, amount=LARGEST),
    "at a loss": bought(*range(0, 700, 30), amount=LARGEST, cost=LARGEST, category=2),
    "costs without end": bought(*range(1, 700, 20), amount=1, cost=LARGEST),
    "returned": bought(*range(5, 700, 7), amount=-LARGEST),
    "bought and returned": bought(*range(50, 700, 7), amount=LARGEST)
    + bought(*range(40), amount=-LARGEST),
    "fell": bought(*range(100, 900, 10), amount=LARGEST) + bought(50, 20, 5, amount=3),
    "left": bought(*range(500, 900, 10), amount=LARGEST),
    "contract": paid((700, 336), (335, -29), (700, 336), (335, -29), amount=LARGEST),
}


def test_no_amounts_that_may_come_in_stop_a_night():
    base = Base([*LARGE.values(), *KINDS.values()])
    base.sell()
    for customer in Customer.objects.filter(pk__in=base.ids[: len(LARGE)]):
        customer.acquisition_cost = LARGEST
        customer.save()
        common = {"customer": customer, "on": day(9)}
        Benefit.objects.bulk_create(
            Benefit(what="Saves", amount=LARGEST, **common) for _ in range(300)
        )
        Idea.objects.bulk_create(
            Idea(what="Try", state=Idea.State.ADOPTED, amount=LARGEST, **common) for _ in range(300)
        )
        figures = {"turnover": LARGEST, "profit": -LARGEST, "purchases": LARGEST}
        known = {"source": "report", "known_on": day(20), "year": LAST_DAY.year - 1}
        YearFigure.objects.create(customer=customer, **known, **figures)
    Referral.objects.bulk_create(
        Referral(
            customer_id=base.ids[n],
            referred_id=base.ids[n + 1],
            on=day(800),
            state=Referral.State.CUSTOMER,
        )
        for n in range(len(LARGE) - 1)
    )
    compute_two()
    each_day = Standing.objects.get(pk=base.ids[0])
    assert float(each_day.revenue_12m) == pytest.approx(365 * LARGEST)
    knowledge = Valuation.objects.get(pk=base.ids[0]).knowledge_value
    assert 200 * LARGEST < knowledge <= 300 * LARGEST


def risks_of(run: NightlyRun) -> dict[int, float]:
    models = Models.of(run)
    known = scoring.Known.of(models, run.as_of, EVERYBODY)
    found = scoring.figures(models, known, run.as_of)
    return dict(zip(found["customer_id"].tolist(), found["risk"].tolist(), strict=True))


def test_a_last_purchase_that_was_later_raises_no_risk(company):
    """Of customers on their own: the models stay what the night learned of all of them."""
    run = night()
    before = risks_of(run)
    rng = np.random.default_rng(3)
    last = dict(DealingSummary.objects.values_list("customer", "last_purchase"))
    for pk, date in last.items():
        later = date + dt.timedelta(days=int(rng.integers((LAST_DAY - date).days + 1)))
        Transaction.objects.filter(customer=pk, date=date).update(date=later)
    touch(list(last), dt.date(1990, 1, 1))
    rollup.roll_up(shard=EVERYBODY, as_of=LAST_DAY, everybody=False)
    after = risks_of(run)
    assert max(after[pk] - before[pk] for pk in before) <= 1e-9


@pytest.mark.parametrize("count", [0, 1])
@pytest.mark.soak
def test_bases_of_nobody_and_of_one(count):
    for kind in KINDS.values():
        base = Base([kind][:count])
        base.sell()
        night(day(1), rebuild=True)
        night()
        assert_sound()
        unsell()
        TouchedCustomer.objects.all().delete()
        Customer.objects.filter(pk__in=base.ids).delete()


@pytest.mark.soak
def test_a_customer_with_100_000_purchases_is_one_among_others():
    lines = bought(*(back for back in range(2_500) for _ in range(40)), amount=LARGEST, cost=1)
    Base([*KINDS.values(), lines]).sell()
    compute_two()
    assert Valuation.objects.filter(purchase_days=2_500).exists()


paid_amounts = st.one_of(
    st.integers(-900, 900), st.sampled_from([0, 0.0001, 10**9, -(10**9), LARGEST, -LARGEST])
)
costs = st.one_of(st.none(), st.integers(-100, 900))
periods = st.one_of(
    st.none(),
    st.none(),
    st.tuples(st.integers(-800, 900), st.integers(0, 800)).map(lambda p: (p[0], p[0] - p[1])),
)
lines = st.lists(
    st.tuples(st.integers(-40, 900), paid_amounts, costs, st.integers(0, 3), periods), max_size=25
)


@pytest.mark.soak
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(kinds=st.lists(lines, min_size=1, max_size=45), seed=st.integers(0, 99))
def test_any_dealings_at_all(db, kinds, seed):
    try:
        with transaction.atomic():
            check_any(kinds, seed)
            raise Undone
    except Undone:
        pass


class Undone(Exception):  # noqa: N818
    """An example leaves nothing to the next one, whether or not it went well."""


def check_any(kinds: list[list[tuple]], seed: int) -> None:
    base = Base(kinds)
    base.sell()
    first = compute_two()
    unsell()
    base.sell(np.random.default_rng(seed).permutation(len(base.rows)))
    night(day(30), rebuild=True)
    night()
    again = everything()
    assert {name for name in first if first[name] != again[name]} <= {"CareDue", "LoyaltyCell"}
