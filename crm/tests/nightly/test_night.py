"""The nightly run as a whole, on real tables."""

import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Sum

from crm import nightly
from crm.platform import jobs
from crm.platform.models import Installation, JobStep
from crm.tests.nightly.companies import LAST_DAY, make_company, night, results, sell, unsell
from crm.tests.nightly.everything import differences, everything
from customers.models import (
    Customer,
    DealingDay,
    DealingSummary,
    Product,
    Source,
    Standing,
    TouchedCustomer,
    Transaction,
)
from customers.services.derived import refresh_derived
from lifecycle.models import (
    DealtLately,
    NightlyRun,
    PeerCategory,
    Placed,
    Scored,
    Signal,
    StageChange,
    StandingMonth,
    TierChange,
    Valuation,
)
from lifecycle.nightly_words import STEP_NAMES, WARNINGS, warning_words
from lifecycle.services import peer_categories, runs

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def run_command(*args) -> dict:
    out = io.StringIO()
    call_command("nightly", *args, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_prints_one_object_of_the_agreed_shape(company):
    found = run_command("--as-of", LAST_DAY.isoformat())
    assert list(found) == ["as_of", "status", "customers", "steps", "models", "warnings"]
    assert (found["as_of"], found["status"], found["customers"]) == ("2025-11-30", "done", 60)
    assert [step["name"] for step in found["steps"]] == [step.name for step in nightly.STEPS]
    assert all(set(step) == {"name", "rows", "seconds"} for step in found["steps"])


def test_sums_equal_those_of_the_transactions_to_the_last_digit(company):
    night()
    total = Transaction.objects.aggregate(net=Sum("amount"), cost=Sum("cost"))
    assert DealingSummary.objects.aggregate(net=Sum("net"), cost=Sum("cost")) == total
    assert DealingDay.objects.aggregate(net=Sum("net"), cost=Sum("cost")) == total
    year = Transaction.objects.filter(date__gt=dt.date(2024, 11, 30))
    assert (
        Standing.objects.aggregate(sum=Sum("revenue_12m"))["sum"]
        == year.aggregate(sum=Sum("amount"))["sum"]
    )


def test_a_customers_days_and_summary_by_hand(company):
    customer = company[0]
    unsell(customer=customer)
    sell(customer, dt.date(2025, 3, 1), 100, "a")
    sell(customer, dt.date(2025, 3, 1), 50, "b")
    sell(customer, dt.date(2025, 3, 1), -30, "c")
    sell(customer, dt.date(2025, 3, 11), 80, "d")
    sell(customer, dt.date(2025, 3, 20), -200, "e")  # a credit note is no purchase
    sell(customer, dt.date(2025, 3, 31), 40, "f")
    night()
    day = DealingDay.objects.get(customer=customer, day=dt.date(2025, 3, 1))
    assert (day.gross, day.returns, day.net, day.lines) == (150, 30, 120, 3)
    summary = DealingSummary.objects.get(customer=customer)
    assert (summary.first_purchase, summary.last_purchase) == (
        dt.date(2025, 3, 1),
        dt.date(2025, 3, 31),
    )
    assert (summary.purchase_days, summary.gross, summary.net) == (3, 270, 40)
    assert summary.sum_log_gaps == pytest.approx(5.298317)  # ln 10 + ln 20
    valuation = Valuation.objects.get(customer=customer)
    assert (valuation.repeats, valuation.recency, valuation.age) == (2, 30, 274)


def test_every_customer_has_a_standing_with_or_without_dealings(company):
    new = Customer.objects.create(number="new", name="Nothing bought yet")
    night()
    assert Standing.objects.count() == 61
    standing = Standing.objects.get(customer=new)
    assert (standing.tier, standing.stage, standing.risk, standing.lifetime_value) == (
        "C",
        "exploration",
        0,
        0,
    )
    assert not Valuation.objects.filter(customer=new).exists()


def test_who_only_returned_goods_is_worth_nothing_and_at_no_risk(company):
    unsell(customer=company[0])
    sell(company[0], dt.date(2025, 3, 1), -100, "a")
    night()
    standing = Standing.objects.get(customer=company[0])
    assert (standing.tier, standing.risk, standing.lifetime_value) == ("C", 0, 0)
    assert (standing.stage, standing.value_band) == ("exploration", "low")
    assert standing.revenue_12m == -100


def test_what_has_ended_has_nothing_left_at_risk(company):
    run_command("--as-of", LAST_DAY)
    ended = Standing.objects.filter(stage="ended")
    assert ended.filter(customer__valuation__value_if_active__gt=0).exists()
    assert not ended.filter(value_at_risk__gt=0).exists()
    assert Standing.objects.exclude(stage="ended").filter(value_at_risk__gt=0).exists()


def test_the_same_night_again_is_done_at_once(company):
    first = night()
    before = results()
    again = runs.request(as_of=LAST_DAY)
    assert again.is_done
    assert again.run == first
    assert results() == before


def test_a_night_whose_data_changed_is_computed_again(company):
    night()
    sell(company[3], LAST_DAY, 5000, "late")
    run = night()
    assert run.job.steps.get(name="roll_up").rows == 1
    assert Standing.objects.get(customer=company[3]).last_purchase == LAST_DAY
    assert not TouchedCustomer.objects.exists()


def test_a_night_computed_again_with_the_same_data_gives_the_same_rows(company):
    for back in (3, 2, 1, 0):
        night(LAST_DAY - back * DAY)
    before = results()
    night(rebuild=True)
    assert results() == before


def test_late_data_give_the_same_rows_as_data_in_time(company):
    night(LAST_DAY - DAY)
    night()
    sell(company[3], LAST_DAY, 5000, "late")
    night()
    late = results()
    Standing.objects.all().delete()
    for model in (Signal, TierChange, StageChange, StandingMonth, NightlyRun, Valuation):
        model.objects.all().delete()
    unsell(reference="late")
    night(LAST_DAY - DAY, rebuild=True)
    sell(company[3], LAST_DAY, 5000, "late")
    night()
    assert results() == late


def test_a_change_of_settings_makes_the_figures_out_of_date(company):
    night()
    Installation.objects.update(tier_a_cut=Decimal("0.5"), tier_b_cut=Decimal("0.6"))
    Installation.forget()
    assert not runs.request(as_of=LAST_DAY).is_done


@pytest.mark.parametrize(
    "shard_size", [9, *(pytest.param(size, marks=pytest.mark.soak) for size in (1000, 20))]
)
def test_the_rows_are_the_same_whatever_the_number_of_shards(company, shard_size):
    night(shard_size=13)
    before = results()
    run = night(rebuild=True, shard_size=shard_size)
    assert run.job.steps.filter(name="score").count() == -(-60 // shard_size)
    assert results() == before


def test_each_step_done_twice_gives_the_same_rows(company):
    night(LAST_DAY - DAY)
    night(shard_size=20)
    once = results()
    run = runs.request(as_of=LAST_DAY, rebuild=True).run
    nightly.plan(run, 20)
    while step := jobs.claim(run.job_id):
        run.refresh_from_db()
        part = nightly.shard(run.models_used["bounds"], step.shard)
        part = part if nightly._is_sharded(step) else nightly.Shard()
        assert nightly.WORK[step.name](run, part) == nightly.WORK[step.name](run, part) or (
            step.name == "base"
        )
        jobs.finish(step, rows=0, seconds=0)
        if step.name == "swap":
            assert results()["standings"] == once["standings"]
    assert results() == once


def test_nothing_dated_after_the_night_is_read(company):
    before = LAST_DAY - 200 * DAY
    night(before)
    early = results()
    unsell(date__gt=before)
    TouchedCustomer.objects.all().delete()
    night(before, rebuild=True)
    assert {**early, "touched": []} == {**results(), "touched": []}


def test_what_is_dated_later_is_summed_on_its_night(company):
    night(LAST_DAY - 30 * DAY)
    assert DealingDay.objects.order_by("-day")[0].day <= LAST_DAY - 30 * DAY
    assert TouchedCustomer.objects.filter(since__gt=LAST_DAY - 30 * DAY).exists()
    night()
    assert DealingDay.objects.aggregate(net=Sum("net")) == Transaction.objects.aggregate(
        net=Sum("amount")
    )
    assert not TouchedCustomer.objects.exists()


def test_an_earlier_night_needs_a_rebuild_and_takes_the_later_ones_with_it(company):
    earlier = LAST_DAY - 20 * DAY
    night(earlier - 20 * DAY)
    undisturbed = {}
    for date in (earlier, LAST_DAY):
        night(date)
        undisturbed[date] = everything()
    with pytest.raises(runs.EarlierThanLatest):
        runs.request(as_of=earlier)
    with pytest.raises(CommandError, match="--rebuild"):
        call_command("nightly", "--as-of", earlier.isoformat())
    night(earlier, rebuild=True)
    assert list(NightlyRun.objects.values_list("as_of", flat=True)) == [
        earlier,
        earlier - 20 * DAY,
    ]
    assert not StandingMonth.objects.filter(month=LAST_DAY).exists()
    assert not TierChange.objects.filter(on__gt=earlier).exists()
    # Care is as of today, and the three Rs are counted as of each night that is computed again.
    assert set(differences(everything(), undisturbed[earlier])) <= {"CareDue", "LoyaltyCell"}
    night()
    assert set(differences(everything(), undisturbed[LAST_DAY])) <= {"CareDue", "LoyaltyCell"}


def test_month_ends_are_kept(company):
    night(LAST_DAY - DAY)
    assert not StandingMonth.objects.exists()
    night()
    assert StandingMonth.objects.filter(month=LAST_DAY).count() == DealingSummary.objects.count()
    row = StandingMonth.objects.filter(month=LAST_DAY).first()
    assert row.lifetime_value == row.customer.standing.lifetime_value


def test_the_first_tier_and_stage_are_recorded_once(company):
    night(LAST_DAY - DAY)
    firsts = TierChange.objects.filter(before="")
    bought = DealingSummary.objects.count()
    assert firsts.count() == StageChange.objects.filter(before="").count() == bought
    night()
    assert firsts.count() == DealingSummary.objects.count()


def test_scratch_tables_are_empty_afterwards(company):
    night()
    assert not Scored.objects.exists()
    assert not DealtLately.objects.exists()
    assert not Placed.objects.exists()


def test_an_empty_installation_has_its_night_too():
    run = night()
    assert run.customers == 0
    assert "no_dealings" in run.warnings


def test_few_customers_fall_back_to_plain_forecasts_and_say_so():
    make_company(5)
    assert "too_few_repeaters" in night().warnings


def test_an_open_run_of_another_night_is_finished_first(company):
    left = runs.request(as_of=LAST_DAY - DAY).run
    nightly.plan(left)
    nightly.work_step(left.job_id)
    with pytest.raises(runs.OtherRunOpen):
        runs.request(as_of=LAST_DAY)
    found = run_command("--as-of", LAST_DAY.isoformat())
    assert found["status"] == "done"
    assert [run.job.state for run in NightlyRun.objects.select_related("job")] == ["done", "done"]


def test_while_a_living_worker_has_a_step_the_command_ends_with_3(company):
    run = runs.request(as_of=LAST_DAY).run
    nightly.plan(run)
    jobs.claim(run.job_id, "another-machine:1")
    with pytest.raises(SystemExit) as end:
        run_command("--as-of", LAST_DAY.isoformat())
    assert end.value.code == 3


def test_a_night_to_come_is_refused(db):
    tomorrow = Installation.get().today() + DAY
    with pytest.raises(CommandError, match="still to come"):
        call_command("nightly", "--as-of", tomorrow.isoformat())


def test_a_failed_run_goes_on_when_asked_for_again(company, monkeypatch):
    real = nightly.WORK["tiers"]

    def fails(run, shard):
        raise ZeroDivisionError("no cuts")

    monkeypatch.setitem(nightly.WORK, "tiers", fails)
    monkeypatch.setattr(jobs, "PAUSE_AFTER_FAILURE", dt.timedelta(0))
    for _ in range(jobs.MOST_FAILURES):
        with pytest.raises(ZeroDivisionError):
            run_command("--as-of", LAST_DAY.isoformat())
    with pytest.raises(ZeroDivisionError):
        run_command("--as-of", LAST_DAY.isoformat())
    monkeypatch.setitem(nightly.WORK, "tiers", real)
    fence = JobStep.objects.get(name="fit").fence
    assert run_command("--as-of", LAST_DAY.isoformat())["status"] == "done"
    assert JobStep.objects.get(name="fit").fence == fence


def test_the_swap_keeps_names_of_indexes_and_rights(company):
    def shape():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE tablename IN"
                " ('customers_standing', 'lifecycle_valuation') ORDER BY 1, 2"
            )
            indexes = cursor.fetchall()
            cursor.execute(
                "SELECT conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid)"
                " FROM pg_constraint WHERE conrelid IN ('customers_standing'::regclass,"
                " 'lifecycle_valuation'::regclass) ORDER BY 1, 2"
            )
            constraints = cursor.fetchall()
            cursor.execute(
                "SELECT relname, pg_get_userbyid(relowner), relacl::text FROM pg_class"
                " WHERE relname IN ('customers_standing', 'lifecycle_valuation') ORDER BY 1"
            )
            return indexes, constraints, [row[:2] for row in cursor.fetchall()]

    before = shape()
    night()
    night(LAST_DAY + DAY)
    assert shape() == before


def test_customers_can_be_deleted_after_the_swap(company):
    unsell(customer=company[0])
    night()
    Customer.objects.get(pk=company[0]).delete()
    assert not Standing.objects.filter(customer=company[0]).exists()


def test_every_step_and_warning_has_words():
    assert {step.name for step in nightly.STEPS} == set(STEP_NAMES)
    assert warning_words(["margin_assumed", "of another version"]) == [
        WARNINGS["margin_assumed"],
        "of another version",
    ]


def test_it_counts_what_customers_of_an_industry_buy(company):
    source, _ = Source.objects.get_or_create(code="ERP")
    pumps = Product.objects.create(source=source, code="P", category="pumps")
    Customer.objects.update(industry="Steel")
    refresh_derived(company)
    Transaction.objects.update(product=pumps)
    night()
    (row,) = PeerCategory.objects.all()
    assert (row.industry, row.category, row.buyers) == ("Steel", "pumps", row.customers)
    assert row.buyers >= peer_categories.FEWEST_BUYERS
