import datetime as dt

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from crm.platform import jobs
from crm.platform.models import Job
from customers.models import TouchedCustomer
from customers.tests.factories import TransactionFactory
from lifecycle.models import NightlyRun
from lifecycle.services import runs
from lifecycle.services.rollup import roll_up
from lifecycle.services.shards import EVERYBODY
from lifecycle.services.training import settings_now
from lifecycle.views.shared import day

pytestmark = pytest.mark.django_db
PAGE = "value:nightly_runs"
START = "value:nightly_start"
YESTERDAY = dt.date(2026, 3, 9)


@pytest.fixture(autouse=True)
def bell(monkeypatch):
    """The doorbell: answers with what is in it."""
    answers = {"answer": True}
    monkeypatch.setattr(jobs, "ring", lambda job: answers["answer"])
    monkeypatch.setattr(runs, "last_business_day", lambda: YESTERDAY)
    return answers


@pytest.fixture
def manager(client):
    user = ManagerFactory()
    client.force_login(user)
    return user


def sell(date=YESTERDAY):
    """A dealing that no night has summed yet, as an import leaves it."""
    dealing = TransactionFactory(date=date)
    TouchedCustomer.objects.create(customer=dealing.customer, since=date)
    return dealing


@pytest.fixture
def dealing():
    return sell()


def make_run(as_of=YESTERDAY, state=Job.State.DONE, **fields):
    job = Job.objects.create(kind=Job.Kind.NIGHTLY, state=state, total=9, done=4)
    fields = {"models_used": {"settings": settings_now()}, **fields}
    return NightlyRun.objects.create(as_of=as_of, job=job, **fields)


def start(client):
    response = client.post(reverse(START), follow=True)
    return [str(message) for message in response.context["messages"]]


def test_before_the_first_night_the_page_says_what_to_do(client, manager):
    assert "No night computed yet" in client.get(reverse(PAGE)).content.decode()


def test_the_page_lists_nights_with_their_warnings(client, manager, dealing):
    make_run(warnings=["margin_assumed"], customers=1234)
    make_run(YESTERDAY - dt.timedelta(days=1), Job.State.FAILED)
    page = client.get(reverse(PAGE)).content.decode()
    assert "1,234" in page
    assert "No costs are known" in page
    assert "failed" in page


def test_the_button_starts_the_night_that_is_due(client, manager, dealing):
    assert start(client) == [f"The night of {day(YESTERDAY)} is being computed."]
    run = NightlyRun.objects.get()
    assert (run.as_of, run.job.started_by) == (YESTERDAY, manager)


def test_missed_nights_start_with_the_first(client, manager, dealing):
    make_run(YESTERDAY - dt.timedelta(days=3))
    start(client)
    assert NightlyRun.objects.open().get().as_of == YESTERDAY - dt.timedelta(days=2)


def test_with_redis_down_the_button_says_so_and_the_sweep_finds_the_run(
    client, manager, dealing, bell
):
    bell["answer"] = False
    assert "is noted" in start(client)[0]
    assert [job.pk for job in jobs.due_jobs()] == [NightlyRun.objects.get().job_id]


def test_a_night_that_is_true_is_not_computed_again(client, manager, dealing):
    make_run()
    roll_up(shard=EVERYBODY, as_of=YESTERDAY, everybody=False)
    assert "Nothing to do" in start(client)[0]
    assert not NightlyRun.objects.open().exists()


def test_a_night_whose_dealings_changed_is(client, manager, dealing):
    make_run()
    assert "is being computed" in start(client)[0]


def test_two_clicks_start_one_run(client, manager, dealing):
    start(client)
    start(client)
    assert NightlyRun.objects.count() == Job.objects.count() == 1


def test_where_dealings_stopped_long_ago_the_button_takes_the_last_of_them(client, manager):
    last = dt.date(2011, 12, 9)
    sell(last)
    assert f"The last dealing is of {day(last)}" in client.get(reverse(PAGE)).content.decode()
    start(client)
    assert NightlyRun.objects.get().as_of == last


def test_progress_is_polled_while_the_run_is_open_and_the_page_loaded_anew_at_its_end(
    client, manager, dealing
):
    run = make_run(state=Job.State.RUNNING)
    page = client.get(reverse(PAGE)).content.decode()
    address = reverse("value:nightly_progress", args=[run.pk])
    assert f'hx-get="{address}"' in page
    assert "Compute now" not in page
    part = client.get(address)
    assert "4 of 9 steps" in part.content.decode()
    assert "HX-Refresh" not in part
    Job.objects.update(state=Job.State.DONE)
    part = client.get(address)
    assert part["HX-Refresh"] == "true"
    assert "hx-get" not in part.content.decode()


@pytest.mark.parametrize("factory", [AccountManagerFactory, ServiceFactory])
def test_runs_are_for_managers(client, factory):
    client.force_login(factory())
    run = make_run()
    assert client.get(reverse(PAGE)).status_code == 403
    assert client.post(reverse(START)).status_code == 403
    assert client.get(reverse("value:nightly_progress", args=[run.pk])).status_code == 403


def test_methods_are_limited(client, manager):
    assert client.post(reverse(PAGE)).status_code == 405
    assert client.get(reverse(START)).status_code == 405
    assert client.get(reverse("value:nightly_progress", args=[1])).status_code == 404


def test_the_page_asks_as_much_for_many_nights_as_for_one(
    client, manager, dealing, django_assert_max_num_queries
):
    for back in range(20):
        make_run(YESTERDAY - dt.timedelta(days=back))
    with django_assert_max_num_queries(12):
        client.get(reverse(PAGE))
