"""The facts of a company and its buying profile: who reads what, first saves, own fields."""

import datetime as dt
from decimal import Decimal

import pytest

from crm.accounts.tests.factories import AccountManagerFactory, ServiceFactory, TeamFactory
from crm.platform.tests.browsing import sent
from customers.models import BuyingProfile, CustomField, Organisation
from customers.services.organisation import save_page
from customers.tests.factories import CustomerFactory, StandingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def amy():
    return AccountManagerFactory(team=TeamFactory(name="East"), name="Amy")


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy, name="Bell")


def url_of(customer, page: str = "organisation") -> str:
    return f"/customers/{customer.pk}/{page}/"


def make(kind: str, name: str = "Own", **more) -> CustomField:
    return CustomField.objects.create(names={"en": name}, kind=kind, **more)


def test_the_first_save_makes_the_page_and_the_next_changes_it(client, amy, customer):
    client.force_login(amy)
    url = url_of(customer)
    data = sent(client.get(url))
    assert not Organisation.objects.exists()
    response = client.post(url, data | {"owner": "Ann Bell", "headcount": "250", "capital": "1e6"})
    assert response.url == f"/customers/{customer.pk}/"
    written = Organisation.objects.get(customer=customer)
    assert (written.owner, written.headcount, written.version) == ("Ann Bell", 250, 1)
    assert written.capital == 1_000_000
    client.post(url, sent(client.get(url)) | {"owner": "Bo Bell"})
    written.refresh_from_db()
    assert (written.owner, written.headcount, written.version) == ("Bo Bell", 250, 2)


@pytest.mark.parametrize(
    ("kind", "page", "field"),
    [(Organisation, "organisation", "owner"), (BuyingProfile, "buying", "who")],
)
@pytest.mark.parametrize("written", [False, True])
def test_the_second_of_two_who_save_loses_nothing(
    client, amy, customer, kind, page, field, written
):
    """The same on a page that nobody had written before."""
    if written:
        save_page(kind=kind, customer=customer, version=0, values={field: "First"})
    client.force_login(amy)
    url = url_of(customer, page)
    data = sent(client.get(url))
    values = {field: "Theirs"}
    save_page(kind=kind, customer=customer, version=int(written), values=values)
    response = client.post(url, data | {field: "Mine"})
    assert response.status_code == 409
    (row,) = response.context["form"].differences
    assert (row.theirs, row.mine, row.kept_mine) == ("Theirs", "Mine", True)
    assert "Theirs" in response.text
    assert getattr(kind.objects.get(customer=customer), field) == "Theirs"
    assert client.post(url, sent(response)).status_code == 302
    assert getattr(kind.objects.get(customer=customer), field) == "Mine"


@pytest.mark.parametrize(
    ("field", "value"),
    [("headcount", "-1"), ("headcount", "many"), ("capital", "-5"), ("owner", "x" * 151)],
)
def test_a_wrong_fact_is_said_beside_it_and_keeps_what_was_typed(
    client, amy, customer, field, value
):
    client.force_login(amy)
    data = sent(client.get(url_of(customer))) | {"strategy": "typed", field: value}
    response = client.post(url_of(customer), data)
    assert field in response.context["form"].errors
    assert "typed" in response.text
    assert not Organisation.objects.exists()


def test_service_staff_read_what_tells_nothing_of_credit_and_write_nothing(client, customer):
    credit = dict.fromkeys(("finance", "trade_terms", "bank", "bank_account"), "SECRET")
    values = {"owner": "Ann Bell", "capital": Decimal("7777777"), **credit}
    save_page(kind=Organisation, customer=customer, version=0, values=values)
    assert set(credit) | {"capital"} == set(Organisation.OF_CREDIT)
    client.force_login(ServiceFactory())
    page = client.get(url_of(customer))
    assert "Ann Bell" in page.text
    assert "SECRET" not in page.text
    assert "7,777,777" not in page.text
    assert "<form" not in page.text.split("<main")[1]
    for name in ("organisation", "buying"):
        assert client.post(url_of(customer, name), {"owner": "x"}).status_code == 403
    assert "Nothing is written here yet" in client.get(url_of(customer, "buying")).text


def test_a_customer_of_another_team_is_not_there(client, customer):
    client.force_login(AccountManagerFactory())
    for name in ("organisation", "buying"):
        assert client.get(url_of(customer, name)).status_code == 404
        assert client.post(url_of(customer, name), {}).status_code == 404
        assert client.put(url_of(customer, name)).status_code == 405


def test_the_buying_profile_is_kept(client, amy, customer):
    client.force_login(amy)
    url = url_of(customer, "buying")
    client.post(url, sent(client.get(url)) | {"decides": "The owner", "criteria": "Delivery"})
    profile = BuyingProfile.objects.get(customer=customer)
    assert (profile.decides, profile.criteria) == ("The owner", "Delivery")


def test_own_fields_are_checked_by_kind_and_kept_plain(client, amy, customer):
    text, number, day = make("text"), make("number"), make("date")
    choice = make("choice", choices="red\nblue")
    client.force_login(amy)
    url = url_of(customer)
    data = sent(client.get(url))
    wrong = {number: "many", day: "soon", choice: "green", text: "x" * 301}
    for field, value in wrong.items():
        response = client.post(url, data | {f"custom_{field.pk}": value})
        assert f"custom_{field.pk}" in response.context["form"].errors
    right = {text: "a", number: "12.50", day: "2026-01-31", choice: "blue"}
    client.post(url, data | {f"custom_{field.pk}": value for field, value in right.items()})
    custom = Organisation.objects.get(customer=customer).custom
    stored = {text: "a", number: "12.5", day: "2026-01-31", choice: "blue"}
    assert custom == {str(field.pk): value for field, value in stored.items()}
    found = [field.value_in(custom) for field in (text, number, day, choice)]
    assert found == ["a", Decimal("12.5"), dt.date(2026, 1, 31), "blue"]
    again = sent(client.get(url))
    assert again[f"custom_{day.pk}"] == "2026-01-31"
    client.post(url, again | {f"custom_{text.pk}": "", f"custom_{number.pk}": "0"})
    custom = Organisation.objects.get(customer=customer).custom
    assert text.value_in(custom) is None
    assert number.value_in(custom) == 0


def test_a_retired_field_is_not_shown_and_keeps_its_values(client, amy, customer):
    old, used = make("text", "Old thing"), make("text", "Used")
    save_page(
        kind=Organisation,
        customer=customer,
        version=0,
        values={"custom": {str(old.pk): "kept", str(used.pk): "a"}},
    )
    CustomField.objects.filter(pk=old.pk).update(is_active=False)
    client.force_login(amy)
    page = client.get(url_of(customer))
    assert "Old thing" not in page.text
    client.post(url_of(customer), sent(page) | {f"custom_{used.pk}": "b"})
    custom = Organisation.objects.get(customer=customer).custom
    assert custom == {str(old.pk): "kept", str(used.pk): "b"}


def test_a_choice_that_was_taken_away_stays_where_it_was_chosen(client, amy, customer):
    field = make("choice", choices="blue\ngreen")
    values = {"custom": {str(field.pk): "red"}}
    save_page(kind=Organisation, customer=customer, version=0, values=values)
    client.force_login(amy)
    data = sent(client.get(url_of(customer)))
    assert data[f"custom_{field.pk}"] == "red"
    assert client.post(url_of(customer), data).status_code == 302
    assert Organisation.objects.get(customer=customer).custom == {str(field.pk): "red"}


def test_own_fields_are_compared_too_when_two_save(client, amy, customer):
    field = make("text", "Machines")
    client.force_login(amy)
    data = sent(client.get(url_of(customer)))
    values = {"custom": {str(field.pk): "theirs"}}
    save_page(kind=Organisation, customer=customer, version=0, values=values)
    response = client.post(url_of(customer), data | {f"custom_{field.pk}": "mine"})
    (row,) = response.context["form"].differences
    assert (row.label, row.theirs, row.mine) == ("Machines", "theirs", "mine")


def test_the_page_says_what_the_file_lacks_and_costs_few_queries(
    client, amy, customer, django_assert_max_num_queries
):
    StandingFactory(customer=customer, tier="A")
    for number in range(20):
        make("text", f"Own {number}")
    client.force_login(amy)
    client.get(url_of(customer))
    with django_assert_max_num_queries(7):
        page = client.get(url_of(customer))
    assert "Missing:" in page.text
    assert "Own 19" in page.text
