"""One customer with figures, dealings and a signal, for tests of pages that show worth."""

import datetime as dt
from decimal import Decimal

from crm.platform.models import Job
from customers.models import Customer, DealingSummary
from customers.tests.factories import (
    CustomerFactory,
    DealingDayFactory,
    ProductFactory,
    StandingFactory,
    TransactionFactory,
)
from lifecycle.models import NightlyRun, Signal, Valuation

AS_OF = dt.date(2025, 11, 30)
# Numbers that occur nowhere else on a page.
FIGURES = {
    "as_of": AS_OF,
    "purchase_days": 30,
    "repeats": 29,
    "recency": 500.0,
    "age": 541.0,
    "usual_gap": 12.2,
    "probability_alive": 0.8123,
    "probability_active": 0.5,
    "risk": 0.6125,
    "risk_after_purchase": 0.0421,
    "expected_purchases": 22.5,
    "expected_spend": 1024.0,
    "net_ratio": 0.95,
    "margin": 0.3,
    "margin_is_assumed": True,
    "transaction_value": Decimal("98765.40"),
    "transaction_value_low": Decimal("80808.00"),
    "transaction_value_high": Decimal("120120.00"),
    "lifetime_low": Decimal("80808.00"),
    "lifetime_high": Decimal("120120.00"),
    "value_if_active": Decimal("75757.00"),
    "method": "model",
    "margin_12m": Decimal("4073.73"),
    "tier_basis": Decimal("4073.73"),
    "stage_reason": "at_once",
    "stage_numbers": {"figure": -0.3, "mark": -0.25},
    "stage_candidate": "decline",
    "stage_candidate_since": AS_OF,
}


def valued_customer(owner, **fields) -> Customer:
    """With figures that are known to the digit."""
    customer = CustomerFactory(account_manager=owner, **fields)
    StandingFactory(
        customer=customer,
        tier="A",
        stage="decline",
        value_band="high",
        risk=0.6125,
        lifetime_value=Decimal("98765.40"),
        value_at_risk=Decimal("43210.90"),
        revenue_12m=Decimal("13579.11"),
        signal="silent",
        last_purchase=AS_OF - dt.timedelta(days=41),
        computed_on=AS_OF,
    )
    Valuation.objects.create(customer=customer, **FIGURES)
    return customer


def dealings(customer: Customer, days: int = 3) -> None:
    """Purchases on so many days, a month apart, with the sums that a night makes of them."""
    product = ProductFactory(name="Mug", category="Kitchen")
    for back in range(days):
        day = AS_OF - dt.timedelta(days=30 * back)
        TransactionFactory(customer=customer, date=day, amount=Decimal("1111.25"), product=product)
        DealingDayFactory(customer=customer, day=day, gross=Decimal("1111.25"))
    DealingSummary.objects.create(
        customer=customer,
        first_purchase=AS_OF - dt.timedelta(days=30 * (days - 1)),
        last_purchase=AS_OF,
        purchase_days=days,
        gross=Decimal("1111.25") * days,
        net=Decimal("1111.25") * days,
        cost=0,
        known_net=0,
        sum_log_gaps=0.0,
    )


def silent_signal(customer: Customer, **fields) -> Signal:
    evidence = {"days_since": 41, "usual_gap": 12.2, "silence": 0.97}
    values = {"kind": "silent", "strength": 0.97, "evidence": evidence} | fields
    return Signal.objects.create(customer=customer, first_seen=AS_OF, last_seen=AS_OF, **values)


def nightly_run(**used) -> NightlyRun:
    models_used = {
        "horizon_days": 91,
        "settings": {"horizon_months": "36", "discount_rate": "0.10"},
        "tier_basis": "margin",
        "cut_amounts": [4000.0, 500.0],
    }
    job = Job.objects.create(kind=Job.Kind.NIGHTLY, state=Job.State.DONE)
    return NightlyRun.objects.create(as_of=AS_OF, job=job, models_used=models_used | used)
