"""The page that explains a customer's figures, and what people do about its signals."""

import pytest

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from crm.tests.worth import AS_OF, nightly_run, silent_signal, valued_customer
from customers.models import Standing, Task
from customers.tests.factories import CustomerFactory
from lifecycle.models import Signal
from lifecycle.words import alive_words, method_words, stage_words

pytestmark = pytest.mark.django_db


@pytest.fixture
def amy():
    return AccountManagerFactory(name="Amy")


@pytest.fixture
def customer(amy):
    return valued_customer(amy)


@pytest.fixture
def signal(customer):
    return silent_signal(customer)


def figures_url(customer) -> str:
    return f"/value/customers/{customer.pk}/figures/"


def test_the_risk_says_what_it_rests_on(client, amy, customer):
    run = nightly_run()
    client.force_login(amy)
    assert "91 days; from rhythm alone" in client.get(figures_url(customer)).text
    run.models_used |= {"trained": {"risk": {"reason": "trained"}}}
    run.save()
    assert "91 days; from rhythm, silence" in client.get(figures_url(customer)).text


def test_each_figure_shows_formula_numbers_date_and_rows(client, amy, customer):
    nightly_run()
    client.force_login(amy)
    text = client.get(figures_url(customer)).text
    for words in (
        "98,765.40",
        "22.50",
        "1,024.00",
        "0.950",
        "30.0 %",
        "assumed",
        "43,210.90",
        "61.3 %",
        "4.2 %",
        "75,757.00",
        "12.2",
        "13,579.11",
        "4,073.73",
        "4,000.00",
        "500.00",
        "within 36 months",
        "within 91 days",
        "30 November 2025",
        f"/customers/{customer.pk}/dealings/?start=2024-12-01&amp;end=2025-11-30",
    ):
        assert words in text.replace("\u202f", " "), words


def test_the_formula_of_value_comes_out_at_the_value(client, amy, customer):
    client.force_login(amy)
    value = client.get(figures_url(customer)).context["figures"][1]
    correction = float(value.numbers[-1].value)
    assert 22.5 * 1024 * 0.95 * 0.3 * correction == pytest.approx(98765.40, rel=1e-3)


def test_a_customer_without_figures_has_a_page_that_says_so(client, amy):
    client.force_login(amy)
    assert (
        "Nothing is computed yet"
        in client.get(figures_url(CustomerFactory(account_manager=amy))).text
    )


def test_the_page_stands_without_the_run_that_computed_it(client, amy, customer):
    client.force_login(amy)
    assert client.get(figures_url(customer)).status_code == 200


def test_service_staff_may_not_open_figures_or_signals(client, customer, signal):
    client.force_login(ServiceFactory())
    assert client.get(figures_url(customer)).status_code == 403
    for action in ("dismiss", "restore", "task"):
        assert client.post(f"/value/signals/{signal.pk}/{action}/").status_code == 403


def test_figures_and_signals_of_another_team_are_not_there(client, customer, signal):
    client.force_login(AccountManagerFactory())
    assert client.get(figures_url(customer)).status_code == 404
    for action in ("dismiss", "restore", "task"):
        url = f"/value/signals/{signal.pk}/{action}/"
        assert client.post(url, {"reason": "x"}).status_code == 404


def test_the_methods_of_figures_and_signals(client, amy, customer, signal):
    client.force_login(amy)
    assert client.post(figures_url(customer)).status_code == 405
    for action in ("dismiss", "restore", "task"):
        assert client.get(f"/value/signals/{signal.pk}/{action}/").status_code == 405


def test_a_signal_is_dismissed_with_a_reason_and_restored(client, amy, customer, signal):
    weaker = silent_signal(
        customer, kind="volume_down", strength=0.5, evidence={"change": -0.3, "kind": "at_once"}
    )
    client.force_login(amy)
    url = f"/value/signals/{signal.pk}/dismiss/"
    response = client.post(url, {"reason": " Moved house\0 ", "next": f"/customers/{customer.pk}/"})
    assert response.url == f"/customers/{customer.pk}/"
    signal.refresh_from_db()
    assert (signal.dismissed_by, signal.dismissed_reason) == (amy, "Moved house")
    assert Standing.objects.get(pk=customer.pk).signal == weaker.kind
    page = client.get(f"/customers/{customer.pk}/")
    assert "Moved house" in page.text
    (message,) = page.context["messages"]
    client.post(message.extra_tags.removeprefix("undo:"))
    assert signal in Signal.objects.open()
    assert Standing.objects.get(pk=customer.pk).signal == "silent"


def test_the_strongest_signals_can_be_acted_on_and_weaker_ones_are_named(client, amy, customer):
    """Five open ones: four with their buttons, the weakest by name, strength and rows behind it."""
    evidence = {
        "silent": {"days_since": 41, "usual_gap": 12.2, "silence": 0.97},
        "volume_down": {"change": -0.3, "kind": "at_once"},
        "margin_down": {"margin_now": 0.1, "margin_before": 0.3},
        "one_contact": {},
        "no_contact": {"days": 200, "habit": 30},
    }
    for place, (kind, found) in enumerate(evidence.items()):
        silent_signal(customer, kind=kind, strength=0.9 - place / 10, evidence=found)
    client.force_login(amy)
    text = client.get(f"/customers/{customer.pk}/").text
    assert text.count('name="reason"') == 4
    _stronger, weaker = text.split("Weaker signals")
    assert "No contact · 50\u202f%" in weaker


@pytest.mark.parametrize("reason", ["", "   ", "\0"])
def test_a_signal_is_not_dismissed_without_a_reason(client, amy, signal, reason):
    client.force_login(amy)
    client.post(f"/value/signals/{signal.pk}/dismiss/", {"reason": reason})
    assert signal in Signal.objects.open()


def test_a_long_reason_is_cut_not_refused(client, amy, signal):
    client.force_login(amy)
    client.post(f"/value/signals/{signal.pk}/dismiss/", {"reason": "x" * 1000})
    assert signal not in Signal.objects.open()


def test_an_ended_signal_is_not_there(client, amy, signal):
    Signal.objects.update(ended_on=AS_OF)
    client.force_login(amy)
    url = f"/value/signals/{signal.pk}/dismiss/"
    assert client.post(url, {"reason": "x"}).status_code == 404


def test_a_signal_becomes_one_task_of_the_account_manager(client, amy, customer, signal):
    client.force_login(ManagerFactory())
    for _ in range(2):
        client.post(f"/value/signals/{signal.pk}/task/")
    task = Task.objects.get()
    assert (task.assignee, task.origin, task.reason) == (amy, "signal", "silent")
    assert task.title == "No order for 41 days, usually every 12"
    assert "task open" in client.get(f"/customers/{customer.pk}/").text


def test_the_task_of_a_customer_without_owner_is_of_who_made_it(client, signal):
    manager = ManagerFactory()
    signal.customer.account_manager = None
    signal.customer.save()
    client.force_login(manager)
    client.post(f"/value/signals/{signal.pk}/task/")
    assert Task.objects.get().assignee == manager


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (1.0, "very likely active"),
        (0.95, "very likely active"),
        (0.94, "likely active"),
        (0.5, "perhaps active"),
        (0.49, "probably gone"),
        (0.2, "probably gone"),
        (0.19, "very likely gone"),
        (0.0, "very likely gone"),
    ],
)
def test_probability_alive_has_words(probability, words):
    assert alive_words(probability) == words


@pytest.mark.parametrize(
    ("reason", "numbers", "words"),
    [
        ("few_purchases", {"figure": 2, "mark": 4}, "2 purchase days, fewer than 4"),
        ("silent", {"figure": 1400.2, "mark": 365}, "silent for 1,400 days, more than 365"),
        (
            "growth",
            {"figure": 0.314, "mark": 0.2},
            "12-month volume changed by 31 %, at least 20 %",
        ),
        ("no_other", {}, "no other stage fits, and the volume does not fall"),
        ("something_new", {}, ""),
        ("", {}, ""),
    ],
)
def test_the_reason_of_a_stage_has_words(reason, numbers, words):
    assert stage_words(reason, numbers).replace("\u202f", " ") == words


def test_methods_have_words_even_where_the_column_cut_them():
    assert method_words("model_historic_recalibrated"[:20]).startswith("geometric mean")
    assert method_words("model_recalibrated").startswith("model (MBG")
    assert method_words("unheard_of") == "unheard_of"
