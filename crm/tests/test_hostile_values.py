"""Values that no calendar and no account holds: refused beside their field."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.accounts.tests.factories import AccountManagerFactory, TeamFactory
from crm.platform.models import Installation
from crm.platform.tests.filled import forms_of
from customers.models import Customer
from customers.services.derived import refresh_derived
from customers.tests.factories import (
    AccountPlanFactory,
    ContactFactory,
    CustomerFactory,
    InteractionFactory,
    PlanObjectiveFactory,
)

pytestmark = pytest.mark.django_db
FIRST, LAST = "0001-01-01", "9999-12-31"
# Address, the row in it, the field, and what else the form needs.
DAYS = [
    ("customers:interaction_create", "customer", "at", {}),
    ("customers:interaction_create", "customer", "next_due_on", {"next_step": "Call"}),
    ("customers:interaction_edit", "interaction", "at", {}),
    ("customers:task_create", "customer", "due_on", {}),
    ("customers:task_create", "customer", "remind_on", {}),
    ("customers:recurrence_create", "customer", "first_on", {}),
    ("customers:recurrence_create", "customer", "until", {}),
    ("customers:contact_create", "customer", "birthday", {}),
    ("customers:contact_edit", "contact", "left_on", {}),
    ("customers:contact_edit", "contact", "consent_on", {"consent": "given"}),
    ("customers:plan_create", "customer", "review_on", {}),
    ("customers:plan_edit", "plan", "review_on", {}),
    ("customers:objective_create", "plan", "due_on", {}),
    ("customers:objective_edit", "objective", "due_on", {}),
    ("customers:plan_action_create", "plan", "due_on", {}),
    ("customers:plan_review_create", "plan", "on", {}),
    ("customers:plan_review_create", "plan", "next_on", {}),
]
RECORDS = [
    ("promise", "due_on"),
    ("benefit", "on"),
    ("credit", "on"),
    ("opportunity", "expected_on"),
    ("idea", "on"),
    ("referral", "on"),
    ("membership", "since"),
    ("help", "due_on"),
    ("year-figure", "known_on"),
]
AMOUNTS = [
    ("benefit", "amount"),
    ("credit", "limit"),
    ("credit", "term_days"),
    ("opportunity", "amount"),
    ("year-figure", "turnover"),
    ("year-figure", "year"),
    ("idea", "amount"),
    ("competitor", "share"),
]
# Nobody's amount: not a number, more than any column holds, or finer than money.
NO_AMOUNTS = ("1e400", "-1e400", "NaN", "Infinity", "9" * 40, "0." + "1" * 40, "１２３٤x", "=1+1")
WORDS = ("subject", "title", "what", "need", "name", "findings")
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
FORMULA = "=cmd|' /C calc'!A0"
TURNED = "\u202eevil\u202c \u200f ‮"


@pytest.fixture
def customer() -> Customer:
    amy = AccountManagerFactory(team=TeamFactory())
    customer = CustomerFactory(account_manager=amy)
    refresh_derived([customer.pk])
    return customer


@pytest.fixture
def rows(customer) -> dict[str, int]:
    plan = AccountPlanFactory(customer=customer)
    return {
        "customer": customer.pk,
        "contact": ContactFactory(customer=customer).pk,
        "interaction": InteractionFactory(customer=customer).pk,
        "plan": plan.pk,
        "objective": PlanObjectiveFactory(plan=plan).pk,
    }


@pytest.fixture
def client(customer) -> Client:
    client = Client()
    client.force_login(customer.account_manager)
    return client


def filled(client: Client, url: str) -> dict[str, list[str]]:
    """The form as it opens, with words where words must stand."""
    form = next(form for form in forms_of(client.get(url).text) if form.action in ("", url))
    words = {name: ["Words"] for name in WORDS if form.values.get(name) == [""]}
    return {**form.values, **words}


def refused(client: Client, url: str, sent: dict, field: str) -> None:
    answer = client.post(url, sent)
    assert answer.status_code == 200, f"{url} {field} {sent[field]}"
    assert answer.context["form"].errors.get(field), f"{url} {field} {sent[field]}"
    assert f'id="id_{field}_error"' in answer.text, f"{url} {field}: not beside it"


@pytest.mark.parametrize(("name", "whose", "field", "more"), DAYS)
def test_a_day_that_no_calendar_holds_is_refused(client, rows, name, whose, field, more):
    url = reverse(name, args=[rows[whose]])
    moment = "T00:00" if field == "at" else ""
    for day in (FIRST, LAST, "10000-01-01", "0000-00-00"):
        refused(client, url, {**filled(client, url), **more, field: day + moment}, field)


@pytest.mark.parametrize(("kind", "field"), RECORDS)
def test_a_day_of_a_record_too(client, rows, kind, field):
    url = reverse("customers:record_create", args=[rows["customer"], kind])
    for day in (FIRST, LAST):
        refused(client, url, {**filled(client, url), field: day}, field)


@pytest.mark.parametrize(("kind", "field"), AMOUNTS)
def test_an_amount_that_none_is_is_refused(client, rows, kind, field):
    url = reverse("customers:record_create", args=[rows["customer"], kind])
    for amount in NO_AMOUNTS:
        refused(client, url, {**filled(client, url), field: amount}, field)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Pacific/Apia"])
def test_the_oldest_moment_that_is_taken_is_shown_in_every_zone(client, rows, zone):
    installation = Installation.get()
    installation.time_zone = zone
    installation.save()
    Installation.forget()
    url = reverse("customers:interaction_create", args=[rows["customer"]])
    sent = {**filled(client, url), "next_due_on": "", "at": "1950-01-02T00:00"}
    assert client.post(url, sent).status_code == 302
    for page in ("card", "customers:history"):
        assert client.get(reverse(page, args=[rows["customer"]])).status_code == 200
    Installation.forget()


def test_what_looks_like_code_is_shown_as_words_wherever_it_is_read(client, rows):
    """Typed into every text of a customer, and then looked at on each page that shows it."""
    wrote = f"{SCRIPT} {FORMULA} {TURNED}"
    addresses = [
        ("customers:contact_create", [rows["customer"]]),
        ("customers:interaction_create", [rows["customer"]]),
        ("customers:task_create", [rows["customer"]]),
        ("customers:buying_profile", [rows["customer"]]),
        ("customers:organisation", [rows["customer"]]),
        ("customers:plan_edit", [rows["plan"]]),
        ("customers:objective_create", [rows["plan"]]),
        ("customers:edit", [rows["customer"]]),
        *(("customers:record_create", [rows["customer"], kind]) for kind in ("promise", "idea")),
    ]
    for name, args in addresses:
        url = reverse(name, args=args)
        sent = filled(client, url)
        for field in texts(client, url):
            sent[field] = wrote
        sent.pop("tax_number", None)
        answer = client.post(url, {**sent, "next_due_on": "2027-01-05", "due_on": "2027-01-05"})
        assert answer.status_code == 302, f"{url}: {answer.context['form'].errors}"
    customer = rows["customer"]
    pages = [
        *(reverse(name, args=[customer]) for name in ("card", "customers:plan", "customers:edit")),
        *(reverse(f"customers:{name}", args=[customer]) for name in ("history", "contacts")),
        *(reverse(f"customers:{name}") for name in ("list", "tasks", "promises", "contact_list")),
        *(reverse(name) for name in ("home", "customers:calendar", "search")),
    ]
    for page in pages:
        answer = client.get(page, {"q": SCRIPT} if page == reverse("search") else {})
        assert answer.status_code == 200, page
        assert "<script>alert" not in answer.text, page
        assert "<img src=x" not in answer.text, page
    shown = client.get(reverse("card", args=[customer])).text
    assert "&lt;script&gt;alert(1)" in shown


def texts(client: Client, url: str) -> list[str]:
    """The fields of the form that take any words at all."""
    form = client.get(url).context["form"]
    kinds = {"CharField"}
    return [
        name
        for name, field in form.fields.items()
        if type(field).__name__ in kinds
        and not field.widget.is_hidden
        and (field.max_length or 999) > 99
    ]


@pytest.mark.parametrize("name", ["customers:interaction_create", "customers:task_create"])
def test_a_megabyte_of_words_is_kept_or_refused_but_breaks_nothing(client, rows, name):
    url = reverse(name, args=[rows["customer"]])
    sent = {**filled(client, url), "notes": "很" * 350_000, "next_due_on": ""}
    assert client.post(url, {**sent, "due_on": "2027-01-05"}).status_code == 302
    for page in ("card", "customers:history"):
        answer = client.get(reverse(page, args=[rows["customer"]]))
        assert answer.status_code == 200
        assert len(answer.content) < 300_000
