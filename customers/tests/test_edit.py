"""Creating and editing customers and contacts: who may, what is checked, lost updates, doubles."""

import re
import threading
from decimal import Decimal

import pytest
from django.db import connection, connections

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from crm.platform.edits import NewerChange
from crm.platform.tests.browsing import sent
from customers.models import Customer, CustomerTokens, Standing, Tag
from customers.services.customers import create_customer, edit_customer, next_number
from customers.services.derived import refresh_derived
from customers.tests.factories import ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db

NEW = "/customers/new/"


@pytest.fixture
def amy():
    return AccountManagerFactory(team=TeamFactory(name="East"), name="Amy")


def edit_url(customer) -> str:
    return f"/customers/{customer.pk}/edit/"


def test_an_account_manager_creates_a_customer_of_the_own_team(client, amy):
    client.force_login(amy)
    data = sent(client.get(NEW)) | {"name": "Bell & Sons", "number": ""}
    response = client.post(NEW, data)
    customer = Customer.objects.get(name="Bell & Sons")
    assert response.url == f"/customers/{customer.pk}/"
    assert (customer.account_manager, customer.team) == (amy, amy.team)
    assert re.fullmatch(r"P\d{5}", customer.number)
    assert Standing.objects.get(pk=customer.pk).owner == amy
    assert "bell" in CustomerTokens.objects.get(pk=customer.pk).tokens


def test_the_next_number_leaves_out_numbers_that_are_taken():
    taken = int(next_number()[1:]) + 1
    CustomerFactory(number=f"p{taken:05d}")
    assert next_number() == f"P{taken + 1:05d}"


@pytest.mark.django_db(transaction=True)
def test_customers_made_at_the_same_time_get_different_numbers(amy):
    numbers = []

    def make(name):
        numbers.append(create_customer(values={"name": name, "account_manager": amy}).number)
        connections.close_all()

    threads = [threading.Thread(target=make, args=(f"Firm {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers)) == 4
    connection.close()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"number": "K1"}, "number"),
        ({"number": "k1"}, "number"),
        ({"email": "no address"}, "email"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"has_problem": "on", "problem_reason": ""}, "problem_reason"),
        ({"account_manager": "999999"}, "account_manager"),
        ({"account_manager": ""}, "account_manager"),
        ({"parent_number": "unknown"}, "parent_number"),
        ({"kind": "ghost"}, "kind"),
        ({"name": "a\0b"}, "name"),
    ],
)
def test_a_wrong_field_is_said_beside_it_and_keeps_what_was_typed(client, amy, changes, field):
    CustomerFactory(number="K1", account_manager=amy)
    client.force_login(amy)
    data = sent(client.get(NEW)) | {"name": "Bell", "notes": "typed"} | changes
    response = client.post(NEW, data)
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert "typed" in response.text
    assert not Customer.objects.filter(notes="typed").exists()


def test_a_number_taken_since_the_check_is_said_beside_the_field(client, amy, monkeypatch):
    CustomerFactory(number="K1", account_manager=amy)
    client.force_login(amy)
    monkeypatch.setattr(
        "customers.forms.customers.CustomerForm.clean_number",
        lambda form: form.cleaned_data["number"],
    )
    response = client.post(NEW, sent(client.get(NEW)) | {"name": "Bell", "number": "K1"})
    assert response.context["form"].errors["number"]


def test_doubles_by_name_or_phone_are_shown_before_a_customer_is_made(client, amy):
    known = CustomerFactory(name="Café  Bell", phone="0512 6500-1234", account_manager=amy)
    hidden = CustomerFactory(name="Cafe Bell", account_manager=AccountManagerFactory())
    refresh_derived([known.pk, hidden.pk])
    client.force_login(amy)
    form = sent(client.get(NEW))
    for changes in ({"name": "cafe bell"}, {"name": "Other", "phone": "(0512) 65001234"}):
        response = client.post(NEW, form | changes)
        assert response.context["doubles"] == [known]
        assert "Save all the same" in response.text
    response = client.post(NEW, form | {"name": "cafe bell", "all_the_same": "1"})
    assert response.status_code == 302
    assert Customer.objects.filter(name="cafe bell").exists()


def test_a_manager_makes_a_customer_whose_team_follows_the_owner(client, amy):
    client.force_login(ManagerFactory())
    data = sent(client.get(NEW)) | {"name": "Bell", "account_manager": str(amy.pk)}
    client.post(NEW, data)
    assert Customer.objects.get(name="Bell").team == amy.team


def test_a_manager_may_set_another_team_than_the_owners(client, amy):
    other = TeamFactory()
    client.force_login(ManagerFactory())
    data = sent(client.get(NEW)) | {
        "name": "Bell",
        "account_manager": str(amy.pk),
        "team": str(other.pk),
    }
    client.post(NEW, data)
    assert Customer.objects.get(name="Bell").team == other


def test_an_edit_is_saved_and_raises_the_version(client, amy):
    customer = CustomerFactory(account_manager=amy, name="Old")
    refresh_derived([customer.pk])
    client.force_login(amy)
    data = sent(client.get(edit_url(customer))) | {"name": "New", "region": "Wales"}
    response = client.post(edit_url(customer), data)
    assert response.url == f"/customers/{customer.pk}/"
    customer.refresh_from_db()
    assert (customer.name, customer.version) == ("New", 2)
    standing = Standing.objects.get(pk=customer.pk)
    assert (standing.name, standing.region) == ("New", "Wales")


def test_an_edit_hands_no_customer_over(client, amy):
    mate = AccountManagerFactory(team=amy.team)
    customer = CustomerFactory(account_manager=amy)
    for user in (amy, ManagerFactory()):
        client.force_login(user)
        page = client.get(edit_url(customer))
        assert amy.name in page.text
        data = sent(page) | {"account_manager": str(mate.pk), "team": str(TeamFactory().pk)}
        assert client.post(edit_url(customer), data).status_code == 302
        customer.refresh_from_db()
        assert (customer.account_manager, customer.team) == (amy, amy.team)


def test_an_account_manager_gives_a_new_customer_to_the_own_team_only(client, amy):
    mate, stranger = AccountManagerFactory(team=amy.team), AccountManagerFactory()
    client.force_login(amy)
    data = sent(client.get(NEW)) | {"name": "Bell", "account_manager": str(stranger.pk)}
    refused = client.post(NEW, data)
    assert "account_manager" in refused.context["form"].errors
    client.post(NEW, data | {"account_manager": str(mate.pk), "team": "999"})
    assert Customer.objects.get(name="Bell").team == amy.team


def test_other_names_find_the_customer(client, amy):
    customer = CustomerFactory(account_manager=amy, name="Bell")
    client.force_login(amy)
    data = sent(client.get(edit_url(customer))) | {"aliases": "Clapper Works\n华信科技"}
    client.post(edit_url(customer), data)
    assert {"clapper", "works", "hxkj", "华信"} <= set(
        CustomerTokens.objects.get(pk=customer.pk).tokens
    )


def test_how_it_was_won_and_what_that_cost_are_kept(client, amy):
    client.force_login(amy)
    data = sent(client.get(NEW)) | {"name": "Bell", "won_through": "fair", "segment": "SME"}
    refused = client.post(NEW, data | {"acquisition_cost": "-1"})
    assert "acquisition_cost" in refused.context["form"].errors
    client.post(NEW, data | {"acquisition_cost": "1200.50"})
    customer = Customer.objects.get(name="Bell")
    assert (customer.won_through, customer.segment) == ("fair", "SME")
    assert customer.acquisition_cost == Decimal("1200.50")


def test_what_is_seldom_filled_in_is_folded_until_it_is_refused(client, amy):
    client.force_login(amy)
    form = client.get(NEW).context["form"]
    shown = {field.name for _, fields in form.sections for field in fields} | set(form.SELDOM)
    assert shown == {field.name for field in form.visible_fields()}
    assert not form.seldom_is_open
    refused = client.post(NEW, {"name": "Acme", "kind": "company", "parent_number": "nobody"})
    assert refused.context["form"].seldom_is_open


def test_a_form_writes_whole_amounts_without_zeros_and_nothing_as_a_dash(client, amy):
    customer = CustomerFactory(account_manager=amy, acquisition_cost=Decimal("1200.00"))
    client.force_login(amy)
    form = client.get(f"/customers/{customer.pk}/edit/").context["form"]
    assert 'value="1200"' in str(form["acquisition_cost"])
    assert "---" not in form.as_p()


def test_tags_are_chosen_from_those_in_use_and_retired_ones_are_kept(client, amy):
    fair, old, gone = (Tag.objects.create(name=name) for name in ("Fair", "Old", "Gone"))
    customer = CustomerFactory(account_manager=amy)
    customer.tags.add(old)
    Tag.objects.exclude(pk=fair.pk).update(is_active=False)
    client.force_login(amy)
    data = sent(client.get(edit_url(customer)))
    assert data["tags"] == [old.pk]
    refused = client.post(edit_url(customer), data | {"tags": [gone.pk]})
    assert "tags" in refused.context["form"].errors
    client.post(edit_url(customer), data | {"tags": [fair.pk, old.pk]})
    assert set(customer.tags.all()) == {fair, old}
    data = sent(client.get(NEW)) | {"name": "New", "tags": [fair.pk]}
    client.post(NEW, data)
    assert set(Customer.objects.get(name="New").tags.all()) == {fair}


def test_tags_that_somebody_else_gave_meanwhile_are_shown_beside_mine(client, amy):
    fair, key = Tag.objects.create(name="Fair"), Tag.objects.create(name="Key")
    customer = CustomerFactory(account_manager=amy)
    client.force_login(amy)
    opened = sent(client.get(edit_url(customer)))
    edit_customer(pk=customer.pk, version=1, values={"tags": [fair]})
    response = client.post(edit_url(customer), opened | {"tags": [key.pk]})
    assert response.status_code == 409
    (row,) = response.context["form"].differences
    assert (row.theirs, row.mine, row.kept_mine) == ("Fair", "Key", True)
    assert client.post(edit_url(customer), sent(response)).status_code == 302
    assert set(customer.tags.all()) == {key}


def test_a_customer_can_not_stand_above_itself(client, amy):
    parent = CustomerFactory(account_manager=amy, number="TOP")
    child = CustomerFactory(account_manager=amy, number="SUB", parent=parent)
    client.force_login(amy)
    for number in ("TOP", "SUB"):
        data = sent(client.get(edit_url(parent))) | {"parent_number": number}
        response = client.post(edit_url(parent), data)
        assert "parent_number" in response.context["form"].errors
    assert child.parent == parent


def test_a_parent_out_of_sight_is_neither_shown_nor_lost(client, amy):
    hidden = CustomerFactory(number="SECRET")
    customer = CustomerFactory(account_manager=amy, parent=hidden)
    client.force_login(amy)
    page = client.get(edit_url(customer))
    assert "SECRET" not in page.text
    client.post(edit_url(customer), sent(page) | {"parent_number": "", "name": "Other"})
    customer.refresh_from_db()
    assert (customer.parent, customer.name) == (hidden, "Other")


def test_an_edit_on_top_of_a_newer_change_is_refused_and_shows_both(client, amy):
    customer = CustomerFactory(account_manager=amy, name="Old", region="Wales", industry="Toys")
    client.force_login(amy)
    opened = sent(client.get(edit_url(customer)))
    edit_customer(pk=customer.pk, version=1, values={"name": "Theirs", "industry": "Boats"})
    response = client.post(edit_url(customer), opened | {"name": "Mine", "region": "Kent"})
    assert response.status_code == 409
    customer.refresh_from_db()
    assert (customer.name, customer.region) == ("Theirs", "Wales")
    form = response.context["form"]
    rows = {row.label: (row.theirs, row.mine, row.kept_mine) for row in form.differences}
    assert rows == {
        "Name": ("Theirs", "Mine", True),
        "Region": ("Wales", "Kent", True),
        "Industry": ("Boats", "Toys", False),
    }
    again = client.post(edit_url(customer), sent(response))
    assert again.status_code == 302
    customer.refresh_from_db()
    assert (customer.name, customer.region, customer.industry) == ("Mine", "Kent", "Boats")


def test_a_form_without_its_version_is_not_saved(client, amy):
    customer = CustomerFactory(account_manager=amy, name="Old")
    client.force_login(amy)
    data = sent(client.get(edit_url(customer))) | {"name": "New"}
    for version, status in (("", 200), ("abc", 200), ("-1", 409), ("7", 409)):
        response = client.post(edit_url(customer), data | {"version": version})
        assert response.status_code == status
    assert client.post(edit_url(customer), data | {"seen": "[[", "version": "9"}).status_code == 409
    customer.refresh_from_db()
    assert customer.name == "Old"


@pytest.mark.django_db(transaction=True)
def test_of_two_edits_at_the_same_time_one_is_refused(amy):
    customer = CustomerFactory(account_manager=amy)
    outcomes = []

    def edit(name):
        try:
            edit_customer(pk=customer.pk, version=1, values={"name": name})
            outcomes.append("saved")
        except NewerChange:
            outcomes.append("refused")
        connections.close_all()

    threads = [threading.Thread(target=edit, args=(name,)) for name in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "saved"]


def test_service_staff_edit_no_customer(client, amy):
    customer = CustomerFactory(account_manager=amy)
    client.force_login(ServiceFactory())
    for url in (NEW, edit_url(customer)):
        assert client.get(url).status_code == 403
        assert client.post(url, {}).status_code == 403


def test_a_customer_of_another_team_is_not_there(client, amy):
    customer = CustomerFactory()
    contact = ContactFactory(customer=customer)
    client.force_login(amy)
    for url in (
        edit_url(customer),
        f"/customers/{customer.pk}/contacts/new/",
        f"/customers/contacts/{contact.pk}/edit/",
    ):
        assert client.get(url).status_code == 404
        assert client.post(url, {"name": "x"}).status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_forms_are_got_and_posted(client, amy, method):
    customer = CustomerFactory(account_manager=amy)
    contact = ContactFactory(customer=customer)
    client.force_login(amy)
    for url in (
        NEW,
        edit_url(customer),
        f"/customers/{customer.pk}/contacts/new/",
        f"/customers/contacts/{contact.pk}/edit/",
    ):
        assert getattr(client, method)(url).status_code == 405
