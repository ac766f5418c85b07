import datetime as dt

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from crm.platform import jobs
from crm.platform.models import Installation, Job
from crm.platform.words import day
from customers.models import DealingSummary
from customers.tests.factories import CustomerFactory
from lifecycle.backtest_words import verdict
from lifecycle.models import BacktestRequest, BacktestResult, NightlyRun
from lifecycle.services import backtest_requests, backtests
from lifecycle.tasks import run_backtest
from lifecycle.tests.factories import backtest_result as result

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2024, 1, 1), dt.date(2025, 6, 1)
CUT = dt.date(2025, 3, 1)


def store(as_of=CUT, days=91, **changed) -> BacktestResult:
    return backtests.store(as_of, days, result(as_of, days, **changed))


@pytest.fixture(autouse=True)
def bell(monkeypatch):
    heard = []
    monkeypatch.setattr(jobs, "ring", lambda job: bool(heard.append(job.pk) or True))
    return heard


@pytest.fixture
def manager(client):
    user = ManagerFactory()
    client.force_login(user)
    return user


@pytest.fixture
def figures():
    """A night with a history of seventeen months."""
    sums = dict.fromkeys(("gross", "net", "cost", "known_net", "sum_log_gaps"), 0)
    DealingSummary.objects.create(
        customer=CustomerFactory(),
        first_purchase=FIRST,
        last_purchase=LAST,
        purchase_days=2,
        **sums,
    )
    job = Job.objects.create(kind="nightly", state="done")
    return NightlyRun.objects.create(as_of=LAST, job=job)


def ask(client, as_of=CUT, horizon=91):
    return client.post(
        reverse("value:backtest_start"), {"as_of": f"{as_of}", "horizon": f"{horizon}"}
    )


def page(client) -> str:
    return client.get(reverse("value:backtests")).content.decode()


class TestVerdict:
    def test_a_manager_reads_how_many_of_hundred_left(self):
        assert verdict(result(CUT), "GBP")[0].text == (
            f"Of 100 customers that we called high risk on {day(CUT)}, 71 bought nothing until"
            f" {day(dt.date(2025, 5, 31))}; without the score it would have been 31."
        )

    def test_a_score_no_better_than_chance_is_called_so(self):
        counted = {"mark": 0.5, "customers": 1000, "left": 310, "high": 200, "high_left": 63}
        found = verdict(result(CUT, verdict=counted), "GBP")[0]
        assert found.tone == "bad"
        assert found.text.endswith("That is no better than chance.")

    def test_of_few_nothing_is_said(self):
        counted = {"mark": 0.5, "customers": 50, "left": 3, "high": 19, "high_left": 3}
        assert "too few to judge" in verdict(result(CUT, verdict=counted), "GBP")[0].text

    @pytest.mark.parametrize(
        ("mae", "words", "tone"),
        [
            (90.0, "10 % less than", "good"),
            (120.0, "20 % more than", "bad"),
            (100.4, "no more", ""),
        ],
    )
    def test_the_error_is_set_against_the_plain_forecast(self, mae, words, tone):
        model = {"name": "model", "bias": 0.0, "mae": mae, "top20": 0.6}
        found = verdict(result(CUT, model=model), "GBP")[1]
        assert words in found.text
        assert found.tone == tone

    def test_a_result_without_any_measure_says_nothing(self):
        none = {"bias": None, "mae": None, "top20": None}
        empty = result(
            model={"name": "model", **none}, last_window=none, historic=none, verdict=None
        )
        assert verdict(empty, "GBP") == []


def test_the_page_tells_the_newest_verdict_and_lists_all(client, manager, figures):
    store(dt.date(2025, 2, 1))
    newest = store()
    text = page(client)
    assert "71 bought nothing until" in text
    assert "Risk ranked better than the RFM score in 2 of 2 backtests" in text
    assert reverse("value:backtest", args=[newest.pk]) in text


def test_before_the_first_the_page_says_when_it_comes(client, manager):
    text = page(client)
    assert "No backtest yet" in text
    assert "a backtest needs a computed night" in text


def test_a_result_is_shown_whole(client, manager):
    found = store()
    response = client.get(reverse("value:backtest", args=[found.pk]))
    text = response.content.decode()
    for words in (
        "142 of 200",
        "Textbook model",
        "least",
        "Not season-adjusted",
        "had the least error",
        "Brier",
    ):
        assert words in text
    assert response.context["measures"][0]["is_best"]


def test_results_of_older_versions_are_shown_too(client, manager):
    old = {
        key: value
        for key, value in result(CUT).items()
        if key not in {"verdict", "inner_errors", "two_seasons", "risk_reason", "reason"}
    }
    found = backtests.store(CUT, 91, old)
    assert client.get(reverse("value:backtest", args=[found.pk])).status_code == 200
    assert client.get(reverse("value:backtests")).status_code == 200


def test_a_manager_asks_for_a_past_date(
    client, manager, figures, bell, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert ask(client).status_code == 302
    asked = BacktestRequest.objects.get()
    assert (asked.as_of, asked.horizon_days, asked.job.started_by) == (CUT, 91, manager)
    assert bell == [asked.job_id]
    text = page(client)
    assert reverse("value:backtest_progress", args=[asked.pk]) in text
    assert "Run the backtest" not in text


def test_two_clicks_ask_once(client, manager, figures):
    ask(client)
    ask(client, horizon=60)
    assert BacktestRequest.objects.count() == Job.objects.filter(kind="backtest").count() == 1


@pytest.mark.parametrize(
    ("as_of", "horizon", "field", "words"),
    [
        (dt.date(2999, 1, 1), 91, "as_of", "in the past"),
        (FIRST, 91, "as_of", "enough to learn from"),
        (LAST, 91, "as_of", "something to compare with"),
        (CUT, 93, "horizon", "92 days fit"),
        (CUT, 3, "horizon", "7"),
        (CUT, 5000, "horizon", "1095"),
        ("soon", 91, "as_of", "valid date"),
        (CUT, "", "horizon", "required"),
    ],
)
def test_what_can_not_be_tested_is_said_beside_the_field(
    client, manager, figures, as_of, horizon, field, words
):
    response = ask(client, as_of, horizon)
    assert response.status_code == 200
    assert words in str(response.context["form"].errors[field])
    assert not BacktestRequest.objects.exists()


def test_without_a_night_there_is_nothing_to_ask_for(client, manager):
    assert ask(client).status_code == 302
    assert not BacktestRequest.objects.exists()


def test_the_worker_stores_the_result_in_place_of_the_former(client, manager, figures, monkeypatch):
    monkeypatch.setattr(backtests, "compute", lambda *, as_of, horizon: result(as_of, horizon))
    former = store(customers=1)
    ask(client)
    asked = BacktestRequest.objects.get()
    run_backtest(asked.job_id)
    run_backtest(asked.job_id)
    found = BacktestResult.objects.get()
    assert (found.pk, found.result["customers"]) == (former.pk, 1000)
    response = client.get(reverse("value:backtest_progress", args=[asked.pk]))
    assert response["HX-Redirect"] == reverse("value:backtest", args=[found.pk])
    ask(client)
    assert BacktestRequest.objects.count() == 2


def test_a_backtest_that_broke_off_is_done_by_the_next_worker(
    client, manager, figures, monkeypatch
):
    ask(client)
    asked = BacktestRequest.objects.get()
    step = jobs.claim(asked.job_id, worker="elsewhere:1")
    assert backtest_requests.work(asked.job_id) is None
    asked.job.steps.update(lease_until=None)
    monkeypatch.setattr(backtests, "compute", lambda *, as_of, horizon: result(as_of, horizon))
    assert backtest_requests.work(asked.job_id).fence > step.fence
    assert BacktestResult.objects.exists()


def test_where_nothing_was_bought_the_page_says_so(client, manager, figures):
    ask(client)
    asked = BacktestRequest.objects.get()
    run_backtest(asked.job_id)
    asked.job.refresh_from_db()
    assert asked.job.state == Job.State.FAILED
    assert "there were no purchases up to that date" in page(client)
    response = client.get(reverse("value:backtest_progress", args=[asked.pk]))
    assert response["HX-Redirect"] == reverse("value:backtests")


def test_account_managers_read_but_do_not_ask(client, figures):
    client.force_login(AccountManagerFactory())
    found = store()
    assert "Run the backtest" not in page(client)
    assert client.get(reverse("value:backtest", args=[found.pk])).status_code == 200
    assert ask(client).status_code == 403


def test_service_staff_see_none_of_it(client, figures):
    client.force_login(ServiceFactory())
    found = store()
    assert client.get(reverse("value:backtests")).status_code == 403
    assert client.get(reverse("value:backtest", args=[found.pk])).status_code == 403


def test_the_list_asks_as_much_for_many_as_for_one(
    client, manager, figures, django_assert_max_num_queries
):
    for back in range(30):
        store(CUT - dt.timedelta(days=7 * back))
    Installation.cached()
    with django_assert_max_num_queries(14):
        text = page(client)
    assert "page=" in text
