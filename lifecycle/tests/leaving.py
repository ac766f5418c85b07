"""Customers who leave, for tests: with standing, valuation and days of purchase."""

import datetime as dt

from crm.platform.models import Installation, Job
from customers.models import Customer, DealingSummary
from customers.tests.factories import CustomerFactory, DealingDayFactory, StandingFactory
from lifecycle.models import NightlyRun, Rescue, Signal, StageChange
from lifecycle.services import leaving
from lifecycle.tests.factories import ValuationFactory

H = 60
DAY = dt.timedelta(days=1)


def today() -> dt.date:
    return Installation.get().today()


def at_risk(owner, value=1000, tier="A", risk=0.6, **fields) -> Customer:
    customer = CustomerFactory(account_manager=owner, team=owner.team, **fields)
    StandingFactory(customer=customer, tier=tier, risk=risk, value_at_risk=value)
    return customer


def signal(customer: Customer, kind="silent", strength=0.9) -> Signal:
    evidence = {"days_since": 41, "usual_gap": 12}
    if kind == "volume_down":
        evidence = {"change": -0.4, "kind": "at_once"}
    return Signal.objects.create(
        customer=customer,
        kind=kind,
        strength=strength,
        evidence=evidence,
        first_seen=today() - DAY,
        last_seen=today() - DAY,
    )


def buys(customer: Customer, *days: dt.date, gross=100) -> None:
    """Purchase days, and the sums that the night makes of them."""
    for day in days:
        DealingDayFactory(customer=customer, day=day, gross=gross)
    every = customer.dealing_days.order_by("day").values_list("day", flat=True)
    DealingSummary.objects.update_or_create(
        customer=customer,
        defaults={
            "first_purchase": every[0],
            "last_purchase": every.reverse()[0],
            "purchase_days": len(every),
            "gross": gross * len(every),
            "net": gross * len(every),
            "cost": 0,
            "known_net": 0,
            "sum_log_gaps": 0,
        },
    )
    customer.standing.last_purchase = every.reverse()[0]
    customer.standing.save()


def ended(owner, last: dt.date, on: dt.date, before="stability", **fields) -> Customer:
    """Reached the stage of those that ended on a day."""
    customer = CustomerFactory(account_manager=owner, team=owner.team, **fields)
    StandingFactory(customer=customer, stage="ended")
    ValuationFactory(customer=customer, margin=0.5)
    buys(customer, last)
    StageChange.objects.create(customer=customer, on=on, before=before, after="ended")
    return customer


def rescue(customer: Customer, opened_on: dt.date, **fields) -> Rescue:
    values = {"tier": "A", "risk": 0.6, "value_at_risk": 1000, "horizon_days": H, **fields}
    by = customer.account_manager
    return Rescue.objects.create(customer=customer, opened_by=by, opened_on=opened_on, **values)


def night(as_of: dt.date) -> None:
    """The part of the night that is about leaving customers."""
    run = NightlyRun.objects.filter(as_of=as_of).first()
    if run is None:
        job = Job.objects.create(kind="nightly")
        used = {"horizon_days": H}
        run = NightlyRun.objects.create(as_of=as_of, job=job, models_used=used)
    leaving.settle(run)
