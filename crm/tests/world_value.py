"""What the addresses of value, tiers, stages and backtests ask for."""

import datetime as dt

from crm.accounts.models import User
from crm.platform.models import Job
from customers.tests.factories import CustomerFactory, StandingFactory
from lifecycle.models import BacktestRequest, Criterion
from lifecycle.services import backtests
from lifecycle.tests.factories import NominationFactory, TierOverrideFactory, backtest_result

DAY = dt.date(2026, 1, 5)


def of_key_accounts(owner: User) -> dict[str, list]:
    customer = CustomerFactory(account_manager=owner)
    StandingFactory(customer=customer)
    nomination = NominationFactory(customer=customer)
    return {
        **{f"value:{page}": [customer.pk] for page in ("assess", "fit", "nominate")},
        **{f"value:nomination_{act}": [nomination.pk] for act in ("review", "end")},
        "value:portfolio_cell": ["high", "good"],
        "value:criterion_edit": [Criterion.objects.first().pk],
    }


def of_movement(owner: User) -> dict[str, list]:
    override = TierOverrideFactory(customer__account_manager=owner)
    StandingFactory(customer=override.customer)
    return {
        "value:movement": [override.customer_id],
        "value:override_propose": [override.customer_id, "tier"],
        "value:overrides": ["tier"],
        **{f"value:override_{act}": ["tier", override.pk] for act in ("decide", "withdraw", "end")},
        "value:moves": ["tier"],
        "value:moves_count": ["tier"],
        "value:moved": ["tier", "A", "B"],
        "value:pattern": ["A"],
        "value:loyalty_cohort": [2025],
    }


def of_backtests() -> dict[str, list]:
    job = Job.objects.create(kind="backtest", state="done")
    asked = BacktestRequest.objects.create(job=job, as_of=DAY, horizon_days=91)
    return {
        "value:backtest": [backtests.store(DAY, 91, backtest_result(DAY)).pk],
        "value:backtest_progress": [asked.pk],
        "value:signal_record": ["silent"],
    }
