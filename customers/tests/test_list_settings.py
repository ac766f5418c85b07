"""Saved filters, columns and sort of the list: kept, shared, and no way around what one may see."""

import datetime as dt
import json

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from customers.models import ListPreference, SavedView, Tag
from customers.querysets.paging import PAGE_SIZE
from customers.tests.factories import CustomerFactory, StandingFactory
from customers.views.columns import COLUMNS

pytestmark = pytest.mark.django_db

URL = "/customers/"
SAVE = "/customers/views/new/"
KB = 1000


@pytest.fixture
def team():
    return TeamFactory(name="East")


@pytest.fixture
def amy(team):
    return AccountManagerFactory(team=team, name="Amy")


def standing(owner, **fields):
    return StandingFactory(customer=CustomerFactory(account_manager=owner), **fields)


def names(response) -> list[str]:
    return [row.name for row in response.context["rows"]]


def test_a_filter_is_saved_under_a_name_and_opens_what_it_saved(client, amy):
    standing(amy, name="Right", tier="A")
    standing(amy, name="Wrong", tier="B")
    client.force_login(amy)
    query = "tier=A&sort=name&page=xyz&view=7&nonsense=1"
    form = client.get(SAVE, {"query": query}).context["form"]
    assert form["query"].value() == "tier=A&sort=name"
    answer = client.post(SAVE, {"name": "My best", "query": query})
    view = SavedView.objects.get()
    assert (view.user, view.query, view.team) == (amy, "tier=A&sort=name", None)
    page = client.get(answer.headers["Location"])
    assert names(page) == ["Right"]
    assert page.context["view"] == view


def test_what_is_to_be_saved_is_said_in_words(client, amy):
    client.force_login(amy)
    page = client.get(SAVE, {"query": "owner=me&tier=A&no_contact=60"})
    assert page.context["kept"] == ["Account manager: me", "Tier: A", "No contact for days: 60"]


def test_a_shared_filter_is_seen_by_the_team_who_see_of_it_what_they_may(client, team, amy):
    manager = ManagerFactory(team=team)
    other = AccountManagerFactory()
    standing(other, name="Theirs", tier="A")
    standing(amy, name="Mine", tier="A")
    client.force_login(manager)
    client.post(SAVE, {"name": "A customers", "query": "owner=all&tier=A", "team": team.pk})
    view = SavedView.objects.get()
    for user, seen in ((amy, ["Mine"]), (manager, ["Mine", "Theirs"])):
        client.force_login(user)
        page = client.get(URL)
        assert "A customers" in page.text
        assert sorted(names(client.get(URL + page.context["views"][0].url))) == seen
    client.force_login(other)
    assert "A customers" not in client.get(URL).text
    client.force_login(amy)
    assert client.get(reverse("customers:view_edit", args=[view.pk])).status_code == 404
    assert client.post(reverse("customers:view_delete", args=[view.pk])).status_code == 404


def test_a_shared_filter_by_worth_tells_service_staff_nothing(client, team):
    owner = AccountManagerFactory(team=team)
    standing(owner, name="Rich", lifetime_value=1000)
    standing(owner, name="Poor", lifetime_value=1)
    view = SavedView.objects.create(
        user=owner, name="Rich ones", query="owner=all&value_from=500&sort=-value", team=team
    )
    client.force_login(ServiceFactory(team=team))
    page = client.get(f"{URL}?{view.query}&view={view.pk}")
    assert sorted(names(page)) == ["Poor", "Rich"]
    assert "Your role does not show" in page.text


def test_sharing_is_with_the_own_team_only(client, amy):
    client.force_login(amy)
    answer = client.post(SAVE, {"name": "Mine", "query": "tier=A", "team": TeamFactory().pk})
    assert answer.context["form"].errors["team"]


def test_a_name_is_used_once(client, amy):
    client.force_login(amy)
    client.post(SAVE, {"name": "Mine", "query": "tier=A"})
    again = client.post(SAVE, {"name": "Mine", "query": "tier=B"})
    assert again.context["form"].errors["name"]
    client.force_login(AccountManagerFactory(team=amy.team))
    assert client.post(SAVE, {"name": "Mine", "query": "tier=B"}).status_code == 302


def test_the_owner_changes_and_deletes_it(client, amy):
    view = SavedView.objects.create(user=amy, name="Mine", query="tier=A")
    client.force_login(amy)
    url = reverse("customers:view_edit", args=[view.pk])
    page = client.get(url, {"query": "tier=B&page=3"})
    assert "Saving replaces the filter" in page.text
    client.post(url, {"name": "Others", "query": "tier=B", "version": 1, "seen": "{}"})
    view.refresh_from_db()
    assert (view.name, view.query, view.version) == ("Others", "tier=B", 2)
    client.post(reverse("customers:view_delete", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_saved_in_two_windows_the_second_sees_both_versions_and_loses_nothing(client, amy):
    view = SavedView.objects.create(user=amy, name="Mine", query="tier=A")
    client.force_login(amy)
    url = reverse("customers:view_edit", args=[view.pk])
    seen = json.dumps({"name": "Mine", "team": ""})
    values = {"query": "tier=A", "version": 1, "seen": seen}
    client.post(url, {"name": "First", **values})
    answer = client.post(url, {"name": "Second", **values})
    assert answer.status_code == 409
    assert "First" in answer.text
    form = answer.context["form"]
    assert form["name"].value() == "Second"
    again = {"name": "Second", "query": form["query"].value(), "version": 2, "seen": seen}
    assert client.post(url, again).status_code == 302
    view.refresh_from_db()
    assert (view.name, view.query) == ("Second", "tier=A")


def test_chosen_columns_and_sort_are_remembered(client, amy):
    standing(amy, name="Adam", last_contact_in=dt.date(2026, 1, 5), tier="B")
    standing(amy, name="Berta", last_contact_in=dt.date(2026, 2, 5), tier="B")
    client.force_login(amy)
    values = {"columns": ["tier", "contact_in", "owner"], "sort": "-contact_in"}
    assert client.post("/customers/columns/", values).status_code == 302
    page = client.get(URL)
    shown = [str(header["column"].label) for header in page.context["headers"]]
    assert shown == ["Name", "Tier", "Last heard from them", "Account manager"]
    assert names(page) == ["Berta", "Adam"]
    assert names(client.get(URL, {"sort": "name"})) == ["Adam", "Berta"]
    form = client.get("/customers/columns/").context["form"]
    assert (form["columns"].value(), form["sort"].value()) == (
        ["tier", "contact_in", "owner"],
        "-contact_in",
    )


def test_who_may_not_see_a_column_can_not_choose_it_nor_sort_by_it(client, amy):
    standing(amy, name="Adam", lifetime_value=98765)
    service = ServiceFactory()
    client.force_login(service)
    for values in ({"columns": ["value"]}, {"sort": "-value"}):
        assert client.post("/customers/columns/", values).context["form"].errors
    # Chosen as an account manager, before the role changed.
    ListPreference.objects.create(user=service, columns=["value", "tier"], sort="-value")
    page = client.get(URL)
    assert [str(header["column"].label) for header in page.context["headers"]] == ["Name", "Tier"]
    assert "98,765" not in page.text
    assert "Lifetime value" not in client.get("/customers/columns/").text


def test_every_column_is_shown_to_who_may_see_it(client, amy):
    row = standing(amy, name="Adam", industry="Toys", last_contact_out=dt.date(2026, 3, 4))
    row.customer.tags.add(Tag.objects.create(name="Fair"), Tag.objects.create(name="Big"))
    for user in (amy, ServiceFactory()):
        ListPreference.objects.create(user=user, columns=[column.key for column in COLUMNS])
        client.force_login(user)
        text = client.get(URL, {"owner": "all"}).text
        for word in ("Big, Fair", "Toys", "4 Mar 2026", "Amy", "East"):
            assert word in text, word


REGIONS = ("North West", "Yorkshire and the Humber", "Nordrhein-Westfalen", "广东", "London")


def test_fifty_rows_weigh_little(client, team):
    """Of a manager: all customers, a dozen colleagues, saved filters."""
    owners = [AccountManagerFactory(team=team, name=f"Emma Whitfield {n}") for n in range(10)]
    for n in range(PAGE_SIZE + 3):
        standing(
            owners[n % 10],
            name=("Harlford & Sons Conveyors Ltd", "广东翰朗金属制品股份有限公司")[n % 2],
            region=REGIONS[n % 5],
            signal=("", "", "volume_down")[n % 3],
            risk=(n % 9) / 10,
            last_purchase=dt.date(2026, 1, 1),
            last_contact=dt.date(2026, 1, 2),
            lifetime_value=123456,
            value_at_risk=12345,
            revenue_12m=234567,
        )
    manager = ManagerFactory(team=team)
    for n in range(4):
        SavedView.objects.create(user=manager, name=f"Filter {n}", query="tier=A&sort=-risk")
        Tag.objects.create(name=f"Tag {n}")
    client.force_login(manager)
    assert len(client.get(URL).content) <= 40 * KB


def test_more_filters_come_when_asked_for_and_go_along_when_set(client, amy):
    client.force_login(amy)
    assert 'name="no_contact"' not in client.get(URL).text
    assert 'type="number" name="no_contact"' in client.get(URL, {"more": "1"}).text
    kept = '<input type="hidden" name="no_contact" value="30">'
    assert kept in client.get(URL, {"no_contact": "30"}).text
    asked = client.get(URL, {"no_contact": "30", "more": "1"}).text
    assert kept not in asked
    assert 'value="30"' in asked
