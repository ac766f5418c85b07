"""Contract customers in a night: kept out of the fit, valued by term and renewal."""

import datetime as dt

import pytest

from crm.tests.nightly.companies import LAST_DAY, night, results, sell, touch, unsell
from customers.models import Source, Standing, Transaction
from lifecycle.models import NightlyRun, Signal, Valuation

pytestmark = pytest.mark.django_db
YEAR = 365
DAY = dt.timedelta(days=1)


def sign(customer_id: int, begins: int, *, days: int = YEAR, amount: int = 3650, sold_on=None):
    """A contract invoiced on its first day, so many days before (or after) the last one."""
    start = LAST_DAY - begins * DAY
    Transaction.objects.create(
        customer_id=customer_id,
        source=Source.objects.get(code="erp"),
        reference=f"C{customer_id}-{begins}",
        date=min(start, LAST_DAY) if sold_on is None else sold_on,
        quantity=1,
        amount=amount,
        contract=f"K{begins}",
        period_start=start,
        period_end=start + (days - 1) * DAY,
    )
    touch([customer_id], min(start, LAST_DAY))


@pytest.fixture
def under_contract(company):
    """Ten that bought by contract for two years; the last one has not signed again."""
    ids = company[:10]
    unsell(customer__in=ids)
    for number, pk in enumerate(ids):
        begins = 100 + 20 * number
        sign(pk, begins + YEAR)
        if number < 9:
            sign(pk, begins)
    return ids


def test_they_are_valued_by_what_is_left_and_by_renewal(company, under_contract):
    night()
    one = Valuation.objects.get(customer=under_contract[0])
    # Since 100 days, so 264 days of 10 a day are still ahead.
    assert one.method == "contract"
    assert one.contract_ends == LAST_DAY + 264 * DAY
    assert one.contract_left == 2640
    assert one.renewals == 1
    assert 0.5 < one.renewal_chance < 1
    assert one.risk == pytest.approx(1 - one.renewal_chance)
    assert one.probability_alive == 1
    assert one.transaction_value_low <= one.transaction_value <= one.transaction_value_high
    assert one.transaction_value > float(one.contract_left) * one.margin * 0.9
    # Nothing is to be decided for long: nothing is at risk yet.
    assert Standing.objects.get(customer=under_contract[0]).value_at_risk == 0
    assert not one.customer.signals.exists()


def test_the_others_are_not(company, under_contract):
    run = night()
    other = Valuation.objects.get(customer=company[20])
    assert other.method == run.models_used["trained"]["choice"]["method"][:20]
    assert other.contract_ends is other.contract_left is other.renewals is None
    assert other.renewal_chance is None


def test_they_are_kept_out_of_the_fit(company, under_contract):
    run = night()
    assert run.models_used["trained"]["timing"]["customers"] == len(company) - 10
    assert run.models_used["renewals"]["decisions"] > 0


def test_a_contract_that_ended_long_ago_leaves_an_ended_relationship(company, under_contract):
    gone = under_contract[9]
    unsell(customer=gone)
    sign(gone, 1000)
    night()
    one = Valuation.objects.get(customer=gone)
    assert (one.risk, one.probability_alive, one.transaction_value) == (1, 0, 0)
    assert Standing.objects.get(customer=gone).stage == "ended"


def test_who_goes_on_without_a_contract_is_told_by_its_rhythm(company, under_contract):
    """Its contract ended 636 days ago; since then it bought something each month, or did not."""
    goes_on, gone = under_contract[8:]
    unsell(customer__in=(goes_on, gone))
    for pk in (goes_on, gone):
        sign(pk, 1000)
    for days in range(600, 0, -30):
        sell(goes_on, LAST_DAY - days * DAY, 20, f"beside-{days}")
    run = night()
    one, other = (Valuation.objects.get(customer=pk) for pk in (goes_on, gone))
    assert (one.method == "contract", other.method) == (False, "contract")
    assert one.contract_ends is None
    assert one.transaction_value > 0 == other.transaction_value
    assert Standing.objects.get(customer=goes_on).stage != "ended"
    # It did not renew either, which the chances of the others hear.
    decided = sum(100 + 20 * n > run.models_used["horizon_days"] for n in range(8))
    assert run.models_used["renewals"]["decisions"] == decided + 2


def test_one_that_runs_for_years_is_no_ended_relationship(company):
    unsell(customer=company[0])
    sign(company[0], 600, days=5 * YEAR)
    night()
    assert Standing.objects.get(customer=company[0]).stage != "ended"
    assert Valuation.objects.get(customer=company[0]).probability_alive == 1


def test_few_lines_by_contract_make_no_contract_customer(company):
    sign(company[0], 50, amount=1)
    night()
    assert Valuation.objects.get(customer=company[0]).method != "contract"


def test_less_signed_is_a_fall_of_volume_told_by_days_and_not_by_invoices(company):
    """10 a day for a year and then 5: ten days of four quarters before are of the second."""
    less, same, late = company[:3]
    unsell(customer__in=company[:3])
    for pk in (less, same):
        sign(pk, 100 + YEAR)
    sign(less, 100, amount=1825)
    sign(same, 100)
    sign(late, 395)  # ended a month ago: renewed or not, nobody knows yet
    night()
    signal = Signal.objects.get(customer=less, kind="volume_down")
    assert signal.evidence["level_before"] == pytest.approx((354 * 10 + 10 * 5) / 4)
    assert signal.evidence["level_now"] == pytest.approx(91 * 5)
    assert signal.evidence["season_adjusted"] is False
    assert signal.strength == pytest.approx(1 - 455 / 897.5)
    assert not Signal.objects.filter(customer__in=(same, late)).exists()
    placed = Standing.objects.in_bulk((less, same))
    assert (placed[less].stage, placed[same].stage) == ("decline", "exploration")


def test_chance_has_a_hand_in_the_orders_beside_alone_however_large_the_bills_are(company):
    """10 a day and then 5, beside orders of 20 a month: chance moves 20s, not bills of 3,650."""
    unsell(customer=company[0])
    sign(company[0], 100 + YEAR)
    sign(company[0], 100, amount=1825)
    for days in range(450, 0, -30):
        sell(company[0], LAST_DAY - days * DAY, 20, f"beside-{days}")
    night()
    assert Valuation.objects.get(customer=company[0]).method == "contract"
    signal = Signal.objects.get(customer=company[0], kind="volume_down")
    assert signal.evidence["level_now"] == pytest.approx(91 * 5 + 3 * 20)


def test_bills_of_another_size_are_no_smaller_orders(company):
    """Three for four months each and then one a month: the same a day."""
    unsell(customer=company[0])
    for begins in range(480 + 120, 120, -120):
        sign(company[0], begins, days=120, amount=1200)
    for begins in range(120, 0, -30):
        sign(company[0], begins, days=30, amount=300)
    night()
    assert not Signal.objects.filter(customer=company[0]).exists()


def test_what_comes_back_tells_of_them_too(company):
    """Credit notes on three days of the last quarter, a fifth of what was invoiced."""
    unsell(customer=company[0])
    for begins in range(600, 0, -30):
        sign(company[0], begins, days=30, amount=300)
    for days in (70, 40, 10):
        sell(company[0], LAST_DAY - days * DAY, -60, f"credit-{days}")
    night()
    signal = Signal.objects.get(customer=company[0], kind="more_returns")
    assert signal.strength == pytest.approx(180 / 900)


def test_any_shards_give_the_same(company, under_contract):
    night()
    before = results()
    NightlyRun.objects.all().delete()
    night(rebuild=True, shard_size=7)
    assert results() == before
