"""The short lists of "Today": who sees what, in which order, and that acting on it leads back."""

import pytest
from django.urls import reverse

from crm import handover
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
)
from crm.platform.models import Installation
from crm.tests.waiting import days, everything, owed
from crm.tests.worth import silent_signal
from customers.models import CareDue, Task
from customers.services.promises import match_task
from customers.tests.factories import CustomerFactory, StandingFactory, TaskFactory
from customers.tests.record_factories import PromiseFactory
from lifecycle.models import FitDecision

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return Installation.get().today()


@pytest.fixture
def hartwell(amy):
    customer = CustomerFactory(name="Hartwell", account_manager=amy)
    StandingFactory(customer=customer, stage="stability")
    return customer


@pytest.fixture
def home(client):
    """Opens Today as somebody."""

    def get(user):
        client.force_login(user)
        return client.get("/")

    return get


def panels(response) -> dict:
    """The short lists that are on the page, by key."""
    found = {}
    for name in ("first", "due", "mind", "panels"):
        for panel in response.context.get(name) or []:
            found[panel.key] = panel
    return found


def names(response, key: str) -> list[str]:
    return [line.name for line in panels(response)[key].lines]


ALL_OF_IT = {
    "appointments": ["Hartwell"],
    "answers": ["Drawings"],
    "todo": ["A data sheet", "Send the offer"],
    "care": ["Hartwell"],
    "departed": ["Hartwell"],
    "key": ["Hartwell", "Hartwell"],
    "fits": ["Hartwell"],
    "help": ["Prices"],
}


def test_an_account_manager_sees_what_waits_the_most_pressing_first(home, hartwell, amy, today):
    everything(hartwell, today)
    response = home(amy)
    assert {key: names(response, key) for key in panels(response)} == ALL_OF_IT
    assert list(panels(response)) == list(ALL_OF_IT)
    assert [change.customer.name for change in response.context["changes"]] == ["Hartwell"] * 2
    text = response.text
    places = [text.index(f'id="p-{key}"') for key in ("appointments", "answers", "risk", "todo")]
    assert places == sorted(places)
    assert "14:30" in text
    assert "2 days late" in text
    assert "Ann Lee left on" in text


def test_each_line_leads_to_where_it_is_done_and_from_there_back(home, hartwell, amy, today):
    everything(hartwell, today)
    visit = Task.objects.get(kind="visit")
    promise, wanted = hartwell.promises.get(), hartwell.help_requests.get(asked=amy)
    due = hartwell.care_dues.get()
    plan, nomination = hartwell.account_plans.get(), hartwell.nominations.get()
    text = home(amy).text.replace("&amp;", "&")
    log = reverse("customers:interaction_create", args=[hartwell.pk])
    for address in (
        f"{log}?task={visit.pk}&kind=visit&next=/",
        reverse("customers:record_settle", args=["promise", promise.pk]) + "?next=%2F",
        reverse("customers:record_settle", args=["help", wanted.pk]) + "?next=%2F",
        f"{log}?kind=call&next=%2F",
        reverse("customers:care", args=[due.customer_id]),
        reverse("customers:contacts", args=[hartwell.pk]),
        reverse("customers:plan_review_create", args=[plan.pk]),
        reverse("value:assess", args=[hartwell.pk]),
        reverse("value:fit", args=[hartwell.pk]),
    ):
        assert f'"{address}"' in text, address
    assert reverse("value:nomination_review", args=[nomination.pk]) not in text


def test_nothing_of_a_colleagues_customers_is_on_it(home, hartwell, amy, today):
    everything(hartwell, today)
    for user in (AccountManagerFactory(team=amy.team), AccountManagerFactory()):
        response = home(user)
        assert panels(response) == {}
        assert "Hartwell" not in response.text


def test_what_is_empty_is_left_out(home, amy):
    response = home(amy)
    assert response.context["detractors"] == []
    for key in (*ALL_OF_IT, "cases", "detractors", "changes"):
        assert f'id="p-{key}"' not in response.text


def test_a_kept_promise_leads_back_and_is_gone(client, home, hartwell, amy, today):
    promise = PromiseFactory(customer=hartwell, owner=amy, due_on=today, what="A data sheet")
    match_task(promise, by=amy)
    assert names(home(amy), "todo") == ["A data sheet"]  # once, though it has a task
    address = reverse("customers:record_settle", args=["promise", promise.pk])
    form = client.get(f"{address}?next=/").context["form"]
    values = {"state": "kept", "settled_on": today, "proof": "", "next": "/"}
    values["version"] = form["version"].value()
    answer = client.post(address, values)
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/")
    assert "todo" not in panels(home(amy))


def test_a_task_is_ticked_off_and_a_signal_made_a_task_from_there(client, home, hartwell, amy):
    hartwell.standing.value_at_risk = 500
    hartwell.standing.save()
    silent_signal(hartwell)
    address = reverse("value:worklist_task", args=[hartwell.pk])
    assert f'formaction="{address}"' in home(amy).text
    assert client.post(address, {"next": "/"}).headers["Location"] == "/"
    task = Task.objects.get(origin="signal")
    assert task.kind == "call"  # which is logged; anything else is ticked off
    Task.objects.update(kind="todo")
    assert home(amy).context["at_risk"] == []  # somebody works on it now
    done = reverse("customers:task_close", args=[task.pk]) + "?state=done"
    assert f'formaction="{done}"' in home(amy).text
    assert client.post(done, {"next": "/"}).headers["Location"] == "/"
    assert "todo" not in panels(home(amy))


def test_what_is_for_today_and_promised_is_not_lost_behind_old_tasks(home, hartwell, amy, today):
    for n in range(30):
        TaskFactory(customer=hartwell, assignee=amy, due_on=today - days(90 - n), title=f"Old {n}")
    TaskFactory(customer=hartwell, assignee=amy, due_on=today, title="Of today")
    PromiseFactory(customer=hartwell, owner=amy, due_on=today - days(1), what="A data sheet")
    response = home(amy)
    shown = names(response, "todo")
    assert shown[0] == "Old 0"
    assert shown[-2:] == ["A data sheet", "Of today"]
    assert len(shown) == 6
    assert "Many more are waiting" in response.text


def test_how_many_more_are_waiting_is_said(home, hartwell, amy, today):
    for n in range(9):
        customer = CustomerFactory(account_manager=amy)
        owed(customer, today, due_on=today + days(n))
    response = home(amy)
    assert len(names(response, "care")) == 4
    assert "5 more are waiting" in response.text
    assert reverse("customers:care_dues") in response.text


def test_care_that_has_its_task_stands_there_once(home, hartwell, amy, today):
    task = TaskFactory(customer=hartwell, assignee=amy, due_on=today, kind="call", title="Call")
    owed(hartwell, today, task=task)
    response = home(amy)
    assert set(panels(response)) == {"care"}
    assert f"task={task.pk}" in response.text
    CareDue.objects.update(state="missed", settled_on=today)
    assert names(home(amy), "todo") == ["Call"]  # to be made up for


def test_a_handover_waits_for_who_takes_and_managers_see_that_it_waits(home, hartwell, amy):
    tom, gina = AccountManagerFactory(name="Tom"), ManagerFactory(name="Gina")
    offered = handover.offer(by=amy, taker=tom, customer_ids=[hartwell.pk], note="").handover
    response = home(tom)
    assert names(response, "answers") == ["1 customer from Amy"]
    assert reverse("handover", args=[offered.pk]) in response.text
    assert "Hartwell" not in response.text  # not Tom's yet
    assert "answers" not in panels(home(amy))
    assert names(home(gina), "answers") == ["Amy to Tom"]


def test_a_fit_decision_ends_the_question(home, hartwell, amy, today):
    hartwell.standing.stage = "exploration"
    hartwell.standing.save()
    assert names(home(amy), "fits") == ["Hartwell"]
    FitDecision.objects.create(customer=hartwell, pursue=True, why="Grows", on=today, by=amy)
    assert "fits" not in panels(home(amy))


def test_managers_see_key_accounts_to_confirm_and_plans_to_review(home, hartwell, today):
    everything(hartwell, today)
    nomination = hartwell.nominations.get()
    response = home(ManagerFactory())
    assert names(response, "key") == ["Hartwell", "Hartwell"]
    assert reverse("value:nomination_review", args=[nomination.pk]) in response.text


def test_service_staff_see_who_asks_them_and_nothing_of_worth(home, hartwell, today):
    everything(hartwell, today)
    sam = hartwell.help_requests.get(what="Prices").asked
    PromiseFactory(customer=hartwell, owner=sam, due_on=today, what="Spare parts")
    response = home(sam)
    assert {key: names(response, key) for key in panels(response)} == {
        "answers": ["Prices"],
        "todo": ["Spare parts"],
    }
    for words in ("Key account", "Account plan", "Pursue", "Decision maker", "at risk"):
        assert words not in response.text, words
