"""Every kind of record, by every role: list, new, edit, remove and bring back."""

import datetime as dt

import pytest

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
)
from crm.platform import amounts
from crm.platform.models import Installation
from customers.models import Task
from customers.records import KINDS
from customers.tests import record_factories as made
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

FACTORIES = {
    "year-figure": made.YearFigureFactory,
    "credit": made.CreditRecordFactory,
    "promise": made.PromiseFactory,
    "opportunity": made.OpportunityFactory,
    "competitor": made.CompetitorPresenceFactory,
    "benefit": made.BenefitFactory,
    "referral": made.ReferralFactory,
    "idea": made.IdeaFactory,
    "team": made.TeamMemberFactory,
    "help": made.HelpRequestFactory,
    "membership": made.MembershipFactory,
}
SERVICE_WRITES, SERVICE_READS = {"promise", "idea", "help"}, {"referral", "team", "membership"}
ROLES = ("owner", "mate", "outsider", "service", "manager")


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy)


def person(role: str, amy):
    makers = {
        "owner": lambda: amy,
        "mate": lambda: AccountManagerFactory(team=amy.team),
        "outsider": AccountManagerFactory,
        "service": ServiceFactory,
        "manager": ManagerFactory,
    }
    return makers[role]()


def typed(kind: str, amy) -> dict:
    """What a form of this kind needs at least."""
    ahead = Installation.get().today() + dt.timedelta(days=5)
    return {
        "year-figure": {
            "year": 2023,
            "turnover": "100",
            "source": "Report",
            "known_on": "2024-02-01",
        },
        "credit": {"on": "2025-02-01", "limit": "5000"},
        "promise": {"what": "A visit", "due_on": ahead, "owner": amy.pk},
        "opportunity": {"need": "Pumps", "stage": "idea", "owner": amy.pk},
        "competitor": {"competitor": made.CompetitorFactory().pk, "known_on": "2025-02-01"},
        "benefit": {"what": "Less stock", "amount": "10", "on": "2025-02-01"},
        "referral": {"name": "Birch Ltd", "on": "2025-02-01", "state": "new"},
        "idea": {"what": "A smaller box", "kind": "product", "on": "2025-02-01"},
        "team": {"user": AccountManagerFactory(team=amy.team).pk},
        "help": {
            "what": "Advice",
            "asked": AccountManagerFactory(team=amy.team).pk,
            "due_on": ahead,
        },
        "membership": {"club": made.ClubFactory().pk, "since": "2025-02-01"},
    }[kind]


def expected(kind: str, role: str, *, write: bool) -> int:
    if role == "outsider":
        return 404
    if role == "service":
        if kind in SERVICE_WRITES:
            return 200
        return 404 if kind not in SERVICE_READS else 403 if write else 200
    return 200


def address(kind: str, pk: int, action: str) -> str:
    return f"/customers/records/{kind}/{pk}/{action}/"


def test_every_kind_has_its_case_here():
    assert set(FACTORIES) == set(KINDS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", KINDS)
def test_who_lists_makes_edits_and_removes_each_kind(client, amy, customer, kind, role):
    user = person(role, amy)
    # Who asks may change a request for help; the other kinds don't look at who wrote them.
    record = FACTORIES[kind](customer=customer, created_by=user)
    client.force_login(user)
    page = f"/customers/{customer.pk}/records/{kind}/"
    reading, writing = (expected(kind, role, write=write) for write in (False, True))
    assert client.get(page).status_code == reading
    assert client.get(page + "new/").status_code == writing
    assert client.get(address(kind, record.pk, "edit")).status_code == writing
    saved = 302 if writing == 200 else writing
    assert client.post(page + "new/", typed(kind, amy)).status_code == saved
    assert KINDS[kind].model.objects.count() == (2 if writing == 200 else 1)
    assert client.post(address(kind, record.pk, "remove")).status_code == saved
    record.refresh_from_db()
    assert (record.removed_at is not None) == (writing == 200)


@pytest.mark.parametrize(
    ("kind", "field"),
    [("benefit", "amount"), ("credit", "limit"), ("year-figure", "profit"), ("idea", "amount")],
)
def test_an_amount_larger_than_sums_are_made_for_is_refused(client, amy, customer, kind, field):
    client.force_login(amy)
    page = f"/customers/{customer.pk}/records/{kind}/new/"
    too_much = [str(amounts.MOST)] + ["-" + str(amounts.MOST)] * (field == "profit")
    for amount in too_much:
        answer = client.post(page, typed(kind, amy) | {field: amount})
        assert field in answer.context["form"].errors
    assert client.post(page, typed(kind, amy) | {field: amounts.MOST - 1}).status_code == 302
    assert getattr(KINDS[kind].model.objects.get(), field) == amounts.MOST - 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_removed_is_out_of_sight_until_it_is_brought_back(client, amy, customer, kind):
    record = FACTORIES[kind](customer=customer, created_by=amy)
    client.force_login(amy)
    page = f"/customers/{customer.pk}/records/{kind}/"
    answer = client.post(address(kind, record.pk, "remove"), {"next": page}, follow=True)
    assert "Nothing written down yet" in answer.text
    assert client.get(address(kind, record.pk, "edit")).status_code == 404
    (message,) = answer.context["messages"]
    back = client.post(message.extra_tags.removeprefix("undo:"))
    assert back.url == page
    assert KINDS[kind].name(record) in client.get(page).text


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_form_sent_twice_makes_one_record(client, amy, customer, kind):
    client.force_login(amy)
    data = typed(kind, amy)
    for _ in range(2):
        answer = client.post(f"/customers/{customer.pk}/records/{kind}/new/", data)
        assert answer.status_code == 302
    assert KINDS[kind].model.objects.count() == 1
    assert Task.objects.count() == (1 if kind == "promise" else 0)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_form_says_what_is_missing(client, amy, customer, kind):
    client.force_login(amy)
    answer = client.post(f"/customers/{customer.pk}/records/{kind}/new/", {"version": ""})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not KINDS[kind].model.objects.exists()


EDITS = {
    "year-figure": ("source", "Theirs", "Mine"),
    "credit": ("bank_rating", "AA", "B"),
    "promise": ("what", "Theirs", "Mine"),
    "opportunity": ("need", "Theirs", "Mine"),
    "competitor": ("remarks", "Theirs", "Mine"),
    "benefit": ("what", "Theirs", "Mine"),
    "referral": ("remarks", "Theirs", "Mine"),
    "idea": ("what", "Theirs", "Mine"),
    "team": ("part", "Theirs", "Mine"),
    "help": ("what", "Theirs", "Mine"),
    "membership": ("until", "2026-02-01", "2026-03-01"),
}


def opened(client, url: str) -> dict:
    """What the browser would send of a form that was opened and not touched."""
    form = client.get(url).context["form"]
    values = {field.html_name: field.value() for field in form}
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in values.items()
        if value not in (None, "")
    }


@pytest.mark.parametrize("kind", KINDS)
def test_of_two_who_edit_the_second_sees_both_and_loses_nothing(client, amy, customer, kind):
    record = FACTORIES[kind](customer=customer, created_by=amy)
    name, theirs, mine = EDITS[kind]
    client.force_login(amy)
    url = address(kind, record.pk, "edit")
    first, second = opened(client, url), opened(client, url)
    assert client.post(url, first | {name: theirs}).status_code == 302
    answer = client.post(url, second | {name: mine})
    assert answer.status_code == 409
    (difference,) = answer.context["form"].differences
    assert (difference.theirs, difference.mine) == (theirs, mine)
    again = {field.html_name: field.value() for field in answer.context["form"]}
    assert str(again[name]) == mine
    sent = {key: value for key, value in again.items() if value not in (None, "")}
    assert client.post(url, sent).status_code == 302
    record.refresh_from_db()
    assert str(getattr(record, name)) == mine


def test_a_kind_that_is_none_is_not_there(client, amy, customer):
    client.force_login(amy)
    assert client.get(f"/customers/{customer.pk}/records/nonsense/").status_code == 404
    assert client.get(address("nonsense", 1, "edit")).status_code == 404


def test_a_record_is_not_reached_under_another_kinds_name(client, amy, customer):
    promise = made.PromiseFactory(customer=customer)
    client.force_login(amy)
    assert client.get(address("idea", promise.pk, "edit")).status_code == 404


def test_the_methods_of_records(client, amy, customer):
    promise = made.PromiseFactory(customer=customer)
    client.force_login(amy)
    assert client.get(address("promise", promise.pk, "remove")).status_code == 405
    assert client.post(f"/customers/{customer.pk}/records/promise/").status_code == 405
    assert client.put(address("promise", promise.pk, "edit")).status_code == 405


def test_forms_lead_back_to_where_they_were_opened_and_to_no_other_site(client, amy, customer):
    promise = made.PromiseFactory(customer=customer)
    client.force_login(amy)
    url, own = address("promise", promise.pk, "edit"), f"/customers/{customer.pk}/records/promise/"
    data = opened(client, url)
    for target, led in (("/customers/promises/", "/customers/promises/"), ("//evil.example", own)):
        page = client.get(url, {"next": target})
        assert page.context["cancel_url"] == led
        assert client.post(url, data | {"next": target}).url == led
        data["version"] += 1
