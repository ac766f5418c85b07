import datetime as dt
import io
import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from crm.platform.models import Job
from customers.services.derived import refresh_derived
from customers.tests.factories import CustomerFactory, TransactionFactory
from lifecycle.analytics.risk import VOICES
from lifecycle.models import BacktestResult, NightlyRun
from lifecycle.services import backtests, voices
from lifecycle.services.rollup import roll_up
from lifecycle.services.shards import EVERYBODY

pytestmark = pytest.mark.django_db
CUT, LAST = dt.date(2025, 3, 1), dt.date(2025, 6, 1)
SHAPE = {
    "as_of": None,
    "horizon_days": None,
    "model": {"name", "bias", "mae", "top20"},
    "last_window": {"bias", "mae", "top20"},
    "historic": {"bias", "mae", "top20"},
    "churn": {"auc", "brier"},
    "rfm": {"auc"},
}


@pytest.fixture
def dealings():
    """Forty customers with rhythms from weekly to quarterly."""
    for n in range(40):
        customer = CustomerFactory()
        for back in range(0, 700, 7 + 2 * n):
            TransactionFactory(
                customer=customer, date=LAST - dt.timedelta(days=back), amount=50 + n
            )


def backtest(*args) -> dict:
    out = io.StringIO()
    call_command("backtest", *args, stdout=out)
    return json.loads(out.getvalue())


def test_the_command_prints_one_object_of_the_agreed_shape(dealings):
    found = backtest("--as-of", "2025-03-01", "--horizon", "92", "--json")
    assert list(found) == list(SHAPE)
    for name, keys in SHAPE.items():
        assert keys is None or set(found[name]) == keys
    assert (found["as_of"], found["horizon_days"]) == ("2025-03-01", 92)


def test_the_result_is_stored_once_a_cut(dealings):
    for _ in range(2):
        backtest("--as-of", "2025-03-01", "--horizon", "92", "--json")
    stored = BacktestResult.objects.get()
    assert (stored.as_of, stored.horizon_days) == (CUT, 92)
    assert stored.result["bg_gg"]["mae"] > 0


def test_summed_days_and_transactions_give_the_same(dealings):
    from_transactions = backtests.run(as_of=CUT, horizon=92)
    roll_up(shard=EVERYBODY, as_of=LAST, everybody=True)
    job = Job.objects.create(kind="nightly", state="done")
    NightlyRun.objects.create(as_of=LAST, job=job)
    assert backtests.run(as_of=CUT, horizon=92) == from_transactions


def test_customers_under_contract_at_the_cut_are_left_out(dealings):
    for paid, start in ((CUT, CUT), (LAST, LAST)):
        period = {"period_start": start, "period_end": start + dt.timedelta(days=364)}
        TransactionFactory(date=paid, amount=900, **period)
    found = backtests.compute(as_of=CUT, horizon=92)
    assert (found["contract_customers"], found["customers"]) == (1, 40)


def test_what_was_heard_by_the_cut_is_told_to_it(dealings, monkeypatch):
    asked = []

    def heard(as_of, customers):
        asked.append(as_of)
        return np.zeros((len(customers), len(VOICES)))

    monkeypatch.setattr(voices, "load", heard)
    backtests.compute(as_of=CUT, horizon=92)
    assert max(asked) == CUT
    assert min(asked) < CUT


def test_without_purchases_there_is_nothing_to_test():
    with pytest.raises(CommandError, match="no purchases"):
        backtest("--as-of", "2025-03-01", "--horizon", "92", "--json")


@pytest.mark.parametrize("horizon", ["0", "-5", "4000"])
def test_a_horizon_has_bounds(horizon):
    with pytest.raises(CommandError, match="horizon"):
        call_command("backtest", f"--as-of={CUT}", f"--horizon={horizon}")


def test_a_few_customers_give_no_nan_for_people_either():
    TransactionFactory(date=CUT)
    out = io.StringIO()
    call_command("backtest", "--as-of", "2025-03-01", "--horizon", "92", stdout=out)
    assert "nan" not in out.getvalue().lower()


class TestEachWeek:
    @pytest.fixture
    def night(self, dealings):
        refresh_derived([])
        roll_up(shard=EVERYBODY, as_of=LAST, everybody=True)
        job = Job.objects.create(kind="nightly", state="done")
        return NightlyRun.objects.create(as_of=LAST, job=job)

    def test_the_newest_cut_whose_horizon_has_passed_is_tested(self, night):
        found = backtests.run_if_due()
        assert found.as_of == LAST - dt.timedelta(days=91)

    def test_no_more_than_once_a_week(self, night):
        assert backtests.run_if_due()
        assert backtests.run_if_due() is None
        BacktestResult.objects.update(computed_at=timezone.now() - dt.timedelta(days=8))
        assert backtests.run_if_due()

    def test_not_before_there_is_a_night_nor_with_a_short_history(self):
        assert backtests.run_if_due() is None
        TransactionFactory(date=LAST)
        roll_up(shard=EVERYBODY, as_of=LAST, everybody=True)
        job = Job.objects.create(kind="nightly", state="done")
        NightlyRun.objects.create(as_of=LAST, job=job)
        assert backtests.run_if_due() is None
