import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.models import Case
from complaints.tests.factories import CaseFactory
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from crm.platform.models import Installation
from crm.platform.tests.remembered import forget_remembered
from crm.tests.waiting import everything
from customers.models import Standing
from customers.tests.factories import CustomerFactory, StandingFactory, TaskFactory
from lifecycle.models import Signal, TierChange
from lifecycle.services import backtests
from lifecycle.services.base import record_base
from lifecycle.tests.factories import backtest_result
from satisfaction.models import SatisfactionTarget, Wave
from satisfaction.services.closed_loop import reason_of
from satisfaction.services.results import refresh
from satisfaction.tests.factories import InvitationFactory, ResponseFactory, WaveFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return Installation.get().today()


@pytest.fixture
def owner(today):
    """An account manager with a customer at risk, a task and a change of tier."""
    owner = AccountManagerFactory()
    customer = CustomerFactory(name="Hartwell", account_manager=owner)
    StandingFactory(
        customer=customer, value_at_risk=Decimal("500"), lifetime_value=Decimal("900"), risk=0.8
    )
    Signal.objects.create(
        customer=customer,
        kind="volume_down",
        strength=0.5,
        first_seen=today,
        last_seen=today,
        evidence={"kind": "at_once", "change": -0.42, "level_before": 100, "level_now": 58},
    )
    TaskFactory(customer=customer, assignee=owner, title="Ask about the fall", due_on=today)
    TierChange.objects.create(customer=customer, on=today, before="A", after="B", basis=1)
    record_base(today)
    return owner


def test_an_account_manager_sees_who_is_at_risk_and_what_is_due(client, owner):
    client.force_login(owner)
    page = client.get(reverse("home")).content.decode()
    assert "Hartwell" in page
    assert "Volume down 42 % against its own level" in page
    assert "Ask about the fall" in page


def test_who_may_leave_stands_before_what_is_due(client, owner):
    client.force_login(owner)
    text = client.get(reverse("home")).text
    assert text.index("p-risk") < text.index("Ask about the fall")


def test_who_looks_after_nobody_yet_reads_how_that_changes(client):
    user = AccountManagerFactory()
    client.force_login(user)
    page = client.get(reverse("home")).text
    assert "You look after no customer yet" in page
    assert "p-risk" not in page
    StandingFactory(customer=CustomerFactory(account_manager=user))
    page = client.get(reverse("home")).text
    assert "You look after no customer yet" not in page
    assert "No figures yet" in page


def test_another_teams_customers_are_not_on_it(client, owner):
    client.force_login(AccountManagerFactory())
    assert "Hartwell" not in client.get(reverse("home")).content.decode()


@pytest.mark.parametrize("factory", [ManagerFactory, AdministratorFactory])
def test_managers_see_equity_and_its_change_since_the_month_before(client, owner, today, factory):
    Standing.objects.update(lifetime_value=Decimal("600"))
    record_base(today.replace(day=1) - dt.timedelta(days=1))
    client.force_login(factory())
    context = client.get(reverse("home")).context
    assert context["equity"].now == 900
    assert context["equity"].share == pytest.approx(0.5)


def test_managers_read_in_words_how_good_the_last_forecast_was(client, owner, today):
    cut = today - dt.timedelta(days=91)
    backtests.store(cut, 91, backtest_result(cut, 91))
    client.force_login(ManagerFactory())
    text = client.get(reverse("home")).text
    assert "71 bought nothing until" in text
    assert reverse("value:backtests") in text.partition("p-record")[2]


def test_managers_are_told_when_the_figures_are_old(client, today):
    StandingFactory()
    record_base(today - dt.timedelta(days=2))
    client.force_login(ManagerFactory())
    assert "older than a day" in client.get(reverse("home")).content.decode()


def test_service_staff_see_no_worth(client, owner):
    client.force_login(ServiceFactory())
    page = client.get(reverse("home")).content.decode()
    assert "Log a complaint" in page
    assert "Hartwell" not in page


def test_an_empty_installation_says_where_to_start(client):
    client.force_login(ManagerFactory())
    page = client.get(reverse("home")).content.decode()
    assert "Start with your dealings" in page
    assert reverse("customers:imports") in page


def test_the_home_page_is_only_read(client):
    client.force_login(ManagerFactory())
    assert client.post(reverse("home")).status_code == 405


def home(client, user):
    client.force_login(user)
    return client.get(reverse("home"))


def ago(days: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def answered(wave, customer, **scores):
    invitation = InvitationFactory(wave=wave, customer=customer)
    return ResponseFactory(invitation=invitation, **scores)


def test_service_staff_find_the_queue_by_next_deadline_and_what_asks_for_them(client):
    sam = ServiceFactory()
    calm = CaseFactory(severity="minor", by=sam)
    late = CaseFactory(severity="critical", now=ago(40), owner=sam)
    waiting = CaseFactory(state="waiting_customer", by=sam)
    Case.objects.filter(pk=late.pk).update(is_breached=True)  # as the minute's sweep does
    response = home(client, sam)
    assert [case.pk for case in response.context["cases"]] == [late.pk, calm.pk, waiting.pk]
    assert response.context["counts"] == {
        "overdue": "1",
        "unassigned": "1",
        "mine": "2",
        "waiting": "1",
        "reopened": "0",
    }
    assert "overdue by" in response.text
    assert f"/complaints/{late.pk}/" in response.text


def test_service_staff_take_a_case_from_there(client):
    sam = ServiceFactory()
    case = CaseFactory()
    response = home(client, sam)
    assert response.context["unassigned"] == [case]
    assert f'name="one" value="{case.pk}"' in response.text
    taken = client.post("/complaints/assign/", {"one": case.pk, "next": "/"})
    assert taken.url == "/"
    assert home(client, sam).context["unassigned"] == []


def test_the_search_to_log_a_complaint_has_the_cursor_and_works_without_scripts(client):
    text = home(client, ServiceFactory()).text
    form = text[text.index('class="find-customer"') : text.index("</form>", text.index("p-log"))]
    assert 'data-pick="/complaints/log/"' in form
    assert "autofocus" in form
    assert 'name="for" value="case"' in form


def test_the_queue_ends_after_eight_and_says_that_there_are_more(client):
    for _ in range(9):
        CaseFactory()
    response = home(client, ServiceFactory())
    assert len(response.context["cases"]) == 8
    assert "More are open, with later deadlines" in response.text


def test_account_managers_see_complaints_of_their_own_customers_only(client):
    amy = AccountManagerFactory(team=TeamFactory())
    mine = CaseFactory(customer=CustomerFactory(account_manager=amy))
    CaseFactory(customer=CustomerFactory(account_manager=AccountManagerFactory(team=amy.team)))
    CaseFactory()
    response = home(client, amy)
    assert [case.pk for case in response.context["cases"]] == [mine.pk]


def test_who_was_unhappy_in_a_survey_is_to_be_called_and_stands_there_once(client, today):
    amy = AccountManagerFactory()
    customer = CustomerFactory(name="Hartwell", account_manager=amy)
    answer = answered(WaveFactory(is_open=True), customer, recommend=2)
    task = {"origin": "survey", "reason": reason_of(answer), "due_on": today}
    TaskFactory(customer=customer, assignee=amy, title="Unhappy in the survey: 2/10", **task)
    response = home(client, amy)
    assert [task.title for task in response.context["detractors"]] == [
        "Unhappy in the survey: 2/10"
    ]
    assert response.context["tasks"] == []
    assert f"/satisfaction/responses/{answer.pk}/" in response.text


def test_managers_see_complaints_against_target_and_the_value_behind(client):
    amy = AccountManagerFactory()
    customer = CustomerFactory(account_manager=amy)
    StandingFactory(customer=customer, lifetime_value=Decimal("900"))
    for _ in range(2):
        CaseFactory(customer=customer)
    CaseFactory(customer=customer, severity="critical", now=ago(40))
    CaseFactory(customer=customer, kind="request", now=ago(40))
    Case.objects.filter(received_at__lt=ago(39)).update(is_breached=True)
    CaseFactory(state="resolved", severity="critical", now=ago(3))
    CaseFactory(state="closed", now=ago(45))  # resolved before the last 30 days
    late = CaseFactory(state="resolved", now=ago(5))
    late.clocks.filter(kind="resolution").update(breached_at=ago(5))
    response = home(client, ManagerFactory())
    figures = response.context["complaints"]
    assert (figures["open"], figures["overdue"], figures["value"]) == (3, 1, 900)
    assert (figures["resolved"], figures["resolved_in_time"]) == (2, 1)
    assert "/complaints/dashboard/" in response.text


def test_managers_see_the_newest_finished_wave_against_the_one_before(client, today):
    before = WaveFactory(state=Wave.State.CLOSED, opens_on=today - dt.timedelta(days=200))
    newest = WaveFactory(
        state=Wave.State.CLOSED, name="Spring", opens_on=today - dt.timedelta(days=90)
    )
    running = WaveFactory(is_open=True, name="Autumn")
    for wave, index, recommend in ((before, 60.0, 5), (newest, 72.5, 9), (newest, 70.5, 7)):
        answered(wave, CustomerFactory(), index=index, recommend=recommend)
    answered(running, CustomerFactory(), index=1.0)
    InvitationFactory(wave=running)
    response = home(client, ManagerFactory())
    figures = response.context["satisfaction"]
    assert (figures["wave"], figures["running"]) == (newest, running)
    assert figures["index"]["value"] == "72"
    moved = figures["index"]["moved"]
    # Of three customers nobody can tell whether that is more than chance.
    assert (moved["words"], moved["tone"]) == ("+12 (too few to tell)", "flat")
    assert figures["nps"]["value"] == "50"
    assert "1 of 2 have answered" in response.text


def test_managers_see_the_newest_wave_against_the_targets_of_its_time(client, today):
    wave = WaveFactory(state=Wave.State.CLOSED, opens_on=today - dt.timedelta(days=40))
    for index in (60.0, 61.0, 62.0, 63.0):
        answered(wave, CustomerFactory(), index=index)
    days = {"long": today - dt.timedelta(days=400), "since": today}
    for tier, value, of in (
        ("", 80, "long"),
        ("", 10, "since"),  # after the wave's end
        ("B", 40, "long"),
        ("A", 50, "long"),  # nobody of it answered
    ):
        SatisfactionTarget.objects.create(tier=tier, measure="index", value=value, from_on=days[of])
    response = home(client, ManagerFactory())
    targets = response.context["satisfaction"]["targets"]
    assert (targets["met"], targets["n"]) == (1, 2)
    assert [(row["tier"], row["actual"], row["target"]) for row in targets["missed"]] == [
        ("", "62", "80")
    ]
    assert "1 of 2 targets surely met" in response.text
    assert "Satisfaction index: 62 of 80" in response.text


def test_service_staff_see_neither_satisfaction_nor_value(client, owner):
    answered(
        WaveFactory(is_open=True, name="Autumn"),
        CustomerFactory(),
        index=12.0,
        comment="Never again",
    )
    CaseFactory()
    text = home(client, ServiceFactory()).text
    for words in ("Autumn", "Never again", "Satisfaction", "Lifetime value", "at risk", "NPS"):
        assert words not in text, words


def fill(owner, today, rows: int) -> None:
    """So many rows of each kind that a home page shows."""
    wave = WaveFactory(state=Wave.State.CLOSED, opens_on=today - dt.timedelta(days=60 + rows))
    for n in range(rows):
        customer = CustomerFactory(account_manager=owner)
        StandingFactory(customer=customer, value_at_risk=Decimal("5"), risk=0.8)
        everything(customer, today)
        CaseFactory(customer=customer, by=owner)
        answer = answered(wave, customer, index=50.0, recommend=n % 11)
        work = {"customer": customer, "assignee": owner, "due_on": today}
        TaskFactory(**work, origin="survey", reason=reason_of(answer))
        TaskFactory(**work, title=f"Call {n}")
    refresh(wave)
    record_base(today)


@pytest.mark.parametrize("factory", [ManagerFactory, AccountManagerFactory, ServiceFactory])
def test_the_home_page_asks_at_most_fifteen_queries_however_much_there_is(
    client, owner, today, factory, django_assert_max_num_queries
):
    user = owner if factory is AccountManagerFactory else factory()
    counts = []
    for rows in (5, 45):
        fill(owner, today, rows)
        home(client, user)
        forget_remembered()
        with django_assert_max_num_queries(15) as asked:
            client.get(reverse("home"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
